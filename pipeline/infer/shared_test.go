package infer

import (
	"bytes"
	"testing"
)

// painted counts how often it is scaled, and tells in each pixel which picture it is.
type painted struct {
	value byte
	times int
}

func (*painted) Size() (w, h int) { return 640, 480 }

func (p *painted) RGB(dst []byte, w, h, stride int) error {
	p.times++
	for y := range h {
		for x := range 3 * w {
			dst[y*stride+x] = p.value + byte(y)
		}
	}
	return nil
}

func TestModelsOfOneSizeShareAScaling(t *testing.T) {
	t.Parallel()
	var s Shared
	for round := range 3 {
		p := &painted{value: byte(10 * round)}
		s.Of(p)
		for _, c := range []struct{ w, h, stride int }{{8, 6, 24}, {8, 6, 24}, {8, 6, 32}, {4, 4, 12}, {4, 4, 12}} {
			got := bytes.Repeat([]byte{99}, c.h*c.stride)
			want := bytes.Clone(got)
			if err := s.RGB(got, c.w, c.h, c.stride); err != nil {
				t.Fatal(err)
			}
			if err := (&painted{value: p.value}).RGB(want, c.w, c.h, c.stride); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("round %d: %d×%d with a stride of %d differs from the picture's own", round, c.w, c.h, c.stride)
			}
		}
		if p.times != 2 {
			t.Errorf("round %d: scaled %d times, want once for each of two sizes", round, p.times)
		}
		if w, h := s.Size(); w != 640 || h != 480 {
			t.Errorf("size %d×%d", w, h)
		}
	}
}
