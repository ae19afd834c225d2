package demo

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"offsite/embedded/s3"
	"offsite/embedded/tsa"
)

// site is a demonstration whose object store and timestamp authority run in this
// process, so that each can be taken away by itself, and whose data folder may lie
// on a disk of its own, so that it can be filled.
type site struct {
	*house
	now      atomic.Pointer[Stage] // of the house, for those who look while it is started anew
	t        *testing.T
	binary   string
	dir      string
	settings []string
	patience time.Duration // with faults that only an incident shows
	disk     string        // the data folder's mount point; "" where none can be made

	credentials s3.Credentials
	storeAt     string // address
	store       *s3.Server
	authorityAt string
	authority   *tsa.Authority
	ahead       atomic.Int64 // how far the authority's clock is from ours
}

func newSite(t *testing.T, binary string) *site {
	t.Helper()
	s := &site{t: t, binary: binary, dir: passable(t), patience: unrest, storeAt: "127.0.0.1:0", authorityAt: "127.0.0.1:0"}
	var err error
	if s.credentials, err = s3.OpenCredentials(filepath.Join(s.dir, "store.json")); err != nil {
		t.Fatal(err)
	}
	s.openStore()
	s.storeAt = strings.TrimPrefix(s.store.Endpoint(), "http://")
	s.openAuthority()
	u, err := url.Parse(s.authority.URL())
	if err != nil {
		t.Fatal(err)
	}
	s.authorityAt = u.Host
	secret, ca := filepath.Join(s.dir, "store.secret"), filepath.Join(s.dir, "authority.pem")
	for path, text := range map[string][]byte{secret: []byte(s.credentials.SecretKey), ca: s.authority.CertificatesPEM()} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.settings = []string{
		"--s3.endpoint", s.store.Endpoint(), "--s3.access-key", s.credentials.AccessKey, "--s3.secret-key-file", secret,
		"--tsa.url", s.authority.URL(), "--tsa.ca-file", ca,
	}
	s.mount()
	s.reopen()
	t.Cleanup(func() {
		s.close()
		s.store.Stop()
		s.authority.Stop()
	})
	return s
}

// reopen starts offsite, again or for the first time.
func (s *site) reopen() {
	s.t.Helper()
	s.house = reopen(s.t, s.binary, s.data(), s.settings...)
	s.now.Store(&s.stage)
}

func (s *site) data() string { return filepath.Join(s.dir, "disk", "data") }

// mount puts the data folder on a disk of its own.
func (s *site) mount() {
	at := filepath.Join(s.dir, "disk")
	if err := os.MkdirAll(at, 0o755); err != nil { // #nosec G301 -- the private database runs as another user
		s.t.Fatal(err)
	}
	const room = "size=1g,mode=0755"
	if err := syscall.Mount("offsite-fault", at, "tmpfs", 0, room); err != nil {
		s.t.Logf("NOT TESTED: a full disk: none can be mounted here: %v", err)
		return
	}
	s.disk = at
	s.t.Cleanup(func() { _ = syscall.Unmount(at, syscall.MNT_DETACH) })
}

func (s *site) openStore() {
	s.t.Helper()
	store, err := s3.Start(context.WithoutCancel(s.t.Context()), s3.Options{Dir: filepath.Join(s.dir, "s3"), Listen: s.storeAt, Credentials: s.credentials})
	if err != nil {
		s.t.Fatal(err)
	}
	s.store = store
}

func (s *site) openAuthority() {
	s.t.Helper()
	authority, err := tsa.Start(context.WithoutCancel(s.t.Context()), tsa.Options{
		Dir: filepath.Join(s.dir, "tsa"), Listen: s.authorityAt, Name: "Fault drill",
		Now: func() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) },
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.authority = authority
}

// child is the process of that command line which offsite up has started.
func (s *site) child(name string) int {
	s.t.Helper()
	for pid, line := range s.children(s.t) {
		if strings.Contains(line, name) {
			return pid
		}
	}
	s.t.Fatalf("offsite up has started no %q: %v", name, s.children(s.t))
	return 0
}

func (s *site) kill(name string) {
	s.t.Helper()
	if err := syscall.Kill(s.child(name), syscall.SIGKILL); err != nil {
		s.t.Fatal(err)
	}
}

// figure is the sum of a metric over its labels; labels, if given, must stand in
// its line. ok is false where nothing answers.
func (s *site) figure(name, labels string) (sum float64, ok bool) {
	res, err := s.get("/metrics")
	if err != nil {
		return 0, false
	}
	defer res.Body.Close()
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		head, value, _ := strings.Cut(lines.Text(), " ")
		metric, rest, _ := strings.Cut(head, "{")
		if metric != name || !strings.Contains(rest, labels) {
			continue
		}
		if n, err := strconv.ParseFloat(value, 64); err == nil {
			sum += n
		}
	}
	return sum, res.StatusCode == http.StatusOK
}

var impatient = &http.Client{Timeout: 3 * time.Second}

func (s *site) get(path string) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodGet, s.stage.URL+path, nil)
	if err != nil {
		return nil, err
	}
	return impatient.Do(req)
}

// ready tells whether everything that a person needs answers.
func (s *site) ready() bool {
	res, err := s.get("/readyz")
	if err != nil {
		return false
	}
	res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// live tells whether every camera sends pictures.
func (s *site) live() bool {
	n, ok := s.figure("offsite_camera_state", `state="live"`)
	return ok && int(n) == len(s.stage.Scenes)
}

// settled tells whether no evidence waits.
func (s *site) settled() bool {
	n, ok := s.figure("offsite_evidence_waiting", "")
	return ok && n == 0 && !s.holding()
}

// holding tells whether an incident is not on the disk yet.
func (s *site) holding() bool {
	n, ok := s.figure("offsite_incidents_waiting", "")
	return ok && n > 0
}

func (s *site) waiting() bool {
	n, ok := s.figure("offsite_evidence_waiting", "")
	return ok && n > 0
}

// reachable tells whether somebody listens there.
func reachable(address string) bool {
	conn, err := net.DialTimeout("tcp", strings.TrimPrefix(address, "http://"), time.Second)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

// until waits for something to be so, and tells how long it took.
func (s *site) until(what string, limit time.Duration, so func() bool) (time.Duration, error) {
	began := time.Now()
	ctx, cancel := context.WithTimeout(s.t.Context(), limit)
	defer cancel()
	err := poll(ctx, 100*time.Millisecond, what, func() (bool, error) { return so(), nil })
	if err != nil {
		err = fmt.Errorf("%w (see %s)", err, s.keepLog())
	}
	return time.Since(began), err
}

// keepLog copies the demonstration's log to where it outlives the test, and names the copy;
// on the spool's own disk it would go with it.
func (s *site) keepLog() string {
	folder := cmp.Or(os.Getenv("OFFSITE_FIGURES"), os.TempDir())
	path := filepath.Join(folder, s.t.Name()+".log")
	text, err := os.ReadFile(s.log.Name())
	if err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		s.t.Logf("the log is not kept: %v", err)
		return s.log.Name()
	}
	return path
}
