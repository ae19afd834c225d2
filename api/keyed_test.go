package api_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"offsite/api"
	"offsite/api/limit"
	"offsite/api/wire"
	"offsite/exchange/key"
	"offsite/exchange/lead"
	"offsite/exchange/transfer"
	"offsite/registry"
	"offsite/registry/grade"
)

func (h *house) key(scopes ...string) string {
	h.t.Helper()
	d := key.Draft{Name: strings.Join(scopes, " "), Scopes: scopes, Days: 1}
	if slices.Contains(scopes, key.Transfers) {
		authority, err := h.transfers.AddAuthority(context.Background(), transfer.By{ID: "test"}, transfer.AuthorityDraft{Name: "区公安分局", Kind: "police"})
		if err != nil {
			h.t.Fatal(err)
		}
		d.Authority = authority.ID
	}
	_, text, err := h.keys.Create(context.Background(), "test", d)
	if err != nil {
		h.t.Fatal(err)
	}
	return "Authorization: Bearer " + text
}

// TestEveryOperationForEveryScope walks the table with a key of each scope.
func TestEveryOperationForEveryScope(t *testing.T) {
	t.Parallel()
	h := open(t, func(o *api.Options) {
		o.PerKey = limit.Rate{PerSecond: 1e6, Burst: 1e6}
		o.PerAddress = o.PerKey
	})
	all, policy := calls(t, h.api), api.Policy()
	used := map[string]bool{}
	for _, scope := range key.Scopes() {
		shown, p := h.key(scope.Key), h.stranger()
		for _, c := range all {
			if _, free := policy[c.id].Roles(); free && !policy[c.id].Portal() || c.id == "listen" {
				continue
			}
			var body any
			if c.method != http.MethodGet && c.method != http.MethodDelete {
				body = map[string]any{}
			}
			r := p.do(c.method, c.path, body, shown)
			if policy[c.id].Scope() == scope.Key {
				used[scope.Key] = true
				if r.status == http.StatusForbidden || r.status == http.StatusUnauthorized {
					t.Errorf("%s with %s: %s; want it let in", c.id, scope.Key, r)
				}
			} else if r.status != http.StatusForbidden {
				t.Errorf("%s with %s: %s; want it refused", c.id, scope.Key, r)
			}
		}
	}
	for _, scope := range key.Scopes() {
		if !used[scope.Key] {
			t.Errorf("%s opens nothing", scope.Key)
		}
	}
}

func TestAKeyIsShownOnceAndEndsAtOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	admin := h.staff("admin")
	var made wire.KeyMade
	r := admin.do("POST", "/keys", wire.KeyDraft{Name: "城运中心", Scopes: []string{key.CasesRead}, Days: 30})
	if r.status != http.StatusCreated {
		t.Fatal(r)
	}
	r.into(t, &made)
	system := h.stranger()
	shown := "Authorization: Bearer " + made.Secret
	if r := system.do("GET", "/exports/cases", nil, shown); r.status != http.StatusOK || r.header.Get("Content-Type") != "application/x-ndjson" {
		t.Errorf("export with the key: %s", r)
	}
	if r := admin.do("GET", "/exports/cases", nil, shown); r.status != http.StatusOK {
		t.Errorf("a session beside the key: %s", r)
	}
	if r := admin.do("GET", "/users", nil, shown); r.status != http.StatusForbidden {
		t.Errorf("a key with an administrator's session may %s", r)
	}
	list := admin.do("GET", "/keys", nil)
	if list.status != http.StatusOK || strings.Contains(string(list.body), made.Secret) || !strings.Contains(string(list.body), made.Key.Hint) {
		t.Errorf("listed %s", list)
	}
	if r := admin.do("DELETE", "/keys/"+made.Key.ID, nil); r.status != http.StatusNoContent {
		t.Errorf("revoke: %s", r)
	}
	if r := system.do("GET", "/exports/cases", nil, shown); r.status != http.StatusUnauthorized {
		t.Errorf("revoked, and: %s", r)
	}
	if strings.Contains(h.log.String(), made.Secret) {
		t.Error("the key stands in the log")
	}
	if r := admin.do("POST", "/keys", wire.KeyDraft{Name: "x", Scopes: []string{"all"}, Days: 30}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("an unknown scope: %s", r)
	}
}

