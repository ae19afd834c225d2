package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Stage is what a running demonstration says of itself: where it answers, who may
// sign in, and which scenes its cameras play. `offsite up --demo` writes it to
// run/demo.json in its data folder, readable by its owner alone.
type Stage struct {
	URL        string             `json:"url"`
	Accounts   map[string]Account `json:"accounts"` // by part: "reviewer", "reviewer2", "officer" …
	PaymentURL string             `json:"payment_url"`
	MessageURL string             `json:"message_url"`
	MessageKey string             `json:"message_key"`
	Cameras    []string           `json:"cameras"` // RTSP addresses
	ONVIF      string             `json:"onvif"`   // where the cameras answer ONVIF, host:port
	Scenes     []Playing          `json:"scenes"`
	GraceS     float64            `json:"grace_s"` // between reminder and re-check
	PID        int                `json:"pid"`
}

// Account signs in.
type Account struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

// Playing is a scene that a camera plays in a loop.
type Playing struct {
	Key       string    `json:"key"`
	CameraID  string    `json:"camera_id"`
	Address   string    `json:"address"`
	Epoch     time.Time `json:"epoch"` // when the loop first began
	DurationS float64   `json:"duration_s"`
}

// StageFile is where a data folder's stage is written.
func StageFile(data string) string { return filepath.Join(data, "run", "demo.json") }

// house is a process of `offsite up --demo`.
type house struct {
	stage Stage
	data  string
	cmd   *exec.Cmd
	log   *os.File
	ended chan struct{}
}

// open starts binary in the folder data, with settings beyond the demonstration's
// own, and waits until it is ready.
func open(ctx context.Context, binary, data string, settings ...string) (*house, error) {
	if err := os.MkdirAll(data, 0o755); err != nil { // #nosec G301 -- the private database runs as another user
		return nil, fmt.Errorf("make the demonstration's folder: %w", err)
	}
	if err := os.Remove(StageFile(data)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("clear the demonstration's folder: %w", err)
	}
	log, err := os.Create(filepath.Join(data, "demo.log"))
	if err != nil {
		return nil, fmt.Errorf("write the demonstration's log: %w", err)
	}
	args := append([]string{"up", "--demo", "--district=false", "--data", data, "--listen", "127.0.0.1:0"}, settings...)
	cmd := exec.CommandContext(ctx, binary, args...) // #nosec G204 G702 -- this program itself
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = time.Minute
	if err := cmd.Start(); err != nil {
		_ = log.Close()
		return nil, fmt.Errorf("start %s up --demo: %w", binary, err)
	}
	h := &house{data: data, cmd: cmd, log: log, ended: make(chan struct{})}
	go func() {
		defer close(h.ended)
		_ = cmd.Wait() // how it ended stands in its log
	}()
	if err := h.ready(ctx); err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

func (h *house) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	return poll(ctx, 100*time.Millisecond, "offsite up --demo to be ready; see "+h.log.Name(), func() (bool, error) {
		select {
		case <-h.ended:
			return false, fmt.Errorf("offsite up --demo ended; see %s", h.log.Name())
		default:
		}
		text, err := os.ReadFile(StageFile(h.data))
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("read the stage: %w", err)
		}
		if err := json.Unmarshal(text, &h.stage); err != nil {
			return false, fmt.Errorf("read the stage: %w", err)
		}
		return true, nil
	})
}

// close stops the process as an operator would.
func (h *house) close() {
	_ = h.cmd.Process.Signal(syscall.SIGTERM)
	<-h.ended
	_ = h.log.Close()
}

// poll asks until done says yes, ctx ends, or done fails.
func poll(ctx context.Context, every time.Duration, what string, done func() (bool, error)) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		ok, err := done()
		if err != nil || ok {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waited in vain for %s: %w", what, context.Cause(ctx))
		case <-tick.C:
		}
	}
}
