package replay

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"offsite/pipeline/decode"
)

// clip gives pictures of an incident's clip by their time, in order.
type clip struct {
	name string // of its file
	zh   string // what it is called
	file *decode.File
	from time.Time     // camera's time of the first picture
	lead time.Duration // the file's time of it
	next *decode.Picture
}

// openClip opens the film of the bits at its first picture. Errors of the bits are
// *bitsError.
func openClip(path, zh string, bits []byte, from time.Time) (*clip, error) {
	if err := os.WriteFile(path, bits, 0o600); err != nil {
		return nil, err
	}
	c := &clip{name: filepath.Base(path), zh: zh, from: from}
	var err error
	if c.file, err = decode.Open(path, 0); err != nil {
		return nil, &bitsError{c.zh, c.name, err}
	}
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
	if err != nil {
		return &bitsError{c.zh, c.name, err}
	}
	c.next = p
	return nil
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
