package lot_test

import (
	"bytes"
	"testing"

	"offsite/evidence/translog/lot"
)

// FuzzParse: an announcement that is taken is written again as it was, byte for byte,
// since its digest stands in the log.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"format":"` + lot.Format + `","id":"1","at":"2026-11-24T02:00:00Z"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		a, err := lot.Parse(text)
		if err != nil {
			return
		}
		if again, err := a.Bytes(); err != nil || !bytes.Equal(again, text) {
			t.Fatalf("%q is written as %q: %v", text, again, err)
		}
	})
}
