package vault

import (
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
)

// FuzzLock: whatever a store says of a lock, what holds has a mode and an end.
func FuzzLock(f *testing.F) {
	for _, text := range []string{
		`<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>2026-12-01T00:00:00Z</RetainUntilDate></Retention>`,
		`<PutObjectRetentionInput><Mode>GOVERNANCE</Mode><RetainUntilDate>2026-12-01T00:00:00.000Z</RetainUntilDate></PutObjectRetentionInput>`,
		`<Retention/>`, `<Retention><Mode>COMPLIANCE</Mode></Retention>`, ``, `{"Mode":"COMPLIANCE"}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := parseLock(text)
		if err != nil && l.holds() {
			t.Fatalf("an answer that cannot be read holds: %v", err)
		}
		if l.holds() && (l.mode != minio.Compliance.String() || l.until.Equal(time.Time{})) {
			t.Fatalf("%+v holds", l)
		}
	})
}
