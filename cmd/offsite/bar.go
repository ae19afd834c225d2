package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/mattn/go-isatty"
)

// bar shows on one line of a terminal how far something is; elsewhere nothing.
type bar struct {
	to    *os.File // nil: shows nothing
	label string
	shown time.Time
}

func newBar(to *os.File, label string) *bar {
	if !isatty.IsTerminal(to.Fd()) {
		to = nil
	}
	return &bar{to: to, label: label}
}

// show draws the bar, not too often.
func (b *bar) show(done, total time.Duration) {
	const (
		width = 40
		often = 100 * time.Millisecond
	)
	if b.to == nil || total <= 0 || time.Since(b.shown) < often {
		return
	}
	b.shown = time.Now()
	full := min(int(width*done/total), width)
	fmt.Fprintf(b.to, "\r\x1b[K%s [%s%s] %3d %% %s of %s", b.label, strings.Repeat("#", full), strings.Repeat(".", width-full),
		100*done/total, done.Round(time.Second), total.Round(time.Second))
}

// clear takes the bar away, for a line of other text.
func (b *bar) clear() {
	if b.to != nil {
		fmt.Fprint(b.to, "\r\x1b[K")
		b.shown = time.Time{}
	}
}
