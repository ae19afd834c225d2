package api_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"offsite/api"
	"offsite/api/limit"
	"offsite/registry/account"
)

// call is an operation as the document names it.
type call struct{ id, method, path string }

// calls lists every operation of the document, with ids that name nothing.
func calls(t *testing.T, a *api.API) []call {
	t.Helper()
	text, err := a.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
		}
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	filled := strings.NewReplacer("{id}", nobody, "{bundle}", nobody, "{path}", "data/clip.mp4", "{event}", "file", "{code}", "NONE", "{key}", "publication", "{n}", "1")
	var all []call
	for path, methods := range doc.Paths {
		for method, o := range methods {
			all = append(all, call{o.OperationID, strings.ToUpper(method), strings.TrimPrefix(filled.Replace(path), "/api/v1")})
		}
	}
	slices.SortFunc(all, func(a, b call) int { return strings.Compare(a.id, b.id) })
	return all
}

const nobody = "0198c000-0000-7000-8000-00000000dead"

func TestEveryOperationStandsInThePolicy(t *testing.T) {
	t.Parallel()
	h := open(t)
	all, policy := calls(t, h.api), api.Policy()
	for _, c := range all {
		if _, ok := policy[c.id]; !ok {
			t.Errorf("%s is in no policy: nobody can call it", c.id)
		}
		delete(policy, c.id)
	}
	for id := range policy {
		t.Errorf("the policy knows %s, which is no operation", id)
	}
}

// TestEveryOperationForEveryRole walks the table: who is not in it is refused,
// who is gets past it.
func TestEveryOperationForEveryRole(t *testing.T) {
	t.Parallel()
	h := open(t, func(o *api.Options) {
		o.PerAddress = limit.Rate{PerSecond: 1e6, Burst: 1e6}
		o.PerAccount = o.PerAddress
	})
	all, policy := calls(t, h.api), api.Policy()
	for _, role := range append(account.Roles(), "nobody") {
		p := h.stranger()
		if role != "nobody" {
			p = h.staff(role)
		}
		for _, c := range all {
			roles, free := policy[c.id].Roles()
			if c.id == "sign-out" || c.id == "sign-in" || c.id == "listen" && slices.Contains(roles, role) {
				continue // they have tests of their own
			}
			var body any
			if c.method != http.MethodGet && c.method != http.MethodDelete {
				body = map[string]any{}
			}
			r := p.do(c.method, c.path, body, `If-Match: "1"`)
			switch {
			case policy[c.id].Portal() || c.id == "open-portal":
				if r.status != http.StatusUnauthorized && r.status != http.StatusUnprocessableEntity {
					t.Errorf("%s as %s: %s; want no way in without a link", c.id, role, r)
				}
			case free:
				if r.status == http.StatusForbidden {
					t.Errorf("%s as %s: %s; want it open", c.id, role, r)
				}
			case role == "nobody":
				if r.status != http.StatusUnauthorized {
					t.Errorf("%s without session: %s", c.id, r)
				}
			case slices.Contains(roles, role):
				if r.status == http.StatusForbidden || r.status == http.StatusUnauthorized {
					t.Errorf("%s as %s: %s; want it let in", c.id, role, r)
				}
			case r.status != http.StatusForbidden:
				t.Errorf("%s as %s: %s; want it refused", c.id, role, r)
			}
		}
	}
}

// TestDutiesAreSeparate says in words what the table must never lose.
func TestDutiesAreSeparate(t *testing.T) {
	t.Parallel()
	policy := api.Policy()
	may := func(role, id string) bool {
		roles, _ := policy[id].Roles()
		return slices.Contains(roles, role)
	}
	changes := []string{
		"create-user", "change-user", "create-camera", "change-camera", "remove-camera", "create-zone", "change-zone", "remove-zone",
		"create-object", "change-object", "create-party", "change-party", "confirm-finding", "reject-finding", "verify-finding", "take-step", "probe-camera",
	}
	for _, id := range changes {
		for _, reader := range []string{account.Auditor, account.Supervisor} {
			if may(reader, id) {
				t.Errorf("the %s may %s", reader, id)
			}
		}
	}
	for _, id := range []string{"list-findings", "get-finding", "confirm-finding", "reject-finding", "verify-finding", "list-cases", "get-case", "take-step",
		"get-document", "get-evidence", "get-evidence-file", "get-bundle", "list-parties"} {
		if may(account.Admin, id) {
			t.Errorf("the administrator may %s", id)
		}
	}
	for id := range policy {
		if id != "list-users" && strings.HasSuffix(id, "-user") && may(account.Head, id) {
			t.Errorf("the head may %s", id)
		}
	}
}
