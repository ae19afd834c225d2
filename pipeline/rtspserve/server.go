package rtspserve

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bluenviron/gortsplib/v4"
	"github.com/bluenviron/gortsplib/v4/pkg/auth"
)

// Options say what to serve and how. Files or Streams must be given.
type Options struct {
	Listen   string   // default 127.0.0.1:8554; port 0 takes a free one
	Files    []string // each becomes a Stream named after the file
	Streams  []Stream
	User     string // with Password: who may watch
	Password string
	Auth     string      // "basic", "digest", or "" for both
	TLS      *tls.Config // serves rtsps:// instead
	NoUDP    bool        // answers SETUP by UDP with 461
	// Spread lets the paths begin evenly within it, in order of their names, and not
	// all at Epoch: real cameras do not send their key pictures at one moment.
	Spread time.Duration
	Logger *slog.Logger
	Now    func() time.Time
}

// Stream is one path.
type Stream struct {
	Path   string   // without slash; default the first file's name without extension
	Files  []string // played one after the other, then from the beginning
	As     string   // "" as it is; "audio" or "vp8": pretends to be that, sends nothing usable
	Script []Fault  // in rising order of After
	Terse  bool     // the description lacks the parameter sets; they come with key pictures
}

// Server serves until it is stopped.
type Server struct {
	options Options
	log     *slog.Logger
	now     func() time.Time

	ready  sync.RWMutex // held while Start makes what the handler uses
	server *gortsplib.Server
	addr   string
	epoch  time.Time
	paths  map[string]*channel
	cancel context.CancelFunc
	work   sync.WaitGroup
}

// New makes a server.
func New(o Options) *Server {
	if o.Listen == "" {
		o.Listen = "127.0.0.1:8554"
	}
	s := &Server{options: o, log: o.Logger, now: o.Now, paths: map[string]*channel{}}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	return s
}

// Start opens the files, listens, and begins to play at Epoch. It fails where a
// file cannot be served or the address cannot be listened at.
func (s *Server) Start(ctx context.Context) error {
	if s.server != nil {
		return errors.New("start serving cameras: it is started already")
	}
	s.ready.Lock()
	defer s.ready.Unlock()
	if err := s.open(); err != nil {
		s.closeFiles()
		return err
	}
	if err := s.listen(); err != nil {
		s.closeFiles()
		return err
	}
	for _, c := range s.paths {
		if err := c.initialize(s.server); err != nil {
			s.server.Close()
			s.closeFiles()
			return fmt.Errorf("serve %s: %w", c.path, err)
		}
	}
	ctx, s.cancel = context.WithCancel(ctx)
	s.epoch = s.now()
	for i, name := range s.Paths() {
		c := s.paths[name]
		begins := s.epoch.Add(s.options.Spread * time.Duration(i) / time.Duration(len(s.paths)))
		s.work.Go(func() { c.run(ctx, begins) })
		s.log.Info("camera simulator serves", "url", s.URL(c.path), "codec", c.codec(),
			"loop_s", c.duration().Seconds(), "epoch", begins.Format(time.RFC3339Nano))
	}
	return nil
}

// Stop closes all connections and waits until nothing runs any more.
func (s *Server) Stop() {
	if s.cancel == nil {
		return
	}
	s.cancel()
	s.work.Wait()
	for _, c := range s.paths {
		c.close()
	}
	s.server.Close()
	s.closeFiles()
}

// Epoch returns when all files began to play.
func (s *Server) Epoch() time.Time { return s.epoch }

// Addr returns the address listened at, with the port.
func (s *Server) Addr() string { return s.addr }

// URL returns the address of a path, without credentials.
func (s *Server) URL(path string) string {
	scheme := "rtsp"
	if s.options.TLS != nil {
		scheme = "rtsps"
	}
	return scheme + "://" + s.addr + "/" + path
}

// Paths returns the paths served, in alphabetical order.
func (s *Server) Paths() []string { return slices.Sorted(maps.Keys(s.paths)) }

