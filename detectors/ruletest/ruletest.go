// Package ruletest holds what every detector must do, whatever it looks for. The
// tests of a detector bring a zone that is right and looks in which something happens.
package ruletest

import (
	"errors"
	"reflect"
	"testing"

	"offsite/detectors"
)

// GoesOnFromItsState moves the state into a fresh rule before each look: both must
// say the same. A state that is none must be refused.
func GoesOnFromItsState(t *testing.T, d detectors.Detector, z detectors.Zone, looks int, look func(i int) detectors.Look) {
	t.Helper()
	fresh := func() detectors.Rule {
		r, err := d.NewRule(z)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	a, spoke := fresh(), false
	for i := range looks {
		state, err := a.State()
		if err != nil {
			t.Fatal(err)
		}
		b := fresh()
		if err := b.Restore(state); err != nil {
			t.Fatal(err)
		}
		if a.Presence().Open != b.Presence().Open {
			t.Fatalf("before look %d a suspicion stands: %v, restored: %v", i, a.Presence().Open, b.Presence().Open)
		}
		x, y := a.Observe(look(i)), b.Observe(look(i))
		if !reflect.DeepEqual(x, y) {
			t.Fatalf("look %d: %+v, restored %+v", i, x, y)
		}
		spoke = spoke || len(x) > 0
	}
	if !spoke {
		t.Error("nothing happened in the looks, this test tests nothing")
	}
	if err := a.Restore([]byte("[]")); err == nil {
		t.Error("a foreign state was taken")
	}
}

// RefusesZones makes a zone wrong in each way; zone gives a right one each time.
func RefusesZones(t *testing.T, d detectors.Detector, zone func() detectors.Zone, wrong map[string]func(*detectors.Zone)) {
	t.Helper()
	if _, err := d.NewRule(zone()); err != nil {
		t.Errorf("the right zone: %v", err)
	}
	for name, change := range wrong {
		z := zone()
		change(&z)
		if _, err := d.NewRule(z); !errors.Is(err, detectors.ErrZone) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
