package decode

import (
	"bytes"
	"errors"
	"sync"
	"testing"

	"offsite/pipeline/ingest"
	"offsite/pipeline/rtspserve/testvideo"
)

// Cameras that share decoders get the pictures that they would have got alone, also
// where their groups are open and their parameter sets are the same.
func TestCamerasShareDecoders(t *testing.T) {
	t.Parallel()
	var keys []ingest.Unit
	for _, spec := range []testvideo.Spec{
		{}, {Still: true}, {BFrames: 2}, {Size: "480x272"}, {OpenGOP: true, BFrames: 2}, {OpenGOP: true, BFrames: 2, Still: true},
		{Codec: "h265"}, {Codec: "h265", BFrames: 3}, {Codec: "mjpeg"},
	} {
		for _, u := range read(t, testvideo.Make(t, spec)) {
			if u.Key && len(keys) < 200 {
				keys = append(keys, u)
			}
		}
	}
	alone := make([][]byte, len(keys))
	for i, u := range keys {
		d := New()
		p, err := d.Decode(u)
		if err != nil {
			t.Fatalf("unit %d alone: %v", i, err)
		}
		alone[i] = luma(t, p)
		p.Release()
		d.Close()
	}
	pool := NewPool()
	defer pool.Close()
	var work sync.WaitGroup
	for worker := range 3 {
		work.Go(func() {
			for step := range len(keys) {
				i := (step*7 + worker*11) % len(keys) // from camera to camera
				p, err := pool.Decode(keys[i])
				if err != nil {
					t.Errorf("unit %d, shared: %v", i, err)
					return
				}
				if got := luma(t, p); !bytes.Equal(got, alone[i]) {
					t.Errorf("unit %d (%s) is another picture with a shared decoder", i, keys[i].Codec)
				}
				p.Release()
			}
		})
	}
	work.Wait()
	if n := len(pool.idle); n == 0 || n > mostIdle {
		t.Errorf("%d decoders wait", n)
	}
}

func TestPoolGoesOnAfterDamage(t *testing.T) {
	t.Parallel()
	units := read(t, testvideo.Make(t, testvideo.Spec{}))
	pool := NewPool()
	bad := units[0]
	bad.NALUs = [][]byte{{0x65, 0x88}}
	if _, err := pool.Decode(bad); !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNoPicture) {
		t.Errorf("two bytes of a picture: %v", err)
	}
	p, err := pool.Decode(units[0])
	if err != nil {
		t.Fatal(err)
	}
	pool.Close() // the picture outlives it
	if len(luma(t, p)) == 0 {
		t.Error("no brightness")
	}
	p.Release()
}
