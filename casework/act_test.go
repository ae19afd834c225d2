package casework_test

import (
	"strings"
	"testing"
	"time"

	"offsite/casework"
	"offsite/casework/flow"
	"offsite/detectors"
	"offsite/registry"
	"offsite/store"
)

// beside is another camera that looks at the same shop.
func (h *house) beside() func(*casework.Summary) {
	h.t.Helper()
	published := "2026-01-05"
	camera, err := h.registry.CreateCamera(h.t.Context(), "test", registry.CameraDraft{URL: "rtsp://127.0.0.1:8554/two", CameraChange: registry.CameraChange{
		Name: "八一路2号", Place: "八一路102号前", LegalReviewNo: "法审2026-2", TechnicalReviewNo: "技审2026-2", PublishedOn: &published}})
	h.must(err)
	zone, err := h.registry.SaveZone(h.t.Context(), "test", detectors.Zone{Camera: camera.ID, Detector: h.zone.Detector, NameZH: "门前", NameEN: "before the door", Object: h.shop.ID,
		Polygon: h.zone.Polygon})
	h.must(err)
	return func(s *casework.Summary) {
		s.CameraID, s.ZoneID, s.ZoneVersion = camera.ID, zone.ID, zone.Version
	}
}

// What two cameras see of one party at one time is one act, and fined once (art. 29),
// unless a head holds it for two, with the reason in the record.
func TestOneActIsFinedOnce(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	there := h.beside()
	first := h.reviewedOf(nil)
	second := h.reviewedOf(there)
	refused(t, h.do("head", first, "apart", fields{"reason": "x"}), flow.Unlawful, "第二十九条")
	h.must(h.do("head", first, "file", fields{"officers": h.officers("o1", "o2")}))
	file := fields{"officers": h.officers("o1", "o2")}
	err := h.do("head", second, "file", file)
	refused(t, err, flow.Unlawful, "第二十九条")
	if number := h.file(first).Number; number == "" || !strings.Contains(err.Error(), number) {
		t.Errorf("%v names no case %q", err, number)
	}
	if c, err := h.Case(t.Context(), h.staff["head"], second); err != nil || c.SameAct == nil || *c.SameAct != (casework.CaseRef{ID: first, Number: h.file(first).Number, Open: true}) {
		t.Errorf("the page of the case leads to no other: %+v, %v", c.SameAct, err)
	}
	refused(t, h.do("o1", second, "apart", fields{"reason": "x"}), flow.Forbidden, "第二十九条")
	refused(t, h.do("head", second, "apart", nil), flow.Invalid, "第二十九条")

	// The later one ends, and what is seen next is that act again, unless a head says that it isn't.
	h.must(h.do("r1", second, "reject", fields{"reason": "与" + h.file(first).Number + "系同一违法行为"}))
	third := h.reviewedOf(there)
	refused(t, h.do("head", third, "file", file), flow.Unlawful, "第二十九条")
	h.must(h.do("head", third, "apart", fields{"reason": "两处设摊系两个违法行为"}))
	h.must(h.do("head", third, "file", file))
	if r := h.heldApart(third); r.Reason != "两处设摊系两个违法行为" || *r.OtherCase != (casework.CaseRef{ID: first, Number: h.file(first).Number, Open: true}) {
		t.Errorf("recorded: %+v", r)
	}
	h.must(casework.CheckRecord(t.Context(), h.pool, third))
	// Seen from the first case, the third one is filed too.
	h.must(h.do("o1", first, "notify", nil))
	h.must(h.do("o1", first, "investigated", fields{"facts": "张三于店前人行道设摊经营。", "conclusion": "违法事实清楚，证据确凿。"}))
	propose := fields{"fine_fen": float64(200_00), "reason": "初次违法，情节一般。"}
	refused(t, h.do("o2", first, "propose", propose), flow.Unlawful, "第二十九条")
	h.must(h.do("head", third, "dismiss", fields{"reason": "与前案系同一违法行为"}))
	h.must(h.do("o2", first, "propose", propose))
}

