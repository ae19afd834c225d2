package look

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"offsite/pipeline/decode"
	"offsite/pipeline/rtspserve/testvideo"
	"offsite/scenes"
)

// A substream of 640×360 at 512 kbit/s shows the view of its main stream, in every scene;
// the same enlarged by a tenth, mirrored, or of another scene does not; nor does one of
// another shape; in the dark nobody can tell.
func TestTwoStreamsOfOneView(t *testing.T) {
	t.Parallel()
	all, err := scenes.All()
	if err != nil {
		t.Fatal(err)
	}
	least, most := 1.0, -1.0
	var views []View
	for _, s := range all {
		file := filepath.Join(t.TempDir(), s.Key+".mp4")
		if err := os.WriteFile(file, s.Video, 0o600); err != nil {
			t.Fatal(err)
		}
		main := viewOf(t, file)
		small := viewOf(t, testvideo.Encode(t, file, testvideo.Again{Name: "sub", Size: "640x360", Filter: first}))
		same := agreed(t, main, small)
		if !same.Same || same.Why.ZH != "" {
			t.Errorf("%s: its substream is refused: %s", s.Key, same.Why.EN)
		}
		least = min(least, same.Fit.Here)
		for name, filter := range map[string]string{"enlarged": "crop=iw*0.9:ih*0.9", "mirrored": "hflip", "moved": "crop=iw*0.9:ih*0.9:0:0"} {
			other := viewOf(t, testvideo.Encode(t, file, testvideo.Again{Name: name, Size: "640x360", Filter: first + "," + filter}))
			if a := agreed(t, main, other); a.Same || !a.Known || a.Why.ZH == "" || !strings.Contains(a.Why.EN, "another view") {
				t.Errorf("%s, %s, is taken: %+v", s.Key, name, a.Fit)
			} else {
				most = max(most, a.Fit.Here)
			}
		}
		for i, v := range views {
			if a := agreed(t, v, small); a.Same {
				t.Errorf("%s is taken for %s: %+v", s.Key, all[i].Key, a.Fit)
			} else {
				most = max(most, a.Fit.Here)
			}
		}
		views = append(views, main)
		if a := agreed(t, main, View{Width: 704, Height: 576, luma: small.luma, clear: true}); a.Same || !strings.Contains(a.Why.EN, "aspect ratio") {
			t.Errorf("another shape: %+v", a)
		}
		dark := viewOf(t, testvideo.Encode(t, file, testvideo.Again{Name: "dark", Size: "640x360", Filter: first + ",lutyuv=y=16+(val-16)*0.03"}))
		if a := agreed(t, dark, dark); a.Same || a.Known || a.Why.ZH == "" {
			t.Errorf("in the dark: %+v", a)
		}
	}
	t.Logf("the same view agrees to %.3f at least, another to %.3f at most; %.2f is needed", least, most, SameFit)
}

// first takes the beginning alone: one picture is compared.
const first = "trim=end_frame=5"

func agreed(t *testing.T, main, sub View) Agreement {
	t.Helper()
	a, err := Agree(main, sub)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func viewOf(t *testing.T, file string) View {
	t.Helper()
	p, err := decode.First(file)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Release()
	v, err := ViewOf(p)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
