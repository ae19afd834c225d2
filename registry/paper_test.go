package registry_test

import (
	"bytes"
	"errors"
	"testing"

	"offsite/registry"
)

const signedPaper = "%PDF-1.7\n告知承诺书\n"

// A commitment binds the party that signed it: a shop that changes hands has none until
// the next one signs.
func TestACommitmentIsThePartysThatSignedIt(t *testing.T) {
	t.Parallel()
	r, _ := open(t)
	ctx := t.Context()
	save := must[registry.Party](t)
	first, second := save(r.SaveParty(ctx, by, registry.Party{Kind: "person", Name: "张三"})), save(r.SaveParty(ctx, by, registry.Party{Kind: "person", Name: "李四"}))
	shop, err := r.SaveObject(ctx, by, registry.Object{Kind: "shop", Name: "水果店"})
	if err != nil {
		t.Fatal(err)
	}
	d := registry.PaperDraft{Kind: registry.Commitment, Signer: "张三", At: noon().AddDate(0, -1, 0)}
	_, err = r.AddPaper(ctx, by, shop.ID, d, []byte(signedPaper))
	refused(t, err, "party_id")
	shop.PartyID = first.ID
	if shop, err = r.SaveObject(ctx, by, shop); err != nil {
		t.Fatal(err)
	}
	p, err := r.AddPaper(ctx, by, shop.ID, d, []byte(signedPaper))
	if err != nil || p.Party != "张三" || p.Type != "application/pdf" {
		t.Fatalf("added as %+v, %v", p, err)
	}
	content, kind, err := r.PaperFile(ctx, shop.ID, p.ID)
	if err != nil || string(content) != signedPaper || kind != p.Type {
		t.Errorf("kept as %s of %s, %v", content, kind, err)
	}
	stands := func() bool {
		t.Helper()
		all, err := r.Papers(ctx, shop.ID)
		if err != nil || len(all) != 1 || all[0].Signer != "张三" || all[0].Party != "张三" {
			t.Fatalf("the papers are %+v, %v", all, err)
		}
		return all[0].Stands
	}
	if !stands() {
		t.Error("it does not stand")
	}
	shop.PartyID = second.ID
	if shop, err = r.SaveObject(ctx, by, shop); err != nil {
		t.Fatal(err)
	}
	if stands() {
		t.Error("it binds the party that came after")
	}
	shop.PartyID = first.ID
	if _, err = r.SaveObject(ctx, by, shop); err != nil {
		t.Fatal(err)
	}
	refused(t, r.WithdrawPaper(ctx, by, shop.ID, p.ID, " "), "reason")
	if err = r.WithdrawPaper(ctx, by, shop.ID, p.ID, "签署人无权签署"); err != nil || stands() {
		t.Errorf("withdrawn it stands: %t, %v", stands(), err)
	}
	if err = r.WithdrawPaper(ctx, by, shop.ID, p.ID, "again"); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("withdrawn twice: %v", err)
	}
	if history, err := r.History(ctx, "object", shop.ID); err != nil || history[0].Action != "withdraw" || history[2].Action != "change" {
		t.Errorf("the history is %+v, %v", history, err)
	}
}

func TestAPhotographOfAShopCarriesNoMetadata(t *testing.T) {
	t.Parallel()
	r, _ := open(t)
	ctx := t.Context()
	shop, err := r.SaveObject(ctx, by, registry.Object{Kind: "shop", Name: "水果店"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := r.AddPaper(ctx, by, shop.ID, registry.PaperDraft{Kind: registry.Photo, Signer: "nobody", At: noon()}, photograph(t))
	if err != nil || p.Signer != "" || p.Party != "" || !p.Stands {
		t.Fatalf("added as %+v, %v", p, err)
	}
	if content, _, err := r.PaperFile(ctx, shop.ID, p.ID); err != nil || len(content) == 0 || bytes.Contains(content, []byte("GPS")) {
		t.Errorf("it says where it was taken: %v", err)
	}
	for field, d := range map[string]registry.PaperDraft{"kind": {Kind: "receipt", At: noon()}, "at": {Kind: registry.Photo, At: noon().AddDate(0, 0, 1)}, "signer": {Kind: registry.Commitment, At: noon()}} {
		_, err := r.AddPaper(ctx, by, shop.ID, d, photograph(t))
		refused(t, err, field)
	}
	_, err = r.AddPaper(ctx, by, shop.ID, registry.PaperDraft{Kind: registry.Photo, At: noon()}, []byte(signedPaper))
	refused(t, err, "file")
	if _, err = r.AddPaper(ctx, by, p.ID, registry.PaperDraft{Kind: registry.Photo, At: noon()}, photograph(t)); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("of no object: %v", err)
	}
	if _, _, err = r.PaperFile(ctx, p.ID, p.ID); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("under another object: %v", err)
	}
}
