package registry_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"offsite/registry"
)

func TestObjectsAndTheirParty(t *testing.T) {
	t.Parallel()
	r, _ := open(t)
	ctx := t.Context()
	p := must[registry.Party](t)(r.SaveParty(ctx, by, registry.Party{Kind: "unit", Name: "某某百货店", Identity: "91350100m000100y43"}))
	if p.Identity != "91350100M000100Y43" {
		t.Errorf("a unit's public code is shown as %s", p.Identity)
	}
	o := must[registry.Object](t)(r.SaveObject(ctx, by, registry.Object{Kind: "shop", Name: "百货店", Address: "八一路1号", PartyID: p.ID}))
	if o.Grade != "green" || o.Party != p.Name || o.Version != 1 {
		t.Fatalf("registered as %+v", o)
	}
	must[registry.Object](t)(r.SaveObject(ctx, by, registry.Object{Kind: "site", Name: "工地", Grade: "red"}))
	o.Grade = "yellow"
	if o = must[registry.Object](t)(r.SaveObject(ctx, by, o)); o.Version != 2 {
		t.Errorf("changed to version %d", o.Version)
	}
	stale := o
	stale.Version = 1
	if _, err := r.SaveObject(ctx, by, stale); !errors.Is(err, registry.ErrConflict) {
		t.Errorf("an old version is saved: %v", err)
	}
	for _, f := range []struct {
		filter registry.ObjectFilter
		want   int
	}{
		{registry.ObjectFilter{}, 2}, {registry.ObjectFilter{Query: "八一"}, 1}, {registry.ObjectFilter{Kind: "site"}, 1},
		{registry.ObjectFilter{Grade: "yellow"}, 1}, {registry.ObjectFilter{PartyID: p.ID}, 1}, {registry.ObjectFilter{PartyID: "x"}, 0},
		{registry.ObjectFilter{Limit: 1}, 1}, {registry.ObjectFilter{Query: "%"}, 0},
	} {
		if got := must[[]registry.Object](t)(r.Objects(ctx, f.filter)); len(got) != f.want {
			t.Errorf("%+v finds %d, not %d", f.filter, len(got), f.want)
		}
	}
	first := must[[]registry.Object](t)(r.Objects(ctx, registry.ObjectFilter{Limit: 1}))
	second := must[[]registry.Object](t)(r.Objects(ctx, registry.ObjectFilter{Limit: 5, After: first[0].ID}))
	if len(second) != 1 || second[0].ID == first[0].ID {
		t.Errorf("the second page is %v", second)
	}
	if err := r.RemoveObject(ctx, by, o.ID, 2); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Object(ctx, o.ID); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("a removed object is read: %v", err)
	}
	_, err := r.SaveObject(ctx, by, registry.Object{Kind: "ship", Name: "n"})
	refused(t, err, "kind")
	_, err = r.SaveObject(ctx, by, registry.Object{Kind: "shop", Name: "n", PartyID: o.ID})
	refused(t, err, "party_id")
}

func TestPartyIdentity(t *testing.T) {
	t.Parallel()
	r, _ := open(t)
	ctx := t.Context()
	p := must[registry.Party](t)(r.SaveParty(ctx, by, registry.Party{Kind: "person", Name: "张三", Identity: "11010519491231002x", Phone: "138-0000-0000"}))
	if p.Identity != "1101**********002X" {
		t.Errorf("shown as %s", p.Identity)
	}
	p.Phone = "13900000000" // saved with the masked number: what is kept stays
	p = must[registry.Party](t)(r.SaveParty(ctx, by, p))
	if got := must[string](t)(r.PartyIdentity(ctx, "officer-1", p.ID, "制作处罚决定书")); got != "11010519491231002X" {
		t.Errorf("the identity is %s", got)
	}
	if v := must[[]registry.View](t)(r.Views(ctx, registry.ViewFilter{Subject: p.ID})); len(v) != 1 || v[0].By != "officer-1" || v[0].What != "identity" {
		t.Errorf("the look is recorded as %v", v)
	}
	_, err := r.SaveParty(ctx, by, registry.Party{Kind: "person", Name: "张三三", Identity: "11010519491231002X"})
	var dup *registry.Refused
	if !errors.Is(err, registry.ErrDuplicate) || !errors.As(err, &dup) || dup.Existing != p.ID || !strings.Contains(dup.ZH, "张三") {
		t.Errorf("the same identity again: %v", err)
	}
	if found := must[[]registry.Party](t)(r.Parties(ctx, registry.PartyFilter{Query: "1101 0519 4912 3100 2X"})); len(found) != 1 {
		t.Errorf("the identity finds %d parties", len(found))
	}
	for number, field := range map[string]string{"11010519491231002": "identity", "110105194912310021": "identity", "11010519491332002X": "identity", "1101051949123100二X": "identity"} {
		_, err = r.SaveParty(ctx, by, registry.Party{Kind: "person", Name: "n", Identity: number})
		refused(t, err, field)
	}
	_, err = r.SaveParty(ctx, by, registry.Party{ID: p.ID, Kind: "unit", Name: "n"})
	refused(t, err, "identity")
	_, err = r.SaveParty(ctx, by, registry.Party{Kind: "person", Name: "n", Phone: "call me"})
	refused(t, err, "phone")
	_, err = r.SaveParty(ctx, by, registry.Party{Kind: "person", Name: "n", Email: "at home"})
	refused(t, err, "email")
	none := must[registry.Party](t)(r.SaveParty(ctx, by, registry.Party{Kind: "person", Name: "无证"}))
	if got := must[string](t)(r.PartyIdentity(ctx, by, none.ID, "r")); got != "" {
		t.Errorf("no identity is %q", got)
	}
}

