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
