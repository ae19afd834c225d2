package rtspserve

import (
	"testing"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"go.uber.org/goleak"

	"offsite/pipeline/rtspserve/testvideo"
)

// TestMain fails where a test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Several viewers of one camera that come by UDP at the same moment must not trip
// over each other within the library; only the race detector sees it.
func TestViewersComeByUDPAtOnce(t *testing.T) {
	t.Parallel()
	s := New(Options{Listen: "127.0.0.1:0", Files: []string{testvideo.Make(t, testvideo.Spec{})}})
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	address, err := base.ParseURL(s.URL("camera"))
	if err != nil {
		t.Fatal(err)
	}
	for range 24 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			byUDP := gortsplib.TransportUDP
			c := &gortsplib.Client{Scheme: address.Scheme, Host: address.Host, Transport: &byUDP}
			if err := c.Start2(); err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			desc, _, err := c.Describe(address)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.Setup(desc.BaseURL, desc.Medias[0], 0, 0); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Play(nil); err != nil {
				t.Fatal(err)
			}
		})
	}
}
