package onvif_test

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"offsite/pipeline/ingest"
	"offsite/pipeline/onvif"
	"offsite/pipeline/onvif/responder"
)

// TestMain fails where a test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func loopback(a netip.Addr) bool { return a.IsLoopback() }

// device starts a device that speaks ONVIF.
func device(t *testing.T, o responder.Options) *responder.Responder {
	t.Helper()
	if o.Streams == nil {
		o.Streams = []onvif.Stream{
			{Name: "主码流 <1>", Codec: "H264", Width: 1920, Height: 1080, FPS: 25, Kbps: 4096, URL: "rtsp://192.0.2.1:8554/main?a=1&b=2"},
			{Name: "sub", Codec: "JPEG", Width: 640, Height: 360, FPS: 10, Kbps: 512, URL: "rtsp://admin:secret@192.0.2.1/sub"},
		}
	}
	r := responder.New(o)
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Stop)
	return r
}

func TestDevicesAreFoundByAskingThem(t *testing.T) {
	t.Parallel()
	a, b := device(t, responder.Options{Name: "East Gate"}), device(t, responder.Options{})
	s := onvif.Search{At: []netip.AddrPort{netip.MustParseAddrPort(a.Addr()), netip.MustParseAddrPort(b.Addr()), netip.MustParseAddrPort("192.0.2.9:3702")},
		Allowed: loopback, Wait: time.Second}
	found, err := onvif.Discover(t.Context(), s)
	if err != nil || len(found) != 2 {
		t.Fatalf("%+v, %v", found, err)
	}
	names := map[string]onvif.Found{}
	for _, f := range found {
		names[f.Name] = f
	}
	east := names["East Gate"]
	if east.Address != a.Address() || east.Hardware != "simulator" || east.Location != "loopback" || !strings.HasPrefix(east.ID, "urn:uuid:") {
		t.Errorf("found %+v", found)
	}
	if names["Offsite simulator"].Address != b.Address() {
		t.Errorf("found %+v", found)
	}
}

func TestWhoMayNotBeAskedIsNot(t *testing.T) {
	t.Parallel()
	a := device(t, responder.Options{})
	s := onvif.Search{At: []netip.AddrPort{netip.MustParseAddrPort(a.Addr())}, Allowed: func(netip.Addr) bool { return false }, Wait: time.Second}
	if found, err := onvif.Discover(t.Context(), s); err == nil {
		t.Errorf("found %+v outside the networks", found)
	}
	s.At = nil
	if _, err := onvif.Discover(t.Context(), s); !errors.Is(err, onvif.ErrNobody) {
		t.Errorf("no interface may be used, and it says %v", err)
	}
}

// liar answers a Probe with whatever it likes.
func liar(t *testing.T, answer func(id string) string) netip.AddrPort {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buffer := make([]byte, 4096)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			var p struct {
				ID string `xml:"Header>MessageID"`
			}
			_ = xml.Unmarshal(buffer[:n], &p)
			_, _ = conn.WriteTo([]byte(answer(p.ID)), from)
		}
	}()
	t.Cleanup(func() { conn.Close(); <-done })
	return netip.MustParseAddrPort(conn.LocalAddr().String())
}

func TestNobodySendsUsElsewhere(t *testing.T) {
	t.Parallel()
	const form = `<Envelope><Header><RelatesTo>%s</RelatesTo></Header><Body><ProbeMatches><ProbeMatch><XAddrs>%s</XAddrs></ProbeMatch></ProbeMatches></Body></Envelope>`
	for name, answer := range map[string]func(string) string{
		"an address outside":         func(id string) string { return fmt.Sprintf(form, id, "http://169.254.169.254/latest") },
		"a name":                     func(id string) string { return fmt.Sprintf(form, id, "http://localhost/onvif") },
		"another scheme":             func(id string) string { return fmt.Sprintf(form, id, "file:///etc/passwd") },
		"credentials in it":          func(id string) string { return fmt.Sprintf(form, id, "http://a:b@127.0.0.1/onvif") },
		"an answer to somebody else": func(string) string { return fmt.Sprintf(form, "urn:uuid:1", "http://127.0.0.1/onvif") },
		"nothing that could be read": func(string) string { return "\x00<" },
		"an answer without a message": func(id string) string {
			return `<Envelope><Header><RelatesTo>` + id + `</RelatesTo></Header></Envelope>`
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := onvif.Search{At: []netip.AddrPort{liar(t, answer)}, Allowed: loopback, Wait: 500 * time.Millisecond}
			if found, err := onvif.Discover(t.Context(), s); err != nil || len(found) > 0 {
				t.Errorf("found %+v, %v", found, err)
			}
		})
	}
}

