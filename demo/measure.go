package demo

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"time"

	"offsite/bench"
)

// measured is how long memory and processor time are averaged over.
const measured = 60 * time.Second

// Measure starts the demonstration in a fresh folder and measures what a new user
// waits for and what the machine must give.
func Measure(ctx context.Context, binary string) (bench.Set, error) {
	dir, err := os.MkdirTemp("", "offsite-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // #nosec G302 -- the private database runs as another user
		return nil, err
	}
	const command = "make bench-demo"
	set := bench.Set{}
	began := time.Now()
	h, err := open(ctx, binary, filepath.Join(dir, "data"))
	if err != nil {
		return nil, err
	}
	set["first_start_s"] = bench.Figure{Value: time.Since(began).Seconds(), Unit: "s", Command: command}
	if err := h.firstFinding(ctx); err != nil {
		h.close()
		return nil, err
	}
	set["start_to_first_finding_s"] = bench.Figure{Value: time.Since(began).Seconds(), Unit: "s", Goal: "≤ 90", Command: command}
	usage, cores, err := h.use(ctx)
	h.close()
	if err != nil {
		return nil, err
	}
	set["memory_five_cameras_MiB"] = bench.Figure{Value: usage.MemoryMiB, Unit: "MiB", Goal: "≤ 1229", Command: command}
	set["processor_five_cameras_cores"] = bench.Figure{Value: cores, Unit: "cores", Goal: "≤ 1", Command: command}
	began = time.Now()
	if h, err = open(ctx, binary, filepath.Join(dir, "data")); err != nil {
		return nil, err
	}
	set["second_start_s"] = bench.Figure{Value: time.Since(began).Seconds(), Unit: "s", Goal: "≤ 10", Command: command}
	h.close()
	began = time.Now()
	if h, err = open(ctx, binary, filepath.Join(dir, "data"), "--district=true"); err != nil {
		return nil, err
	}
	defer h.close()
	if err := h.districtLoaded(ctx); err != nil {
		return nil, err
	}
	set["start_to_district_s"] = bench.Figure{Value: time.Since(began).Seconds(), Unit: "s", Goal: "≤ 30", Command: command}
	return set, nil
}

// districtLoaded waits until the process says so in its log.
func (h *house) districtLoaded(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	return poll(ctx, 100*time.Millisecond, "the demonstration's district; see "+h.log.Name(), func() (bool, error) {
		text, err := os.ReadFile(h.log.Name())
		return bytes.Contains(text, []byte("the demonstration's district is loaded")), err
	})
}

func (h *house) firstFinding(ctx context.Context) error {
	c, err := h.stage.signIn(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	return poll(ctx, 250*time.Millisecond, "the first finding", func() (bool, error) {
		found, err := c.findings(ctx)
		return len(found) > 0, err
	})
}

// use measures the whole tree of processes, cameras and gateways included.
func (h *house) use(ctx context.Context) (bench.Usage, float64, error) {
	before, err := bench.Tree(h.cmd.Process.Pid)
	if err != nil {
		return before, 0, err
	}
	began := time.Now()
	select {
	case <-ctx.Done():
		return before, 0, ctx.Err()
	case <-time.After(measured):
	}
	after, err := bench.Tree(h.cmd.Process.Pid)
	return after, (after.CPUSecond - before.CPUSecond) / time.Since(began).Seconds(), err
}
