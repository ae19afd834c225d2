package registry_test

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	"offsite/registry"
)

// A code hangs where a photograph shows it, until the photograph is taken back.
func TestWhoseCodeHangs(t *testing.T) {
	t.Parallel()
	r, _ := open(t)
	ctx := t.Context()
	var shops []registry.Object
	for _, o := range []registry.Object{{Name: "甲饭店", Business: "餐饮"}, {Name: "乙饭店", Business: "餐饮服务"}, {Name: "丙五金店", Business: "零售"}} {
		o.Kind = "shop"
		shops = append(shops, must[registry.Object](t)(r.SaveObject(ctx, by, o)))
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 32, 32))); err != nil {
		t.Fatal(err)
	}
	p := must[registry.Paper](t)(r.AddPaper(ctx, by, shops[0].ID, registry.PaperDraft{Kind: registry.CodeHangs, At: noon(), Signer: "谁"}, picture.Bytes()))
	if p.Type != "image/jpeg" || p.Signer != "" {
		t.Errorf("kept as %+v", p)
	}
	codes := must[registry.Codes](t)
	if c := codes(r.Codes(ctx, "餐饮", "", 10)); c.Objects != 2 || c.Posted != 1 || len(c.Missing) != 1 || c.Missing[0].ID != shops[1].ID {
		t.Errorf("of restaurants: %+v", c)
	}
	first := codes(r.Codes(ctx, "", "", 1))
	if first.Objects != 3 || first.Posted != 1 || len(first.Missing) != 1 || first.Next != first.Missing[0].ID {
		t.Errorf("of all, the first: %+v", first)
	}
	if c := codes(r.Codes(ctx, "", first.Next, 1)); c.Objects != 3 || len(c.Missing) != 1 || c.Missing[0].ID == first.Next || c.Next != "" {
		t.Errorf("of all, the next: %+v", c)
	}
	if c := codes(r.Codes(ctx, "", "nobody", 1)); c.Missing == nil || len(c.Missing) != 0 {
		t.Errorf("after nobody: %+v", c)
	}
	if err := r.WithdrawPaper(ctx, by, shops[0].ID, p.ID, "已脱落"); err != nil {
		t.Fatal(err)
	}
	if c := codes(r.Codes(ctx, "餐饮", "", 10)); c.Posted != 0 || len(c.Missing) != 2 {
		t.Errorf("after it fell off: %+v", c)
	}
}
