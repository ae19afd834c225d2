package room

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/at-wat/ebml-go/mkvcore"
	"github.com/at-wat/ebml-go/webm"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media/samplebuilder"

	"offsite/casework"
)

// tape writes what one connection sends as WebM.
type tape struct {
	file string
	keep func(casework.RoomPart) error

	mu      sync.Mutex
	running bool
	closed  bool
	began   time.Time // of the first packet
	tracks  map[webrtc.RTPCodecType]*track
	early   []frame // before the first whole picture
	writers map[webrtc.RTPCodecType]webm.BlockWriteCloser
	sink    *sink
}

// track joins the packets of one medium to frames.
type track struct {
	builder *samplebuilder.SampleBuilder
	clock   int64
	begin   int64 // in ms, against the tape's beginning
	last    uint32
	ticks   int64 // since the first packet
	seen    bool
}

// frame is a picture or 20 ms of sound.
type frame struct {
	kind  webrtc.RTPCodecType
	whole bool  // can be shown without the one before
	ms    int64 // since the tape's beginning
	data  []byte
}

const (
	late        = 512  // packets that are waited for behind a missing one
	soundAlone  = 5000 // ms after which a tape begins without a picture
	videoNumber = 1
	audioNumber = 2
)

func newTape(file string, keep func(casework.RoomPart) error) *tape {
	return &tape{file: file, keep: keep, tracks: map[webrtc.RTPCodecType]*track{}}
}

// run begins to record.
func (t *tape) run(on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.running = t.running || on
}

// push takes a packet. An error means that what was recorded could not be kept.
func (t *tape) push(kind webrtc.RTPCodecType, p *rtp.Packet, now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.running || t.closed {
		return nil
	}
	if t.began.IsZero() {
		t.began = now
	}
	in := t.tracks[kind]
	if in == nil {
		in = newTrack(kind, now.Sub(t.began).Milliseconds())
		t.tracks[kind] = in
	}
	in.builder.Push(p)
	for s := in.builder.Pop(); s != nil; s = in.builder.Pop() {
		f := frame{kind: kind, whole: true, ms: in.at(s.PacketTimestamp), data: s.Data}
		if kind == webrtc.RTPCodecTypeVideo {
			f.whole = len(s.Data) > 0 && s.Data[0]&1 == 0
		}
		if err := t.write(f); err != nil {
			return err
		}
	}
	if t.sink != nil {
		return t.sink.failed()
	}
	return nil
}

func newTrack(kind webrtc.RTPCodecType, begin int64) *track {
	if kind == webrtc.RTPCodecTypeVideo {
		return &track{builder: samplebuilder.New(late, &codecs.VP8Packet{}, videoClock), clock: videoClock, begin: begin}
	}
	return &track{builder: samplebuilder.New(late, &codecs.OpusPacket{}, audioClock), clock: audioClock, begin: begin}
}

// at turns a packet's time, which wraps, into milliseconds.
func (t *track) at(stamp uint32) int64 {
	if t.seen {
		t.ticks += int64(int32(stamp - t.last)) // the difference wraps as it should
	}
	t.last, t.seen = stamp, true
	return t.begin + t.ticks*1000/t.clock
}

// write begins the file with the first whole picture, whose size its header names.
func (t *tape) write(f frame) error {
	if t.writers == nil {
		switch {
		case f.kind == webrtc.RTPCodecTypeVideo && !f.whole:
			return nil // shows nothing without the one before
		case f.kind == webrtc.RTPCodecTypeVideo:
			if err := t.begin(f.data); err != nil {
				return err
			}
		default:
			t.early = append(t.early, f)
			if f.ms-t.early[0].ms < soundAlone {
				return nil
			}
			if err := t.begin(nil); err != nil {
				return err
			}
		}
		early := t.early
		t.early = nil
		for _, e := range early {
			if err := t.write(e); err != nil {
				return err
			}
		}
		if f.kind == webrtc.RTPCodecTypeAudio {
			return nil // it was the last of the early ones
		}
	}
	w := t.writers[f.kind]
	if w == nil {
		return nil // a picture that came after the file began without one
	}
	_, err := w.Write(f.whole, f.ms, f.data)
	return err
}

