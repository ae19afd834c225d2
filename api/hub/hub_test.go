package hub_test

import (
	"context"
	"fmt"
	"testing"

	"offsite/api/hub"
	"offsite/store"
)

func started(t *testing.T) (*hub.Hub, chan store.Event) {
	t.Helper()
	source := make(chan store.Event)
	h := hub.New()
	err := h.Start(t.Context(), func(ctx context.Context) <-chan store.Event {
		out := make(chan store.Event)
		go func() {
			defer close(out)
			for {
				select {
				case e := <-source:
					out <- e
				case <-ctx.Done():
					return
				}
			}
		}()
		return out
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Stop)
	return h, source
}

func TestEveryListenerHearsInOrder(t *testing.T) {
	t.Parallel()
	h, source := started(t)
	a, b := h.Listen(), h.Listen()
	for i := range 5 {
		source <- store.Event{Kind: fmt.Sprint(i)}
	}
	for _, l := range []*hub.Listener{a, b} {
		for i := range 5 {
			if e := <-l.Events; e.Kind != fmt.Sprint(i) {
				t.Fatalf("event %d is %q", i, e.Kind)
			}
		}
	}
	h.Leave(a)
	if _, open := <-a.Events; open {
		t.Error("who left still hears")
	}
	h.Leave(a) // twice does no harm
}

func TestWhoLagsIsCutOffAlone(t *testing.T) {
	t.Parallel()
	h, source := started(t)
	slow, quick := h.Listen(), h.Listen()
	for i := range 200 {
		source <- store.Event{Kind: fmt.Sprint(i)}
		if e := <-quick.Events; e.Kind != fmt.Sprint(i) {
			t.Fatalf("event %d is %q", i, e.Kind)
		}
	}
	heard := 0
	for range slow.Events {
		heard++
	}
	if heard == 0 || heard >= 200 || h.Listeners() != 1 {
		t.Errorf("the slow one heard %d events, %d listeners are left", heard, h.Listeners())
	}
}

func TestStopEndsStreams(t *testing.T) {
	t.Parallel()
	h, _ := started(t)
	l := h.Listen()
	h.Stop()
	if _, open := <-l.Events; open {
		t.Error("a stream outlived the hub")
	}
	if _, open := <-h.Listen().Events; open {
		t.Error("a stream began after the hub stopped")
	}
	h.Stop()
	hub.New().Stop() // never started
}