// heldApart is the entry that names the case that this one was held apart from.
func (h *house) heldApart(id string) casework.RecordEntry {
	h.t.Helper()
	c, err := h.Case(h.t.Context(), h.staff["head"], id)
	h.must(err)
	for _, r := range c.Record {
		if (r.Event == "apart") != (r.OtherCase != nil) {
			h.t.Errorf("%s names %v", r.Event, r.OtherCase)
		}
		if r.Event == "apart" {
			return r
		}
	}
	h.t.Fatalf("case %s was held apart from none", id)
	return casework.RecordEntry{}
}

// Whoever sees one township alone is told of another's case, and led to none.
func TestTheOtherCaseOfAnotherTownshipIsNamed(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	there := h.beside()
	first, second := h.reviewedOf(nil), h.reviewedOf(there)
	h.must(h.do("head", first, "file", fields{"officers": h.officers("o1", "o2")}))
	_, err := h.pool.Exec(t.Context(), `UPDATE casefile SET township = CASE WHEN id = $1 THEN '甲镇' ELSE '乙镇' END`, first)
	h.must(err)
	ctx, scope := store.WithScope(t.Context())
	scope.Narrow([]string{"乙镇"})
	c, err := h.Case(ctx, h.staff["head"], second)
	h.must(err)
	if c.SameAct == nil || c.SameAct.Number != h.file(first).Number || c.SameAct.Open {
		t.Errorf("the page of a township's case says %+v", c.SameAct)
	}
}

// What goes on after a decision is another act, and so is what the party does at
// another time or at another shop.
func TestAnotherActIsFinedToo(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	there := h.beside()
	file := fields{"officers": h.officers("o1", "o2")}
	decided := h.decided(200_00)
	h.clock.add(time.Minute)
	after := h.reviewedOf(func(s *casework.Summary) { there(s); s.First = h.clock.now().Add(-30 * time.Second) })
	h.must(h.do("head", after, "file", file))
	h.expect(decided, "decided")

	shop, err := h.registry.SaveObject(t.Context(), "test", registry.Object{Kind: "shop", Name: "张记烟酒店", Address: "八一路200号", Business: "烟酒", PartyID: h.party.ID, Grade: "green"})
	h.must(err)
	elsewhere := h.reviewedOf(func(s *casework.Summary) { s.ObjectID = shop.ID })
	h.must(h.do("head", elsewhere, "file", file))
	h.clock.add(48 * time.Hour)
	h.must(h.do("head", after, "dismiss", fields{"reason": "违法事实不能成立"}))
	later := h.reviewedOf(there)
	h.must(h.do("head", later, "file", file))
}

// Of fourteen to seventeen years: lighter or mitigated, and the papers say why (art. 30).
func TestPartyOfSixteenIsFinedLess(t *testing.T) {
	t.Parallel()
	h := open(t, want{party: registry.Party{Kind: "person", Name: "小明", Phone: "13800000001", Identity: citizen("31023020100601001"), Address: "崇明区某村"}})
	id := h.reviewed()
	h.must(h.do("head", id, "file", fields{"officers": h.officers("o1", "o2")}))
	h.must(h.do("o1", id, "notify", nil))
	h.must(h.do("o1", id, "investigated", fields{"facts": "小明于店前人行道设摊经营。", "conclusion": "违法事实清楚，证据确凿。"}))
	propose := func(fen int) error {
		return h.do("o2", id, "propose", fields{"fine_fen": float64(fen), "reason": "未成年人，从轻处罚。"})
	}
	refused(t, propose(380_00), flow.Invalid, "第三十四条") // an adult's band ends at 460 yuan
	h.must(propose(60_00))                             // below the law's 100
	var text string
	h.must(h.pool.QueryRow(t.Context(), `SELECT dossier->'law'->>'band_zh' FROM casefile WHERE id = $1`, id).Scan(&text))
	if !strings.Contains(text, "行政处罚法第三十条") {
		t.Errorf("the band does not say why: %s", text)
	}
}
