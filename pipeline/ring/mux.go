package ring

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/bluenviron/mediacommon/v2/pkg/formats/fmp4"
	"github.com/bluenviron/mediacommon/v2/pkg/formats/mp4"

	"offsite/pipeline/ingest"
)

const (
	// TimeScale is that of tracks, in Hz.
	TimeScale = 90_000

	movieScale  = 1_000                 // of the movie header, as mediacommon writes it
	ntpEpoch    = 2_208_988_800         // seconds from 1900 to 1970
	lastPicture = 40 * time.Millisecond // shown for, where nothing tells better
	longPicture = 10 * time.Second      // longer gaps between pictures are shown as this
	captured    = 24                    // prft flags: the time is that of capture
)

// mux writes pieces as a fragmented MP4, a fragment for each group of pictures.
func mux(pieces []piece) (Clip, error) {
	first, last := pieces[0].unit, pieces[len(pieces)-1].unit
	header, err := Header(first)
	if err != nil {
		return Clip{}, err
	}
	times := schedule(pieces)
	tellLength(header, times.total())
	out := growing{b: make([]byte, 0, room(pieces))}
	out.append(header)
	clip := Clip{
		Codec: first.Codec, From: first.At, To: last.At,
		FirstSeq: first.Seq, LastSeq: last.Seq, Params: first.Params,
	}
	for begin, number := 0, uint32(0); begin < len(pieces); number++ {
		end := begin + 1
		for end < len(pieces) && !pieces[end].unit.Key {
			end++
		}
		out.append(prft(pieces[begin].unit.At, times.pts(begin)))
		part := fmp4.Part{SequenceNumber: number, Tracks: []*fmp4.PartTrack{{
			ID: 1, BaseTime: uint64(times.dts[begin]), Samples: samples(pieces[begin:end], times, begin),
		}}}
		if err := part.Marshal(&out); err != nil {
			return Clip{}, fmt.Errorf("write the clip's fragment %d: %w", number, err)
		}
		begin = end
	}
	for _, p := range pieces {
		clip.Pictures = append(clip.Pictures, Picture{
			Seq: p.unit.Seq, At: p.unit.At, Key: p.unit.Key, Bytes: len(p.bits), Gap: p.unit.Gap,
		})
	}
	clip.MP4 = out.b
	return clip, nil
}

// room is how many bytes a clip may take: a clip of 5 MB that grows leaves as much behind.
func room(pieces []piece) int {
	const headers, each = 4 << 10, 32 // bytes: of the film and its groups, of a picture
	n := headers
	for _, p := range pieces {
		n += len(p.bits) + each
		if p.unit.Key {
			n += each * 8 // its fragment's header
		}
	}
	return n
}

// Header is the beginning of a fragmented MP4 of the stream that a unit is of: one
// track, number 1, in ticks of TimeScale.
func Header(u ingest.Unit) ([]byte, error) {
	codec, err := track(u)
	if err != nil {
		return nil, err
	}
	var out growing
	init := fmp4.Init{Tracks: []*fmp4.InitTrack{{ID: 1, TimeScale: TimeScale, Codec: codec}}}
	if err := init.Marshal(&out); err != nil {
		return nil, fmt.Errorf("write the header of an MP4: %w", err)
	}
	if i := bytes.Index(out.b, []byte("hev1")); i >= 0 && bytes.Contains(out.b, []byte("hvcC")) {
		copy(out.b[i:], "hvc1") // which is what players know
	}
	return out.b, nil
}

// track describes the stream to the MP4 header.
func track(u ingest.Unit) (mp4.Codec, error) {
	p := u.Params
	if p == nil {
		return nil, errors.New("the first picture comes without parameter sets")
	}
	switch u.Codec {
	case ingest.H264:
		if len(p.SPS) < 4 || len(p.PPS) == 0 {
			return nil, errors.New("the stream has sent no H.264 parameter sets")
		}
		return &mp4.CodecH264{SPS: p.SPS, PPS: p.PPS}, nil
	case ingest.H265:
		if len(p.SPS) < 13 || len(p.PPS) == 0 || len(p.VPS) == 0 {
			return nil, errors.New("the stream has sent no H.265 parameter sets")
		}
		return &mp4.CodecH265{VPS: p.VPS, SPS: p.SPS, PPS: p.PPS}, nil
	case ingest.MJPEG:
		return &mp4.CodecMJPEG{Width: p.Width, Height: p.Height}, nil
	default:
		return nil, fmt.Errorf("the codec %q cannot be put into an MP4", u.Codec)
	}
}

// plan holds the times of all samples in ticks of TimeScale, from 0.
type plan struct {
	dts    []int64
	offset []int64 // pts minus dts, never negative
	length []int64
}

func (p plan) pts(i int) int64 { return p.dts[i] + p.offset[i] }

func (p plan) total() int64 {
	n := len(p.dts) - 1
	return p.dts[n] + p.length[n]
}

