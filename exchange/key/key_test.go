package key_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"offsite/exchange/key"
	"offsite/registry"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestAKeyOpensWhatItNamesUntilItEnds(t *testing.T) {
	t.Parallel()
	ctx, pool := t.Context(), storetest.Open(t)
	now := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	keys := key.New(pool, func() time.Time { return now })
	made, text, err := keys.Create(ctx, "admin", key.Draft{Name: "城运中心", Scopes: []string{key.CasesRead, key.CasesRead}, Networks: []string{"203.0.113.7/24"}, Days: 30})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(text, made.Hint) || len(made.Scopes) != 1 || made.Networks[0] != "203.0.113.0/24" {
		t.Errorf("made %+v of %s", made, text)
	}
	got, err := keys.Check(ctx, text, "203.0.113.200")
	if err != nil || !got.May(key.CasesRead) || got.May(key.ObjectsRead) || got.May("") {
		t.Errorf("shown: %+v, %v", got, err)
	}
	for why, shown := range map[string][2]string{
		"from elsewhere": {text, "198.51.100.1"}, "from nowhere": {text, ""},
		"another key": {text[:len(text)-1] + "!", "203.0.113.1"}, "no key": {"password", "203.0.113.1"}, "nothing": {"", "203.0.113.1"},
	} {
		if _, err := keys.Check(ctx, shown[0], shown[1]); !errors.Is(err, key.ErrKey) {
			t.Errorf("%s: %v", why, err)
		}
	}
	now = now.AddDate(0, 0, 30)
	if _, err := keys.Check(ctx, text, "203.0.113.1"); !errors.Is(err, key.ErrKey) {
		t.Errorf("past its end: %v", err)
	}
	now = now.AddDate(0, 0, -1)
	if err := keys.Revoke(ctx, "admin", made.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Check(ctx, text, "203.0.113.1"); !errors.Is(err, key.ErrKey) {
		t.Errorf("revoked: %v", err)
	}
	if err := keys.Revoke(ctx, "admin", "nobody"); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("revoked what is not there: %v", err)
	}
	list, err := keys.List(ctx)
	if err != nil || len(list) != 1 || list[0].RevokedAt == nil || list[0].UsedFrom != "203.0.113.200" {
		t.Errorf("listed %+v, %v", list, err)
	}
	var kept, changes int
	if err := pool.QueryRow(ctx, `SELECT (SELECT count(*) FROM api_key k WHERE k::text LIKE '%' || $1 || '%'), (SELECT count(*) FROM change_log WHERE kind = 'api_key' AND after::text NOT LIKE '%' || $1 || '%' OR after IS NULL)`,
		text).Scan(&kept, &changes); err != nil || kept != 0 || changes != 2 {
		t.Errorf("the key stands in %d rows, %d changes are logged without it, %v", kept, changes, err)
	}
}

func TestKeysThatAreRefused(t *testing.T) {
	t.Parallel()
	keys := key.New(storetest.Open(t), time.Now)
	for field, d := range map[string]key.Draft{
		"name":         {Name: " ", Scopes: []string{key.CasesRead}, Days: 1},
		"scopes":       {Name: "a", Scopes: []string{"everything"}, Days: 1},
		"days":         {Name: "a", Scopes: []string{key.CasesRead}, Days: 4000},
		"authority_id": {Name: "a", Scopes: []string{key.Transfers}, Days: 1},
		"networks":     {Name: "a", Scopes: []string{key.CasesRead}, Days: 1, Networks: []string{"home"}},
	} {
		var refused *registry.Refused
		if _, _, err := keys.Create(t.Context(), "admin", d); !errors.As(err, &refused) || refused.Field != field || refused.ZH == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
}
