package ingest

import (
	"errors"
	"fmt"

	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/bluenviron/gortsplib/v4/pkg/format/rtph264"
	"github.com/bluenviron/gortsplib/v4/pkg/format/rtph265"
	"github.com/bluenviron/gortsplib/v4/pkg/format/rtpmjpeg"
	"github.com/pion/rtp"
)

// assembly rebuilds access units from RTP packets in order. A unit of which a
// packet is missing is dropped whole: half a picture is no evidence.
type assembly struct {
	codec string
	start func() (depacketizer, error)

	depack  depacketizer
	running bool   // at least one packet has come
	seq     uint16 // of the latest packet
	open    bool   // a unit is begun
	stamp   uint32 // RTP time of that unit
	skip    bool   // packets of RTP time skipped are thrown away
	skipped uint32
	gap     bool     // something is missing before the next unit
	held    [][]byte // NAL units without a picture, waiting for theirs
	heldAt  uint32

	lost, damaged, broken uint64
}

// depacketizer is one of gortsplib's RTP decoders. It returns errMore until a
// unit is complete.
type depacketizer interface {
	decode(*rtp.Packet) ([][]byte, error)
}

var errMore = errors.New("more packets needed")

// unit is what comes out: the NAL units of one picture (or one JPEG).
type rawUnit struct {
	nalus [][]byte
	rtp   uint32
	gap   bool
}

// newAssembly makes an assembly for a format of the stream's description.
func newAssembly(forma format.Format) (*assembly, error) {
	a := &assembly{}
	switch f := forma.(type) {
	case *format.H264:
		a.codec = H264
		a.start = func() (depacketizer, error) {
			d, err := f.CreateDecoder()
			return h264Depacketizer{d}, err
		}
	case *format.H265:
		a.codec = H265
		a.start = func() (depacketizer, error) {
			d, err := f.CreateDecoder()
			return h265Depacketizer{d}, err
		}
	case *format.MJPEG:
		a.codec = MJPEG
		a.start = func() (depacketizer, error) {
			d, err := f.CreateDecoder()
			return mjpegDepacketizer{d}, err
		}
	default:
		return nil, fmt.Errorf("rebuild access units: %s is not a codec we know", forma.Codec())
	}
	return a, a.restart()
}

func (a *assembly) restart() error {
	d, err := a.start()
	if err != nil {
		return fmt.Errorf("rebuild %s access units: %w", a.codec, err)
	}
	a.depack, a.open, a.held = d, false, nil
	return nil
}

// push takes the next packet and says whether it completes a unit.
func (a *assembly) push(p *rtp.Packet) (rawUnit, bool) {
	if len(p.Payload) == 0 {
		return rawUnit{}, false
	}
	a.watch(p)
	if a.skip {
		if p.Timestamp == a.skipped && !startsPicture(a.codec, p.Payload) {
			return rawUnit{}, false
		}
		a.skip = false
	}
	if a.open && p.Timestamp != a.stamp && a.codec != H264 {
		a.drop() // its last packet is missing; only the H.264 decoder splits by time
	}
	split := a.open && p.Timestamp != a.stamp
	nalus, err := a.depack.decode(p)
	switch {
	case errors.Is(err, errMore):
		if !a.open {
			a.open, a.stamp = true, p.Timestamp
		}
		return rawUnit{}, false
	case err != nil:
		a.broken++
		a.drop()
		a.skip, a.skipped = true, p.Timestamp
		return rawUnit{}, false
	}
	at := p.Timestamp
	if split {
		at, a.stamp = a.stamp, p.Timestamp // the packet has begun the next unit
	} else {
		a.open = false
	}
	return a.complete(nalus, at)
}

// watch looks for missing packets; what they belonged to is dropped.
func (a *assembly) watch(p *rtp.Packet) {
	step := p.SequenceNumber - a.seq
	missing := a.running && step != 1
	a.running, a.seq = true, p.SequenceNumber
	if !missing {
		return
	}
	if step > 1 && step < 0x8000 {
		a.lost += uint64(step - 1)
	}
	a.drop()
	a.skip, a.skipped = true, p.Timestamp
}

// drop throws the unit away that is being built.
func (a *assembly) drop() {
	if a.open {
		a.damaged++
	}
	a.gap = true
	if err := a.restart(); err != nil {
		a.broken++ // the old decoder stays; it made units before from the same format
	}
}

// complete joins NAL units that came without a picture with the picture of the
// same time: some cameras send parameter sets as a unit of their own.
func (a *assembly) complete(nalus [][]byte, at uint32) (rawUnit, bool) {
	if a.held != nil && a.heldAt == at {
		nalus = append(a.held, nalus...)
	}
	a.held = nil
	if !a.hasPicture(nalus) {
		a.held, a.heldAt = nalus, at
		return rawUnit{}, false
	}
	u := rawUnit{nalus: nalus, rtp: at, gap: a.gap}
	a.gap = false
	return u, true
}

func (a *assembly) hasPicture(nalus [][]byte) bool {
	if a.codec == MJPEG {
		return true
	}
	for _, nalu := range nalus {
		if isPicture(a.codec, nalu) {
			return true
		}
	}
	return false
}

// startsPicture says whether a packet is surely the first of a unit.
func startsPicture(codec string, p []byte) bool {
	switch codec {
	case MJPEG:
		return len(p) >= 4 && p[1] == 0 && p[2] == 0 && p[3] == 0
	case H265:
		return len(p) >= 1 && (p[0]>>1)&0x3f == 35 || h265FirstSlice(p)
	default:
		return len(p) >= 1 && (p[0]&0x1f == 9 || h264FirstSlice(p))
	}
}

// h264FirstSlice looks for first_mb_in_slice = 0 in a slice or its first fragment.
func h264FirstSlice(p []byte) bool {
	switch t := p[0] & 0x1f; {
	case t == 1 || t == 5:
		return len(p) >= 2 && p[1]&0x80 != 0
	case t == 28 && len(p) >= 3 && p[1]&0x80 != 0:
		inner := p[1] & 0x1f
		return (inner == 1 || inner == 5) && p[2]&0x80 != 0
	default:
		return false
	}
}

// h265FirstSlice looks for first_slice_segment_in_pic_flag.
func h265FirstSlice(p []byte) bool {
	if len(p) < 4 {
		return false
	}
	t := (p[0] >> 1) & 0x3f
	if t == 49 && p[2]&0x80 != 0 {
		return p[2]&0x3f < 32 && p[3]&0x80 != 0
	}
	return t < 32 && p[2]&0x80 != 0
}

type h264Depacketizer struct{ d *rtph264.Decoder }

func (h h264Depacketizer) decode(p *rtp.Packet) ([][]byte, error) {
	nalus, err := h.d.Decode(p)
	if errors.Is(err, rtph264.ErrMorePacketsNeeded) {
		return nil, errMore
	}
	return nalus, err
}

type h265Depacketizer struct{ d *rtph265.Decoder }

func (h h265Depacketizer) decode(p *rtp.Packet) ([][]byte, error) {
	nalus, err := h.d.Decode(p)
	if errors.Is(err, rtph265.ErrMorePacketsNeeded) {
		return nil, errMore
	}
	return nalus, err
}

type mjpegDepacketizer struct{ d *rtpmjpeg.Decoder }

func (m mjpegDepacketizer) decode(p *rtp.Packet) ([][]byte, error) {
	jpeg, err := m.d.Decode(p)
	if errors.Is(err, rtpmjpeg.ErrMorePacketsNeeded) {
		return nil, errMore
	}
	return [][]byte{jpeg}, err
}
