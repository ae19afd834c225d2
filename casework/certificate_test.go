package casework_test

import (
	"testing"

	"offsite/casework"
	"offsite/casework/flow"
	"offsite/registry/account"
)

// certificate enters the last day of somebody's certificate, as an administrator, and opens
// their session anew.
func (h *house) certificate(who, until string) {
	h.t.Helper()
	a, err := account.New(h.pool, account.WithClock(h.clock.now)).Change(h.t.Context(), "admin", h.staff[who].ID, account.Change{LicenceUntil: &until})
	h.must(err)
	h.staff[who] = casework.Actor{ID: a.ID, Name: a.Name, Roles: a.Roles, LicenceNo: a.LicenceNo, LicenceUntil: a.LicenceUntil}
}

// offer is a step as the case's page shows it.
func (h *house) offer(who, caseID, event string) casework.CaseEvent {
	h.t.Helper()
	c, err := h.Case(h.t.Context(), h.staff[who], caseID)
	h.must(err)
	for _, e := range c.Events {
		if e.Event == event {
			return e
		}
	}
	h.t.Fatalf("%s is not listed", event)
	return casework.CaseEvent{}
}

// Penalties are carried out by staff with the qualification (APL art. 42): an officer whose
// certificate has run out is named for no case and takes no step of one, the case's other
// officer goes on; a recording can still be ended. A new last day lets the officer act again.
func TestAnOfficerWhoseCertificateRanOutDoesNotAct(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	id := h.reviewed()
	yesterday, today := h.clock.now().AddDate(0, 0, -1).Format("2006-01-02"), h.clock.now().Format("2006-01-02")
	h.certificate("o1", yesterday)
	refused(t, h.do("head", id, "file", fields{"officers": h.officers("o1", "o2")}), flow.Invalid, "第四十二条")
	h.certificate("o1", today) // it holds on its last day
	h.must(h.do("head", id, "file", fields{"officers": h.officers("o1", "o2")}))

	h.certificate("o1", yesterday) // as on the day after
	refused(t, h.do("o1", id, "notify", nil), flow.Forbidden, "第四十二条")
	if e := h.offer("o1", id, "notify"); e.Allowed || e.Article == "" {
		t.Errorf("the step is offered to an officer whose certificate has run out: %+v", e)
	}
	h.expect(id, "filed")
	h.must(h.do("o2", id, "notify", nil)) // no last day is entered: as before
	h.must(h.do("o2", id, "open_room", nil))
	refused(t, h.do("o1", id, "attend", nil), flow.Forbidden, "第四十二条")
	h.must(h.do("o1", id, "close_room", nil))
	refused(t, h.do("head", id, "reassign", fields{"officers": h.officers("o1", "o3"), "reason": "调整"}), flow.Invalid, "第四十二条")

	h.certificate("o1", today)
	h.must(h.do("o1", id, "investigated", fields{"facts": "占道堆物", "conclusion": "应予处罚"}))
}
