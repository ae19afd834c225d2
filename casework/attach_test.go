package casework_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offsite/casework"
	"offsite/casework/attachment"
	"offsite/casework/flow"
	"offsite/registry"
)

// photograph is a picture of so many pixels, in base64.
func photograph(t *testing.T, side int) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// The party's own evidence comes with its statement: checked, bounded, in the record by
// its digest, read by whoever works on the case, each look recorded, and kept.
func TestThePartySendsItsOwnEvidence(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	id := h.proposed(200_00)
	large := base64.StdEncoding.EncodeToString(append([]byte("%PDF-1.7"), make([]byte, attachment.MaxBytes)...))
	for name, papers := range map[string][]string{
		"a script":    {base64.StdEncoding.EncodeToString([]byte("<script>alert(1)</script>"))},
		"no base64":   {"%PDF-1.7"},
		"half a PNG":  {photograph(t, 300)[:200]},
		"too large":   {large},
		"too many":    {scan, scan, scan, scan},
		"one of them": {scan, "x"},
	} {
		if err := h.Statement(ctx, id, "见附件", papers...); err == nil {
			t.Errorf("%s was taken", name)
		} else {
			refused(t, err, flow.Invalid, "")
		}
	}
	h.must(h.Statement(ctx, id, "摊位是邻居的，见照片和证明。", photograph(t, 30), scan))
	refused(t, h.do("o1", id, "answer", fields{"text": "已核实", "papers": "no list"}), flow.Invalid, "")
	refused(t, h.do("o1", id, "answer", fields{"text": "已核实", "papers": []any{scan}}), flow.Invalid, "第四十五条")

	c, err := h.Case(ctx, h.staff["o1"], id)
	h.must(err)
	var papers []casework.CasePaper
	for _, r := range c.Record {
		papers = append(papers, r.Papers...)
	}
	if len(papers) != 2 || len(c.Statements) != 1 || len(c.Statements[0].Papers) != 2 {
		t.Fatalf("papers in the record: %+v, statements: %+v", papers, c.Statements)
	}
	picture, kind, err := h.CasePaper(ctx, h.staff["o1"], id, papers[0].ID)
	h.must(err)
	if _, err := jpeg.Decode(bytes.NewReader(picture)); err != nil || kind != "image/jpeg" {
		t.Errorf("the picture is %s: %v", kind, err)
	}
	views, err := h.registry.Views(ctx, registry.ViewFilter{Subject: id})
	h.must(err)
	if len(views) != 1 || views[0].What != "paper" || views[0].By != h.staff["o1"].Name {
		t.Errorf("who looked: %+v", views)
	}
	for _, wrong := range [][2]string{{id, "no-id"}, {id, id}, {papers[0].ID, papers[0].ID}, {"x", papers[0].ID}} {
		if _, _, err := h.CasePaper(ctx, h.staff["o1"], wrong[0], wrong[1]); !errors.Is(err, casework.ErrNotFound) {
			t.Errorf("paper %s of case %s: %v", wrong[1], wrong[0], err)
		}
	}
	if _, err := h.pool.Exec(ctx, `DELETE FROM case_paper`); err == nil {
		t.Error("a paper can be taken away")
	}
	h.must(casework.CheckRecord(ctx, h.pool, id))
	for range 9 {
		h.must(h.Statement(ctx, id, "再补。", scan, scan, scan))
	}
	refused(t, h.Statement(ctx, id, "太多。", scan, scan), flow.Invalid, "")
	h.must(h.Statement(ctx, id, "只有话。"))
	if said := h.file(id).Statements; said[len(said)-1].Papers == nil { // null is no list to a page
		t.Error("a statement without papers has no list of them")
	}
}

// papersIn checks that a bag has what the party sent.
func (h *house) papersIn(dir string) {
	h.t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "data", "papers", "*-statement.pdf"))
	if err != nil || len(files) != 1 {
		h.t.Errorf("the party's papers in the bag: %q, %v", files, err)
	}
}

// Service on paper is recorded with pictures of it; the digests stand in the record.
func TestServiceOnPaperIsRecordedWithPictures(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.decided(200_00)
	h.must(h.do("o1", id, "serve", fields{"method": "direct"}))
	at := h.clock.now().Format(time.RFC3339)
	refused(t, h.do("o1", id, "served", fields{"received_at": at, "proof": "本人签收"}), flow.Invalid, "第六十一条")
	h.must(h.do("o1", id, "served", fields{"received_at": at, "proof": "本人签收", "papers": []any{photograph(t, 30), photograph(t, 40)}}))
	c, err := h.Case(t.Context(), h.staff["o1"], id)
	h.must(err)
	for _, r := range c.Record {
		if r.Event == "served" && (len(r.Papers) != 2 || r.Papers[0].SHA256 == r.Papers[1].SHA256 || strings.Trim(r.Papers[0].SHA256, "0123456789abcdef") != "") {
			t.Errorf("recorded with %+v", r.Papers)
		}
	}
}
