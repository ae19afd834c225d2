package recording

import (
	"errors"
	"image"
	"os"
	"path/filepath"
	"testing"
	"time"

	"offsite/pipeline/film"
)

// FuzzVideo: a clip out of a bundle, or a file that somebody hands in, is read or
// refused in bounded time and memory.
func FuzzVideo(f *testing.F) {
	name := filepath.Join(f.TempDir(), "seed.mp4")
	made, err := film.Create(name, 16, 16, time.Second)
	if err == nil {
		err = errors.Join(made.Add(image.NewRGBA(image.Rect(0, 0, 16, 16)), 0), made.Close())
	}
	if err != nil {
		f.Fatal(err)
	}
	seed, err := os.ReadFile(name)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Fuzz(func(t *testing.T, text []byte) {
		name := filepath.Join(t.TempDir(), "clip.mp4")
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		v, err := Open(name)
		if err != nil {
			return
		}
		defer v.Close()
		for i := range v.Samples[:min(len(v.Samples), 100)] {
			units, err := v.NALUs(i)
			if err != nil {
				continue
			}
			total := 0
			for _, u := range units {
				total += len(u)
			}
			if most := len(text) + len(v.VPS) + len(v.SPS) + len(v.PPS); total > most {
				t.Fatalf("picture %d has %d bytes, of a file of %d", i, total, len(text))
			}
		}
	})
}
