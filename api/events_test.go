package api_test

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"offsite/store"
)

// listen opens a stream of events and gives its lines.
func (p *person) listen(ctx context.Context) <-chan string {
	p.h.t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.h.url+"/api/v1/events", nil)
	if err != nil {
		p.h.t.Fatal(err)
	}
	res, err := p.http.Do(req)
	if err != nil {
		p.h.t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		p.h.t.Fatalf("listen: %s %v", res.Status, res.Header)
	}
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		defer res.Body.Close()
		for s := bufio.NewScanner(res.Body); s.Scan(); {
			lines <- s.Text()
		}
	}()
	return lines
}

func await(t *testing.T, lines <-chan string, want string) string {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		select {
		case line, open := <-lines:
			if !open {
				t.Fatalf("the stream ended before %q", want)
			}
			if strings.Contains(line, want) {
				return line
			}
		case <-late:
			t.Fatalf("%q did not come", want)
		}
	}
}

func TestEventsReachEveryConsole(t *testing.T) {
	t.Parallel()
	h := open(t)
	a, b := h.staff("reviewer").listen(t.Context()), h.staff("admin").listen(t.Context())
	await(t, a, "retry:")
	await(t, b, "retry:")
	body := map[string]string{"kind": "case.changed", "case_id": nobody}
	if err := store.Notify(t.Context(), h.pool, body); err != nil {
		t.Fatal(err)
	}
	for _, lines := range []<-chan string{a, b} {
		await(t, lines, "event: case.changed")
		if data := await(t, lines, "data:"); !strings.Contains(data, nobody) {
			t.Errorf("event with %q", data)
		}
	}
}

func TestStreamsEndWithTheirServer(t *testing.T) {
	t.Parallel()
	h := open(t)
	lines := h.staff("reviewer").listen(t.Context())
	await(t, lines, "retry:")
	h.api.Stop()
	for range lines { // ends, or the test times out
	}
}
