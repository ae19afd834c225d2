package store

import "testing"

func TestASlowReaderGetsAGap(t *testing.T) {
	t.Parallel()
	r := &relay{out: make(chan Event, 3)}
	event := Notice{Payload: `{"kind":"n"}`}
	for range 10 {
		r.heard(event)
	}
	for range 3 {
		if e := <-r.out; e.Kind != "n" {
			t.Fatalf("got %q before the room was used up", e.Kind)
		}
	}
	r.heard(event)
	if first, second := <-r.out, <-r.out; first.Kind != KindGap || second.Kind != "n" {
		t.Fatalf("after the loss came %q and %q, not a gap and the event", first.Kind, second.Kind)
	}
	r.heard(event)
	if e := <-r.out; e.Kind != "n" {
		t.Fatalf("the gap is told again: %q", e.Kind)
	}
}
