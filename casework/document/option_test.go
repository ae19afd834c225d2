package document

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func TestEnglishPage(t *testing.T) {
	t.Parallel()
	p := press(t)
	for _, kind := range Kinds() {
		f := Sample(kind)
		plain, err := p.Render(kind, f)
		if err != nil {
			t.Fatal(err)
		}
		f.Gloss = true
		doc, err := p.Render(kind, f)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		keep(t, "english_"+string(kind), doc.PDF)
		_, en := kind.Title()
		if text := read(t, doc.PDF); doc.Pages != plain.Pages+1 || !strings.Contains(text, strings.ReplaceAll(en, " ", "")) || !strings.Contains(text, "theonlyvalidone") {
			t.Errorf("%s: %d pages after %d, no %q", kind, doc.Pages, plain.Pages, en)
		}
	}
}

func TestTemplateOfAMatter(t *testing.T) {
	t.Parallel()
	own := fstest.MapFS{"reminder.stall.txt": {Data: []byte("@org {{.Bureau.Name}}\n@title 摊贩提醒\n")}}
	p, err := New(DebianFonts(), own)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"stall": "摊贩提醒", "crossdoor": "责令改正提醒书", "": "责令改正提醒书"} {
		f := Sample(Reminder)
		f.Case.Key = key
		doc, err := p.Render(Reminder, f)
		if err != nil || !strings.Contains(read(t, doc.PDF), want) {
			t.Errorf("%q: %v", key, err)
		}
	}
	if _, err := New(DebianFonts(), fstest.MapFS{"shoe.txt": {Data: []byte("@p x")}}); err == nil || !strings.Contains(err.Error(), `no kind "shoe"`) {
		t.Errorf("%v", err)
	}
}

func TestOwnSeal(t *testing.T) {
	t.Parallel()
	p := press(t)
	img := image.NewNRGBA(image.Rect(0, 0, 80, 80))
	for i := range 80 {
		img.Set(i, i, color.NRGBA{200, 0, 0, 180})
	}
	var data bytes.Buffer
	if err := png.Encode(&data, img); err != nil {
		t.Fatal(err)
	}
	f := Sample(Decision)
	f.Bureau.Demo, f.Bureau.Seal, f.Bureau.Image = false, false, data.Bytes()
	doc, err := p.Render(Decision, f)
	if err != nil {
		t.Fatal(err)
	}
	keep(t, "own_seal", doc.PDF)
	if list := tool(t, doc.PDF, "pdfimages", "-list"); !strings.Contains(list, "smask") {
		t.Errorf("no transparent seal: %s", list)
	}
	f.Bureau.Image = []byte("no seal")
	if _, err := p.Render(Decision, f); err == nil || !strings.Contains(err.Error(), "isn't a PNG") {
		t.Errorf("%v", err)
	}
}

// A bureau's seal is never drawn for show: without Demo the seal of the demo isn't there.
func TestDemoSealOnlyInTheDemo(t *testing.T) {
	t.Parallel()
	p := press(t)
	f := Sample(Decision)
	f.Bureau.Demo = false
	doc, err := p.Render(Decision, f)
	if err != nil {
		t.Fatal(err)
	}
	text := read(t, doc.PDF)
	if strings.Contains(text, "DEMO") || strings.Contains(text, "演示") || !strings.Contains(text, "（印章）") {
		t.Error(text)
	}
}

func TestRareCharacterFont(t *testing.T) {
	t.Parallel()
	fonts := DebianFonts()
	if fonts.Rare == "" {
		fonts.Rare = os.Getenv("OFFSITE_RARE_FONT")
	}
	if fonts.Rare == "" {
		t.Skip("SKIPPED: no font with rare characters is here; install fonts-droid-fallback or set OFFSITE_RARE_FONT")
	}
	p, err := New(fonts)
	if err != nil {
		t.Fatal(err)
	}
	f := Sample(Decision)
	f.Party.Unit, f.Party.Name = false, "王喆堃"
	doc, err := p.Render(Decision, f)
	if err != nil || !strings.Contains(read(t, doc.PDF), "王喆堃") {
		t.Errorf("%v", err)
	}
	f.Party.Name = "𠮷\U0010FFFF"
	var lacks *RuneError
	if _, err := p.Render(Decision, f); !errors.As(err, &lacks) {
		t.Errorf("%v", err)
	}
}

func TestQuotedLaw(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("OFFSITE_LAW")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "law")
	}
	law, err := os.ReadFile(filepath.Join(folder, "administrative-penalty-law-2021.md"))
	if err != nil {
		t.Skipf("SKIPPED: the law texts aren't here (%v); set OFFSITE_LAW to their folder", err)
	}
	for _, c := range NoPenaltyBasis() {
		if !bytes.Contains(law, []byte(c.Text)) {
			t.Errorf("%s isn't in the law as quoted", c.Article)
		}
	}
}