func TestAKeyThatAsksTooOftenWaits(t *testing.T) {
	t.Parallel()
	h := open(t, func(o *api.Options) { o.PerKey = limit.Rate{PerSecond: 0.001, Burst: 3} })
	shown, p := h.key(key.ObjectsRead), h.stranger()
	var last reply
	for range 4 {
		last = p.do("GET", "/exports/objects", nil, shown)
	}
	if last.status != http.StatusTooManyRequests || last.header.Get("Retry-After") == "" {
		t.Errorf("the fourth: %s", last)
	}
	guessing := open(t, func(o *api.Options) { o.PerAddress = limit.Rate{PerSecond: 0.001, Burst: 3} }).stranger()
	for n := range 4 {
		last = guessing.do("GET", "/exports/objects", nil, fmt.Sprintf("Authorization: Bearer ofk_GUESS%d", n))
	}
	if last.status != http.StatusTooManyRequests {
		t.Errorf("the fourth guess: %s", last)
	}
}

func TestWebhooksFromTheConsole(t *testing.T) {
	t.Parallel()
	h := open(t)
	admin, auditor := h.staff("admin"), h.staff("auditor")
	draft := wire.WebhookDraft{Name: "城运中心", URL: "http://127.0.0.1:9/hook", Kinds: []string{"case.changed"}, Enabled: true}
	var made wire.WebhookMade
	r := admin.do("POST", "/webhooks", draft)
	if r.status != http.StatusCreated {
		t.Fatal(r)
	}
	r.into(t, &made)
	if !strings.HasPrefix(made.Secret, "whsec_") {
		t.Errorf("the secret is %q", made.Secret)
	}
	inside := draft
	inside.URL = "https://192.168.0.7/hook"
	if r = admin.do("POST", "/webhooks", inside); r.status != http.StatusForbidden {
		t.Errorf("a private address: %s", r)
	}
	var sent wire.WebhookEvent
	if r = admin.do("POST", "/webhooks/"+made.Endpoint.ID+"/test", map[string]any{}); r.status != http.StatusOK {
		t.Fatal(r)
	}
	r.into(t, &sent)
	path := "/webhooks/" + made.Endpoint.ID + "/deliveries"
	for _, p := range []*person{admin, auditor} {
		if r := p.do("GET", path+"?state=waiting", nil); r.status != http.StatusOK || !strings.Contains(string(r.body), sent.EventID) {
			t.Errorf("deliveries: %s", r)
		}
		if r := p.do("GET", path+"/"+sent.EventID, nil); r.status != http.StatusOK || !strings.Contains(string(r.body), "webhook.test") {
			t.Errorf("delivery: %s", r)
		}
	}
	if r := auditor.do("POST", "/webhooks/"+made.Endpoint.ID+"/replay", wire.Replay{EventID: sent.EventID}); r.status != http.StatusForbidden {
		t.Errorf("an auditor replays: %s", r)
	}
	if r := admin.do("POST", "/webhooks/"+made.Endpoint.ID+"/replay", wire.Replay{EventID: sent.EventID}); r.status != http.StatusOK || !strings.Contains(string(r.body), `"count":1`) {
		t.Errorf("replay: %s", r)
	}
	draft.Enabled = false
	if r := admin.do("PUT", "/webhooks/"+made.Endpoint.ID, draft); r.status != http.StatusNoContent {
		t.Errorf("disable: %s", r)
	}
	if r := admin.do("GET", "/webhooks", nil); !strings.Contains(string(r.body), "disabled_at") || strings.Contains(string(r.body), made.Secret) {
		t.Errorf("listed: %s", r)
	}
	if r := admin.do("POST", "/webhooks/"+nobody+"/test", map[string]any{}); r.status != http.StatusNotFound {
		t.Errorf("test of none: %s", r)
	}
}

// TestALeadByAPIAndItsTransfer goes the way of a lead from the hotline's system to
// another authority's.
// Complaints and media reports come from the system that took them; what our own people
// find does not.
func TestComplaintsComeFromAnotherSystem(t *testing.T) {
	t.Parallel()
	h := open(t)
	shop, err := h.registry.SaveObject(t.Context(), "test", registry.Object{Kind: "shop", Name: "甲水果店", Business: "水果"})
	must(t, err)
	hotline, at := h.key(key.EventsWrite), "/objects/"+shop.ID
	system := h.stranger()
	event := wire.ObjectEventDraft{Kind: grade.Complaint, At: time.Now().Add(-time.Hour), Source: "12345-1"}
	var why grade.Assessment
	for range 2 { // told again it counts once
		system.do("POST", at+"/events", event, hotline).into(t, &why)
	}
	event.Kind, event.Source = grade.Media, "晚报-1"
	system.do("POST", at+"/events", event, hotline).into(t, &why)
	if why.Score != 35 || why.Grade != grade.Yellow {
		t.Errorf("after a complaint and a media report: %+v", why)
	}
	event.Kind = grade.InspectionPassed
	if r := system.do("POST", at+"/events", event, hotline); r.status != http.StatusUnprocessableEntity {
		t.Errorf("an inspection by another system: %s", r)
	}
	var events wire.ObjectEvents
	h.staff("officer").do("GET", at+"/events", nil).into(t, &events)
	if len(events.Items) != 2 || events.Items[0].ByName != key.EventsWrite {
		t.Errorf("the events are %+v", events.Items)
	}
}

