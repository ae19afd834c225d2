package live

import (
	"fmt"
	"sync"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4/seekablebuffer"

	"offsite/pipeline/ingest"
	"offsite/pipeline/ring"
)

// groupBytes bounds what is kept since the latest key picture for viewers who come:
// with more, they wait for the next one.
const groupBytes = 16 << 20

// stream is one connection and what its viewers are sent.
type stream struct {
	camera Camera
	reader *ingest.Reader
	ready  chan struct{} // closed once a viewer can begin, or at the end
	over   chan struct{} // closed at the end
	idle   chan struct{} // the last viewer has left

	viewers int // counted under the Views' mutex

	mu     sync.Mutex
	header []byte // nil before the first picture
	kind   string
	params *ingest.Params
	order  order
	held   *picture // whose length is known when the next one comes
	number uint32   // of the next fragment
	group  []fragment
	size   int // bytes of group
	views  map[*View]struct{}
	err    error // why it has ended
}

// picture is one sample before it is sent.
type picture struct {
	unit     ingest.Unit
	dts, pts int64 // ticks of ring.TimeScale
}

// fragment is one picture as it is sent.
type fragment struct {
	bits []byte
	key  bool
}

func newStream(c Camera, cfg ingest.Config) *stream {
	s := &stream{camera: c, ready: make(chan struct{}), over: make(chan struct{}), idle: make(chan struct{}, 1), views: map[*View]struct{}{}}
	cfg.ID, cfg.URL, cfg.Protocol = c.ID, c.URL, c.Protocol
	s.reader = ingest.New(cfg, s)
	return s
}

// OnState implements ingest.Handler: what is no longer live is no longer shown. A
// viewer opens it anew, and hears why it cannot be.
func (s *stream) OnState(state ingest.State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case state.Phase == ingest.Live, state.Phase == ingest.Connecting && s.header == nil:
	case state.Why != nil:
		s.finish(state.Why)
	default:
		s.finish(ErrChanged)
	}
}

// OnUnit implements ingest.Handler.
func (s *stream) OnUnit(u ingest.Unit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return
	}
	if err := s.take(u); err != nil {
		s.finish(err)
	}
}

func (s *stream) take(u ingest.Unit) error {
	switch {
	case s.header == nil:
		if err := s.begin(u); err != nil {
			return err
		}
	case u.Params != s.params && !s.params.Same(u.Params):
		return ErrChanged
	}
	now := picture{unit: u, pts: ring.Ticks(u.PTS)}
	now.dts = s.order.decoding(u, now.pts)
	if s.held != nil {
		if err := s.send(*s.held, now.dts); err != nil {
			return err
		}
	}
	s.held = &now
	return nil
}

// begin finds out what the first picture's stream is.
func (s *stream) begin(u ingest.Unit) (err error) {
	if s.kind, err = mediaType(u); err != nil {
		return err
	}
	if s.header, err = ring.Header(u); err != nil {
		return err
	}
	s.params = u.Params
	return nil
}

// send writes a picture that is shown until next, and hands it to all viewers.
func (s *stream) send(p picture, next int64) error {
	bits, err := h264.AVCC(p.unit.NALUs).Marshal() // the framing of H.265 is the same
	if err != nil {
		return fmt.Errorf("frame a picture: %w", err)
	}
	part := fmp4.Part{SequenceNumber: s.number, Tracks: []*fmp4.PartTrack{{ID: 1, BaseTime: uint64(p.dts), Samples: []*fmp4.Sample{{
		Duration: uint32(next - p.dts), PTSOffset: int32(p.pts - p.dts), IsNonSyncSample: !p.unit.Key, Payload: bits,
	}}}}}
	var out seekablebuffer.Buffer
	if err := part.Marshal(&out); err != nil {
		return fmt.Errorf("write a fragment: %w", err)
	}
	s.number++
	f := fragment{bits: out.Bytes(), key: p.unit.Key}
	if f.key {
		s.group, s.size = nil, 0
	}
	if f.key || len(s.group) > 0 {
		s.group, s.size = append(s.group, f), s.size+len(f.bits)
	}
	if s.size > groupBytes {
		s.group, s.size = nil, 0
	}
	for v := range s.views {
		v.push(f)
	}
	if s.number == 1 {
		close(s.ready)
	}
	return nil
}

// view adds a viewer, who begins at the latest key picture.
func (s *stream) view(most int, left func()) (*View, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return nil, s.err
	}
	v := &View{stream: s, left: left, kind: s.kind, most: most, wake: make(chan struct{}, 1), skipping: true, head: s.header}
	for _, f := range s.group {
		v.push(f)
	}
	s.views[v] = struct{}{}
	return v, nil
}

func (s *stream) forget(v *View) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.views, v)
}

// end ends the stream for all viewers.
func (s *stream) end(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finish(err)
}

func (s *stream) finish(err error) {
	if s.err != nil {
		return
	}
	s.err = err
	for v := range s.views {
		v.finish(err)
	}
	s.held, s.group = nil, nil
	if s.number == 0 {
		close(s.ready)
	}
	close(s.over)
}

// ended says why the stream has ended, nil while it has not.
func (s *stream) ended() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}
