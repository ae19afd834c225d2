package api_test

import (
	"bytes"
	"net/http"
	"testing"

	"offsite/api/wire"
	"offsite/casework/document"
	"offsite/exchange/gateway"
)

func TestAServiceIsTriedByTheAdministratorAndNotTooOften(t *testing.T) {
	t.Parallel()
	h := open(t)
	admin := h.staff("admin")
	var before struct{ Items []gateway.Standing }
	admin.do("GET", "/gateways", nil).into(t, &before)
	if len(before.Items) != 2 || before.Items[0].Latest != nil || !before.Items[0].Configured || before.Items[1].Configured {
		t.Fatalf("services: %+v", before.Items)
	}
	r := admin.do("POST", "/gateways/store/trial", nil)
	var trial gateway.Trial
	r.into(t, &trial)
	if r.status != http.StatusOK || !trial.OK || trial.By != "admin" || trial.Said.ZH == "" {
		t.Errorf("tried: %s", r)
	}
	if r = admin.do("POST", "/gateways/payment/trial", nil); r.status != http.StatusNotFound {
		t.Errorf("one that is not configured: %s", r)
	}
	auditor := h.staff("auditor")
	var after struct{ Items []gateway.Standing }
	auditor.do("GET", "/gateways", nil).into(t, &after)
	if after.Items[0].Latest == nil || after.Items[0].Latest.By != "admin" {
		t.Errorf("the auditor sees %+v", after.Items[0])
	}
	if r = auditor.do("POST", "/gateways/store/trial", nil); r.status != http.StatusForbidden {
		t.Errorf("by an auditor: %s", r)
	}
	for range 3 {
		r = admin.do("POST", "/gateways/store/trial", nil)
	}
	if r.status != http.StatusTooManyRequests || r.header.Get("Retry-After") == "" {
		t.Errorf("once more at once: %s", r)
	}
}

func TestEveryTemplateIsPreviewed(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.staff("legal")
	var all struct{ Items []wire.Template }
	p.do("GET", "/templates", nil).into(t, &all)
	if len(all.Items) != len(document.Kinds()) {
		t.Fatalf("%d templates", len(all.Items))
	}
	for _, k := range all.Items {
		if len(k.Mandatory) == 0 || k.Mandatory[0].Article == "" || k.Mandatory[0].ZH == "" || k.Mandatory[0].EN == "" {
			t.Errorf("%s must say %+v", k.Key, k.Mandatory)
		}
		r := p.do("GET", "/templates/"+k.Key+"/preview", nil)
		if r.status != http.StatusOK || r.header.Get("Content-Type") != "application/pdf" || !bytes.HasPrefix(r.body, []byte("%PDF-")) {
			t.Errorf("preview of %s: %d", k.Key, r.status)
		}
	}
	if r := p.do("GET", "/templates/nothing/preview", nil); r.status != http.StatusNotFound {
		t.Errorf("of no kind: %s", r)
	}
}
