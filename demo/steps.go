package demo

import (
	"fmt"
	"io"
	"time"
)

// steps prints what is done and how long each step took.
type steps struct {
	out   io.Writer
	began time.Time
	last  time.Time
}

func newSteps(out io.Writer) *steps {
	now := time.Now()
	return &steps{out: out, began: now, last: now}
}

// done prints a finished step.
func (s *steps) done(format string, args ...any) {
	now := time.Now()
	fmt.Fprintf(s.out, "%7.1fs  +%5.1fs  %s\n", now.Sub(s.began).Seconds(), now.Sub(s.last).Seconds(), fmt.Sprintf(format, args...))
	s.last = now
}
