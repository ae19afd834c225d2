package document

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"
	"time"
)

// What veraPDF checks in full (make documents-archive), in the pieces that may break.
func TestArchiveForm(t *testing.T) {
	t.Parallel()
	doc, err := press(t).Render(FactNotice, Sample(FactNotice))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"/OutputIntents [", "/S /GTS_PDFA1", "<pdfaid:part>2</pdfaid:part>", "<pdfaid:conformance>B</pdfaid:conformance>", "/CIDToGIDMap /Identity",
		"/ID [<", "<xmp:CreateDate>2026-11-24T10:00:05+08:00</xmp:CreateDate>", "违法事实告知书 沪崇城管事告字〔2026〕第000123号", "+BousungEG-Light-GB", "/Lang (zh-CN)"} {
		if !bytes.Contains(doc.PDF, []byte(want)) {
			t.Errorf("%q isn't in it", want)
		}
	}
	if bytes.Contains(doc.PDF, []byte("/JavaScript")) || bytes.Contains(doc.PDF, []byte("/Encrypt")) {
		t.Error("an archive takes no scripts and no encryption")
	}
}

func TestMetadataIsXML(t *testing.T) {
	t.Parallel()
	m := metadata{title: `甲 & "乙" <丙>`, author: "a", subject: "b", made: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)}
	d := xml.NewDecoder(bytes.NewReader(m.xmp()))
	for {
		_, err := d.Token()
		if err != nil {
			if err.Error() != "EOF" {
				t.Error(err)
			}
			break
		}
	}
}

func FuzzTakeApart(f *testing.F) {
	doc, err := press(f).Render(HearingNotice, Sample(HearingNotice))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(doc.PDF)
	f.Add([]byte("%PDF-1.7\n1 0 obj\nendobj\nxref\n0 2\n0000000009 00000 n \ntrailer\nstartxref\n25\n"))
	f.Fuzz(func(t *testing.T, pdf []byte) {
		objects, info, err := takeApart(pdf)
		if err == nil && (len(objects) < 3 || !strings.HasPrefix(string(info), "<<")) {
			t.Fatalf("%d objects, %q", len(objects), info)
		}
	})
}
