package decode

import (
	"slices"
	"sync"

	"offsite/pipeline/ingest"
)

// mostIdle bounds the decoders that wait for cameras of their kind.
const mostIdle = 8

// Pool lends decoders to the looks of many cameras. A key unit needs nothing of what
// came before it, so there are as many decoders as looks at a time, not one for each
// camera: a context for 1080p holds several MiB. Its methods may be called from any
// goroutine.
type Pool struct {
	mu   sync.Mutex
	idle []*Decoder // that which waits longest first
	shut bool
}

// NewPool makes a pool; nothing is opened before the first unit.
func NewPool() *Pool { return &Pool{} }

// Close frees what waits, and what is lent once it comes back.
func (p *Pool) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shut = true
	for _, d := range p.idle {
		d.Close()
	}
	p.idle = nil
}

// Decode decodes a key unit on its own. The decoder is lent until the picture is
// released, for it scales it too. Errors are those of Decoder.
func (p *Pool) Decode(u ingest.Unit) (*Picture, error) {
	d := p.take(u)
	picture, err := d.Decode(u)
	if err != nil {
		p.give(d)
		return nil, err
	}
	picture.done = func() { p.give(d) }
	return picture, nil
}

// take prefers a decoder that knows the unit's parameter sets: only such a one goes on
// without being opened anew.
func (p *Pool) take(u ingest.Unit) *Decoder {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.idle, func(d *Decoder) bool { return d.fits(u) })
	switch {
	case i >= 0:
	case len(p.idle) < mostIdle:
		return New()
	default:
		i = 0
	}
	d := p.idle[i]
	p.idle = slices.Delete(p.idle, i, i+1)
	return d
}

// give takes a decoder back, if not too many wait already.
func (p *Pool) give(d *Decoder) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shut || len(p.idle) == mostIdle {
		d.Close()
		return
	}
	p.idle = append(p.idle, d)
}
