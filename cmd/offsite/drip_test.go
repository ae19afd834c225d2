package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"offsite/pipeline/rtspserve"
	"offsite/pipeline/rtspserve/testvideo"
)

// TestDrippedHeadersHarmNoCamera: clients that drip the header of a request into a running
// Offsite by the byte are cut off, again and again; meanwhile whoever asks properly is
// answered, and the camera is looked at.
func TestDrippedHeadersHarmNoCamera(t *testing.T) {
	t.Parallel()
	h := up(t)
	admin := h.signIn("admin", h.oneTime, "Drips-are-cut-off-1")
	var made struct{ Password string }
	admin.call("POST", "/users", map[string]any{"username": "operator", "name": "设备管理员", "roles": []string{"operator"}}, &made)
	operator := h.signIn("operator", made.Password, "Drips-are-cut-off-2")
	s := rtspserve.New(rtspserve.Options{Listen: "127.0.0.1:0", Files: []string{testvideo.Make(t, testvideo.Spec{})}})
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	operator.call("POST", "/cameras", map[string]string{"name": "street", "place": "测试", "url": "rtsp://" + s.Addr() + "/camera", "protocol": "tcp"}, nil)
	live := map[string]string{"street": "live"}
	operator.untilCameras("the camera live", live)

	const clients, looks, patience = 300, 3, time.Minute
	d := &drip{t: t, address: h.base.Host, stop: make(chan struct{}), cut: make(chan time.Duration, 100*clients)}
	defer d.end()
	for range clients {
		d.work.Go(d.drip)
	}
	begun, cut, slowest := h.looks(), 0, time.Duration(0)
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for late := time.After(patience); cut < clients || h.looks() < begun+looks; {
		res, err := client.Get(h.base.String() + "/livez")
		if err != nil {
			t.Fatalf("beside %d clients that drip: %v", clients, err)
		}
		res.Body.Close()
		select {
		case held := <-d.cut:
			cut, slowest = cut+1, max(slowest, held)
		case <-late:
			t.Fatalf("%d of %d clients were cut off, and %.0f looks were done", cut, clients, h.looks()-begun)
		}
	}
	operator.untilCameras("the camera still live", live)
	t.Logf("%d clients cut off after %s at most, %.0f looks done meanwhile", cut, slowest, h.looks()-begun)
}

// drip is clients that send a header and never end it.
type drip struct {
	t       *testing.T
	address string
	stop    chan struct{}
	cut     chan time.Duration // how long one was borne
	work    sync.WaitGroup
}

func (d *drip) end() {
	close(d.stop)
	d.work.Wait()
}

// drip opens a connection again and again, and sends on it until it is closed there.
func (d *drip) drip() {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		began := time.Now()
		conn, err := net.Dial("tcp", d.address)
		if err != nil {
			d.t.Error(err)
			return
		}
		_, err = io.WriteString(conn, "GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ")
		for err == nil {
			select {
			case <-d.stop:
				conn.Close()
				return
			case <-tick.C:
				_, err = io.WriteString(conn, "x")
			}
		}
		conn.Close()
		select {
		case <-d.stop:
			return
		case d.cut <- time.Since(began):
		}
	}
}

// looks is how many looks were done, of all cameras.
func (h *running) looks() (sum float64) {
	h.t.Helper()
	res, err := http.Get(h.base.String() + "/metrics")
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		name, _, _ = strings.Cut(name, "{")
		if name == "offsite_looks_examined_total" || name == "offsite_looks_unchanged_total" {
			n, err := strconv.ParseFloat(value, 64)
			if err != nil {
				h.t.Fatal(err)
			}
			sum += n
		}
	}
	return sum
}
