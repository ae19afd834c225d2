package casework

import "testing"

// What a list has read is read again only where the dossier has changed, and then it is.
func TestDecodedDossiersFollowTheirText(t *testing.T) {
	t.Parallel()
	var k decoded
	for _, text := range []string{`{"bundle":"a"}`, `{"bundle":"a"}`, `{"bundle":"b"}`, `{"bundle":"a"}`} {
		d, err := k.read("case", []byte(text))
		if want, _ := readDossier([]byte(text)); err != nil || d.Bundle != want.Bundle {
			t.Errorf("%s is read as %q, %v", text, d.Bundle, err)
		}
	}
	if _, err := k.read("case", []byte(`{`)); err == nil {
		t.Error("half a dossier is read")
	}
	for i := range 3 * decodedMost {
		if _, err := k.read(string(rune('a'+i)), []byte(`{}`)); err != nil {
			t.Fatal(err)
		}
	}
	if len(k.kept) > decodedMost {
		t.Errorf("%d dossiers are kept", len(k.kept))
	}
}
