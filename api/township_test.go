package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"offsite/api"
	"offsite/api/limit"
	"offsite/casework"
	"offsite/casework/quota"
	"offsite/detectors"
	"offsite/evidence"
	"offsite/registry"
	"offsite/registry/account"
)

// mark stands in every name, text and file that a test puts into the first township.
const mark = "甲镇"

// holding is what a township has of each kind, by the first part of its address.
type holding map[string]string

// settle gives the first township one of everything.
func (h *house) settle(people []string) holding {
	h.t.Helper()
	ctx, at := h.t.Context(), now().Add(-time.Hour)
	must := func(err error) {
		h.t.Helper()
		if err != nil {
			h.t.Fatal(err)
		}
	}
	exec := func(sql string, args ...any) {
		h.t.Helper()
		_, err := h.pool.Exec(ctx, sql, args...)
		must(err)
	}
	published := "2026-01-05"
	camera, err := h.registry.CreateCamera(ctx, "test", registry.CameraDraft{URL: "rtsp://127.0.0.1:8554/one",
		CameraChange: registry.CameraChange{Name: mark + "路口", Place: mark + "一路", Township: mark, LegalReviewNo: "1", TechnicalReviewNo: "1", PublishedOn: &published}})
	must(err)
	party, err := h.registry.SaveParty(ctx, "test", registry.Party{Kind: "person", Name: mark + "张某", Phone: "13800000001"})
	must(err)
	shop, err := h.registry.SaveObject(ctx, "test", registry.Object{Kind: "shop", Name: mark + "水果店", Township: mark, PartyID: party.ID})
	must(err)
	zone, err := h.registry.SaveZone(ctx, "test", detectors.Zone{Camera: camera.ID, Detector: "stall", NameZH: mark + "店前", NameEN: "front", Object: shop.ID,
		Polygon: detectors.Polygon{{X: 0.1, Y: 0.1}, {X: 0.9, Y: 0.1}, {X: 0.9, Y: 0.9}}})
	must(err)
	id := func() string {
		v, err := uuid.NewV7()
		must(err)
		return v.String()
	}
	found := id()
	summary, err := json.Marshal(casework.Summary{IncidentID: found, Kind: "incident", Detector: "stall", CameraID: camera.ID, ZoneID: zone.ID, ZoneVersion: zone.Version, ObjectID: shop.ID,
		First: at, Last: at.Add(time.Minute), Raised: at.Add(time.Minute), Why: casework.Text{ZH: mark + "设摊", EN: "a stall"}})
	must(err)
	must(h.book.RecordEvidence(ctx, evidence.Receipt{BundleID: found, Kind: "incident", Camera: camera.ID, Bucket: "evidence", Key: mark, SealedAt: at, RetainUntil: at.AddDate(0, 0, 30),
		Files: []evidence.Entry{{Path: "data/clip.mp4", SizeBytes: 10}}}, summary))
	all := holding{"cameras": camera.ID, "parties": party.ID, "objects": shop.ID, "zones": zone.ID, "cases": found, "findings": found, "evidence": found,
		"documents": id(), "leads": id(), "transfers": id(), "credit/records": id(), "credit/repairs": id(), "notes": id(), "tasks": id()}
	draw := id() // the district's, and public
	officer := people[0]
	exec(`UPDATE casefile SET number = $2, state = 'filed', filed_at = $3, decided_at = $3, publish_by = $3, published_at = $3, due_at = $3, due = '{"label_zh":"甲镇期限"}', party_id = $4, party = $5, officers = ARRAY[$6::uuid] WHERE id = $1`,
		found, mark+"案1号", at, party.ID, party.Name, officer)
	exec(`UPDATE object SET created_at = created_at - interval '2 years' WHERE id = $1`, shop.ID) // its inspection is due
	exec(`INSERT INTO process_record (case_id, seq, at, actor_id, actor, role, event, from_state, to_state, reason, detail, previous, digest) VALUES ($1, 2, $2, $3, $4, 'reviewer', 'confirm', 'found', 'reviewed', '', '{}', '', '')`,
		found, at, officer, mark+"审核员")
	exec(`INSERT INTO alarm (case_id, deadline, due_at, percent, label_zh, label_en, at) VALUES ($1, 'd', $2, 100, $3, '', $2)`, found, at, mark)
	exec(`INSERT INTO document (id, case_id, kind, title_zh, title_en, number, code, sha256, issued_at, pdf) VALUES ($1, $2, 'decision', $3, '', $3, 'CODE', '', $4, convert_to($3, 'UTF8'))`, all["documents"], found, mark+"决定书", at)
	exec(`INSERT INTO case_note (id, case_id, by_whom, at, text) VALUES ($1, $2, $3, $4, $5)`, all["notes"], found, officer, at, mark+"备注")
	exec(`INSERT INTO note_mention (note_id, account_id) SELECT $1, unnest($2::uuid[])`, all["notes"], people)
	exec(`INSERT INTO case_check (id, case_id, kind, at, by_whom, seed, result) VALUES ($1, $2, 'after', $3, '', '', 'faulty')`, id(), found, at)
	exec(`INSERT INTO lead (id, number, source, source_name, by_whom, kind, what, place, township, seen_at, received_at, urgent, state, duty, acknowledge_by, acknowledged_at, acknowledged_by, handle_by, version)
		VALUES ($1, $2, 'hotline', '12345', 'x', 'waste', $2, $2, $3, $4, $4, false, 'acknowledged', '{}', $4, $4, $5, $4, 1)`, all["leads"], mark+"线索", mark, at, officer)
	exec(`INSERT INTO lead_event (lead_id, at, by_whom, by_name, event, note) VALUES ($1, $2, $3, '', 'acknowledged', $4)`, all["leads"], at, officer, mark)
	authority := id()
	exec(`INSERT INTO authority (id, name, kind, created_at, by_whom) VALUES ($1, '区公安分局', 'police', $2, '')`, authority, at)
	exec(`INSERT INTO transfer (id, number, subject_kind, subject, authority_id, letter, sha256, sent_at, by_whom, by_name, state, changed_at) VALUES ($1, $2, 'case', $3, $4, $2, '', $5, '', '', 'received', $5)`,
		all["transfers"], mark+"移1号", found, authority, at)
	exec(`INSERT INTO annotation (id, case_id, ground, basis, property, place, owner, reason, until, state, asked_at, asked_by, asker) VALUES ($1, $2, 'structure', $3, $3, $3, $3, $3, $4::timestamptz::date, 'asked', $4::timestamptz, $5, $3)`, id(), found, mark, at, officer)
	exec(`INSERT INTO transfer_receipt (transfer_id, receiver, received_at, scan, scan_type, entered_at, by_whom) VALUES ($1, $2, $3, convert_to($2, 'UTF8'), 'image/png', $3, '')`, all["transfers"], mark, at)
	exec(`INSERT INTO credit_record (id, party_id, case_id, level, why, rules, decided_at, repair_from, until, shown, state, changed_at) VALUES ($1, $2, $3, 'light', $4, 0, $5, $5, $5, true, 'open', $5)`,
		all["credit/records"], party.ID, found, mark, at)
	exec(`INSERT INTO credit_repair (id, record_id, asked_at, text, decide_by, state) VALUES ($1, $2, $3, $4, $3, 'asked')`, all["credit/repairs"], all["credit/records"], at, mark)
	exec(`INSERT INTO credit_paper (repair_id, seq, kind, sha256, content) VALUES ($1, 1, 'image/png', '', convert_to($2, 'UTF8'))`, all["credit/repairs"], mark)
	exec(`INSERT INTO case_paper (id, case_id, event, at, type, sha256, content) VALUES ($1, $2, 'statement', $4, 'image/jpeg', sha256('x'), convert_to($3, 'UTF8'))`, id(), found, mark, at)
	exec(`INSERT INTO access_record (at, by_whom, what, subject, file, reason) VALUES ($1, '', 'clip', $2, '', $3)`, at, found, mark)
	exec(`INSERT INTO object_event (id, object_id, kind, at, source, note, by_whom) VALUES ($1, $2, 'complaint', $3, $4, $4, $5)`, id(), shop.ID, at, mark, officer)
	exec(`INSERT INTO object_event (id, object_id, kind, at, source, note, by_whom) VALUES ($1, $2, 'joint_failed', $3, $4, $4, $5)`, id(), shop.ID, at, mark+"联合", officer)
	exec(`INSERT INTO object_paper (id, object_id, kind, signer, at, type, sha256, content, by_whom, added_at) VALUES ($1, $2, 'photo', $3, $4, 'image/jpeg', sha256('x'), 'x', '', $4)`, id(), shop.ID, mark, at)
	exec(`INSERT INTO draw (id, kind, title, draw_at, announced_at, by_whom, text, sha256, population, wanted) VALUES ($1, 'inspection', '', $2, $2, $3, '', '', 1, 1)`, draw, at, officer)
	exec(`INSERT INTO draw_task (id, draw_id, rank, subject, name, inspectors, due_on) VALUES ($1, $2, 1, $3, $4, ARRAY[$5::uuid], $6)`, all["tasks"], draw, shop.ID, shop.Name, officer, at)
	exec(`INSERT INTO camera_live (camera_id, node, state, picture, picture_at, updated_at) VALUES ($1, 'n', 'live', convert_to($2, 'UTF8'), $3, $3)`, camera.ID, mark, at)
	exec(`INSERT INTO camera_sign (camera_id, picture, sha256, at, by_whom) VALUES ($1, convert_to($2, 'UTF8'), sha256(convert_to($2, 'UTF8')), $3, $2)`, camera.ID, mark, at)
	exec(`INSERT INTO camera_gap (bundle, camera_id, from_at, to_at, goes_on, cause, why_zh, why_en, sealed_at, receipt) VALUES ($1, $2, $3, $3, false, 'failed', $4, '', $3, '{}')`, id(), camera.ID, at, mark)
	exec(`INSERT INTO quota_snapshot (month, level, area, townships, at, body, sha256) VALUES ('2019-12-01', 'township', $1, ARRAY[$1], $2, $3, '')`,
		mark, at, `{"format":"offsite-quota/1","month":"2019-12","level":"township","area":"`+mark+`","quotas":[]}`)
	return all
}

