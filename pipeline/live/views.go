package live

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"offsite/pipeline/ingest"
)

var (
	// ErrFull says that as many are looking on as may at a time. Somebody must leave.
	ErrFull = errors.New("as many are looking on as may at a time")
	// ErrStopped says that the server is stopping.
	ErrStopped = errors.New("live pictures are stopped")
	// ErrChanged says that the camera sends another stream than it began with. Open
	// it anew.
	ErrChanged = errors.New("the camera has changed its stream")
)

// Options say how cameras are reached and how many may look on. All may be left out.
type Options struct {
	Reader   ingest.Config // patience, and what may be dialled; ID, URL and Protocol are each camera's
	Viewers  int           // at a time, of all cameras; default 64
	Patience time.Duration // until the first picture; default 8 s
	Linger   time.Duration // how long a camera's connection outlasts its last viewer; default 3 s
	Waiting  int           // bytes that may wait for a viewer whose line is slower than the camera; default 24 MiB
}

// Camera is what to connect to.
type Camera struct {
	ID       string
	URL      string // with credentials
	Protocol string // as ingest.Config's
}

// Views are the cameras that somebody looks at. It is safe for concurrent use.
type Views struct {
	o      Options
	ctx    context.Context // of all connections
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu      sync.Mutex
	streams map[Camera]*stream
	viewers int
}

// New makes Views that nobody looks at yet.
func New(o Options) *Views {
	if o.Viewers <= 0 {
		o.Viewers = 64
	}
	if o.Patience <= 0 {
		o.Patience = 8 * time.Second
	}
	if o.Linger <= 0 {
		o.Linger = 3 * time.Second
	}
	if o.Waiting <= 0 {
		o.Waiting = 24 << 20
	}
	v := &Views{o: o, streams: map[Camera]*stream{}}
	v.ctx, v.cancel = context.WithCancel(context.Background())
	return v
}

// Stop ends all views and waits until no camera is connected to any more.
func (v *Views) Stop() {
	v.cancel()
	v.work.Wait()
}

// Viewers counts who looks on now.
func (v *Views) Viewers() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.viewers
}

// Cameras counts the cameras connected to now.
func (v *Views) Cameras() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.streams)
}

// Open connects to a camera, if nobody looks at it yet, and waits for its first
// picture. The view must be closed.
func (v *Views) Open(ctx context.Context, c Camera) (*View, error) {
	s, err := v.join(c)
	if err != nil {
		return nil, fmt.Errorf("show camera %s: %w", c.ID, err)
	}
	limit := time.NewTimer(v.o.Patience)
	defer limit.Stop()
	var view *View
	select {
	case <-s.ready:
		view, err = s.view(v.o.Waiting, func() { v.leave(s) })
	case <-limit.C:
		err = nothingYet(s.reader.State())
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		v.leave(s)
		return nil, fmt.Errorf("show camera %s: %w", c.ID, err)
	}
	return view, nil
}

// nothingYet says why no picture came within our patience.
func nothingYet(s ingest.State) *ingest.Problem {
	if s.Why != nil {
		return s.Why
	}
	return &ingest.Problem{Code: ingest.NoPictures,
		ZH: "已连接摄像机，但没有及时收到可播放的关键帧：请检查关键帧间隔（建议 2 秒）后重试",
		EN: "the camera is connected, but no key picture to begin with came in time: check its key picture interval (2 s is good) and try again"}
}

// join takes a viewer's place at a camera, and connects to it where nobody has yet.
func (v *Views) join(c Camera) (*stream, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.ctx.Err() != nil:
		return nil, ErrStopped
	case v.viewers >= v.o.Viewers:
		return nil, ErrFull
	}
	s := v.streams[c]
	if s == nil {
		s = newStream(c, v.o.Reader)
		if err := s.reader.Start(v.ctx); err != nil {
			return nil, err
		}
		v.streams[c] = s
		v.work.Go(func() { v.keep(s) })
	}
	v.viewers++
	s.viewers++
	return s, nil
}

// leave gives a viewer's place back.
func (v *Views) leave(s *stream) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.viewers--
	if s.viewers--; s.viewers > 0 {
		return
	}
	select {
	case s.idle <- struct{}{}:
	default: // said already
	}
}

// keep holds the connection to a camera while somebody looks, and ends it.
func (v *Views) keep(s *stream) {
	var linger <-chan time.Time
	for {
		select {
		case <-s.idle:
			linger = time.After(v.o.Linger)
			continue
		case <-linger:
			linger = nil
		case <-s.over:
		case <-v.ctx.Done():
			s.end(ErrStopped)
		}
		v.mu.Lock()
		watched := s.viewers > 0 && s.ended() == nil
		if !watched {
			delete(v.streams, s.camera)
		}
		v.mu.Unlock()
		if watched {
			continue
		}
		s.end(ErrStopped)
		s.reader.Stop()
		return
	}
}
