package demo

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"offsite/scenes"
)

// TestKilledAtAnyMoment kills with SIGKILL, at moments and in an order drawn by a
// seed, offsite up and the processes that it starts (database, cameras, payment
// provider, SMS gateway), and starts it again each time. In the end every violation
// of the scenes must have been found once, and every bundle must hold.
func TestKilledAtAnyMoment(t *testing.T) {
	binary := os.Getenv("OFFSITE_BINARY")
	if binary == "" {
		t.Skip("NOT TESTED: OFFSITE_BINARY is not the path of offsite; run make fault")
	}
	seed := seedOf(t)
	draw := rand.New(rand.NewPCG(seed, 0)) // #nosec G404 -- to be repeated by its seed
	dir := passable(t)
	data := filepath.Join(dir, "data")
	for range 4 {
		h := reopen(t, binary, data)
		for range draw.IntN(3) {
			time.Sleep(moment(draw))
			h.killChild(t, draw)
		}
		time.Sleep(moment(draw))
		h.kill(t)
	}
	h := reopen(t, binary, data)
	defer h.close()
	h.holds(t, binary, dir)
}

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

func moment(draw *rand.Rand) time.Duration {
	return time.Duration(draw.Int64N(int64(12 * time.Second)))
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

func (h *house) killChild(t *testing.T, draw *rand.Rand) {
	t.Helper()
	children := h.children(t)
	if len(children) == 0 {
		t.Fatal("offsite up has started nothing")
	}
	pids := slices.Sorted(maps.Keys(children))
	child := pids[draw.IntN(len(pids))]
	t.Logf("kill -9 %s", children[child])
	_ = syscall.Kill(child, syscall.SIGKILL) // it may just have ended
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
