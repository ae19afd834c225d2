package store_test

import (
	"testing"

	"offsite/store"
)

func TestIsID(t *testing.T) {
	t.Parallel()
	const id = "0193a0b0-0000-7000-8000-00000000000a"
	for s, want := range map[string]bool{
		id: true, "0193A0B0-0000-7000-8000-00000000000A": true,
		"": false, "1": false, "0193a0b0-0000-7000-8000-00000000000g": false,
		"urn:uuid:" + id: false, "{" + id + "}": false, "0193a0b00000700080000000000000aa": false, id + "\n": false,
	} {
		if got := store.IsID(s); got != want {
			t.Errorf("IsID(%q) = %t", s, got)
		}
		if got := store.ID(s); (got != nil) != want || want && *got != s {
			t.Errorf("ID(%q) = %v", s, got)
		}
	}
}
