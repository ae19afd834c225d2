package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

// child is a process of this same binary that dies with us and is started
// again when it dies alone.
type child struct {
	name string
	args []string
	log  *slog.Logger
	done chan struct{}
	stop context.CancelFunc
}

// startChild runs `offsite args…`, of a command that has --log.format, until ctx
// ends or Stop is called. What it logs is logged here, at its level; other lines of
// its output too.
func startChild(ctx context.Context, log *slog.Logger, name string, args ...string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("start %s: find this program's file: %w", name, err)
	}
	ctx, stop := context.WithCancel(ctx)
	c := &child{name: name, args: append(args, "--log.format=json"), log: log.With("process", name), done: make(chan struct{}), stop: stop}
	go c.keep(ctx, self)
	return c, nil
}

// Stop ends the process and waits for it.
func (c *child) Stop() {
	c.stop()
	<-c.done
}

func (c *child) keep(ctx context.Context, self string) {
	defer close(c.done)
	const shortest, longest = 100 * time.Millisecond, 30 * time.Second // between restarts of one that keeps ending
	for wait := shortest; ctx.Err() == nil; wait = min(2*wait, longest) {
		began := time.Now()
		err := c.once(ctx, self)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > time.Minute {
			wait = shortest
		}
		c.log.Warn("process ended; starting it again", "error", err, "after", wait)
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

func (c *child) once(ctx context.Context, self string) error {
	// #nosec G204 -- our own binary with arguments of our own making
	cmd := exec.CommandContext(ctx, self, c.args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	r, w := io.Pipe()
	cmd.Stdout, cmd.Stderr = w, w
	logged := make(chan struct{})
	go func() {
		defer close(logged)
		for lines := bufio.NewScanner(r); lines.Scan(); {
			relog(ctx, c.log, lines.Bytes())
		}
		_, _ = io.Copy(io.Discard, r) // a line too long for the scanner
	}()
	err := cmd.Run()
	_ = w.Close()
	<-logged
	return err
}

// relog logs a line that a child's logger has written as JSON as if it were said
// here; a line of another kind is a message.
func relog(ctx context.Context, log *slog.Logger, line []byte) {
	var record map[string]any
	if err := json.Unmarshal(line, &record); err != nil {
		log.InfoContext(ctx, string(line))
		return
	}
	level := slog.LevelInfo
	if name, ok := record[slog.LevelKey].(string); ok {
		_ = level.UnmarshalText([]byte(name)) // a level unknown here is told as info
	}
	text, _ := record[slog.MessageKey].(string)
	var attributes []any
	for _, key := range slices.Sorted(maps.Keys(record)) {
		switch key {
		case slog.TimeKey, slog.LevelKey, slog.MessageKey:
		default:
			attributes = append(attributes, key, record[key])
		}
	}
	log.Log(ctx, level, text, attributes...)
}
