package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"offsite/api/wire"
	"offsite/casework/document"
	"offsite/exchange/gateway"
	"offsite/models"
	"offsite/registry/model"
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

// What is in the program is in force where the bureau has brought nothing of its own.
func TestModelsAreListed(t *testing.T) {
	t.Parallel()
	h := open(t)
	if _, err := h.pool.Exec(t.Context(), `INSERT INTO model (name, version, sha256, size, manifest, look_ns, added_by, added_at)
		VALUES ('burning', '2027.01.01', repeat('ab', 32), 1, $1, 80000000, 'anna', now())`, manifestOf(t, "burning", "2027.01.01")); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		`INSERT INTO model_use (name, use, version, by, at) VALUES ('burning', 'shadow', '2027.01.01', 'anna', now())`,
		`INSERT INTO model_change (name, version, what, by, at) VALUES ('burning', '2027.01.01', 'add', 'anna', now())`,
		`INSERT INTO model_difference (name, version, against, label, looks, agreed, active_only, shadow_only) VALUES ('burning', '2027.01.01', '2026.11.28', 'smoke', 1200, 31, 4, 7)`,
	} {
		if _, err := h.pool.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	var all struct{ Items []wire.ModelLineage }
	h.staff("auditor").do("GET", "/models", nil).into(t, &all)
	i := slices.IndexFunc(all.Items, func(l wire.ModelLineage) bool { return l.Name == "burning" })
	if len(all.Items) != len(models.Names()) || i < 0 {
		t.Fatalf("models: %+v", all.Items)
	}
	burning := all.Items[i]
	if len(burning.Versions) != 2 || !burning.Versions[0].Shipped || burning.Versions[0].Use != model.Active || burning.Versions[1].Use != model.Shadow || len(burning.Differences) != 1 || len(burning.Changes) != 1 {
		t.Errorf("burning stands so: %+v", burning)
	}
	if r := h.staff("officer").do("GET", "/models", nil); r.status != http.StatusForbidden {
		t.Errorf("to an officer: %s", r)
	}
}

// manifestOf is the manifest of a model in the program under another version.
func manifestOf(t *testing.T, name, version string) []byte {
	t.Helper()
	m, _, err := models.Load(models.Shipped(), name)
	if err != nil {
		t.Fatal(err)
	}
	m.Version = version
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return text
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
