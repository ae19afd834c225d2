package lock_test

import (
	"testing"

	"offsite/evidence/vault/lock"
)

// FuzzLock: whatever a store says of a lock, what holds has a mode and an end. It stands
// in a package of its own, since every try visits the counters of all that is linked.
func FuzzLock(f *testing.F) {
	for _, text := range []string{
		`<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>2026-12-01T00:00:00Z</RetainUntilDate></Retention>`,
		`<PutObjectRetentionInput><Mode>GOVERNANCE</Mode><RetainUntilDate>2026-12-01T00:00:00.000Z</RetainUntilDate></PutObjectRetentionInput>`,
		`<Retention/>`, `<Retention><Mode>COMPLIANCE</Mode></Retention>`, ``, `{"Mode":"COMPLIANCE"}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := lock.Parse(text)
		if err != nil && l.Holds() {
			t.Fatalf("an answer that cannot be read holds: %v", err)
		}
		if l.Holds() && (l.Mode != lock.Compliance || l.Until.IsZero()) {
			t.Fatalf("%+v holds", l)
		}
	})
}
