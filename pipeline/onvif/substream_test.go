package onvif

import "testing"

// What is proposed to take looks from is the smallest stream of the same shape that is wide
// enough.
func TestProposedSubstream(t *testing.T) {
	t.Parallel()
	c := Camera{Streams: []Stream{
		{URL: "rtsp://h/main", Width: 1920, Height: 1080}, {URL: "rtsp://h/third", Width: 1280, Height: 720},
		{URL: "rtsp://h/sub", Width: 640, Height: 360}, {URL: "rtsp://h/pal", Width: 704, Height: 576},
		{URL: "rtsp://h/cif", Width: 320, Height: 180}, {URL: "rtsp://h/unknown"},
	}}
	for i, want := range []string{"rtsp://h/sub", "rtsp://h/sub", "", "", "", ""} {
		got, ok := c.Substream(i)
		if got.URL != want || ok != (want != "") {
			t.Errorf("of %s: %q, want %q", c.Streams[i].URL, got.URL, want)
		}
	}
}
