package decode

import (
	"bytes"
	"errors"
	"image/jpeg"
	"image/png"
	"testing"
	"time"

	"offsite/pipeline/ingest"
	"offsite/pipeline/recording"
	"offsite/pipeline/rtspserve/testvideo"
)

// read makes the units of a file, in order of decoding.
func read(t testing.TB, file string) []ingest.Unit {
	t.Helper()
	v, err := recording.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	p, err := ingest.NewParams(v.Codec, v.VPS, v.SPS, v.PPS)
	if err != nil {
		t.Fatal(err)
	}
	var units []ingest.Unit
	for i, s := range v.Samples {
		nalus, err := v.NALUs(i)
		if err != nil {
			t.Fatal(err)
		}
		units = append(units, ingest.Unit{Seq: uint64(i) + 7, Codec: v.Codec, NALUs: nalus, Key: s.Key, PTS: s.PTS,
			At: start.Add(s.PTS), Received: start.Add(s.DTS), Params: p})
	}
	return units
}

var start = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

// pictures decodes a file as a whole, by libavformat: small brightness by time.
func pictures(t testing.TB, file string) map[time.Duration][]byte {
	t.Helper()
	f, err := Open(file, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := map[time.Duration][]byte{}
	for {
		p, err := f.Next(start)
		if err != nil {
			return all
		}
		all[p.At.Sub(start).Round(time.Millisecond)] = luma(t, p)
		p.Release()
	}
}

func luma(t testing.TB, p *Picture) []byte {
	t.Helper()
	out := make([]byte, 80*60)
	if err := p.Luma(out, 80, 60); err != nil {
		t.Fatal(err)
	}
	return out
}

// The picture is that of the unit asked for, whatever the codec, its B-frames and the
// length of its groups, and however one comes to it.
func TestPictureIsThatOfItsUnit(t *testing.T) {
	t.Parallel()
	for name, spec := range map[string]testvideo.Spec{
		"h264":                {Codec: "h264"},
		"h264 with B-frames":  {Codec: "h264", BFrames: 2},
		"h264 in one group":   {Codec: "h264", GOP: 200},
		"h265":                {Codec: "h265"},
		"h265 with B-frames":  {Codec: "h265", BFrames: 3},
		"h265 in open groups": {Codec: "h265", BFrames: 3, OpenGOP: true},
		"mjpeg":               {Codec: "mjpeg"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := testvideo.Make(t, spec)
			units, want := read(t, file), pictures(t, file)
			early := units[0].PTS // with B-frames libavformat counts from another moment
			for _, u := range units {
				early = min(early, u.PTS)
			}
			d := New()
			defer d.Close()
			for _, last := range []int{0, 1, 5, 6, 12, 13, 24, 40, 41, 3, 60} {
				first := last
				for !units[first].Key {
					first--
				}
				p, err := d.Follow(units[first : last+1])
				if errors.Is(err, ErrNoPicture) && units[last].PTS < units[first].PTS {
					continue // a leading picture of an open group, which needs the group before
				}
				if err != nil {
					t.Fatalf("unit %d: %v", last, err)
				}
				got := nearest(want, luma(t, p))
				if at := (units[last].PTS - early).Round(time.Millisecond); got != at {
					t.Errorf("unit %d at %s: the picture of %s", last, at, got)
				}
				if p.Unit != units[last].Seq || !p.At.Equal(units[last].At) {
					t.Errorf("unit %d: picture %d of %s", last, p.Unit, p.At)
				}
				p.Release()
			}
		})
	}
}

// nearest finds the time whose picture is most like the given one.
func nearest(all map[time.Duration][]byte, luma []byte) time.Duration {
	best, least := time.Duration(-1), -1
	for at, other := range all {
		sum := 0
		for i := range luma {
			d := int(luma[i]) - int(other[i])
			sum += d * d
		}
		if least < 0 || sum < least || sum == least && at < best {
			best, least = at, sum
		}
	}
	return best
}

