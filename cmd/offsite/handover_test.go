package main

import (
	"bytes"
	"compress/flate"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"offsite/pipeline/node"
	carry "offsite/pipeline/watch"
	"offsite/registry/lease"
)

func TestWhatIsNotTakenUpHasAReason(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	p, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Write([]byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	good := lease.State{CameraID: "c", Node: "other", Version: carry.CarriedVersion, Age: time.Minute, State: packed.Bytes()}
	for _, c := range []struct {
		name   string
		change func(*lease.State)
		why    string // in it
		taken  bool
	}{
		{"as it should be", func(*lease.State) {}, "", true},
		{"our own, and we have no folder", func(s *lease.State) { s.Node = "us" }, "", true},
		{"too old", func(s *lease.State) { s.Age = 25 * time.Hour }, "25h0m0s old", false},
		{"of another encoding", func(s *lease.State) { s.Version++ }, fmt.Sprintf("version %d", carry.CarriedVersion+1), false},
		{"cut", func(s *lease.State) { s.State = s.State[:2] }, "unexpected EOF", false},
	} {
		w := &watcher{name: "us", node: node.New(node.Options{StateDir: t.TempDir()}), log: slog.New(slog.DiscardHandler)}
		s := good
		c.change(&s)
		if why := w.adopt(s); (why == "") != (c.why == "") || !strings.Contains(why, c.why) {
			t.Errorf("%s: %q, want something with %q", c.name, why, c.why)
		}
		if w.node.Stored("c") != c.taken {
			t.Errorf("%s: taken up: %v", c.name, !c.taken)
		}
	}
}

func TestOurOwnFolderKnowsBetter(t *testing.T) {
	t.Parallel()
	w := &watcher{name: "us", node: node.New(node.Options{StateDir: t.TempDir()}), log: slog.New(slog.DiscardHandler)}
	other := lease.State{CameraID: "c", Node: "other", Version: carry.CarriedVersion, State: []byte{0x01, 0x02, 0x00, 0xfd, 0xff, '{', '}'}} // stored, not compressed
	if why := w.adopt(other); why != "" || !w.node.Stored("c") {
		t.Fatal(why)
	}
	ours := other
	ours.Node, ours.State = "us", nil // would be refused
	if why := w.adopt(ours); why != "" {
		t.Errorf("our own words came before our own folder: %s", why)
	}
}