// Duration returns the length of a path's loop, 0 for an unknown path.
func (s *Server) Duration(path string) time.Duration {
	if c := s.paths[path]; c != nil {
		return c.duration()
	}
	return 0
}

// Inject makes something go wrong on a path now; After is ignored.
func (s *Server) Inject(path string, f Fault) error {
	c := s.paths[path]
	if c == nil {
		return fmt.Errorf("inject a fault: there is no path %q", path)
	}
	if err := f.check(); err != nil {
		return fmt.Errorf("inject a fault on %s: %w", path, err)
	}
	c.inject(f)
	return nil
}

// Calm ends the faults of a path that last.
func (s *Server) Calm(path string) {
	if c := s.paths[path]; c != nil {
		c.calm()
	}
}

// open reads the index of all files.
func (s *Server) open() error {
	streams := append([]Stream(nil), s.options.Streams...)
	for _, f := range s.options.Files {
		streams = append(streams, Stream{Files: []string{f}})
	}
	if len(streams) == 0 {
		return errors.New("serve cameras: no file is given")
	}
	for _, st := range streams {
		c, err := newChannel(st, s.log, s.now)
		if err != nil {
			return err
		}
		if s.paths[c.path] != nil {
			c.closeFiles()
			return fmt.Errorf("serve cameras: two videos would have the path %q, rename one", c.path)
		}
		s.paths[c.path] = c
	}
	return nil
}

func (s *Server) closeFiles() {
	for _, c := range s.paths {
		c.closeFiles()
	}
}

// listen starts the RTSP server, with a pair of UDP ports of its own.
func (s *Server) listen() error {
	host, _, err := net.SplitHostPort(s.options.Listen)
	if err != nil {
		return fmt.Errorf("serve cameras at %q: host:port is wanted: %w", s.options.Listen, err)
	}
	const tries = 20 // free pairs of ports may be taken by others in between
	for range tries {
		server := &gortsplib.Server{
			Handler:                  &handler{s: s},
			RTSPAddress:              s.options.Listen,
			TLSConfig:                s.options.TLS,
			AuthMethods:              authMethods(s.options.Auth),
			DisableRTCPSenderReports: true, // its NTP fraction is wrong; we send our own
			WriteQueueSize:           2048,
			Listen: func(network, address string) (net.Listener, error) {
				l, err := net.Listen(network, address)
				if err == nil {
					s.addr = l.Addr().String()
				}
				return l, err
			},
		}
		if !s.options.NoUDP {
			if server.UDPRTPAddress, server.UDPRTCPAddress, err = udpPair(host); err != nil {
				return fmt.Errorf("serve cameras at %s: %w", s.options.Listen, err)
			}
		}
		if err = server.Start(); err == nil {
			s.server = server
			return nil
		}
	}
	return fmt.Errorf("serve cameras at %s: %w", s.options.Listen, err)
}

// udpPair finds an even port and the next one, both free just now.
func udpPair(host string) (rtp, rtcp string, err error) {
	for range 50 {
		a, err := net.ListenPacket("udp", net.JoinHostPort(host, "0"))
		if err != nil {
			return "", "", fmt.Errorf("find free UDP ports: %w", err)
		}
		port := a.LocalAddr().(*net.UDPAddr).Port
		a.Close()
		if port%2 != 0 {
			continue
		}
		next := net.JoinHostPort(host, fmt.Sprint(port+1))
		b, err := net.ListenPacket("udp", next)
		if err != nil {
			continue
		}
		b.Close()
		return net.JoinHostPort(host, fmt.Sprint(port)), next, nil
	}
	return "", "", errors.New("find free UDP ports: no neighbouring pair is free")
}

func authMethods(name string) []auth.VerifyMethod {
	switch name {
	case "basic":
		return []auth.VerifyMethod{auth.VerifyMethodBasic}
	case "digest":
		return []auth.VerifyMethod{auth.VerifyMethodDigestMD5}
	default:
		return nil // both
	}
}

// pathOf names a stream after its first file.
func pathOf(file string) string {
	base := filepath.Base(file)
	return strings.TrimSuffix(base, filepath.Ext(base))
}