// schedule finds decoding times for pictures that carry presentation times alone.
// With the presentation times in rising order taken as decoding times, and the
// presentation delayed by the largest amount by which a picture would be late,
// every picture is decoded before it is shown. Without B-frames the delay is 0.
func schedule(pieces []piece) plan {
	n := len(pieces)
	shown := presentation(pieces)
	sorted := slices.Clone(shown)
	slices.Sort(sorted)
	for i := 1; i < n; i++ { // equal times would make samples of no length
		sorted[i] = max(sorted[i], sorted[i-1]+1)
	}
	delay := int64(0)
	for i := range shown {
		delay = max(delay, sorted[i]-shown[i])
	}
	p := plan{dts: make([]int64, n), offset: make([]int64, n), length: make([]int64, n)}
	for i := range shown {
		p.dts[i] = sorted[i] - sorted[0]
		p.offset[i] = shown[i] + delay - sorted[i]
		if i > 0 {
			p.length[i-1] = p.dts[i] - p.dts[i-1]
		}
	}
	p.length[n-1] = Ticks(lastPicture)
	if n > 1 {
		p.length[n-1] = p.length[n-2]
	}
	return p
}

// presentation gives the presentation times in ticks. A new connection starts its
// stream time again; it is laid after the one before by the times of arrival.
func presentation(pieces []piece) []int64 {
	shown := make([]int64, len(pieces))
	var shift, top time.Duration
	for i, p := range pieces {
		pts := p.unit.PTS + shift
		if i > 0 {
			step := p.unit.PTS - pieces[i-1].unit.PTS
			waited := min(max(p.unit.Received.Sub(pieces[i-1].unit.Received), time.Millisecond), longPicture)
			if step < -time.Second || step > longPicture {
				shift = top + waited - p.unit.PTS
				pts = top + waited
			}
		}
		top = max(top, pts)
		shown[i] = Ticks(pts)
	}
	return shown
}

func samples(pieces []piece, times plan, from int) []*fmp4.Sample {
	list := make([]*fmp4.Sample, len(pieces))
	for i, p := range pieces {
		list[i] = &fmp4.Sample{
			Duration:        uint32(times.length[from+i]),
			PTSOffset:       int32(times.offset[from+i]),
			IsNonSyncSample: !p.unit.Key,
			Payload:         p.bits,
		}
	}
	return list
}

// Ticks is a time in ticks of TimeScale.
func Ticks(d time.Duration) int64 {
	return int64(d/time.Second)*TimeScale + int64(d%time.Second)*TimeScale/int64(time.Second)
}

// prft says at which wall-clock time the picture of that media time was taken.
func prft(at time.Time, media int64) []byte {
	b := make([]byte, 32)
	binary.BigEndian.PutUint32(b[0:], uint32(len(b)))
	copy(b[4:], "prft")
	binary.BigEndian.PutUint32(b[8:], 1<<24|captured) // version 1
	binary.BigEndian.PutUint32(b[12:], 1)             // track
	binary.BigEndian.PutUint64(b[16:], toNTP(at))
	binary.BigEndian.PutUint64(b[24:], uint64(media))
	return b
}

func toNTP(t time.Time) uint64 {
	sec := uint64(t.Unix() + ntpEpoch)
	return sec<<32 | uint64(t.Nanosecond())<<32/uint64(time.Second)
}

func fromNTP(v uint64) time.Time {
	nsec := ((v&0xffffffff)*uint64(time.Second) + 1<<31) >> 32
	return time.Unix(int64(v>>32)-ntpEpoch, int64(nsec))
}

// tellLength writes the movie's length into its header, which mediacommon leaves
// out, so that players show it.
func tellLength(header []byte, length int64) {
	if i := bytes.Index(header, []byte("mvhd")); i >= 0 && len(header) >= i+24 {
		binary.BigEndian.PutUint32(header[i+20:], uint32(length*movieScale/TimeScale))
	}
}

// growing is memory that can be written and rewritten, as the muxer wants it.
type growing struct {
	b  []byte
	at int
}

func (g *growing) append(b []byte) {
	g.b = append(g.b, b...)
	g.at = len(g.b)
}

// Write implements io.Writer.
func (g *growing) Write(p []byte) (int, error) {
	if need := g.at + len(p); need > len(g.b) {
		g.b = slices.Grow(g.b, need-len(g.b))[:need]
	}
	g.at += copy(g.b[g.at:], p)
	return len(p), nil
}

// Seek implements io.Seeker.
func (g *growing) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += int64(g.at)
	case io.SeekEnd:
		offset += int64(len(g.b))
	}
	if offset < 0 || offset > int64(len(g.b)) {
		return 0, fmt.Errorf("seek to %d of %d bytes", offset, len(g.b))
	}
	g.at = int(offset)
	return offset, nil
}
