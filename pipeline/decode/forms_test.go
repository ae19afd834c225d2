package decode

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// still draws a test pattern with ffmpeg into the test's folder, as the arguments say.
func still(t testing.TB, name, size string, args ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	all := append([]string{"-n", "5", "ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=" + size, "-frames:v", "1"}, args...)
	if out, err := exec.Command("nice", append(all, "file:"+file)...).CombinedOutput(); err != nil {
		t.Fatalf("draw a picture with ffmpeg (apt-get install ffmpeg): %v\n%s", err, out)
	}
	return file
}

// shown opens a picture file and returns its pixels at that size, and its own.
func shown(t testing.TB, file string, w, h int) (rgb []byte, width, height int) {
	t.Helper()
	p, err := First(file)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Release()
	rgb = make([]byte, 3*w*h)
	if err := p.RGB(rgb, w, h, 3*w); err != nil {
		t.Fatal(err)
	}
	return rgb, p.Width, p.Height
}

// gap is the mean distance of two pictures, in steps of 255.
func gap(a, b []byte) float64 {
	sum := 0
	for i := range a {
		sum += max(int(a[i])-int(b[i]), int(b[i])-int(a[i]))
	}
	return float64(sum) / float64(len(a))
}

// A picture looks the same to a model whatever the file that it came in, whatever the
// file is called.
func TestPictureFilesOfEachKind(t *testing.T) {
	t.Parallel()
	const size, w, h = "320x240", 160, 120
	colours, _, _ := shown(t, still(t, "plain.png", size, "-pix_fmt", "rgb24"), w, h)
	greys, _, _ := shown(t, still(t, "plain.png", size, "-vf", "format=gray,format=rgb24"), w, h)
	for _, c := range []struct {
		name string
		want []byte
		args []string
	}{
		{"alpha.png", colours, []string{"-pix_fmt", "rgba"}},
		{"deep.png", colours, []string{"-pix_fmt", "rgb48be"}},
		{"deep and alpha.png", colours, []string{"-pix_fmt", "rgba64be"}},
		{"grey.png", greys, []string{"-pix_fmt", "gray"}},
		{"deep grey.png", greys, []string{"-pix_fmt", "gray16be"}},
		{"grey and alpha.png", greys, []string{"-pix_fmt", "ya8"}},
		{"grey.jpg", greys, []string{"-vf", "format=gray", "-q:v", "2"}},
		{"whole chroma.jpg", colours, []string{"-pix_fmt", "yuvj444p", "-q:v", "2"}},
		{"half chroma.jpg", colours, []string{"-pix_fmt", "yuvj420p", "-q:v", "2"}},
		{"plain.bmp", colours, []string{"-pix_fmt", "bgr24"}},
		{"plain.tiff", colours, []string{"-pix_fmt", "rgb24"}},
		{"grey.gif", greys, []string{"-pix_fmt", "gray"}},
		{"plain.webp", colours, []string{"-quality", "95"}},
		{"12:30 100%d 火.jpg", colours, []string{"-pix_fmt", "yuvj444p", "-q:v", "2", "-update", "1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, width, height := shown(t, still(t, c.name, size, c.args...), w, h)
			if far := gap(got, c.want); width != 320 || height != 240 || far > 6 {
				t.Errorf("it is %d×%d, and %.1f of 255 apart from the plain picture", width, height, far)
			}
		})
	}
}

func TestPictureFilesOfAnySize(t *testing.T) {
	t.Parallel()
	for size, want := range map[string]image.Point{"2x2": {2, 2}, "8x8": {8, 8}, "4000x4": {4000, 4}, "8000x6000": {8000, 6000}} {
		t.Run(size, func(t *testing.T) {
			t.Parallel()
			for _, kind := range []string{"a.jpg", "a.png"} {
				if _, width, height := shown(t, still(t, kind, size), 416, 312); width != want.X || height != want.Y {
					t.Errorf("%s is %d×%d, want %v", kind, width, height, want)
				}
			}
		})
	}
}

// A camera held on its side writes down how its picture is to be turned: sizes, pixels
// and so the boxes are those of the picture as it is shown.
func TestPictureIsTurnedAsItsFileSays(t *testing.T) {
	t.Parallel()
	const w, h = 48, 32
	lying := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			lying.SetRGBA(x, y, color.RGBA{uint8(x * 5), uint8(y * 7), uint8(255 - x*2 - y*2), 255})
		}
	}
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, lying, &jpeg.Options{Quality: 98}); err != nil {
		t.Fatal(err)
	}
	for orientation, from := range map[byte]func(x, y int) (int, int){
		1: func(x, y int) (int, int) { return x, y },
		2: func(x, y int) (int, int) { return w - 1 - x, y },
		3: func(x, y int) (int, int) { return w - 1 - x, h - 1 - y },
		4: func(x, y int) (int, int) { return x, h - 1 - y },
		5: func(x, y int) (int, int) { return y, x },
		6: func(x, y int) (int, int) { return y, h - 1 - x },
		7: func(x, y int) (int, int) { return w - 1 - y, h - 1 - x },
		8: func(x, y int) (int, int) { return w - 1 - y, x },
	} {
		t.Run(fmt.Sprint(orientation), func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "turned.jpg")
			if err := os.WriteFile(file, oriented(plain.Bytes(), orientation), 0o600); err != nil {
				t.Fatal(err)
			}
			wide, high := w, h
			if orientation > 4 {
				wide, high = h, w
			}
			got, width, height := shown(t, file, wide, high)
			if width != wide || height != high {
				t.Fatalf("it is %d×%d, want %d×%d", width, height, wide, high)
			}
			want := make([]byte, 0, len(got))
			for y := range high {
				for x := range wide {
					c := lying.RGBAAt(from(x, y))
					want = append(want, c.R, c.G, c.B)
				}
			}
			if far := gap(got, want); far > 8 {
				t.Errorf("it is %.1f of 255 apart from the turned picture", far)
			}
		})
	}
}

// oriented writes EXIF's orientation into a JPEG, behind its first marker.
func oriented(plain []byte, orientation byte) []byte {
	exif := append([]byte("\xff\xe1\x00\x22Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00"), orientation, 0, 0, 0, 0, 0, 0, 0)
	return append(append(bytes.Clone(plain[:2]), exif...), plain[2:]...)
}

// testdata/cmyk.jpg, of printers' four inks, is orange at the left and blue at the right.
func TestPictureOfFourInks(t *testing.T) {
	t.Parallel()
	got, width, height := shown(t, filepath.Join("testdata", "cmyk.jpg"), 32, 16)
	want := bytes.Repeat(append(bytes.Repeat([]byte{200, 60, 30}, 16), bytes.Repeat([]byte{30, 90, 210}, 16)...), 16)
	if far := gap(got, want); width != 32 || height != 16 || far > 6 {
		t.Errorf("it is %d×%d, and %.1f of 255 apart from what was drawn", width, height, far)
	}
}
