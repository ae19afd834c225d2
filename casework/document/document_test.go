package document

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

func press(t testing.TB) *Press {
	t.Helper()
	p, err := New(DebianFonts())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// read is what a reader of PDF finds in a paper, without its spaces.
func read(t *testing.T, pdf []byte) string {
	t.Helper()
	out := tool(t, pdf, "pdftotext", "-enc", "UTF-8")
	return strings.Join(strings.Fields(out), "")
}

func tool(t *testing.T, pdf []byte, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("SKIPPED: %s isn't here; install poppler-utils", name)
	}
	path := filepath.Join(t.TempDir(), "paper.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	args = append(args, path)
	if name == "pdftotext" {
		args = append(args, "-")
	}
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
	return string(out)
}

// keep puts a paper where it can be looked at, if such a folder is named.
func keep(t *testing.T, name string, pdf []byte) {
	t.Helper()
	if folder := os.Getenv("OFFSITE_DOCUMENTS_OUT"); folder != "" {
		if err := os.WriteFile(filepath.Join(folder, name+".pdf"), pdf, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestEveryKind(t *testing.T) {
	t.Parallel()
	p := press(t)
	for _, kind := range Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			f := Sample(kind)
			doc, err := p.Render(kind, f)
			if err != nil {
				t.Fatal(err)
			}
			keep(t, string(kind), doc.PDF)
			text := read(t, doc.PDF)
			zh, en := kind.Title()
			about := f.Party.Name
			if kind == Suggestion { // to others, who need not know whose case it was
				about = f.Suggestion.Recipient
				if strings.Contains(text, f.Party.Name) {
					t.Error("it names the party")
				}
			}
			for _, want := range []string{zh, f.Number, f.Bureau.Name, about, "K7M2-QX4R-T9WD", "offsite.example.cn", "第1页"} {
				if !strings.Contains(text, strings.Join(strings.Fields(want), "")) {
					t.Errorf("%q isn't in it", want)
				}
			}
			if doc.TitleZH != zh || doc.TitleEN != en || doc.Number != f.Number || len(doc.SHA256) != 64 || doc.Pages < 1 {
				t.Errorf("%+v", doc.Kind)
			}
			fonts := tool(t, doc.PDF, "pdffonts")
			for i, row := range strings.Split(strings.TrimSpace(fonts), "\n") {
				if i > 1 && !strings.Contains(row, "yes yes yes") {
					t.Errorf("a font isn't an embedded subset with its Unicode table: %s", row)
				}
			}
			info := tool(t, doc.PDF, "pdfinfo")
			if !strings.Contains(info, zh+" "+f.Number) || !strings.Contains(info, "Nov 24") || !strings.Contains(strings.Join(strings.Fields(info), " "), "Metadata Stream: yes") || !strings.Contains(info, f.Bureau.Name) {
				t.Errorf("metadata: %s", info)
			}
		})
	}
}

func TestDecisionSaysWhatTheLawAsks(t *testing.T) {
	t.Parallel()
	f := Sample(Decision)
	f.FineFen = 12_345_67
	doc, err := press(t).Render(Decision, f)
	if err != nil {
		t.Fatal(err)
	}
	text := read(t, doc.PDF)
	for _, want := range []string{
		f.Party.Address, "12345.67元", "壹万贰仟叁佰肆拾伍元陆角柒分", "第二十一条第三款", "十五日内", "百分之三", "60日内", "上海市崇明区人民政府", "6个月内",
		"上海市崇明区人民法院", "09000001", "09000002", "2026年11月24日", "直接上缴国库", "货物系送货时临时卸放",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q isn't in it", want)
		}
	}
}

// The same fields make the same bytes, also side by side.
func TestSameFieldsSameBytes(t *testing.T) {
	t.Parallel()
	p, q := press(t), press(t)
	want, err := p.Render(FactNotice, Sample(FactNotice))
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for _, one := range []*Press{p, q} {
				got, err := one.Render(FactNotice, Sample(FactNotice))
				if err != nil || !bytes.Equal(got.PDF, want.PDF) || got.SHA256 != want.SHA256 {
					t.Errorf("differs: %v", err)
				}
			}
		})
	}
	wait.Wait()
}

func TestLongNamesWrap(t *testing.T) {
	t.Parallel()
	p := press(t)
	f := Sample(Decision)
	f.Party.Name = strings.Repeat("上海崇明生态农业发展专业合作社联合社", 6)
	f.Bureau.Name = strings.Repeat("上海市崇明区城市管理行政执法局", 3)
	f.Party.Address = strings.Repeat("abcdefghij", 30)
	f.Facts = strings.Repeat("当事人在人行道上摆放货架，经劝阻仍未收回。", 200)
	for _, kind := range []Kind{Decision, FilingApproval, Transfer} {
		g := Sample(kind)
		g.Party, g.Bureau.Name, g.Facts = f.Party, f.Bureau.Name, f.Facts
		doc, err := p.Render(kind, g)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		text := read(t, doc.PDF)
		if doc.Pages < 2 || !strings.Contains(text, "第2页") || strings.Count(text, "经劝阻仍未收回") < 150 {
			t.Errorf("%s: %d pages, text lost", kind, doc.Pages)
		}
		inside(t, doc.PDF)
	}
}