// Several bureaux supervise guesthouses together: each tells by its own system what its
// inspection found, and all read one list with what each found last.
func TestSeveralBureauxSuperviseTogether(t *testing.T) {
	t.Parallel()
	h := open(t)
	inn, err := h.registry.SaveObject(t.Context(), "test", registry.Object{Kind: "shop", Name: "芦苇民宿", Business: "乡村民宿"})
	must(t, err)
	other, err := h.registry.SaveObject(t.Context(), "test", registry.Object{Kind: "shop", Name: "白鹭民宿", Business: "乡村民宿"})
	must(t, err)
	_, err = h.registry.SaveObject(t.Context(), "test", registry.Object{Kind: "shop", Name: "甲水果店", Business: "水果"})
	must(t, err)
	fire, tourism := h.key(key.EventsWrite, key.ObjectsRead), h.key(key.ObjectsRead, key.EventsWrite)
	system, officer := h.stranger(), h.staff("officer")
	tell := func(header, kind, source string, hours int) reply {
		t.Helper()
		r := system.do("POST", "/objects/"+inn.ID+"/events", wire.ObjectEventDraft{Kind: kind, At: time.Now().Add(-time.Duration(hours) * time.Hour), Source: source, Note: "疏散通道"}, header)
		if r.status != http.StatusOK {
			t.Fatal(r)
		}
		return r
	}
	tell(fire, grade.JointPassed, "消-1", 30)
	tell(fire, grade.JointFailed, "消-2", 20) // its last word
	var why grade.Assessment
	tell(tourism, grade.JointPassed, "旅-1", 10).into(t, &why)
	if why.Grade != grade.Green || len(why.Parts) != 1 {
		t.Errorf("another bureau's inspections count without a factor: %+v", why)
	}
	if r := officer.do("POST", "/objects/"+inn.ID+"/events", wire.ObjectEventDraft{Kind: grade.JointPassed, At: time.Now(), Source: "1"}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("an officer tells what another bureau found: %s", r)
	}
	var seen struct{ Items []wire.JointObject }
	for _, r := range []reply{officer.do("GET", "/joint-supervision?business=%E6%B0%91%E5%AE%BF", nil), system.do("GET", "/joint-supervision?business=%E6%B0%91%E5%AE%BF", nil, fire)} {
		r.into(t, &seen)
		if len(seen.Items) != 2 || seen.Items[0].Name != inn.Name || seen.Items[0].Failed != 1 || seen.Items[1].ObjectID != other.ID || len(seen.Items[1].Checks) != 0 {
			t.Fatalf("the list is %s", r)
		}
		checks := seen.Items[0].Checks
		if len(checks) != 2 || !checks[0].Passed || checks[0].Source != "旅-1" || checks[1].Passed || checks[1].Source != "消-2" || checks[1].ByName == "" || checks[1].Note != "疏散通道" {
			t.Errorf("the checks are %+v", checks)
		}
	}
	officer.do("GET", "/joint-supervision", nil).into(t, &seen)
	if len(seen.Items) != 1 || seen.Items[0].ObjectID != inn.ID {
		t.Errorf("those of which any bureau has told: %+v", seen.Items)
	}
	if r := system.do("GET", "/joint-supervision", nil, h.key(key.LeadsRead)); r.status != http.StatusForbidden {
		t.Errorf("a key without the scope: %s", r)
	}
	f := grade.Default()
	f.Events = append(f.Events, grade.EventFactor{Kind: grade.JointFailed, Points: 50, Days: 365, ZH: "其他部门检查不合格", EN: "failed inspections of other bureaux"})
	var out grade.Outcome
	h.staff("head").do("POST", "/grade/simulation", f).into(t, &out)
	if out.Changed != 1 || out.Moves[0].Name != inn.Name {
		t.Errorf("a formula with a factor for it: %+v", out)
	}
}