// at fills an operation's address with what the township has.
func (x holding) at(path string) string {
	best := ""
	for kind := range x {
		if strings.HasPrefix(path, "/"+kind+"/") && len(kind) > len(best) {
			best = kind
		}
	}
	if best == "" {
		return path
	}
	return strings.Replace(path, "/"+nobody, "/"+x[best], 1)
}

// shows says whether an answer tells anything of the township.
func (x holding) shows(body []byte) bool {
	for _, id := range x {
		if bytes.Contains(body, []byte(id)) {
			return true
		}
	}
	return bytes.Contains(body, []byte(mark))
}

// silent are the operations that tell nothing of any township, and those whose parts
// this house does not have (no vault, no live view). Of these, one thing of another
// township is not found.
func silent() []string {
	return []string{
		"get-factors", "list-sessions", "list-notice-devices", "get-session", "get-diagram", "list-detectors", "list-matters", "list-years", "list-users", "list-authorities",
		"list-colleagues", "list-duty", "list-filters", "get-formulas", "get-credit-rules", "get-score-rules", "get-map", "list-areas", "list-rules", "get-rule", "list-draws", "get-draw",
		"list-quotas", "report-quotas", "list-quota-snapshots", "list-brigades", "get-object-paper", "get-case-paper", "explain-grade", "get-object-history", "get-object-code", "get-party-history", "get-camera-timeline", "watch-camera", "list-templates", "preview-template", "get-inquiry", "export-case", "get-bundle", "get-evidence-file", "get-log-proof", "get-removal-record", "get-removal-proof", "get-transfer-file",
	}
}

