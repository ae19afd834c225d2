package simulation

import (
	"fmt"
	"strings"
	"time"

	"offsite/bench"
	"offsite/casework/flow"
)

// The marks in a page of the documentation between which a report stands.
const (
	pageBegin = "<!-- measured: written by `offsite simulate --page`, do not edit -->\n"
	pageEnd   = "<!-- measured until here -->\n"
)

// Page puts the report into a page that has the marks. The command plays it again: but for
// the day and the time that it takes, the same lines come out.
func (r *Report) Page(page []byte, command string, on time.Time) ([]byte, error) {
	text, err := bench.Between(page, pageBegin, pageEnd, r.markdown(command, on))
	if err != nil {
		return nil, fmt.Errorf("write the report: %w", err)
	}
	return text, nil
}

func (r *Report) markdown(command string, on time.Time) string {
	b := &strings.Builder{}
	fmt.Fprintf(b, "Measured on %s by `%s`: %d incidents, %d cases, %d steps, %d papers; %d violations of %d invariants; %.0f s, of them %.0f s checking, %.1f incidents a second.\n",
		on.Format(time.DateOnly), command, r.Raised, r.Cases, r.Steps, r.Papers, r.Violations(), len(r.Checks), r.Seconds, r.Checking, r.Rate())
	if r.Stopped != nil {
		fmt.Fprintf(b, "It was stopped on %s of simulated time.\n", r.Stopped.Format(time.DateOnly))
	}
	b.WriteString("\n| invariant | violations |\n| --- | --- |\n")
	for _, f := range r.Checks {
		fmt.Fprintf(b, "| %s | %d |\n", f.EN, len(f.Violations))
	}
	b.WriteString("\n| acts of one party near in time | |\n| --- | --- |\n")
	for _, line := range r.Acts.lines() {
		fmt.Fprintf(b, "| %s | %d |\n", line.what, line.n)
	}
	c, p := r.Close, r.Prompt
	fmt.Fprintf(b, "\n| days from incident to closure | all (%d cases) | parties that answer and pay at once (%d) | Pudong's reports |\n| --- | --- | --- | --- |\n", c.Cases, p.Cases)
	fmt.Fprintf(b, "| median | %.1f | %.1f | < %d off-site, %d on site |\n", c.Median, p.Median, PudongOffsite, PudongOnSite)
	fmt.Fprintf(b, "| one in ten within | %.1f | %.1f | |\n| nine in ten within | %.1f | %.1f | |\n", c.P10, p.P10, c.P90, p.P90)
	for i, s := range c.Upto {
		fmt.Fprintf(b, "| closed within %d days | %.1f %% | %.1f %% | |\n", s.Days, s.Percent, p.upto(i).Percent)
	}
	b.WriteString("\n| outcome | cases | |\n| --- | --- | --- |\n")
	names := flow.New()
	for _, o := range r.Outcomes {
		info := names.Info(flow.State(o.State))
		fmt.Fprintf(b, "| %s %s | %d | %.1f %% |\n", info.ZH, info.EN, o.Cases, 100*float64(o.Cases)/float64(max(1, r.Cases)))
	}
	return b.String()
}

// upto is the i-th share; none where no case was closed.
func (t TimeToClose) upto(i int) Share {
	if i < len(t.Upto) {
		return t.Upto[i]
	}
	return Share{}
}
