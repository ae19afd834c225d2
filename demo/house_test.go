package demo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"offsite/scenes"
)

// seedOf is the seed of OFFSITE_SEED, or a new one, which is told.
func seedOf(t *testing.T) uint64 {
	t.Helper()
	seed := uint64(time.Now().UnixNano()) // #nosec G115 -- any number will do
	if text := os.Getenv("OFFSITE_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("OFFSITE_SEED=%d", seed)
	return seed
}

func reopen(t *testing.T, binary, data string, settings ...string) *house {
	t.Helper()
	began := time.Now()
	h, err := open(t.Context(), binary, data, settings...)
	if err != nil {
		log, _ := os.ReadFile(filepath.Join(data, "demo.log"))
		t.Fatalf("%v\n%s", err, log)
	}
	t.Logf("ready after %.1f s", time.Since(began).Seconds())
	return h
}

// kill ends offsite up and leaves what it started to itself.
func (h *house) kill(t *testing.T) {
	t.Helper()
	t.Log("kill -9 offsite up")
	if err := h.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-h.ended
	_ = h.log.Close()
}

// children are the processes that offsite up has started, with their command lines.
func (h *house) children(t *testing.T) map[int]string {
	t.Helper()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", h.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	found := map[int]string{}
	for _, thread := range threads {
		text, _ := os.ReadFile(thread) // a thread that has ended has none
		for _, field := range strings.Fields(string(text)) {
			child, err := strconv.Atoi(field)
			if err != nil {
				t.Fatal(err)
			}
			line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", child))
			found[child] = strings.ReplaceAll(string(line), "\x00", " ")
		}
	}
	return found
}

// holds waits until everything that the scenes hold is found, and audits it.
func (h *house) holds(t *testing.T, binary, dir string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	c, err := h.stage.signIn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	all, err := scenes.All()
	if err != nil {
		t.Fatal(err)
	}
	var found []finding
	err = poll(ctx, time.Second, "the scenes' violations to be found", func() (bool, error) {
		found, err = c.findings(ctx)
		return missing(h.stage, all, found) == "", err
	})
	if err != nil {
		t.Fatalf("%v; not found: %s", err, missing(h.stage, all, found))
	}
	if _, err := judge(h.stage, all, found, time.Now()); err != nil { // how late does not count here
		t.Error(err)
	}
	out := newSteps(t.Output())
	for _, f := range found {
		if err := c.audit(ctx, binary, dir, f.Bundle, out); err != nil {
			t.Errorf("%s: %v", f.Detector, err)
		}
	}
}