// TestNothingOfAnotherTownshipIsRead asks every operation that reads, in every role that
// may, as somebody of another township; and as somebody of the district, who sees it.
func TestNothingOfAnotherTownshipIsRead(t *testing.T) {
	t.Parallel()
	h := open(t, func(o *api.Options) {
		o.PerAddress = limit.Rate{PerSecond: 1e6, Burst: 1e6}
		o.PerAccount = o.PerAddress
		o.Live = func(context.Context, string) (api.LiveView, error) { return nil, errNobody }
	})
	district, other := map[string]*person{}, map[string]*person{}
	for _, role := range account.Roles() {
		district[role] = h.staff(role)
		if role != account.Admin { // whose level is the district's
			other[role] = h.member("other-"+role, account.Reach{Level: account.Township, Townships: []string{"乙镇"}}, role)
		}
	}
	accounts, err := h.accounts.Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var people []string
	for _, a := range accounts {
		people = append(people, a.ID)
	}
	has := h.settle(people)
	today := now().In(time.FixedZone("", 8*60*60))
	always := "?for=supervision&reason=%E5%B7%A1%E6%9F%A5%E6%A0%B8%E5%AE%9E&day=" + today.Add(-time.Hour).Format(time.DateOnly) + "&period=" + today.Format("2006")
	policy, told := api.Policy(), map[string]bool{}
	for _, c := range calls(t, h.api) {
		roles, free := policy[c.id].Roles()
		if c.method != http.MethodGet || free || c.id == "listen" { // whose events are in a test of their own
			continue
		}
		path, query := has.at(c.path), always
		if c.id == "get-team-report" {
			query += "&by=township"
		}
		for _, role := range roles {
			if other[role] == nil {
				continue
			}
			theirs := other[role].do(c.method, path+query, nil)
			switch {
			case policy[c.id].District() && theirs.status != http.StatusForbidden:
				t.Errorf("%s is the district's, and %s of a township got %s", c.id, role, theirs)
			case policy[c.id].District():
				continue
			case theirs.status >= http.StatusInternalServerError && theirs.status != http.StatusServiceUnavailable: // a part that this house does not have
				t.Errorf("%s as %s of another township: %s", c.id, role, theirs)
			case has.shows(theirs.body):
				t.Errorf("%s tells %s of another township: %s", c.id, role, theirs)
			case slices.Contains(silent(), c.id):
				if path != c.path && theirs.status != http.StatusNotFound {
					t.Errorf("%s as %s of another township: %s; want it not found", c.id, role, theirs)
				}
				continue
			}
			ours := district[role].do(c.method, path+query, nil)
			told[c.id] = told[c.id] || ours.status == http.StatusOK && has.shows(ours.body)
		}
		if !told[c.id] && !policy[c.id].District() && !slices.Contains(silent(), c.id) {
			t.Errorf("%s shows nothing of a township even to the district: the test proves nothing of it", c.id)
		}
	}
}

