package node

import (
	"errors"
	"time"

	"offsite/detectors"
	"offsite/pipeline/decode"
	"offsite/pipeline/ingest"
	"offsite/pipeline/look"
	"offsite/pipeline/ring"
	"offsite/pipeline/watch"
)

// look takes its turn: one picture is decoded and examined.
func (c *camera) look(r *ring.Ring, seq uint64, received time.Time) {
	if len(c.group) > 0 && c.group[0].Sub != (r == c.sub.ring) { // of the other stream
		c.group = nil
	}
	units := r.Upto(seq, c.group)
	if len(units) == 0 {
		c.drop(look.NotInRing)
		return
	}
	c.group = units
	c.mu.Lock()
	c.seen.since = received
	c.mu.Unlock()
	began := time.Now()
	out, err := c.watch.Look(units)
	if errors.Is(err, watch.ErrClosed) {
		return
	}
	c.node.metrics.took(time.Since(began), c.node.o.Now().Sub(received))
	if c.account(out, err); !undecodable(err) {
		c.keep(units)
	}
	for _, in := range out.Raised {
		c.out.raise(in)
	}
	for _, e := range out.Ended {
		c.out.end(e)
	}
	c.sub.compare()
}

// keep makes a picture, of which the units are given, the newest.
func (c *camera) keep(units []ingest.Unit) {
	last := units[len(units)-1]
	c.mu.Lock()
	c.newest, c.encoded = units, nil
	c.mu.Unlock()
	c.node.events.send(Event{Kind: NewPicture, CameraID: c.id, At: last.At})
}

// undecodable says whether a look failed for want of a picture.
func undecodable(err error) bool {
	return errors.Is(err, decode.ErrDamaged) || errors.Is(err, decode.ErrNoPicture) || errors.Is(err, decode.ErrCodec)
}

// account counts a look, and tells of what has changed with it.
func (c *camera) account(out watch.Outcome, err error) {
	c.mu.Lock()
	t := &c.seen
	t.since = time.Time{}
	t.lastLook = c.node.o.Now()
	before := t.health
	openBefore := len(t.open)
	first := err != nil && t.failing == 0
	if err != nil {
		t.failing++
	} else {
		t.failing = 0
	}
	switch {
	case undecodable(err):
		t.dropped[look.Damaged]++
		if t.failing >= brokenAfter {
			t.health, t.healthWhy = Broken, broken()
		}
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
	c.pace.see(out)
	c.cadence.Every = c.every()
	news := t.health != before || len(t.open) != openBefore || len(out.Raised) > 0
	c.mu.Unlock()
	if first { // the count goes on in the status
		c.log.Warn("a look failed", "error", err)
	}
	if news {
		c.changed()
	}
}

// brokenAfter is how many looks in a row that cannot be decoded make a broken camera.
const brokenAfter = 3

func broken() detectors.Explanation {
	return detectors.Explanation{
		ZH: "收到的画面无法解码，检测已暂停：请检查摄像机的编码设置（H.264、H.265 或 MJPEG）和网络丢包",
		EN: "the pictures that come cannot be decoded, detection pauses: check the camera's encoding (H.264, H.265 or MJPEG) and lost packets",
	}
}
