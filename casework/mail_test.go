package casework_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"offsite/casework"
	"offsite/casework/flow"
	"offsite/registry"
)

// postbox is a mail server: what it took, and whom it refuses.
type postbox struct {
	refuses bool // for good
	busy    int  // so many times
	ids     []string
	letters []string
}

func (p *postbox) Send(_ context.Context, id, address, subject, text string) (casework.MessageReceipt, error) {
	p.ids = append(p.ids, id)
	switch {
	case p.refuses:
		return casework.MessageReceipt{}, errors.Join(errors.New("550 no such mailbox"), casework.ErrUndeliverable)
	case p.busy > 0:
		p.busy--
		return casework.MessageReceipt{}, errors.New("451 come again")
	}
	p.letters = append(p.letters, address+" "+subject+" "+text)
	return casework.MessageReceipt{Ref: "250 queued as 7"}, nil
}

// withEmail is a party that has an address; phone may be "".
func withEmail(phone string) registry.Party {
	return registry.Party{Kind: "person", Name: "张三", Phone: phone, Email: "zhang@party.test", Address: "崇明区城桥镇八一路100号"}
}

// reminded is a case whose reminder was sent.
func (h *house) reminded() string {
	h.t.Helper()
	id := h.find(nil)
	h.must(h.do("r1", id, "confirm", nil))
	h.must(h.DeliverAll(h.t.Context()))
	return id
}

func (h *house) entries(caseID string) (events []string) {
	h.t.Helper()
	c, err := h.Case(h.t.Context(), h.staff["auditor"], caseID)
	h.must(err)
	for _, e := range c.Record {
		events = append(events, e.Event)
	}
	return events
}

func (h *house) rechecks(caseID string) (n int) {
	h.t.Helper()
	h.must(h.pool.QueryRow(h.t.Context(), `SELECT count(*) FROM river_job WHERE kind = 'recheck' AND args->>'case_id' = $1`, caseID).Scan(&n))
	return n
}

// What goes by SMS goes by e-mail too, once, with the same words; the case is looked at
// again once; codes go to the telephone alone.
func TestAMessageGoesByEMailToo(t *testing.T) {
	t.Parallel()
	box := &postbox{busy: 1}
	h := open(t, want{party: withEmail("13800000001"), mailer: box})
	ctx := t.Context()
	id := h.find(nil)
	h.must(h.do("r1", id, "confirm", nil))
	if err := h.DeliverAll(ctx); err == nil || errors.Is(err, casework.ErrUndeliverable) {
		t.Fatalf("the server was busy: %v", err)
	}
	h.must(h.DeliverAll(ctx)) // as the job does later
	h.must(h.DeliverAll(ctx))
	sms := h.sent("13800000001")
	if len(sms) != 1 || len(box.letters) != 1 || len(box.ids) != 2 || box.ids[0] != box.ids[1] {
		t.Fatalf("%d SMS, e-mails %v, tried as %v", len(sms), box.letters, box.ids)
	}
	if want := "zhang@party.test 【上海市崇明区城市管理行政执法局】请自行改正的提醒 " + sms[0].Text; box.letters[0] != want {
		t.Errorf("the e-mail\n%s, want\n%s", box.letters[0], want)
	}
	if strings.Contains(box.letters[0], "张三") {
		t.Error("the e-mail names the party")
	}
	if events := h.entries(id); !slices.Contains(events, "mail_accepted") {
		t.Errorf("the record: %v", events)
	}
	if n := h.rechecks(id); n != 1 {
		t.Errorf("%d re-checks are ordered, want one", n)
	}
	h.expect(id, "reminded")
	_, err := h.SendCode(ctx, id)
	h.must(err)
	h.must(h.DeliverAll(ctx))
	if len(box.letters) != 1 || len(h.sent("13800000001")) != 2 {
		t.Error("a code went by e-mail")
	}
	h.must(h.CheckRecord(ctx, id))
}

// An e-mail that bounces stands in the record; while the SMS arrives, that is all.
func TestAnEMailBounces(t *testing.T) {
	t.Parallel()
	box := &postbox{refuses: true}
	h := open(t, want{party: withEmail("13800000001"), mailer: box})
	ctx := t.Context()
	id := h.reminded()
	h.expect(id, "reminded")
	if events := h.entries(id); !slices.Contains(events, "mail_failed") || h.rechecks(id) != 1 {
		t.Errorf("the record %v, %d re-checks", events, h.rechecks(id))
	}
	var why string
	h.must(h.pool.QueryRow(ctx, `SELECT why FROM message WHERE channel = 'mail' AND state = 'failed'`).Scan(&why))
	if !strings.Contains(why, "550 no such mailbox") {
		t.Errorf("it failed because of %q", why)
	}
	h.must(h.DeliverAll(ctx))
	if len(box.ids) != 1 {
		t.Errorf("it was tried %d times", len(box.ids))
	}
}

