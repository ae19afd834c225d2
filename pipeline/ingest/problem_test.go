package ingest

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"offsite/pipeline/rtspserve"
	"offsite/pipeline/rtspserve/testvideo"
)

// answer listens and lets do talk to each client, until the test ends.
func answer(t *testing.T, do func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	work.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			work.Go(func() {
				defer context.AfterFunc(ctx, func() { c.Close() })()
				do(c)
				c.Close()
			})
		}
	})
	t.Cleanup(func() { cancel(); l.Close(); work.Wait() })
	return l.Addr().String()
}

func TestEveryProblemHasASentence(t *testing.T) {
	t.Parallel()
	file := testvideo.Make(t, testvideo.Spec{})
	s := serve(t, rtspserve.Options{
		User: "admin", Password: "secret-word",
		Streams: []rtspserve.Stream{
			{Files: []string{file}},
			{Path: "sound", Files: []string{file}, As: "audio"},
			{Path: "vp8", Files: []string{file}, As: "vp8"},
			{Path: "busy", Files: []string{file}},
		},
	})
	if err := s.Inject("busy", rtspserve.Fault{Kind: rtspserve.Refuse}); err != nil {
		t.Fatal(err)
	}
	const closed = "127.0.0.1:1" // nobody listens there, and no test is given it
	web := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(web.Close)
	noise := answer(t, func(c net.Conn) {
		junk := bytes.Repeat([]byte{0x00, 0xff, '$', 'R', 'T', 'S', 'P', '\n', 0x80}, 4096)
		for {
			if _, err := c.Write(junk); err != nil {
				return
			}
		}
	})
	mute := answer(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	curt := answer(t, func(net.Conn) {})
	half := answer(t, func(c net.Conn) { fmt.Fprint(c, "RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 99999\r\n\r\nv=0") })
	sdp := answer(t, garbledDescription)

	in := func(path string) string { return "rtsp://admin:secret-word@" + s.Addr() + "/" + path }
	for name, c := range map[string]struct {
		url, protocol string
		code          Code
	}{
		"empty":            {"", "", BadAddress},
		"not an address":   {"rtsp://user:secret-word@:bad:/", "", BadAddress},
		"web address":      {"http://admin:secret-word@camera/", "", BadAddress},
		"bad pin":          {"rtsps://camera/#sha256=12", "", BadAddress},
		"bad protocol":     {in("camera"), "multicast", BadAddress},
		"unknown host":     {"rtsp://admin:secret-word@camera.invalid/x", "tcp", HostUnknown},
		"nobody listens":   {"rtsp://admin:secret-word@" + closed + "/x", "tcp", Refused},
		"wrong password":   {"rtsp://admin:secret-word2@" + s.Addr() + "/camera", "tcp", Unauthorized},
		"no password":      {"rtsp://" + s.Addr() + "/camera", "tcp", Unauthorized},
		"wrong path":       {in("other"), "tcp", NotFound},
		"sound alone":      {in("sound"), "tcp", NoVideo},
		"unknown codec":    {in("vp8"), "tcp", UnknownCodec},
		"too many viewers": {in("busy"), "tcp", ServerError},
		"a web server":     {"rtsp://" + web.Listener.Addr().String() + "/x", "tcp", NotRTSP},
		"garbage":          {"rtsp://admin:secret-word@" + noise + "/x", "tcp", NotRTSP},
		"closes at once":   {"rtsp://admin:secret-word@" + curt + "/x", "tcp", NotRTSP},
		"half an answer":   {"rtsp://admin:secret-word@" + half + "/x", "tcp", NotRTSP},
		"garbled SDP":      {"rtsp://admin:secret-word@" + sdp + "/x", "tcp", NotRTSP},
		"never answers":    {"rtsp://admin:secret-word@" + mute + "/x", "tcp", NoAnswer},
		"TLS to plain":     {strings.Replace(in("camera"), "rtsp:", "rtsps:", 1), "", TLSFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			w := newWatcher()
			r := New(Config{
				URL: c.url, Protocol: c.protocol, Timeout: time.Second, StallAfter: 2 * time.Second,
				Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
			}, w)
			if err := r.Start(context.Background()); err != nil {
				t.Fatal(err)
			}
			state, _ := w.untilState(t, 0, Failed, c.code)
			r.Stop()
			checkSentences(t, state.Why)
			shown := fmt.Sprintf("%+v %s %s %+v", state, state.Why, log.String(), r.State())
			if strings.Contains(shown, "secret") {
				t.Errorf("the password is shown: %s", shown)
			}
			if n := len(w.seen()); n != 0 {
				t.Errorf("%d units came", n)
			}
		})
	}
}