func TestADeviceIsAskedForItsStreams(t *testing.T) {
	t.Parallel()
	jpeg := []byte("\xff\xd8\xff\xe0 a picture")
	r := device(t, responder.Options{User: "admin", Password: "p@ss <1>", Clock: -7 * time.Hour,
		Snapshot: func(int) ([]byte, error) { return jpeg, nil }})
	c := onvif.New(nil)
	camera, err := c.Ask(t.Context(), r.Address(), "admin", "p@ss <1>")
	if err != nil {
		t.Fatal(err)
	}
	if camera.Manufacturer != "Offsite" || camera.Model != "Simulator" || camera.ClockOffset.Round(time.Minute) != -7*time.Hour || len(camera.Streams) != 2 {
		t.Errorf("the device is %+v", camera)
	}
	main, sub := camera.Streams[0], camera.Streams[1]
	want := onvif.Stream{Profile: "profile_0", Name: "主码流 <1>", Codec: "H264", Width: 1920, Height: 1080, FPS: 25, Kbps: 4096,
		URL: "rtsp://127.0.0.1:8554/main?a=1&b=2", Snapshot: "http://" + r.Addr() + "/snapshot/0"}
	if main != want {
		t.Errorf("the stream is %+v, not %+v", main, want)
	}
	if sub.URL != "rtsp://127.0.0.1/sub" {
		t.Errorf("credentials and host of the address stayed: %s", sub.URL)
	}
	picture, err := c.Snapshot(t.Context(), main.Snapshot, "admin", "p@ss <1>")
	if err != nil || string(picture) != string(jpeg) {
		t.Errorf("the snapshot: %q, %v", picture, err)
	}
	if _, err := c.Snapshot(t.Context(), main.Snapshot, "admin", "wrong"); err == nil {
		t.Error("a snapshot is given for a wrong password")
	}
}

// A camera of profile T names its H.265 stream by the second media service alone.
func TestStreamsOfH265AreNamedToo(t *testing.T) {
	t.Parallel()
	streams := []onvif.Stream{
		{Name: "main", Codec: "H265", Width: 2560, Height: 1440, FPS: 25, Kbps: 3072, URL: "rtsp://192.0.2.1/main"},
		{Name: "sub", Codec: "H264", Width: 640, Height: 360, FPS: 10, Kbps: 512, URL: "rtsp://192.0.2.1/sub"},
	}
	r := device(t, responder.Options{User: "admin", Password: "secret", Second: true, Streams: streams,
		Snapshot: func(int) ([]byte, error) { return []byte("\xff\xd8\xff\xe0 a picture"), nil }})
	camera, err := onvif.New(nil).Ask(t.Context(), r.Address(), "admin", "secret")
	if err != nil || len(camera.Streams) != 2 {
		t.Fatalf("%+v, %v", camera, err)
	}
	want := onvif.Stream{Profile: "profile_0", Name: "main", Codec: "H265", Width: 2560, Height: 1440, FPS: 25, Kbps: 3072,
		URL: "rtsp://127.0.0.1/main", Snapshot: "http://" + r.Addr() + "/snapshot/0"}
	if camera.Streams[0] != want || camera.Streams[1].Codec != "H264" {
		t.Errorf("the streams are %+v", camera.Streams)
	}
	var p *onvif.Problem
	if _, err := onvif.New(nil).Ask(t.Context(), r.Address(), "admin", "wrong"); !errors.As(err, &p) || p.Code != ingest.Unauthorized {
		t.Errorf("a wrong password: %v", err)
	}
}

func TestWhyADeviceCannotBeAsked(t *testing.T) {
	t.Parallel()
	r := device(t, responder.Options{User: "admin", Password: "secret"})
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>hello")) }))
	t.Cleanup(page.Close)
	moved := httptest.NewServer(http.RedirectHandler(r.Address(), http.StatusTemporaryRedirect))
	t.Cleanup(moved.Close)
	guarded := onvif.New(func(string, string, syscall.RawConn) error { return errors.New("outside the networks") })
	for name, c := range map[string]struct {
		client            *onvif.Client
		address, password string
		want              ingest.Code
	}{
		"a wrong password":            {onvif.New(nil), r.Address(), "wrong", ingest.Unauthorized},
		"an address that is guarded":  {guarded, r.Address(), "secret", ingest.Unreachable},
		"a web page":                  {onvif.New(nil), page.URL, "secret", ingest.ServerError},
		"one that sends us elsewhere": {onvif.New(nil), moved.URL, "secret", ingest.ServerError},
		"nobody there":                {onvif.New(nil), "http://127.0.0.1:1/onvif", "secret", ingest.Unreachable},
		"no address":                  {onvif.New(nil), "rtsp://127.0.0.1/", "secret", ingest.BadAddress},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.client.Ask(t.Context(), c.address, "admin", c.password)
			var p *onvif.Problem
			if !errors.As(err, &p) || p.Code != c.want || p.ZH == "" || p.EN == "" || strings.Contains(fmt.Sprint(p), c.password) {
				t.Errorf("it says %v, want %s", err, c.want)
			}
		})
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := onvif.New(nil).Ask(ended, r.Address(), "admin", "secret"); !errors.Is(err, context.Canceled) {
		t.Errorf("asked in vain: %v", err)
	}
}
