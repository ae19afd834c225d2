package casework_test

import (
	"errors"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"offsite/casework"
	"offsite/casework/flow"
)

// opens tells whether a link opens its case.
func (h *house) opens(link string) bool {
	h.t.Helper()
	_, err := h.PortalSession(h.t.Context(), path.Base(link), "", casework.Visit{})
	if err != nil && !errors.Is(err, casework.ErrLink) {
		h.t.Fatal(err)
	}
	_, again := h.PortalNotice(h.t.Context(), path.Base(link))
	if (again == nil) != (err == nil) {
		h.t.Errorf("session %v, notice %v", err, again)
	}
	return err == nil
}

// A link opens its case as long as the case runs, and a while beyond.
func TestALinkFollowsItsCase(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{}), t.Context()
	id := h.serving(200_00)
	h.must(h.DeliverAll(ctx))
	link := h.file(id).PortalURL
	if f := h.file(id); f.PortalUntil != nil {
		t.Errorf("while the case runs its link ends on %s", f.PortalUntil)
	}
	url, err := h.StartPayment(ctx, id)
	h.must(err)
	h.pay(url)
	h.expect(id, "closed")
	f := h.file(id)
	if f.PortalUntil == nil || !h.opens(link) {
		t.Fatalf("a closed case's link ends on %v", f.PortalUntil)
	}
	h.clock.to(f.PortalUntil.Add(-time.Minute))
	if !h.opens(link) {
		t.Error("it ended before its day")
	}
	h.clock.to(*f.PortalUntil)
	if h.opens(link) {
		t.Error("it never ends")
	}
	h.must(h.RenewLink(ctx, h.staff["o1"], id, f.Version, "当事人申请信用修复"))
	renewed := h.file(id)
	if h.opens(link) || !h.opens(renewed.PortalURL) || !renewed.PortalUntil.After(h.clock.now()) {
		t.Errorf("renewed: %+v", renewed.PortalUntil)
	}
}

// An open case that waits for more than a year keeps its link.
func TestALinkOutlivesAYearOfACase(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.notified()
	link := h.file(id).PortalURL
	if _, err := h.pool.Exec(t.Context(), `UPDATE portal_link SET given_at = given_at - interval '2 years' WHERE case_id = $1`, id); err != nil {
		t.Fatal(err)
	}
	if !h.opens(link) {
		t.Error("the link of a running case has ended")
	}
}

func TestALinkIsClosedAndGivenAnew(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{}), t.Context()
	id := h.notified()
	link := h.file(id).PortalURL
	session, err := h.PortalSession(ctx, path.Base(link), "", casework.Visit{})
	h.must(err)
	version := func() int { return h.file(id).Version }

	for _, who := range []string{"o3", "r1", "auditor", "admin"} {
		refused(t, h.RevokeLink(ctx, h.staff[who], id, version(), "遗失"), flow.Forbidden, "")
	}
	for _, reason := range []string{"", "  ", strings.Repeat("长", 9000)} {
		refused(t, h.RevokeLink(ctx, h.staff["o1"], id, version(), reason), flow.Invalid, "")
	}
	if err := h.RevokeLink(ctx, h.staff["o1"], id, version()+7, "遗失"); !errors.Is(err, casework.ErrChanged) {
		t.Errorf("on a version that nobody saw: %v", err)
	}
	h.must(h.RevokeLink(ctx, h.staff["o1"], id, version(), "链接被转发"))
	if h.opens(link) || h.file(id).PortalURL != "" {
		t.Error("a closed link opens")
	}
	if _, _, err := h.PortalCheck(ctx, session.Cookie); !errors.Is(err, casework.ErrLink) {
		t.Errorf("a session goes on: %v", err)
	}
	refused(t, h.RevokeLink(ctx, h.staff["o1"], id, version(), "再次"), flow.Unlawful, "")

	// Two officers renew at once: one new link, not two.
	seen, errs := version(), make([]error, 2)
	var both sync.WaitGroup
	for i, who := range []string{"o1", "head"} {
		both.Go(func() { errs[i] = h.RenewLink(ctx, h.staff[who], id, seen, "当事人换了手机") })
	}
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), casework.ErrChanged) {
		t.Errorf("both: %v", errs)
	}
	f := h.file(id)
	if !h.opens(f.PortalURL) || f.PortalURL == link {
		t.Errorf("the new link is %q", f.PortalURL)
	}
	h.must(h.DeliverAll(ctx))
	if sent := h.sent("13800000001"); !strings.Contains(sent[len(sent)-1].Text, f.PortalURL) {
		t.Errorf("the party was sent %+v", sent[len(sent)-1])
	}
	if got := strings.Join(h.entries(id), " "); !strings.Contains(got, "link_revoked link_renewed") {
		t.Errorf("the record has %s", got)
	}
	h.must(h.CheckRecord(ctx, id))
}

// Who is unknown gets no link; who has no telephone gets one from the officer.
func TestALinkForWhoCannotBeReached(t *testing.T) {
	t.Parallel()
	h, ctx := open(t, want{noParty: true}), t.Context()
	id := h.find(nil)
	h.must(h.do("r1", id, "confirm", nil))
	refused(t, h.RenewLink(ctx, h.staff["o1"], id, h.file(id).Version, "当面交付"), flow.Unlawful, "")

	quiet := open(t, want{})
	id = quiet.notified()
	quiet.party.Phone = ""
	saved, err := quiet.registry.SaveParty(ctx, "test", quiet.party)
	quiet.must(err)
	quiet.party = saved
	quiet.must(quiet.RenewLink(ctx, quiet.staff["o1"], id, quiet.file(id).Version, "当面交付"))
	if link := quiet.file(id).PortalURL; !quiet.opens(link) {
		t.Errorf("the link is %q", link)
	}
	page, err := quiet.PortalCase(ctx, id, casework.Visit{})
	quiet.must(err)
	known, err := quiet.Reachable(ctx, id)
	quiet.must(err)
	if known || page.Phone != "" || page.OfficeAddress == "" || page.OfficePhone == "" {
		t.Errorf("who has no telephone is told %q %q %q", page.Phone, page.OfficeAddress, page.OfficePhone)
	}
	_, err = quiet.SendCode(ctx, id)
	refused(t, err, flow.Invalid, "")
	if !strings.Contains(err.Error(), page.OfficeAddress) {
		t.Errorf("no way on paper is named: %v", err)
	}
}
