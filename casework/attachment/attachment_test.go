package attachment_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"offsite/casework/attachment"
)

func in64(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func TestWhatIsTakenAndWhatIsNot(t *testing.T) {
	t.Parallel()
	const png = "\x89PNG\r\n\x1a\nrest"
	files, err := attachment.Read([]string{in64("%PDF-1.4"), in64(png), in64("\xff\xd8\xff\xe0")})
	if err != nil || len(files) != 3 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for i, want := range []string{".pdf", ".png", ".jpg"} {
		if f := files[i]; attachment.Suffix(f.Kind) != want || len(f.SHA256) != 64 {
			t.Errorf("file %d is %s with digest %q, want %s", i+1, f.Kind, f.SHA256, want)
		}
	}
	if string(files[1].Content) != png {
		t.Errorf("the bytes are %q", files[1].Content)
	}
	large := "%PDF-" + strings.Repeat("x", attachment.MaxBytes)
	for name, list := range map[string][]string{
		"a page": {in64("<html><script>")}, "no base64": {"%%%"}, "nothing": {""}, "too large": {in64(large)},
		"too many": {in64(png), in64(png), in64(png), in64(png)},
	} {
		if _, err := attachment.Read(list); !errors.Is(err, attachment.ErrUnfit) {
			t.Errorf("%s: %v, want it refused", name, err)
		}
	}
}
