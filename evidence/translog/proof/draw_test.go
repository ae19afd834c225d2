package proof_test

import (
	"fmt"
	"slices"
	"testing"

	"offsite/evidence/translog/proof"
)

func TestDraw(t *testing.T) {
	t.Parallel()
	var names []string
	for i := range 1000 {
		names = append(names, fmt.Sprint("bundle ", i))
	}
	first := proof.Draw([]byte("seed"), names, 100)
	slices.Reverse(names)
	if again := proof.Draw([]byte("seed"), append(names, names[5]), 100); !slices.Equal(first, again) {
		t.Fatal("the same seed draws others")
	}
	if other := proof.Draw([]byte("Seed"), names, 100); slices.Equal(first, other) {
		t.Fatal("another seed draws the same")
	}
	if n := len(proof.Draw([]byte("seed"), names, 5000)); n != 1000 {
		t.Fatalf("%d of 1000 are drawn", n)
	}
	if n := len(proof.Draw([]byte("seed"), names, -1)); n != 0 {
		t.Fatalf("%d are drawn", n)
	}
	// Each is drawn about as often as another.
	count := map[string]int{}
	const rounds = 2000
	for i := range rounds {
		for _, name := range proof.Draw(fmt.Append(nil, i), names[:10], 3) {
			count[name]++
		}
	}
	for name, n := range count {
		if n < rounds*3/10*8/10 || n > rounds*3/10*12/10 {
			t.Errorf("%s is drawn %d times of %d", name, n, rounds*3/10)
		}
	}
	if len(count) != 10 {
		t.Errorf("%d of 10 are ever drawn", len(count))
	}
}