func TestALeadByAPIAndItsTransfer(t *testing.T) {
	t.Parallel()
	h := open(t)
	hotline, other, police := h.key(key.LeadsWrite, key.LeadsRead), h.key(key.LeadsRead), h.key(key.Transfers)
	system := h.stranger()
	draft := wire.LeadDraft{Source: "hotline", SourceName: "12345", SourceRef: "H-7", Kind: "waste", What: "渣土车偷倒", Place: "陈海公路", Contact: "王女士 13800000000"}
	var made lead.Lead
	r := system.do("POST", "/leads", draft, hotline)
	if r.status != http.StatusCreated {
		t.Fatal(r)
	}
	r.into(t, &made)
	if r = system.do("GET", "/leads/"+made.ID, nil, hotline); r.status != http.StatusOK || strings.Contains(string(r.body), "13800000000") {
		t.Errorf("its own lead: %s", r)
	}
	if r = system.do("GET", "/leads/"+made.ID, nil, other); r.status != http.StatusNotFound {
		t.Errorf("another's lead: %s", r)
	}
	officer, head := h.staff("officer"), h.staff("head")
	if r = officer.do("POST", "/leads/"+made.ID+"/acknowledgement", nil, `If-Match: "1"`); r.status != http.StatusNoContent {
		t.Errorf("acknowledge: %s", r)
	}
	if r = officer.do("POST", "/leads/"+made.ID+"/acknowledgement", nil, `If-Match: "1"`); r.status != http.StatusPreconditionFailed {
		t.Errorf("acknowledge again: %s", r)
	}
	if r = officer.do("POST", "/leads/"+made.ID+"/contact", wire.Reason{Reason: "核实"}); r.status != http.StatusOK || !strings.Contains(string(r.body), "13800000000") {
		t.Errorf("contact: %s", r)
	}
	var looks int
	if err := h.pool.QueryRow(t.Context(), `SELECT count(*) FROM access_record WHERE subject = $1 AND reason = '核实'`, made.ID).Scan(&looks); err != nil || looks != 1 {
		t.Errorf("%d looks are recorded, %v", looks, err)
	}
	if r = system.do("GET", "/leads/"+made.ID, nil, hotline); r.status != http.StatusOK || !strings.Contains(string(r.body), "acknowledged") || strings.Contains(string(r.body), `"by":"officer"`) {
		t.Errorf("its own lead, acknowledged: %s", r)
	}
	authorities, err := h.transfers.Authorities(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var sent wire.Made
	r = head.do("POST", "/transfers", wire.TransferDraft{SubjectKind: "lead", Subject: made.ID, AuthorityID: authorities[0].ID, Reason: "交由公安"})
	if r.status != http.StatusCreated {
		t.Fatal(r)
	}
	r.into(t, &sent)
	if r := system.do("GET", "/transfers/"+sent.ID, nil, police); r.status != http.StatusOK || !strings.Contains(string(r.body), "offsite-transfer/1") {
		t.Errorf("the letter: %s", r)
	}
	if r := system.do("GET", "/transfers/"+sent.ID+"/file.zip", nil, police); r.status != http.StatusOK || !strings.Contains(string(r.body), "transfer.json") || !strings.Contains(string(r.body), "13800000000") {
		t.Errorf("the file: %d, %d bytes", r.status, len(r.body))
	}
	if r := system.do("POST", "/transfers/"+sent.ID+"/receipt", wire.SignedReceipt{Receiver: "李", ReceivedAt: time.Now(), Signature: "AAAA"}, police); r.status != http.StatusUnprocessableEntity {
		t.Errorf("a forged receipt: %s", r)
	}
	paper := wire.PaperReceipt{Receiver: "李", ReceivedAt: time.Now(), Scan: "JVBERi0xLjQ="}
	if r := officer.do("POST", "/transfers/"+sent.ID+"/paper-receipt", paper); r.status != http.StatusNoContent {
		t.Errorf("a receipt on paper: %s", r)
	}
	if r := officer.do("GET", "/transfers/"+sent.ID+"/paper-receipt", nil); r.status != http.StatusOK || r.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("its scan: %s", r)
	}
	if r := system.do("POST", "/transfers/"+sent.ID+"/status", wire.TransferStatus{State: "accepted", Note: "受理"}, police); r.status != http.StatusNoContent {
		t.Errorf("report: %s", r)
	}
	if r := head.do("GET", "/duty", nil); r.status != http.StatusOK || !strings.Contains(string(r.body), `"gaps":[{`) {
		t.Errorf("duty: %s", r)
	}
}