// garbledDescription answers DESCRIBE with a session description that is none.
func garbledDescription(c net.Conn) {
	buf := make([]byte, 4096)
	for seq := 1; ; seq++ {
		if _, err := c.Read(buf); err != nil {
			return
		}
		body := "v=nonsense\r\nm=video\r\n\x00\x01"
		fmt.Fprintf(c, "RTSP/1.0 200 OK\r\nCSeq: %d\r\nPublic: DESCRIBE\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", seq, len(body), body)
	}
}

// checkSentences wants Chinese in one and English in the other, and advice.
func checkSentences(t *testing.T, p *Problem) {
	t.Helper()
	han := strings.ContainsFunc(p.ZH, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	hanInEnglish := strings.ContainsFunc(p.EN, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	if !han || hanInEnglish || len(p.EN) < 20 {
		t.Errorf("sentences %q and %q", p.ZH, p.EN)
	}
}

func TestPasswordsBasicAndDigest(t *testing.T) {
	t.Parallel()
	file := testvideo.Make(t, testvideo.Spec{})
	for _, method := range []string{"basic", "digest"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			s := serve(t, rtspserve.Options{Files: []string{file}, User: "admin", Password: "abc/1@3", Auth: method})
			_, w := read(t, Config{URL: "rtsp://admin:abc%2F1%403@" + s.Addr() + "/camera", Protocol: "tcp"})
			w.untilState(t, 0, Live, "")
			_, bad := read(t, Config{URL: "rtsp://admin:wrong@" + s.Addr() + "/camera", Protocol: "tcp"})
			state, _ := bad.untilState(t, 0, Failed, Unauthorized)
			if pause := time.Until(state.Retry); pause < 100*time.Millisecond {
				t.Errorf("asks again after %s, which locks accounts", pause)
			}
		})
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	file := testvideo.Make(t, testvideo.Spec{})
	cert, pool := certificate(t)
	s := serve(t, rtspserve.Options{Files: []string{file}, TLS: &tls.Config{Certificates: []tls.Certificate{cert}}})
	sum := sha256.Sum256(cert.Certificate[0])
	pin := hex.EncodeToString(sum[:])

	_, w := read(t, Config{URL: s.URL("camera")})
	state, _ := w.untilState(t, 0, Failed, TLSFailed)
	if !strings.Contains(state.Why.EN, pin) {
		t.Errorf("the sentence does not tell the fingerprint: %s", state.Why.EN)
	}
	_, w = read(t, Config{URL: s.URL("camera") + "#sha256=" + pin})
	w.untilState(t, 0, Live, "")
	checkUnits(t, w.untilUnits(t, 10), H264)
	_, w = read(t, Config{URL: s.URL("camera") + "#sha256=" + strings.Repeat("00", 32)})
	w.untilState(t, 0, Failed, TLSFailed)
	_, w = read(t, Config{URL: s.URL("camera"), TLS: &tls.Config{RootCAs: pool}})
	w.untilState(t, 0, Live, "")
}

// certificate makes a camera's self-signed certificate and a pool that trusts it.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "camera"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:        true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}
