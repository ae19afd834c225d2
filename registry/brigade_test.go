package registry_test

import (
	"errors"
	"reflect"
	"testing"

	"offsite/registry"
)

func TestATownshipIsOfOneBrigade(t *testing.T) {
	t.Parallel()
	r, _ := open(t)
	ctx := t.Context()
	want := []registry.Brigade{{Name: "一大队", Townships: []string{"乙镇", "甲镇"}}, {Name: "二大队", Townships: []string{"丙镇"}}}
	saved, err := r.SaveBrigades(ctx, "admin", []registry.Brigade{{Name: " 一大队", Townships: []string{"甲镇", "乙镇 ", "", "甲镇"}}, {Name: "二大队", Townships: []string{"丙镇"}}})
	if err != nil || !reflect.DeepEqual(saved, want) {
		t.Fatalf("saved as %+v, %v", saved, err)
	}
	for name, list := range map[string][]registry.Brigade{
		"of two":      {{Name: "一大队", Townships: []string{"甲镇"}}, {Name: "二大队", Townships: []string{"甲镇"}}},
		"twice":       {{Name: "一大队", Townships: []string{"甲镇"}}, {Name: "一大队", Townships: []string{"乙镇"}}},
		"of none":     {{Name: "一大队", Townships: []string{" "}}},
		"without one": {{Name: "", Townships: []string{"甲镇"}}},
	} {
		if _, err := r.SaveBrigades(ctx, "admin", list); !errors.Is(err, registry.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got, err := r.Brigades(ctx); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read as %+v, %v", got, err)
	}
	if _, err := r.SaveBrigades(ctx, "admin", nil); err != nil {
		t.Fatal(err)
	}
	if got, err := r.Brigades(ctx); err != nil || len(got) != 0 {
		t.Errorf("after the last was taken away: %+v, %v", got, err)
	}
	if history, err := r.History(ctx, "brigades", "brigades"); err != nil || len(history) != 2 || history[0].By != "admin" {
		t.Errorf("the history: %+v, %v", history, err)
	}
}
