package postgres

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// process is one postmaster.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
	err  error         // why; set before done is closed
	last atomic.Value  // string: its last line of log
}

// launch starts a postmaster and returns when it accepts connections.
func (c *Cluster) launch(ctx context.Context) (*process, error) {
	if err := c.clearOrphan(ctx); err != nil {
		return nil, err
	}
	p, err := c.spawn()
	if err != nil {
		return nil, err
	}
	if err := c.await(ctx, p); err != nil {
		p.shutdown(c.o.Logger)
		return nil, err
	}
	return p, nil
}

func (c *Cluster) spawn() (*process, error) {
	cmd := exec.Command(filepath.Join(c.bin, "postgres"), "-D", c.o.DataDir, "-k", c.socket, "-p", fmt.Sprint(port))
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), "TZ=UTC", "LC_ALL=C.UTF-8")
	cmd.SysProcAttr = c.account.attributes()
	logs, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		// The kernel sends the death signal when the thread that started the
		// child ends, so that thread must live as long as the child.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := cmd.Start(); err != nil {
			started <- err
			return
		}
		started <- nil
		p.forward(logs, c.o.Logger)
		p.err = cmd.Wait()
		if p.err == nil {
			p.err = errors.New("it ended without an error")
		}
		close(p.done)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("run postgres: %w", err)
	}
	return p, nil
}

// forward passes the postmaster's log on, line by line, until it ends.
func (p *process) forward(r io.Reader, log *slog.Logger) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		p.last.Store(line)
		log.Log(context.Background(), level(line), line, "from", "postgres")
	}
	// A line beyond the buffer ends the scan; the rest must still be drained.
	if _, err := io.Copy(io.Discard, r); err != nil {
		log.Debug("postgres log ended", "error", err)
	}
}

// level: a FATAL ends one connection, whose owner is told the same words, or the
// start, whose error ends with the last line; a PANIC is the cluster's own.
func level(line string) slog.Level {
	switch head, _, _ := strings.Cut(line, ":"); head {
	case "ERROR", "WARNING":
		return slog.LevelWarn
	case "PANIC":
		return slog.LevelError
	}
	return slog.LevelDebug
}

// await returns when the database is there and answers.
func (c *Cluster) await(ctx context.Context, p *process) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := c.makeDatabase(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			last, _ := p.last.Load().(string)
			return fmt.Errorf("postgres ended at once: %w: %s", p.err, last)
		case <-ctx.Done():
			return fmt.Errorf("postgres accepts no connections: %w (%w)", ctx.Err(), err)
		case <-tick.C:
		}
	}
}

// makeDatabase connects, and makes the database on the first run.
func (c *Cluster) makeDatabase(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, c.address(database))
	if err == nil {
		return conn.Close(ctx)
	}
	conn, connErr := pgx.Connect(ctx, c.address("postgres"))
	if connErr != nil {
		return connErr
	}
	defer conn.Close(ctx)
	var exists bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database).Scan(&exists); err != nil {
		return err
	}
	if exists {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{database}.Sanitize())
	return err
}

// shutdown ends the postmaster cleanly: fast first, at once if that takes too
// long, so that it recovers from its log at the next start.
func (p *process) shutdown(log *slog.Logger) {
	for _, step := range []struct {
		signal syscall.Signal
		limit  time.Duration
	}{{syscall.SIGINT, stopTimeout}, {syscall.SIGQUIT, stopTimeout}, {syscall.SIGKILL, stopTimeout}} {
		if err := p.cmd.Process.Signal(step.signal); errors.Is(err, os.ErrProcessDone) {
			break
		}
		select {
		case <-p.done:
			return
		case <-time.After(step.limit):
			log.Warn("the private PostgreSQL does not end", "signal", step.signal.String(), "after", step.limit)
		}
	}
	<-p.done
}