// TestNothingOfAnotherTownshipIsChanged sends every operation that changes one thing, in
// every role that may, to another township's: it is not found, or the body is refused
// first.
func TestNothingOfAnotherTownshipIsChanged(t *testing.T) {
	t.Parallel()
	h := open(t, func(o *api.Options) {
		o.PerAddress = limit.Rate{PerSecond: 1e6, Burst: 1e6}
		o.PerAccount = o.PerAddress
	})
	other := map[string]*person{}
	var people []string
	for _, role := range account.Roles() {
		if role != account.Admin {
			other[role] = h.member("other-"+role, account.Reach{Level: account.Brigade, Townships: []string{"乙镇", "丙镇"}}, role)
		}
	}
	accounts, err := h.accounts.Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range accounts {
		people = append(people, a.ID)
	}
	has := h.settle(people)
	policy := api.Policy()
	for _, c := range calls(t, h.api) {
		roles, free := policy[c.id].Roles()
		path := has.at(c.path)
		if c.method == http.MethodGet || free || path == c.path {
			continue
		}
		for _, role := range roles {
			if other[role] == nil {
				continue
			}
			r := other[role].do(c.method, path, map[string]any{}, `If-Match: "1"`)
			if r.status < http.StatusBadRequest && c.id != "see-notes" || r.status >= http.StatusInternalServerError || has.shows(r.body) {
				t.Errorf("%s as %s of another township: %s", c.id, role, r)
			}
		}
	}
	officer := other[account.Officer]
	if r := officer.do("POST", "/cases/"+has["cases"]+"/events/identify", map[string]any{}, `If-Match: "1"`); r.status != http.StatusNotFound {
		t.Errorf("a step in a case of another township: %s", r)
	}
}

