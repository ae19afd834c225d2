package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// clearOrphan ends a postmaster of this cluster that an earlier process of ours
// left running. A postmaster.pid that names no such process is left to
// PostgreSQL, which knows how to tell whether it is stale.
func (c *Cluster) clearOrphan(ctx context.Context) error {
	pid, err := c.postmaster()
	if err != nil || pid == 0 {
		return err
	}
	if owner := parent(pid); owner > 1 && isOffsite(owner) {
		return fmt.Errorf("another offsite (process %d) uses this data folder; stop it, or choose another with --data", owner)
	}
	c.o.Logger.Warn("ending a PostgreSQL that an earlier run left behind", "pid", pid)
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		if err := syscall.Kill(pid, s); errors.Is(err, syscall.ESRCH) {
			return nil
		} else if err != nil {
			return fmt.Errorf("end the PostgreSQL left behind (process %d): %w", pid, err)
		}
		if c.gone(ctx, pid, stopTimeout) {
			return nil
		}
	}
	return fmt.Errorf("the PostgreSQL that an earlier run left behind (process %d) does not end; end it by hand", pid)
}

// gone waits until the process has ended. It is not our child, so there is no
// signal to wait for.
func (c *Cluster) gone(ctx context.Context, pid int, limit time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for c.isPostmaster(pid) {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
	return true
}

// postmaster returns the process that postmaster.pid names, if that process is a
// postgres over this very folder; else 0.
func (c *Cluster) postmaster() (int, error) {
	text, err := os.ReadFile(filepath.Join(c.o.DataDir, "postmaster.pid"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err == nil && pid > 1 && c.isPostmaster(pid) {
		return pid, nil
	}
	return 0, nil
}

func (c *Cluster) isPostmaster(pid int) bool {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return false
	}
	args := bytes.Split(line, []byte{0})
	if filepath.Base(string(args[0])) != "postgres" {
		return false
	}
	for i, a := range args {
		if string(a) == "-D" && i+1 < len(args) && string(args[i+1]) == c.o.DataDir {
			return true
		}
	}
	return false
}

// parent returns the parent of the process, or 0.
func parent(pid int) int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The name, in parentheses, may hold anything; what counts follows it.
	after := string(text[bytes.LastIndexByte(text, ')')+1:])
	fields := strings.Fields(after)
	if len(fields) < 2 {
		return 0
	}
	n, err := strconv.Atoi(fields[1])
	if err != nil {
		return 0
	}
	return n
}

// isOffsite tells whether the process runs the same program as we do.
func isOffsite(pid int) bool {
	ours, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return false
	}
	theirs, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	return err == nil && filepath.Base(ours) == filepath.Base(theirs)
}
