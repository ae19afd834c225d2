package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"offsite/api/wire"
	"offsite/casework/credit"
	"offsite/exchange/key"
	"offsite/exchange/webhook"
)

// told is what the credit platform is told.
type told struct {
	Type string `json:"type"`
	Data struct {
		RecordID string `json:"record_id"`
		State    string `json:"state"`
	} `json:"data"`
}

// creditPlatform starts one that is told by signed webhooks, and the jobs that tell it.
func (h *house) creditPlatform(admin *person) <-chan told {
	h.t.Helper()
	events, made := make(chan told, 10), make(chan *standardwebhooks.Webhook, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hook := <-made
		made <- hook
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = hook.Verify(body, r.Header)
		}
		var e told
		if err == nil {
			err = json.Unmarshal(body, &e)
		}
		if err != nil {
			h.t.Errorf("the platform cannot take %s: %v", body, err)
		}
		events <- e
		w.WriteHeader(http.StatusNoContent)
	}))
	h.t.Cleanup(server.Close)
	var endpoint wire.WebhookMade
	admin.do("POST", "/webhooks", wire.WebhookDraft{Name: "信用平台", URL: server.URL, Kinds: []string{webhook.CreditRecorded, webhook.CreditChanged}, Enabled: true}).into(h.t, &endpoint)
	hook, err := standardwebhooks.NewWebhook(endpoint.Secret)
	must(h.t, err)
	made <- hook
	workers := river.NewWorkers()
	h.hooks.AddWorkers(workers)
	client, err := river.NewClient(riverpgxv5.New(h.pool), &river.Config{Queues: h.hooks.Queues(), Workers: workers, FetchPollInterval: 100 * time.Millisecond})
	must(h.t, err)
	must(h.t, client.Start(h.t.Context()))
	h.t.Cleanup(func() { <-client.Stopped() })
	return events
}

// A party asks for repair behind its link, with its papers; one reviews, another decides,
// by rules that the head has entered; the credit platform is told, and asks what became of
// the record.
func TestARepairIsAskedForAndDecidedByTwo(t *testing.T) {
	t.Parallel()
	h := open(t)
	officer, legal, head := h.staff("officer"), h.staff("legal"), h.staff("head")
	events := h.creditPlatform(h.staff("admin"))
	next := func(kind, state string) string {
		t.Helper()
		select {
		case e := <-events:
			if e.Type != kind || e.Data.State != state {
				t.Errorf("the platform is told %+v, want %s, %s", e, kind, state)
			}
			return e.Data.RecordID
		case <-time.After(time.Minute):
			t.Fatalf("the platform is not told of %s", kind)
		}
		return ""
	}
	rules := credit.Shipped()
	rules.DecideDays = 5
	h.wants(http.StatusNoContent, head.do("POST", "/credit/rules", wire.CreditRulesDraft{Rules: rules, Reason: "本局信用管理办法"}))
	_, party := h.withLink("officer")
	office := credit.New(credit.Options{Pool: h.pool, Law: h.book.Rules(), Tell: h.hooks.Tell, Now: time.Now})
	must(t, office.Keep(t.Context())) // as the worker does
	next(webhook.CreditRecorded, credit.Open)
	if r := party.do("POST", "/portal/credit", wire.CreditApplication{Text: "已整改", Papers: []string{"PGh0bWw+"}}); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.String(), "PDF、JPEG 或 PNG") {
		t.Errorf("a page as a paper: %s", r)
	}
	h.wants(http.StatusNoContent, party.do("POST", "/portal/credit", wire.CreditApplication{Text: "已整改", Papers: []string{"JVBERi0xLjQ="}}))
	if r := party.do("POST", "/portal/credit", wire.CreditApplication{Text: "再申请"}); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.String(), "已有申请正在审核") {
		t.Errorf("asked for twice: %s", r)
	}
	var asked struct{ Items []wire.CreditRepair }
	officer.do("GET", "/credit/repairs", nil).into(t, &asked)
	if len(asked.Items) != 1 || asked.Items[0].Papers != 1 {
		t.Fatalf("asked for: %+v", asked.Items)
	}
	at := "/credit/repairs/" + asked.Items[0].ID
	if r := legal.do("GET", at+"/papers/1", nil); r.status != http.StatusOK || string(r.body) != "%PDF-1.4" || r.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("the party's paper: %s", r)
	}
	if r := head.do("POST", at+"/decision", wire.CreditVerdict{Grant: true, Reason: "同意"}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("decided before it was reviewed: %s", r)
	}
	h.wants(http.StatusNoContent, legal.do("POST", at+"/review", wire.CreditVerdict{Grant: true, Reason: "材料齐全"}))
	if len(events) > 0 {
		t.Errorf("told of a review: %+v", <-events)
	}
	h.wants(http.StatusNoContent, head.do("POST", at+"/decision", wire.CreditVerdict{Grant: true, Reason: "同意修复"}))
	r := party.do("GET", "/portal/credit", nil)
	if r.status != http.StatusOK || !strings.Contains(r.String(), credit.Repaired) || !strings.Contains(r.String(), "同意修复") || strings.Contains(r.String(), "材料齐全") {
		t.Errorf("the party sees %s", r)
	}
	record := next(webhook.CreditChanged, credit.Repaired)
	if r := h.stranger().do("GET", "/credit/records/"+record, nil, h.key(key.CreditRead)); r.status != http.StatusOK || !strings.Contains(r.String(), `"state":"repaired"`) || !strings.Contains(r.String(), `"grounds":{"rule":"`) {
		t.Errorf("the platform asks and is answered %s", r)
	}
}