// inside checks that no word leaves the sheet's margins.
func inside(t *testing.T, pdf []byte) {
	t.Helper()
	for _, row := range strings.Split(tool(t, pdf, "pdftotext", "-bbox"), "\n") {
		if strings.Contains(row, "xMax=\"6") || strings.Contains(row, "xMin=\"-") {
			t.Errorf("outside the sheet: %s", row)
		}
	}
}

func TestRareCharacterIsNamed(t *testing.T) {
	t.Parallel()
	fonts := DebianFonts()
	fonts.Rare = ""
	p, err := New(fonts)
	if err != nil {
		t.Fatal(err)
	}
	f := Sample(Decision)
	f.Party.Name = "王喆"
	_, err = p.Render(Decision, f)
	var lacks *RuneError
	if !errors.As(err, &lacks) || lacks.Rune != '喆' || !strings.Contains(err.Error(), "U+5586") {
		t.Errorf("got %v", err)
	}
	f = Sample(Decision)
	f.Stills[0].Caption = "堃"
	if _, err := p.Render(FactNotice, f); !errors.As(err, &lacks) {
		t.Errorf("a caption: %v", err)
	}
}

// What a case says can't act as markup: a name with line breaks and bars stays a name.
func TestWordsArentMarkup(t *testing.T) {
	t.Parallel()
	p := press(t)
	f := Sample(FilingApproval)
	f.Bureau.Demo, f.Bureau.Seal = false, false // no mark across the words
	f.Party.Name = "甲店\n@seal\n@row 乙 | 丙|丁{{.Number}}\u202e\u0007"
	f.Facts = "其一\n@title 假标题\n其二"
	doc, err := p.Render(FilingApproval, f)
	if err != nil {
		t.Fatal(err)
	}
	text := read(t, doc.PDF)
	for _, want := range []string{"甲店", "@seal", "@row乙|丙|丁", "{{.Number}}", "@title假标题", "其二"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q isn't in %s", want, text)
		}
	}
}

func TestBrokenPictureIsRefused(t *testing.T) {
	t.Parallel()
	p := press(t)
	f := Sample(FactNotice)
	for _, data := range [][]byte{nil, []byte("no picture"), f.Stills[0].Picture[:300]} {
		f.Stills[1].Picture = data
		if _, err := p.Render(FactNotice, f); err == nil || !strings.Contains(err.Error(), "still 2") {
			t.Errorf("%d bytes: %v", len(data), err)
		}
	}
}

func TestOwnTemplate(t *testing.T) {
	t.Parallel()
	own := fstest.MapFS{"closure.txt": {Data: []byte("@org {{.Bureau.Name}}\n@title 本局样式\n@p {{.Party.Name}}\n")}}
	p, err := New(DebianFonts(), own)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := p.Render(Closure, Sample(Closure))
	if err != nil || !strings.Contains(read(t, doc.PDF), "本局样式") {
		t.Errorf("%v", err)
	}
	for name, text := range map[string]string{"syntax": "@p {{.Party.Name", "field": "@p {{.Party.Shoe}}", "element": "@shoe x", "bare": "words", "cells": "@qa one"} {
		p, err := New(DebianFonts(), fstest.MapFS{"closure.txt": {Data: []byte(text)}})
		if err == nil {
			_, err = p.Render(Closure, Sample(Closure))
		}
		if err == nil || !strings.Contains(err.Error(), "closure") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFontsMustBeThere(t *testing.T) {
	t.Parallel()
	if _, err := New(Fonts{Song: "/nowhere.ttf", Kai: "/nowhere.ttf"}); err == nil || !strings.Contains(err.Error(), "install fonts-arphic-gbsn00lp") {
		t.Errorf("%v", err)
	}
	text := filepath.Join(t.TempDir(), "font.ttf")
	if err := os.WriteFile(text, []byte("no font"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Fonts{Song: text, Kai: text}); err == nil || !strings.Contains(err.Error(), "isn't TrueType") {
		t.Errorf("%v", err)
	}
}

func BenchmarkDecision(b *testing.B) {
	p := press(b)
	f := Sample(Decision)
	for b.Loop() {
		if _, err := p.Render(Decision, f); err != nil {
			b.Fatal(err)
		}
	}
}
