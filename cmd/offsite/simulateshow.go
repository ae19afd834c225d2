package main

import (
	"fmt"
	"os"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"

	"offsite/simulation"
)

// course shows how far a simulation has come: a bar on a terminal, elsewhere a line a
// minute. An incident is done when nobody acts in its case any more.
type course struct {
	to    *os.File
	of    int
	began time.Time
	told  time.Time
	check string
	bar   *progressbar.ProgressBar // nil where there is no terminal
}

func newCourse(to *os.File, incidents int) *course {
	c := &course{to: to, of: incidents, began: time.Now(), told: time.Now()}
	if isatty.IsTerminal(to.Fd()) {
		c.bar = progressbar.NewOptions(incidents, progressbar.OptionSetWriter(to), progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString("incidents"),
			progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(200*time.Millisecond))
	}
	return c
}

func (c *course) show(p simulation.Progress) {
	if p.Check != c.check {
		c.check = p.Check
		c.say("check " + p.Check)
	}
	switch {
	case p.Check != "":
	case c.bar != nil:
		c.bar.Describe(p.At.Format("2006-01"))
		_ = c.bar.Set(p.Ended) // it is only shown
	case time.Since(c.told) >= time.Minute:
		c.told = time.Now()
		c.say(c.line(p))
	}
}

func (c *course) line(p simulation.Progress) string {
	took := time.Since(c.began)
	left := time.Duration(float64(took) * float64(c.of-p.Ended) / float64(max(1, p.Ended)))
	return fmt.Sprintf("%s: %d of %d incidents raised, %d done, %.1f/s, about %s left", p.At.Format("2006-01"), p.Raised, c.of, p.Ended,
		float64(p.Ended)/took.Seconds(), left.Round(time.Second))
}

func (c *course) say(line string) {
	if c.bar != nil {
		c.bar.Describe(line)
		return
	}
	fmt.Fprintln(c.to, line)
}

func (c *course) end() {
	if c.bar != nil {
		_ = c.bar.Finish() // it is only shown
	}
}
