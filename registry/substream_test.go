package registry_test

import (
	"errors"
	"strings"
	"testing"

	"offsite/registry"
)

// A substream's address is kept as the camera's is: encrypted, shown without credentials,
// and left as it stands when it is given back as shown. One without credentials takes the
// camera's, at the same host alone.
func TestSubstream(t *testing.T) {
	t.Parallel()
	r, pool := open(t)
	ctx := t.Context()
	watched := func(want string) {
		t.Helper()
		all := must[[]registry.Watched](t)(r.Watched(ctx))
		if len(all) != 1 || all[0].Substream != want {
			t.Errorf("watched as %q, want %q", all[0].Substream, want)
		}
	}
	d := registry.CameraDraft{CameraChange: registry.CameraChange{Name: "路口", Place: "八一路", Substream: "rtsp://192.0.2.7/sub"}, URL: "rtsp://viewer:hush-hush@192.0.2.7/main"}
	c := must[registry.Camera](t)(r.CreateCamera(ctx, by, d))
	if c.Substream != "rtsp://192.0.2.7/sub" {
		t.Errorf("registered as %+v", c)
	}
	watched("rtsp://viewer:hush-hush@192.0.2.7/sub")

	change := must[registry.Camera](t)(r.Camera(ctx, c.ID)).CameraChange
	change.Place = "新址"
	c = must[registry.Camera](t)(r.ChangeCamera(ctx, by, c.ID, c.Version, change))
	watched("rtsp://viewer:hush-hush@192.0.2.7/sub")
	c = must[registry.Camera](t)(r.MoveCamera(ctx, by, c.ID, c.Version, "rtsp://viewer:whisper-low@192.0.2.7/main", "tcp"))
	watched("rtsp://viewer:whisper-low@192.0.2.7/sub")
	c = must[registry.Camera](t)(r.MoveCamera(ctx, by, c.ID, c.Version, "rtsp://viewer:whisper-low@192.0.2.8/main", "tcp"))
	watched("rtsp://viewer:whisper-low@192.0.2.7/sub") // where it is there, nobody has said

	for substream, want := range map[string]string{
		"rtsp://192.0.2.9/sub":               "rtsp://192.0.2.9/sub",              // no other host is told the password
		"rtsp://own:hush-own@192.0.2.8/sub":  "rtsp://own:hush-own@192.0.2.8/sub", // its own
		"rtsp://192.0.2.8/sub?password=hush": "rtsp://viewer:whisper-low@192.0.2.8/sub?password=hush",
		"":                                   "",
	} {
		change.Substream = substream
		c = must[registry.Camera](t)(r.ChangeCamera(ctx, by, c.ID, 0, change))
		watched(want)
		if strings.Contains(c.Substream, "hush") {
			t.Errorf("shown as %s", c.Substream)
		}
	}
	for substream, about := range map[string]string{"http://192.0.2.7/sub": "rtsp://", "rtsp://viewer:whisper-low@192.0.2.8/main": "main stream", "rtsp://192.0.2.8/main": "main stream"} {
		change.Substream = substream
		_, err := r.ChangeCamera(ctx, by, c.ID, 0, change)
		var refused *registry.Refused
		if !errors.As(err, &refused) || refused.Field != "substream_url" || !strings.Contains(refused.EN, about) || refused.ZH == "" {
			t.Errorf("%s: %v", substream, err)
		}
	}
	for _, table := range []string{"camera", "change_log"} {
		var text string
		if err := pool.QueryRow(ctx, `SELECT coalesce(string_agg(t::text, ' '), '') FROM `+table+` t`).Scan(&text); err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"hush", "whisper"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds %s", table, secret)
			}
		}
	}
}
