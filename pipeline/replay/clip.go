package replay

import (
	"errors"
	"io"
	"os"
	"time"

	"offsite/pipeline/decode"
)

// clip gives pictures of an incident's clip by their time, in order.
type clip struct {
	file *decode.File
	from time.Time     // camera's time of the first picture
	lead time.Duration // the file's time of it
	next *decode.Picture
}

func openClip(path string, bits []byte, from time.Time) (*clip, error) {
	if err := os.WriteFile(path, bits, 0o600); err != nil {
		return nil, err
	}
	f, err := decode.Open(path, 0)
	if err != nil {
		return nil, err
	}
	c := &clip{file: f, from: from}
	if err := c.advance(); err != nil {
		c.close()
		return nil, err
	}
	if c.next != nil {
		c.lead = c.next.At.Sub(from)
	}
	return c, nil
}

func (c *clip) close() {
	if c.next != nil {
		c.next.Release()
	}
	c.file.Close()
}

// advance decodes the next picture; none is left where next is nil.
func (c *clip) advance() error {
	if c.next != nil {
		c.next.Release()
		c.next = nil
	}
	p, err := c.file.Next(c.from)
	if errors.Is(err, io.EOF) {
		return nil
	}
	c.next = p
	return err
}

// at gives the picture of that time; nil where the clip has none.
func (c *clip) at(at time.Time) (*decode.Picture, error) {
	const near = 15 * time.Millisecond // less than half the time between pictures
	for c.next != nil && c.next.At.Add(-c.lead).Before(at.Add(-near)) {
		if err := c.advance(); err != nil {
			return nil, err
		}
	}
	if c.next == nil || c.next.At.Add(-c.lead).After(at.Add(near)) {
		return nil, nil
	}
	return c.next.Retain(), nil
}