// A reminder is undeliverable when no channel reached the party, and delivered when one did.
func TestAReminderByOneChannelOrNone(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		phone         string
		sms, mail     bool // arrives
		state, events string
		rechecks      int
	}{
		"both arrive":     {"13800000001", true, true, "reminded", "mail_accepted", 1},
		"both bounce":     {"13800000001", false, false, "reviewed", "undeliverable", 0},
		"the SMS bounces": {"13800000001", false, true, "reminded", "delivered", 1},
		"no telephone":    {"", false, true, "reminded", "delivered", 1},
		"none reaches":    {"", false, false, "reviewed", "undeliverable", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t, want{party: withEmail(one.phone), mailer: &postbox{refuses: !one.mail},
				messenger: func(m casework.Messenger) casework.Messenger { return &bouncing{m, !one.sms} }})
			id := h.reminded()
			h.expect(id, one.state)
			if events := h.entries(id); !slices.Contains(events, one.events) || h.rechecks(id) != one.rechecks {
				t.Errorf("the record %v, %d re-checks", events, h.rechecks(id))
			}
			h.must(h.CheckRecord(t.Context(), id))
		})
	}
}

// A decision is served at the telephone that the party signed for; e-mail does not serve
// it, and a bounce does not undo it.
func TestEMailServesNoDecision(t *testing.T) {
	t.Parallel()
	box := &postbox{}
	gateway := &bouncing{}
	h := open(t, want{party: withEmail("13800000001"), mailer: box,
		messenger: func(m casework.Messenger) casework.Messenger { gateway.Messenger = m; return gateway }})
	ctx := t.Context()
	id := h.serving(200_00)
	gateway.bounces = true
	h.must(h.DeliverAll(ctx))
	h.expect(id, "decided") // though the e-mail was taken
	gateway.bounces, box.refuses = false, true
	h.must(h.do("o1", id, "serve", fields{"method": "electronic"}))
	h.must(h.DeliverAll(ctx))
	h.expect(id, "served")
	h.must(h.CheckRecord(ctx, id))
}

// The party names an address in its confirmation of where papers are served (送达地址确认书):
// they go there from then on, in place of what the bureau had entered; one that cannot be
// read is refused, and so is any where no e-mail is sent.
func TestTheConsentNamesAnEMailAddress(t *testing.T) {
	t.Parallel()
	box := &postbox{}
	h := open(t, want{party: withEmail("13800000001"), mailer: box})
	ctx := t.Context()
	id := h.proposed(200_00)
	if c, err := h.PortalCase(ctx, id, casework.Visit{}); err != nil || !c.ByEmail {
		t.Fatalf("the portal offers no e-mail: %+v, %v", c, err)
	}
	refused(t, h.Consent(ctx, id, "13800000001", "at home", signature, casework.Visit{}), flow.Invalid, "")
	h.must(h.Consent(ctx, id, "13900000009", " new@party.test ", signature, casework.Visit{}))
	h.must(h.Waive(ctx, id))
	h.must(h.do("head", id, "decide", nil))
	h.must(h.do("o1", id, "serve", fields{"method": "electronic"}))
	h.must(h.DeliverAll(ctx))
	if last := box.letters[len(box.letters)-1]; !strings.HasPrefix(last, "new@party.test 【上海市崇明区城市管理行政执法局】行政处罚决定书") {
		t.Errorf("the decision went to %s", last)
	}
	h.expect(id, "served")
	var kept string
	h.must(h.pool.QueryRow(ctx, `SELECT detail->>'email' FROM process_record WHERE case_id = $1 AND event = 'consent'`, id).Scan(&kept))
	if kept != "n***@party.test" {
		t.Errorf("the record names %q", kept)
	}
	h.must(h.CheckRecord(ctx, id))

	without := open(t, want{})
	id = without.proposed(200_00)
	refused(t, without.Consent(ctx, id, "13800000001", "new@party.test", signature, casework.Visit{}), flow.Invalid, "")
	without.must(without.Consent(ctx, id, "13800000001", "", signature, casework.Visit{}))
}

// At night the SMS waits for the morning; the e-mail does not.
func TestEMailDoesNotWaitForTheMorning(t *testing.T) {
	t.Parallel()
	h := open(t, want{party: withEmail("13800000001"), mailer: &postbox{}})
	id := h.reviewed()
	h.must(h.do("head", id, "file", fields{"officers": h.officers("o1", "o2")}))
	h.clock.at = time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC) // 23:00 in Shanghai
	h.must(h.do("o1", id, "notify", nil))
	at := map[string]time.Time{}
	for _, channel := range []string{"sms", "mail"} {
		var due time.Time
		h.must(h.pool.QueryRow(t.Context(), `SELECT j.scheduled_at FROM river_job j JOIN message m ON m.id::text = j.args->>'message_id' WHERE m.template = 'notice' AND m.channel = $1`, channel).Scan(&due))
		at[channel] = due
	}
	if morning := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC); !at["sms"].Equal(morning) || !at["mail"].Equal(h.clock.now()) {
		t.Errorf("they go out at %v", at)
	}
}

// Without a mail server everything is as it was.
func TestWithoutAMailServer(t *testing.T) {
	t.Parallel()
	h := open(t, want{party: withEmail("13800000001")})
	id := h.reminded()
	var n int
	h.must(h.pool.QueryRow(t.Context(), `SELECT count(*) FROM message WHERE channel <> 'sms'`).Scan(&n))
	if n != 0 || h.rechecks(id) != 1 {
		t.Errorf("%d e-mails, %d re-checks", n, h.rechecks(id))
	}
}
