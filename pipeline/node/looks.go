package node

import (
	"errors"
	"time"

	"offsite/pipeline/decode"
	"offsite/pipeline/look"
	"offsite/pipeline/watch"
)

// look takes its turn: one picture is decoded and examined.
func (c *camera) look(seq uint64, received time.Time) {
	units := c.ring.Upto(seq)
	if len(units) == 0 {
		c.drop(look.NotInRing)
		return
	}
	c.mu.Lock()
	c.seen.since = received
	c.mu.Unlock()
	began := time.Now()
	out, err := c.watch.Look(units, c.keep)
	if errors.Is(err, watch.ErrClosed) {
		return
	}
	c.node.metrics.took(time.Since(began))
	c.account(out, err)
	for _, in := range out.Raised {
		c.out.raise(in)
	}
	for _, e := range out.Ended {
		c.out.end(e)
	}
}

// keep makes a picture the newest.
func (c *camera) keep(p *decode.Picture) {
	c.mu.Lock()
	if c.picture != nil {
		c.picture.Release()
	}
	c.picture, c.encoded = p.Retain(), nil
	c.mu.Unlock()
	c.node.events.send(Event{Kind: NewPicture, CameraID: c.id, At: p.At})
}

// account counts a look, and tells of what has changed with it.
func (c *camera) account(out watch.Outcome, err error) {
	c.mu.Lock()
	t := &c.seen
	t.since = time.Time{}
	t.lastLook = c.node.o.Now()
	before := t.health
	openBefore := len(t.open)
	switch {
	case errors.Is(err, decode.ErrDamaged), errors.Is(err, decode.ErrNoPicture), errors.Is(err, decode.ErrCodec):
		t.dropped[look.Damaged]++
	case out.Health == "":
		t.dropped[look.Failed]++
	case out.Health != look.Clear:
		t.dropped[look.Blind]++
	case err != nil && !out.Examined:
		t.dropped[look.Failed]++
	case out.Examined:
		t.looks++
	default:
		t.unchanged++
	}
	if out.Health != "" {
		t.health, t.healthWhy, t.open = out.Health, out.Why, out.Open
	}
	news := t.health != before || len(t.open) != openBefore || len(out.Raised) > 0
	c.mu.Unlock()
	if err != nil {
		c.log.Warn("a look failed", "error", err)
	}
	if news {
		c.changed()
	}
}