func TestConsentStandsUntilWithdrawn(t *testing.T) {
	t.Parallel()
	r, pool := open(t)
	ctx := t.Context()
	p := must[registry.Party](t)(r.SaveParty(ctx, by, registry.Party{Kind: "person", Name: "张三"}))
	if _, c, err := r.PartyServed(ctx, p.ID); err != nil || c.ID != "" {
		t.Errorf("a consent before the first: %+v, %v", c, err)
	}
	if c := must[registry.Consent](t)(r.RecordConsent(ctx, "portal", p.ID, "13800000000", "z@party.test", []byte("png"), noon())); len(c.SignatureSHA256) != 64 || !c.At.Equal(noon()) {
		t.Errorf("recorded as %+v", c)
	}
	var signature []byte
	if err := pool.QueryRow(ctx, `SELECT signature FROM consent WHERE party_id = $1`, p.ID).Scan(&signature); err != nil || string(signature) != "png" {
		t.Errorf("the signature is kept as %q, %v", signature, err)
	}
	if got := must[registry.Party](t)(r.Party(ctx, p.ID)); got.ConsentAt == nil || !got.ConsentAt.Equal(noon()) {
		t.Errorf("the party shows %v", got.ConsentAt)
	}
	if q, c, err := r.PartyServed(ctx, p.ID); err != nil || q.ID != p.ID || c.Phone != "13800000000" || c.Email != "z@party.test" {
		t.Errorf("served at %+v, %v", c, err)
	}
	if err := r.WithdrawConsent(ctx, "portal", p.ID, noon()); err != nil {
		t.Fatal(err)
	}
	if got := must[registry.Party](t)(r.Party(ctx, p.ID)); got.ConsentAt != nil {
		t.Error("a withdrawn consent stands")
	}
	if _, c, err := r.PartyServed(ctx, p.ID); err != nil || c.Phone != "" {
		t.Errorf("still served at %+v, %v", c, err)
	}
	_, err := r.RecordConsent(ctx, "portal", p.ID, "13800000000", "", nil, noon())
	refused(t, err, "signature")
	_, err = r.RecordConsent(ctx, "portal", p.ID, "13800000000", "", []byte("png"), noon().Add(time.Hour))
	refused(t, err, "at")
	_, err = r.RecordConsent(ctx, "portal", p.ID, "13800000000", "Z <z@party.test>", []byte("png"), noon())
	refused(t, err, "email")
}

// TestAListOfPartiesIsNotPlannedAnew: PostgreSQL keeps the plan of the list that the console
// reads, after the five that it makes of any statement.
func TestAListOfPartiesIsNotPlannedAnew(t *testing.T) {
	t.Parallel()
	r, pool := open(t)
	ctx := t.Context()
	for _, name := range []string{"甲", "乙", "丙"} {
		must[registry.Party](t)(r.SaveParty(ctx, by, registry.Party{Kind: "person", Name: name}))
	}
	const reads = 20
	for range reads {
		if list := must[[]registry.Party](t)(r.Parties(ctx, registry.PartyFilter{Limit: 2})); len(list) != 2 {
			t.Fatalf("%d parties of a page of two", len(list))
		}
	}
	var kept, anew int // one after the other, they have all gone over the connection that is asked here
	err := pool.QueryRow(ctx, `SELECT coalesce(sum(generic_plans), 0), coalesce(sum(custom_plans), 0) FROM pg_prepared_statements WHERE statement LIKE '%FROM party p%ORDER BY p.name%'`).Scan(&kept, &anew)
	if err != nil || kept < reads-5 || anew > 5 {
		t.Errorf("of %d reads %d kept the plan, %d were planned anew, %v", reads, kept, anew, err)
	}
	first := must[[]registry.Party](t)(r.Parties(ctx, registry.PartyFilter{Limit: 1}))
	if rest := must[[]registry.Party](t)(r.Parties(ctx, registry.PartyFilter{After: first[0].ID, Kind: "person"})); len(rest) != 2 {
		t.Errorf("after the first come %d", len(rest))
	}
	if found := must[[]registry.Party](t)(r.Parties(ctx, registry.PartyFilter{Query: "乙", Kind: "person", Limit: 5})); len(found) != 1 {
		t.Errorf("found %d", len(found))
	}
}
