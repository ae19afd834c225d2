package live

import (
	"context"
	"sync"
)

// View is what one viewer is sent.
type View struct {
	stream *stream
	left   func()
	kind   string
	most   int           // bytes that may wait
	wake   chan struct{} // something has come, or the end
	once   sync.Once

	mu       sync.Mutex
	head     []byte // the MP4's header, until it was taken
	queue    [][]byte
	waiting  int  // bytes of queue
	skipping bool // until the next key picture
	err      error
}

// Type is what is sent, as an HTTP Content-Type with codecs (RFC 6381).
func (v *View) Type() string { return v.kind }

// Next waits for what is to be sent next, in order. After the end it says why.
func (v *View) Next(ctx context.Context) ([][]byte, error) {
	for {
		if parts, err := v.take(); len(parts) > 0 || err != nil {
			return parts, err
		}
		select {
		case <-v.wake:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (v *View) take() ([][]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	parts := v.queue
	if len(parts) == 0 {
		return nil, v.err
	}
	if v.head != nil {
		parts = append([][]byte{v.head}, parts...)
		v.head = nil
	}
	v.queue, v.waiting = nil, 0
	return parts, nil
}

// Close leaves the camera.
func (v *View) Close() {
	v.once.Do(func() {
		v.stream.forget(v)
		v.left()
	})
}

// push adds a picture. Where too much waits already, all of it is left out, and the
// viewer goes on at the next key picture.
func (v *View) push(f fragment) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.waiting+len(f.bits) > v.most {
		v.queue, v.waiting, v.skipping = nil, 0, true
	}
	if v.skipping && !f.key {
		return
	}
	v.skipping = false
	v.queue, v.waiting = append(v.queue, f.bits), v.waiting+len(f.bits)
	v.nudge()
}

func (v *View) finish(err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.err = err
	v.nudge()
}

func (v *View) nudge() {
	select {
	case v.wake <- struct{}{}:
	default: // told already
	}
}
