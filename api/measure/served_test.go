package measure_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

var (
	binary  = flag.String("binary", "", "offsite, as built")
	filled  = flag.String("filled", "", "folder of a demonstration that was played to its end (offsite demo --dir)")
	figures = flag.String("figures", "", "folder to write figures to")
)

// served is a server that runs for the test.
type served struct {
	url  string
	data string // folder
	pid  int

	barePID int
	log     string // file
	staff   map[string]who
}

// who is somebody with a session.
type who struct{ cookie, csrf string }

// serve starts the binary on a copy of the filled folder and signs everybody in.
func serve(t *testing.T) *served {
	t.Helper()
	if *binary == "" || *filled == "" || *figures == "" {
		t.Skip("SKIPPED: give -binary, -filled and -figures, as make bench-api and make fuzz-api do")
	}
	dir, err := os.MkdirTemp("", "offsite-measure-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // the private database runs as another user
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	if text, err := exec.Command("cp", "-a", filepath.Join(*filled, "data"), data).CombinedOutput(); err != nil {
		t.Fatalf("copy the filled folder: %v: %s", err, text)
	}
	s := &served{log: filepath.Join(*figures, strings.ToLower(t.Name())+".log"), staff: map[string]who{}}
	s.data = data
	s.start(t)
	s.signIn(t)
	return s
}

// start starts the binary and waits until it says where it answers.
func (s *served) start(t *testing.T) {
	t.Helper()
	log, err := os.Create(s.log)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command(*binary, "up", "--data", s.data, "--listen", "127.0.0.1:0")
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.pid = cmd.Process.Pid
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, address, found := strings.Cut(lines.Text(), " s: "); found {
			s.url = address
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return
		}
	}
	t.Fatalf("offsite up did not start; see %s", s.log)
}

// signIn opens a session for each of the demonstration's people, and for the party of its
// case.
func (s *served) signIn(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.data, "demo", "accounts.json"))
	if err != nil {
		t.Fatal(err)
	}
	var accounts map[string]map[string]string
	if err := json.Unmarshal(text, &accounts); err != nil {
		t.Fatal(err)
	}
	for name, a := range accounts {
		s.staff[name] = s.open(t, "/session", a)
	}
	var list struct{ Items []struct{ ID string } }
	s.get(t, "officer", "/cases", &list)
	for _, c := range list.Items {
		var file struct {
			PortalURL string `json:"portal_url"`
		}
		s.get(t, "officer", "/cases/"+c.ID, &file)
		if u, err := url.Parse(file.PortalURL); err == nil && file.PortalURL != "" {
			s.staff["party"] = s.open(t, "/portal/session", map[string]string{"token": filepath.Base(u.Path)})
		}
	}
}

// open begins a session.
func (s *served) open(t *testing.T, path string, body any) who {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Post(s.url+"/api/v1"+path, "application/json", bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var session struct{ CSRF string }
	if err := json.NewDecoder(res.Body).Decode(&session); err != nil || len(res.Cookies()) == 0 {
		t.Fatalf("%s: %s, %v", path, res.Status, err)
	}
	return who{cookie: res.Cookies()[0].Name + "=" + res.Cookies()[0].Value, csrf: session.CSRF}
}

// change sends what changes something; into may be nil.
func (s *served) change(t *testing.T, as, path string, body, into any) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, s.url+"/api/v1"+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Cookie", s.staff[as].cookie)
	req.Header.Set("X-CSRF-Token", s.staff[as].csrf)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode >= http.StatusBadRequest {
		t.Fatalf("%s as %s: %s", path, as, res.Status)
	}
	if into == nil {
		return
	}
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		t.Fatalf("%s as %s: %v", path, as, err)
	}
}

func (s *served) get(t *testing.T, as, path string, into any) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, s.url+"/api/v1"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Cookie", s.staff[as].cookie)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s as %s: %s", path, as, res.Status)
	}
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		t.Fatal(fmt.Errorf("%s: %w", path, err))
	}
}
