package document

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"text/template"
	"time"

	"github.com/signintech/gopdf"
)

// Fonts are paths of TrueType files.
type Fonts struct {
	Song string // text (宋体)
	Kai  string // titles of forms, notes (楷体)
	Rare string // for characters that the two lack, as in names; "" for none
}

// DebianFonts are the fonts as Debian's packages fonts-arphic-gbsn00lp and
// fonts-arphic-gkai00mp install them, and that of fonts-droid-fallback for rare
// characters where it is installed.
func DebianFonts() Fonts {
	f := Fonts{
		Song: "/usr/share/fonts/truetype/arphic-gbsn00lp/gbsn00lp.ttf",
		Kai:  "/usr/share/fonts/truetype/arphic-gkai00mp/gkai00mp.ttf",
	}
	const wide = "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf"
	if _, err := os.Stat(wide); err == nil {
		f.Rare = wide
	}
	return f
}

// Document is a finished paper.
type Document struct {
	Kind    Kind
	TitleZH string
	TitleEN string
	Number  string
	Code    string
	Date    time.Time
	PDF     []byte
	SHA256  string // of PDF, hex
	Pages   int
}

// Press makes papers. It may be used from many goroutines at once.
type Press struct {
	fonts     *fontSet
	templates map[string]*template.Template
	squeezers sync.Pool // of *zlib.Writer, which are large
}

// New reads fonts and templates. Folders hold templates of the bureau's own, one a kind
// ("decision.txt"), which take the place of ours.
func New(f Fonts, folders ...fs.FS) (*Press, error) {
	fonts, err := readFonts(f)
	if err != nil {
		return nil, err
	}
	templates, err := readTemplates(folders)
	if err != nil {
		return nil, err
	}
	return &Press{fonts: fonts, templates: templates}, nil
}

// Render makes a paper. A missing field is a *FieldError (errors.As), a character
// without glyph a *RuneError; the paper isn't made then.
func (p *Press) Render(kind Kind, f Fields) (Document, error) {
	parts, f, err := p.checked(kind, f)
	if err != nil {
		return Document{}, err
	}
	var pages [][]box
	for _, elements := range parts {
		laid, failed := p.layout(elements, f)
		if failed != nil {
			return Document{}, fmt.Errorf("document %s %s: %w", kind, f.Number, failed)
		}
		pages = append(pages, laid...)
	}
	zh, _ := kind.Title()
	pdf, err := p.print(zh, f, pages)
	if err != nil {
		return Document{}, fmt.Errorf("document %s %s: %w", kind, f.Number, err)
	}
	return finished(kind, f, pdf, len(pages)), nil
}

// Proof checks a paper and fills its template, but does not set it in type: what was
// filled stands in place of the PDF. It refuses what Render refuses, at a fraction of
// the cost, for those who try out many cases.
func (p *Press) Proof(kind Kind, f Fields) (Document, error) {
	parts, f, err := p.checked(kind, f)
	if err != nil {
		return Document{}, err
	}
	var text bytes.Buffer
	for _, elements := range parts {
		for _, e := range elements {
			fmt.Fprintln(&text, strings.Join(e.cells, "\t"))
		}
	}
	return finished(kind, f, text.Bytes(), 0), nil
}

// checked cleans and checks the fields, and fills the template with them.
func (p *Press) checked(kind Kind, f Fields) ([][]element, Fields, error) {
	f = clean(f)
	if err := Check(kind, f); err != nil {
		return nil, f, err
	}
	parts, err := p.fill(kind, f)
	return parts, f, err
}

func finished(kind Kind, f Fields, text []byte, pages int) Document {
	sum := sha256.Sum256(text)
	zh, en := kind.Title()
	return Document{Kind: kind, TitleZH: zh, TitleEN: en, Number: f.Number, Code: f.Code, Date: f.Date,
		PDF: text, SHA256: hex.EncodeToString(sum[:]), Pages: pages}
}

// layout sets the elements and shares them out over pages, tighter where that saves a
// last page of few lines.
func (p *Press) layout(elements []element, f Fields) ([][]box, error) {
	var pages [][]box
	for _, pitch := range pitches() {
		s := &sheet{fonts: p.fonts, fields: f, pitch: pitch}
		for _, e := range elements {
			if err := s.set(e); err != nil {
				return nil, err
			}
		}
		now := paginate(s.boxes)
		if pages == nil || len(now) < len(pages) {
			pages = now
		}
		if n := len(pages); n == 1 || filled(pages[n-1]) > 0.25 {
			break
		}
	}
	return pages, nil
}

// fill runs the kind's template, and that of the English page where it is wanted, and
// looks for characters that can't be printed.
func (p *Press) fill(kind Kind, f Fields) ([][]element, error) {
	t := p.templates[string(kind)]
	if own := p.templates[string(kind)+"."+f.Case.Key]; own != nil {
		t = own
	}
	main, err := p.run(kind, t, f)
	if err != nil {
		return nil, err
	}
	parts := [][]element{main}
	if f.Gloss {
		_, en := kind.Title()
		page, err := p.run(kind, p.templates[gloss], glossed{Fields: f, Kind: kind, TitleEN: en})
		if err != nil {
			return nil, err
		}
		parts = append(parts, page)
	}
	texts := []string{f.Number, f.Code, f.Bureau.Name}
	for _, part := range parts {
		for _, e := range part {
			texts = append(texts, e.cells...)
		}
	}
	for _, still := range f.Stills {
		texts = append(texts, still.Caption)
	}
	for _, text := range texts {
		if r, lacks := p.fonts.missing(text); lacks {
			return nil, &RuneError{Kind: kind, Rune: r, Text: text}
		}
	}
	return parts, nil
}

func (p *Press) run(kind Kind, t *template.Template, data any) ([]element, error) {
	var out bytes.Buffer
	if err := t.Execute(&out, data); err != nil {
		return nil, fmt.Errorf("document %s: fill the template: %w", kind, err)
	}
	elements, err := parse(out.String())
	if err != nil {
		return nil, fmt.Errorf("document %s: template, filled: %w", kind, err)
	}
	return elements, nil
}

// print draws the pages.
func (p *Press) print(title string, f Fields, pages [][]box) ([]byte, error) {
	pdf := &gopdf.GoPdf{}
	pdf.Start(gopdf.Config{PageSize: gopdf.Rect{W: pageWidth, H: pageHeight}})
	pdf.SetNoCompression() // archive squeezes
	m := metadata{title: title + " " + f.Number, author: f.Bureau.Name, subject: f.Case.Matter, made: f.Date}
	pdf.SetInfo(gopdf.PdfInfo{Title: m.title, Author: m.author, Subject: m.subject, Creator: maker, Producer: maker, CreationDate: m.made.In(legal())})
	pen := &pen{pdf: pdf, fonts: p.fonts, embedded: map[face]bool{}}
	for n, page := range pages {
		pdf.AddPage()
		if f.Bureau.Demo {
			if err := pen.demoMark(); err != nil {
				return nil, err
			}
		}
		y := top
		for i, b := range page {
			if err := b.draw(pen, y, i == 0, i == len(page)-1); err != nil {
				return nil, err
			}
			y += b.height
		}
		if err := pen.foot(f, n+1, len(pages)); err != nil {
			return nil, err
		}
	}
	out, err := pdf.GetBytesPdfReturnErr()
	if err != nil {
		return nil, fmt.Errorf("write the PDF: %w", err)
	}
	return p.archive(out, m)
}