// TestATownshipRegistersItsOwn sees that people of a township add to their own alone, and
// that it is they who see it.
func TestATownshipRegistersItsOwn(t *testing.T) {
	t.Parallel()
	h := open(t)
	own := account.Reach{Team: "乙镇中队", Level: account.Township, Townships: []string{"乙镇"}}
	collector, officer := h.member("collector", own, "collector"), h.member("officer", own, "officer")
	if r := collector.do("POST", "/objects", map[string]any{"kind": "shop", "name": "越界", "township": mark}); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.String(), "不在您的管辖范围") {
		t.Errorf("an object of another township: %s", r)
	}
	if r := collector.do("POST", "/objects", map[string]any{"kind": "shop", "name": "乙镇百货", "township": "乙镇"}); r.status != http.StatusCreated {
		t.Fatalf("an object of one's own: %s", r)
	}
	if r := officer.do("GET", "/objects", nil); !strings.Contains(r.String(), "乙镇百货") {
		t.Errorf("one's own objects: %s", r)
	}
	if r := officer.do("GET", "/overview", nil); r.status != http.StatusOK {
		t.Errorf("the first page: %s", r)
	}
	var session struct {
		User struct {
			Level     string   `json:"level"`
			Townships []string `json:"townships"`
		} `json:"user"`
	}
	officer.do("GET", "/session", nil).into(t, &session)
	if session.User.Level != "township" || !slices.Equal(session.User.Townships, own.Townships) {
		t.Errorf("the session says %+v", session)
	}
}

// TestATownshipReadsItsOwnFigures: of its own cases, those of the list behind them, and its
// own sealed months.
func TestATownshipReadsItsOwnFigures(t *testing.T) {
	t.Parallel()
	h := open(t)
	for name, reach := range map[string]account.Reach{
		"district": {}, "own": {Level: account.Township, Townships: []string{mark}}, "other": {Level: account.Township, Townships: []string{"乙镇"}},
	} {
		h.member(name, reach, "head")
	}
	h.settle([]string{h.accountID("own")})
	for name, want := range map[string]int64{"district": 1, "own": 1, "other": 0} {
		p := h.stranger()
		p.signIn(name, password)
		var figures struct{ Items []casework.Quota }
		p.do("GET", "/quotas", nil).into(t, &figures)
		if i := slices.IndexFunc(figures.Items, func(q casework.Quota) bool { return q.Key == "review_during" }); i < 0 || figures.Items[i].Denominator != want {
			t.Errorf("%s sees %+v", name, figures.Items)
		}
		if known := slices.ContainsFunc(figures.Items, func(q casework.Quota) bool { return q.Key == "case_coverage" }); known != (name == "district") {
			t.Errorf("%s is shown the share of cases filed off-site: %t", name, known)
		}
		if r := p.do("GET", "/quotas/review_during/items?missing=true", nil); strings.Contains(r.String(), mark) != (want == 1) {
			t.Errorf("%s sees behind it %s", name, r)
		}
		if r := p.do("GET", "/quotas?township="+mark, nil); (r.status == http.StatusOK) != (want == 1) {
			t.Errorf("%s asks for the figures of the township: %s", name, r)
		}
		var areas struct{ Items []quota.AreaFigures }
		p.do("GET", "/quotas/areas", nil).into(t, &areas)
		if int64(len(areas.Items)) != want || want == 1 && areas.Items[0].Name != mark {
			t.Errorf("%s is shown the figures of %+v", name, areas.Items)
		}
		if r := p.do("GET", "/quotas/report?month=2026-10", nil); r.status != http.StatusNotFound {
			t.Errorf("%s reads a month that nobody sealed: %s", name, r)
		}
		for path, may := range map[string]bool{"": name == "own", "&township=" + mark: want == 1} {
			if r := p.do("GET", "/quotas/report?month=2019-12"+path, nil); (r.status == http.StatusOK) != may {
				t.Errorf("%s reads the township's sealed month%s: %s", name, path, r)
			}
			var sealed struct{ Items []casework.QuotaSnapshot }
			if r := p.do("GET", "/quotas/snapshots?"+path, nil); r.status == http.StatusOK {
				r.into(t, &sealed)
			}
			if known := len(sealed.Items) == 1 && sealed.Items[0].Area == mark; known != may {
				t.Errorf("%s is shown%s the sealed months %+v", name, path, sealed.Items)
			}
		}
	}
}
