package registry_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"offsite/registry"
)

// photograph is a small picture with a phone's note of where it was taken.
func photograph(t *testing.T) []byte {
	t.Helper()
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, image.NewGray(image.Rect(0, 0, 64, 48)), nil); err != nil {
		t.Fatal(err)
	}
	note := "Exif\x00\x00 GPS 31.23 N 121.47 E"
	head := append([]byte{0xff, 0xd8, 0xff, 0xe1, 0, byte(len(note) + 2)}, note...)
	return append(head, plain.Bytes()[2:]...)
}

func TestSignOfACamera(t *testing.T) {
	t.Parallel()
	r, _ := open(t)
	ctx := t.Context()
	c := camera(t, r)
	if c.Sign != nil {
		t.Fatalf("a sign that nobody photographed: %+v", c.Sign)
	}
	if _, _, err := r.SignPicture(ctx, c.ID); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("its picture: %v", err)
	}
	_, err := r.SaveSign(ctx, by, c.ID, []byte("no picture"))
	refused(t, err, "sign")
	var paper bytes.Buffer
	if err := png.Encode(&paper, image.NewPaletted(image.Rect(0, 0, 6000, 6000), color.Palette{color.White})); err != nil {
		t.Fatal(err)
	}
	_, err = r.SaveSign(ctx, by, c.ID, paper.Bytes())
	refused(t, err, "sign")
	sent := photograph(t)
	c = must[registry.Camera](t)(r.SaveSign(ctx, by, c.ID, sent))
	kept, _, err := r.SignPicture(ctx, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(kept, []byte("GPS")) || !bytes.Contains(sent, []byte("GPS")) {
		t.Error("the phone's note of where it was taken is kept")
	}
	if size, err := jpeg.DecodeConfig(bytes.NewReader(kept)); err != nil || size.Width != 64 || size.Height != 48 {
		t.Errorf("kept: %+v, %v", size, err)
	}
	digest := sha256.Sum256(kept)
	c = must[registry.Camera](t)(r.Camera(ctx, c.ID))
	if c.Sign == nil || c.Sign.SHA256 != hex.EncodeToString(digest[:]) || !c.Sign.At.Equal(noon()) || c.Version != 2 {
		t.Errorf("the camera: version %d, %+v", c.Version, c.Sign)
	}
	if c = must[registry.Camera](t)(r.RemoveSign(ctx, by, c.ID)); c.Sign != nil {
		t.Errorf("removed, it is %+v", c.Sign)
	}
	if _, err := r.RemoveSign(ctx, by, c.ID); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
	var told []string
	for _, e := range must[[]registry.Change](t)(r.History(ctx, "camera", c.ID)) {
		told = append(told, e.Action)
	}
	if got := strings.Join(told, ", "); got != "remove sign, sign, create" {
		t.Errorf("the change log: %s", got)
	}
}
