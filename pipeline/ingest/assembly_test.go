package ingest

import (
	"bytes"
	"testing"

	"github.com/bluenviron/gortsplib/v4/pkg/format"
	"github.com/pion/rtp"
)

func h264Assembly(t testing.TB) (*assembly, func(nalus ...[]byte) []*rtp.Packet) {
	t.Helper()
	forma := &format.H264{PayloadTyp: 96, PacketizationMode: 1}
	a, err := newAssembly(forma)
	if err != nil {
		t.Fatal(err)
	}
	enc, err := forma.CreateEncoder()
	if err != nil {
		t.Fatal(err)
	}
	stamp := uint32(0)
	return a, func(nalus ...[]byte) []*rtp.Packet {
		packets, err := enc.Encode(nalus)
		if err != nil {
			t.Fatal(err)
		}
		stamp += 3600
		for _, p := range packets {
			p.Timestamp = stamp
		}
		return packets
	}
}

func slice(kind byte, n int) []byte {
	return append([]byte{kind, 0x88}, bytes.Repeat([]byte{0xab}, n)...)
}

func pushAll(a *assembly, packets []*rtp.Packet) (units []rawUnit) {
	for _, p := range packets {
		if u, ok := a.push(p); ok {
			units = append(units, u)
		}
	}
	return units
}

func TestParameterSetsOfTheirOwnJoinTheirPicture(t *testing.T) {
	t.Parallel()
	a, cut := h264Assembly(t)
	sets := cut([]byte{7, 1}, []byte{8, 2})
	key := cut(slice(5, 5000))
	for _, p := range key {
		p.Timestamp = sets[0].Timestamp
	}
	if u := pushAll(a, sets); len(u) != 0 {
		t.Fatalf("parameter sets alone made %d units", len(u))
	}
	u := pushAll(a, key)
	if len(u) != 1 || len(u[0].nalus) != 3 || u[0].gap {
		t.Fatalf("got %+v", u)
	}
}

func TestMissingPacketDropsItsPictureAlone(t *testing.T) {
	t.Parallel()
	for lose := range 4 {
		a, cut := h264Assembly(t)
		var packets []*rtp.Packet
		packets = append(packets, cut(slice(5, 5000))...) // 4 packets each
		packets = append(packets, cut(slice(1, 5000))...)
		packets = append(packets, cut(slice(1, 5000))...)
		if len(packets) != 12 {
			t.Fatalf("%d packets, the test wants 12", len(packets))
		}
		packets = append(packets[:4+lose], packets[5+lose:]...)
		u := pushAll(a, packets)
		if len(u) != 2 || u[0].gap || !u[1].gap || u[1].rtp != 3*3600 || a.lost != 1 {
			t.Errorf("without packet %d of the second picture: %+v, %d lost", lose, u, a.lost)
		}
	}
}

func TestPicturesWithoutMarkers(t *testing.T) {
	t.Parallel()
	a, cut := h264Assembly(t)
	var packets []*rtp.Packet
	for range 4 {
		packets = append(packets, cut(slice(5, 3000))...)
	}
	for _, p := range packets {
		p.Marker = false
	}
	u := pushAll(a, packets)
	if len(u) != 3 || u[0].rtp != 3600 || u[1].rtp != 7200 || u[2].rtp != 10800 {
		t.Errorf("got %d units with times %+v", len(u), u)
	}
}

// FuzzAssembly feeds packets of any content, order and loss. Whatever comes, it
// must not panic, hold memory without bound, or hand on a unit without a picture.
func FuzzAssembly(f *testing.F) {
	f.Add(uint8(0), []byte{0, 3, 1, 0x65, 0x88, 1, 0, 2, 1, 0x41, 0x9a})
	f.Add(uint8(1), []byte{0, 4, 1, 0x26, 0x01, 0xaf, 0, 0, 5, 0, 0x62, 0x01, 0x93, 0xaf, 1})
	f.Add(uint8(2), []byte{0, 12, 1, 0, 0, 0, 0, 1, 50, 40, 30, 1, 2, 3, 4})
	f.Add(uint8(0), []byte{0, 5, 0, 0x7c, 0x85, 0x88, 1, 2, 2, 3, 1, 0x7c, 0x45, 9})
	f.Add(uint8(0), []byte{0, 6, 1, 0x78, 0, 1, 7, 0, 1})
	formats := []format.Format{
		&format.H264{PayloadTyp: 96, PacketizationMode: 1}, &format.H265{PayloadTyp: 96}, &format.MJPEG{},
	}
	f.Fuzz(func(t *testing.T, which uint8, script []byte) {
		a, err := newAssembly(formats[int(which)%len(formats)])
		if err != nil {
			t.Fatal(err)
		}
		params := &Params{Codec: a.codec}
		seq, stamp := uint16(65_530), uint32(0)
		for len(script) >= 3 { // step of the sequence and of time, size, marker, payload
			step, size, flags := script[0], int(script[1]), script[2]
			script = script[3:]
			size = min(size, len(script))
			p := &rtp.Packet{Header: rtp.Header{
				SequenceNumber: seq + uint16(step&3), Timestamp: stamp + 3600*uint32(step>>2), Marker: flags&1 != 0,
			}, Payload: script[:size]}
			seq, stamp = p.SequenceNumber+1, p.Timestamp
			script = script[size:]
			u, ok := a.push(p)
			if !ok {
				continue
			}
			if len(u.nalus) == 0 || !a.hasPicture(u.nalus) {
				t.Fatalf("a unit without a picture: %v", u)
			}
			if a.codec == MJPEG {
				params, _ = params.followJPEG(u.nalus[0])
			} else {
				params, _ = params.follow(u.nalus)
			}
			unit := Unit{Codec: a.codec, NALUs: u.nalus, Key: isKey(a.codec, u.nalus), Params: params}
			if len(unit.AnnexB()) < unit.Size() {
				t.Fatal("AnnexB loses bits")
			}
		}
	})
}

// FuzzParams reads parameter sets and JPEG headers of any content.
func FuzzParams(f *testing.F) {
	f.Add([]byte{0x67, 0x64, 0x00, 0x0d, 0xac, 0xd9, 0x41, 0x41, 0xfb, 0x01, 0x10, 0x00, 0x00, 0x03})
	f.Add([]byte{0x42, 0x01, 0x01, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00, 0x3c})
	f.Add([]byte{0xff, 0xd8, 0xff, 0xc0, 0, 17, 8, 0, 240, 1, 64, 3})
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, codec := range []string{H264, H265} {
			p, err := NewParams(codec, nil, b, nil)
			if err == nil && len(b) > 0 && (p.Width <= 0 || p.Height <= 0) {
				t.Fatalf("%s: accepted %d×%d", codec, p.Width, p.Height)
			}
		}
		if w, h, ok := jpegSize(b); ok && (w <= 0 || h <= 0 || w > 65535 || h > 65535) {
			t.Fatalf("JPEG of %d×%d", w, h)
		}
	})
}
