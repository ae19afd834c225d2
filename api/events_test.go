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
	return p.listenAt(ctx, "/events")
}

func (p *person) listenAt(ctx context.Context, path string) <-chan string {
	p.h.t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.h.url+"/api/v1"+path, nil)
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

func TestAPartyHearsOfItsOwnCaseAndNothingElse(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.staff("officer")
	caseID, party := h.withLink("officer")
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	lines := party.listenAt(ctx, "/portal/events")
	await(t, lines, "retry:")
	for _, body := range []map[string]string{
		{"kind": "camera.picture", "camera_id": nobody},
		{"kind": "case.changed", "case_id": nobody, "state": "decided"},
		{"kind": "note.changed", "case_id": caseID},
		{"kind": "case.changed", "case_id": caseID, "state": "decided"},
	} {
		if err := store.Notify(t.Context(), h.pool, body); err != nil {
			t.Fatal(err)
		}
	}
	if first := await(t, lines, "event:"); first != "event: changed" {
		t.Errorf("the party hears %q", first)
	}
	if data := await(t, lines, "data:"); data != "data: {}" {
		t.Errorf("the party is told %q", data)
	}
	select {
	case more := <-lines:
		if more = more + <-lines; strings.Contains(more, "event:") {
			t.Errorf("the party hears more: %q", more)
		}
	case <-time.After(time.Second):
	}
	for range 4 {
		await(t, party.listenAt(ctx, "/portal/events"), "retry:")
	}
	if r := party.do("GET", "/portal/events", nil); r.status != http.StatusTooManyRequests {
		t.Errorf("a sixth page of one case: %s", r)
	}
	leave()
	if r := h.stranger().do("GET", "/portal/events", nil); r.status == http.StatusOK {
		t.Errorf("without a link: %s", r)
	}
}
