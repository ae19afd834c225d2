package s3

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
	"golang.org/x/sys/unix"
)

const (
	healthPath   = "/-/health" // masks no bucket: "-" is no bucket's name
	startTimeout = 20 * time.Second
	maxRequests  = 256
)

// Options say where the store keeps its objects and where it listens.
type Options struct {
	Dir         string // objects/ and versions/ are made in it
	Listen      string // loopback HOST:PORT; port 0 takes a free one
	Credentials Credentials
	Region      string // "" is us-east-1
	Logger      *slog.Logger
}

// Server is a running store.
type Server struct {
	endpoint string
	objects  string
	sideCar  bool // metadata lie in files of their own
	cancel   context.CancelFunc
	done     chan struct{}
	err      error // why it ended; set before done is closed
}

// Start runs the store and returns when it answers. It changes the process's
// working directory to Dir/objects, as its library demands, and nothing that is
// printed meanwhile is seen. It runs until Stop; ctx bounds the start alone.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("start object store: %w", err)
	}
	defer silence()()
	s := &Server{objects: filepath.Join(dir, "objects"), done: make(chan struct{})}
	store, err := s.open(dir)
	if err != nil {
		return nil, fmt.Errorf("start object store in %s: %w", dir, err)
	}
	address, err := freeAddress(ctx, o.Listen)
	if err != nil {
		return nil, fmt.Errorf("start object store: %w", err)
	}
	s.endpoint = "http://" + address
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.cancel = cancel
	go func() {
		defer close(s.done)
		s.err = embedgw.RunVersityGW(run, store, &embedgw.Config{
			RootUserAccess: o.Credentials.AccessKey, RootUserSecret: o.Credentials.SecretKey, Region: o.Region,
			Ports: []string{address}, MaxConnections: 2 * maxRequests, MaxRequests: maxRequests,
			MultipartMaxParts: 10_000, KeepAlive: true, Quiet: true, HealthPath: healthPath,
		})
		if run.Err() == nil {
			o.Logger.Error("object store ended", "error", s.err)
		}
	}()
	if err := s.await(ctx); err != nil {
		s.Stop()
		return nil, fmt.Errorf("start object store on %s: %w", address, err)
	}
	if s.sideCar {
		o.Logger.Warn("the data folder's file system has no extended attributes; object metadata are kept in files beside the objects", "dir", dir)
	}
	return s, nil
}

// silence keeps the library from telling standard output of its start, where users
// and scripts read what offsite says; it ends with the function that it returns.
func silence() (end func()) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return func() {}
	}
	out := os.Stdout
	os.Stdout = null
	return func() {
		os.Stdout = out
		_ = null.Close()
	}
}

// open makes the folders and the store over them.
func (s *Server) open(dir string) (*posix.Posix, error) {
	opts := posix.PosixOpts{VersioningDir: filepath.Join(dir, "versions")}
	opts.SetNewDirPerm(0o700)
	opts.SetNewFilePerm(0o600)
	for _, d := range []string{s.objects, opts.VersioningDir} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, err
		}
	}
	if hasAttributes(s.objects) {
		return posix.New(s.objects, meta.XattrMeta{}, opts)
	}
	s.sideCar = true
	opts.SideCarDir = filepath.Join(dir, "metadata")
	if err := os.MkdirAll(opts.SideCarDir, 0o700); err != nil {
		return nil, err
	}
	beside, err := meta.NewSideCar(opts.SideCarDir)
	if err != nil {
		return nil, err
	}
	return posix.New(s.objects, beside, opts)
}

// hasAttributes tells whether user extended attributes can be written there.
func hasAttributes(dir string) bool {
	const name = "user.offsite.probe"
	if err := unix.Setxattr(dir, name, []byte("1"), 0); err != nil {
		return false
	}
	return unix.Removexattr(dir, name) == nil
}

// freeAddress replaces port 0 by a port that is free now.
func freeAddress(ctx context.Context, listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", fmt.Errorf("address %q: %w", listen, err)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return "", fmt.Errorf("address %q: the store speaks plain HTTP and listens on a loopback address only, such as 127.0.0.1:0", listen)
	}
	if port != "0" {
		return listen, nil
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", listen)
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// await returns when the store answers, or has ended.
func (s *Server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if healthy(ctx, s.endpoint+healthPath) {
			return nil
		}
		select {
		case <-s.done:
			if s.err != nil {
				return s.err
			}
			return errors.New("it ended at once")
		case <-ctx.Done():
			return fmt.Errorf("it does not answer: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

func healthy(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// Endpoint is the store's address, "http://127.0.0.1:PORT".
func (s *Server) Endpoint() string { return s.endpoint }

// Stop ends the store and waits.
func (s *Server) Stop() {
	s.cancel()
	<-s.done
}