func TestLongGroupIsDecodedOnce(t *testing.T) {
	t.Parallel()
	units := read(t, testvideo.Make(t, testvideo.Spec{GOP: 200}))
	d := New()
	defer d.Close()
	for _, last := range []int{10, 30, 60} {
		before := d.Next()
		p, err := d.Follow(units[:last+1])
		if err != nil {
			t.Fatal(err)
		}
		p.Release()
		if d.Next() != units[last].Seq+1 {
			t.Errorf("after unit %d it would go on with %d", last, d.Next())
		}
		if left := d.unseen(units[:last+2]); before != 0 && len(left) != 1 {
			t.Errorf("after unit %d it would decode %d units anew", last, len(left)-1)
		}
	}
}

func TestDamagedUnitIsNoPicture(t *testing.T) {
	t.Parallel()
	for _, codec := range []string{"h264", "h265", "mjpeg"} {
		t.Run(codec, func(t *testing.T) {
			t.Parallel()
			units := read(t, testvideo.Make(t, testvideo.Spec{Codec: codec}))
			d := New()
			defer d.Close()
			bad := units[0]
			bad.NALUs = append([][]byte(nil), bad.NALUs...)
			biggest := 0
			for i := range bad.NALUs {
				if len(bad.NALUs[i]) > len(bad.NALUs[biggest]) {
					biggest = i
				}
			}
			bad.NALUs[biggest] = bad.NALUs[biggest][:len(bad.NALUs[biggest])/3]
			if p, err := d.Decode(bad); !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNoPicture) {
				t.Errorf("a third of a picture gave %v, %v", p, err)
			}
			p, err := d.Decode(units[0])
			if err != nil {
				t.Fatalf("after a damaged unit: %v", err)
			}
			p.Release()
		})
	}
	d := New()
	defer d.Close()
	if _, err := d.Decode(ingest.Unit{Codec: "vp8", NALUs: [][]byte{{1}}, Key: true}); !errors.Is(err, ErrCodec) {
		t.Errorf("another codec: %v", err)
	}
	if _, err := d.Follow(nil); !errors.Is(err, ErrNoPicture) {
		t.Errorf("nothing: %v", err)
	}
	if _, err := d.Decode(read(t, testvideo.Make(t, testvideo.Spec{}))[3]); !errors.Is(err, ErrNoPicture) && !errors.Is(err, ErrDamaged) {
		t.Errorf("a unit without those before it: %v", err)
	}
}

func TestPictureIsEncodedAtItsSize(t *testing.T) {
	t.Parallel()
	units := read(t, testvideo.Make(t, testvideo.Spec{Seconds: 1}))
	d := New()
	p, err := d.Decode(units[0])
	d.Close() // the picture outlives its decoder
	if err != nil {
		t.Fatal(err)
	}
	defer p.Release()
	out, err := p.PNG()
	if err != nil {
		t.Fatal(err)
	}
	if img, err := png.Decode(bytes.NewReader(out)); err != nil || img.Bounds().Dx() != 320 || img.Bounds().Dy() != 240 {
		t.Errorf("PNG: %v", err)
	}
	for width, want := range map[int]int{0: 320, 160: 160, 1000: 320} {
		out, err := p.JPEG(80, width)
		if err != nil {
			t.Fatal(err)
		}
		if img, err := jpeg.Decode(bytes.NewReader(out)); err != nil || img.Bounds().Dx() != want {
			t.Errorf("JPEG at most %d wide: %v", width, err)
		}
	}
	if err := p.RGB(make([]byte, 10), 20, 20, 60); err == nil {
		t.Error("pixels were written into too few bytes")
	}
	if err := p.Luma(nil, 4, 4); err == nil {
		t.Error("brightness was written into no bytes")
	}
	if out, err := JPEG(64, units[0]); err != nil || len(out) == 0 {
		t.Errorf("a unit as JPEG: %v", err)
	}
}

func BenchmarkKeyUnit(b *testing.B) {
	units := read(b, testvideo.Make(b, testvideo.Spec{Size: "1280x720", Seconds: 1}))
	d := New()
	defer d.Close()
	for b.Loop() {
		p, err := d.Decode(units[0])
		if err != nil {
			b.Fatal(err)
		}
		p.Release()
	}
}
