package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"time"
)

const (
	database     = "offsite"
	superuser    = "offsite"
	startTimeout = 60 * time.Second // recovery after a kill included
	stopTimeout  = 30 * time.Second
	maxPause     = 30 * time.Second // between restarts of a cluster that keeps crashing
)

// Options say where the cluster lives.
type Options struct {
	DataDir   string // the cluster's own folder, made if missing
	SocketDir string // folder of the unix socket; "" is run/ beside DataDir; a short one is taken where the path would pass 107 bytes
	BinDir    string // folder of initdb and postgres; "" looks for PostgreSQL 15 or later
	Logger    *slog.Logger
}

// Cluster is a running PostgreSQL.
type Cluster struct {
	o       Options
	bin     string
	account account
	socket  string
	cancel  context.CancelFunc
	done    chan struct{}
	stop    sync.Once

	mu   sync.Mutex
	proc *process
}

// Start brings the cluster up, made anew on the first run, and returns when it
// accepts connections. It is started again when it crashes, until Stop; ctx bounds
// the start alone, since what needs a database to end well ends before it.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	c := &Cluster{o: o, done: make(chan struct{})}
	if err := c.prepare(ctx); err != nil {
		return nil, fmt.Errorf("start private PostgreSQL in %s: %w", o.DataDir, err)
	}
	p, err := c.launch(ctx)
	if err != nil {
		return nil, fmt.Errorf("start private PostgreSQL in %s: %w", o.DataDir, err)
	}
	c.proc = p
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	c.cancel = cancel
	go c.supervise(run)
	return c, nil
}

// prepare finds the binaries and makes folders and cluster where missing.
func (c *Cluster) prepare(ctx context.Context) (err error) {
	if c.o.DataDir, err = filepath.Abs(c.o.DataDir); err != nil {
		return err
	}
	if c.bin, err = binaries(c.o.BinDir); err != nil {
		return err
	}
	if c.account, err = ourAccount(); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(c.o.DataDir), 0o711); err != nil { // #nosec G301 -- postgres, another user, passes through it
		return err
	}
	if err := c.account.open(filepath.Dir(c.o.DataDir)); err != nil {
		return err
	}
	if err := c.account.reach(c.o.DataDir); err != nil {
		return err
	}
	if c.socket, err = c.account.socketDir(c.o.SocketDir, c.o.DataDir); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(c.o.DataDir, "PG_VERSION")); errors.Is(err, fs.ErrNotExist) {
		if err := c.create(ctx); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	return c.configure()
}

// create makes the cluster beside its place and moves it there when it is
// complete, so that a kill in between leaves no half cluster.
func (c *Cluster) create(ctx context.Context) error {
	entries, err := os.ReadDir(c.o.DataDir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(entries) > 0 {
		return fmt.Errorf("the folder holds something that is no PostgreSQL cluster (%s, …); choose another data folder", entries[0].Name())
	}
	draft := c.o.DataDir + ".new"
	if err := os.RemoveAll(draft); err != nil {
		return err
	}
	if err := c.account.own(draft); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, "initdb"), "--pgdata", draft, "--username", superuser,
		"--auth-local", "trust", "--auth-host", "reject", "--encoding", "UTF8", "--locale", "C.UTF-8", "--data-checksums")
	cmd.Dir = "/"
	cmd.SysProcAttr = c.account.attributes()
	runtime.LockOSThread() // see spawn
	defer runtime.UnlockOSThread()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("make the cluster: %w: %s", err, tail(out))
	}
	if err := os.Remove(c.o.DataDir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(draft, c.o.DataDir); err != nil {
		return err
	}
	return syncDir(filepath.Dir(c.o.DataDir))
}

func tail(out []byte) string {
	const most = 600
	if len(out) > most {
		out = out[len(out)-most:]
	}
	return string(out)
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// configure writes the rules of access and the settings of this program.
func (c *Cluster) configure() error {
	for name, text := range map[string]string{
		"pg_hba.conf":     "# Written by offsite. Only the socket is open, in a folder that only its owner can enter.\nlocal all all trust\n",
		"postgresql.conf": settings,
	} {
		path := filepath.Join(c.o.DataDir, name)
		if old, err := os.ReadFile(path); err == nil && string(old) == text {
			continue
		}
		if err := os.WriteFile(path+".tmp", []byte(text), 0o600); err != nil {
			return err
		}
		if c.account.root {
			if err := os.Chown(path+".tmp", c.account.uid, c.account.gid); err != nil {
				return err
			}
		}
		if err := os.Rename(path+".tmp", path); err != nil {
			return err
		}
	}
	return nil
}

const settings = `# Written by offsite at every start; put your own settings into postgresql.auto.conf
# by ALTER SYSTEM.
listen_addresses = ''
max_connections = 60
shared_buffers = 64MB
work_mem = 4MB
maintenance_work_mem = 32MB
max_wal_size = 512MB
min_wal_size = 64MB
wal_compression = on
fsync = on
synchronous_commit = on
full_page_writes = on
max_parallel_workers_per_gather = 0
max_worker_processes = 4
autovacuum_max_workers = 2
jit = off
log_destination = 'stderr'
logging_collector = off
log_line_prefix = ''
log_checkpoints = off
timezone = 'UTC'
log_timezone = 'UTC'
datestyle = 'iso, ymd'
lc_messages = 'C'
`

// URL is the address of the database offsite, for pgxpool.ParseConfig.
func (c *Cluster) URL() string { return c.address(database) }

func (c *Cluster) address(db string) string {
	q := url.Values{"host": {c.socket}, "port": {fmt.Sprint(port)}, "user": {superuser}}
	return "postgres:///" + db + "?" + q.Encode()
}

// Stop shuts the cluster down cleanly and waits for its end.
func (c *Cluster) Stop() {
	c.stop.Do(c.cancel)
	<-c.done
}

// supervise starts the cluster again when it ends by itself, and stops it when
// ctx is done.
func (c *Cluster) supervise(ctx context.Context) {
	defer close(c.done)
	pause := 100 * time.Millisecond
	for {
		p := c.running()
		begun := time.Now()
		select {
		case <-ctx.Done():
			p.shutdown(c.o.Logger)
			return
		case <-p.done:
		}
		c.o.Logger.Error("the private PostgreSQL ended by itself; it is started again", "error", p.err)
		if time.Since(begun) > time.Minute {
			pause = 100 * time.Millisecond
		}
		for {
			next, err := c.launch(ctx)
			if err == nil {
				c.mu.Lock()
				c.proc = next
				c.mu.Unlock()
				break
			}
			if ctx.Err() != nil {
				return
			}
			c.o.Logger.Error("the private PostgreSQL does not start", "error", err, "again_in", pause)
			select {
			case <-ctx.Done():
				return
			case <-time.After(pause):
			}
			pause = min(2*pause, maxPause)
		}
	}
}

func (c *Cluster) running() *process {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.proc
}