func (t *tape) begin(picture []byte) error {
	t.sink = &sink{tape: t}
	kinds := []webrtc.RTPCodecType{}
	var entries []webm.TrackEntry
	if width, height, ok := size(picture); ok {
		kinds = append(kinds, webrtc.RTPCodecTypeVideo)
		entries = append(entries, webm.TrackEntry{Name: "video", TrackNumber: videoNumber, TrackUID: videoNumber, CodecID: "V_VP8", TrackType: 1,
			Video: &webm.Video{PixelWidth: width, PixelHeight: height}})
	}
	kinds = append(kinds, webrtc.RTPCodecTypeAudio)
	entries = append(entries, webm.TrackEntry{Name: "audio", TrackNumber: audioNumber, TrackUID: audioNumber, CodecID: "A_OPUS", TrackType: 2, CodecPrivate: opusHead(),
		Audio: &webm.Audio{SamplingFrequency: audioClock, Channels: 2}})
	sorter, err := mkvcore.NewMultiTrackBlockSorter(mkvcore.WithMaxDelayedPackets(64), mkvcore.WithSortRule(mkvcore.BlockSorterWriteOutdated))
	if err != nil {
		return fmt.Errorf("begin %s: %w", t.file, err)
	}
	writers, err := webm.NewSimpleBlockWriter(t.sink, entries, mkvcore.WithOnFatalHandler(t.sink.fail), mkvcore.WithBlockInterceptor(sorter), mkvcore.WithMaxKeyframeInterval(videoNumber, 5000))
	if err != nil {
		return fmt.Errorf("begin %s: %w", t.file, err)
	}
	t.writers = map[webrtc.RTPCodecType]webm.BlockWriteCloser{}
	for i, kind := range kinds {
		t.writers[kind] = writers[i]
	}
	return nil
}

// size reads how large a whole VP8 picture is (RFC 6386, section 9.1).
func size(picture []byte) (width, height uint64, ok bool) {
	const head, mask = 10, 0x3fff
	if len(picture) < head {
		return 0, 0, false
	}
	return uint64(binary.LittleEndian.Uint16(picture[6:]) & mask), uint64(binary.LittleEndian.Uint16(picture[8:]) & mask), true
}

// opusHead is the identification header of stereo Opus (RFC 7845, section 5.1).
func opusHead() []byte {
	return []byte{'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', 1, 2, 0, 0, 0x80, 0xbb, 0, 0, 0, 0, 0}
}

// close ends the file and keeps its last piece.
func (t *tape) close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil
	}
	t.closed = true
	if t.writers == nil && len(t.early) > 0 { // short, and nothing but sound
		if err := t.begin(nil); err != nil {
			return err
		}
		for _, f := range t.early {
			if _, err := t.writers[f.kind].Write(f.whole, f.ms, f.data); err != nil {
				return err
			}
		}
	}
	var failed []error
	for _, w := range t.writers {
		failed = append(failed, w.Close())
	}
	if t.sink != nil {
		failed = append(failed, t.sink.failed())
	}
	return errors.Join(failed...)
}

// sink cuts the file into pieces: one every few seconds, so that little is lost with the
// process.
type sink struct {
	tape *tape
	buf  []byte
	seq  int
	sent time.Time

	mu  sync.Mutex
	err error
}

const (
	pieceAfter = 2 * time.Second
	pieceBytes = 1 << 20
)

// Write implements io.Writer. It never fails, since the file's writer would stand still
// then: failed tells.
func (s *sink) Write(b []byte) (int, error) {
	s.buf = append(s.buf, b...)
	if len(s.buf) >= pieceBytes || time.Since(s.sent) >= pieceAfter {
		s.flush()
	}
	return len(b), nil
}

// Close keeps the last piece.
func (s *sink) Close() error {
	s.flush()
	return nil
}

func (s *sink) flush() {
	if s.failed() != nil || len(s.buf) == 0 {
		s.buf = nil
		return
	}
	s.seq++
	s.sent = time.Now()
	s.fail(s.tape.keep(casework.RoomPart{File: s.tape.file, Seq: s.seq, At: s.sent.UTC(), Content: s.buf}))
	s.buf = nil
}

func (s *sink) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
}

func (s *sink) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// keep hands a piece on.
func (m *room) keep(p casework.RoomPart) error {
	const patience = 10 * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	p.Room, p.Case = m.id, m.caseID
	return m.rooms.o.Keep(ctx, p)
}
