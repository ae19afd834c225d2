package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"offsite/pipeline/infer"
	"offsite/pipeline/rtspserve"
	"offsite/pipeline/rtspserve/testvideo"
)

// TestTheLogTellsNoSecret starts everything with a log that tells all it can, uses
// each secret in the ways that come to the log, and looks for them there.
func TestTheLogTellsNoSecret(t *testing.T) {
	t.Parallel()
	h := up(t)
	secrets := map[string]string{"the one-time password": h.oneTime}
	plant := func(what string) string {
		secrets[what] = "Pl4nted-" + rand.Text()
		return secrets[what]
	}
	admin := h.signIn("admin", h.oneTime, plant("the administrator's password"))
	var made struct{ Password string }
	admin.call("POST", "/users", map[string]any{"username": "operator", "name": "设备管理员", "roles": []string{"operator"}}, &made)
	secrets["the operator's one-time password"] = made.Password
	operator := h.signIn("operator", made.Password, plant("the operator's password"))

	right, wrong := plant("the camera's password"), plant("a wrong password of the camera")
	s := rtspserve.New(rtspserve.Options{Listen: "127.0.0.1:0", Files: []string{testvideo.Make(t, testvideo.Spec{})}, User: "viewer", Password: right})
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	for name, address := range map[string]string{
		"right": "rtsp://viewer:" + right + "@" + s.Addr() + "/camera", "wrong": "rtsp://viewer:" + wrong + "@" + s.Addr() + "/camera",
		"nowhere": "rtsp://viewer:" + right + "@127.0.0.1:1/camera?token=" + plant("a token in the camera's address"),
	} {
		operator.call("POST", "/cameras", map[string]string{"name": name, "place": "测试", "url": address, "protocol": "tcp"}, nil)
	}
	operator.untilCameras("right live, wrong failed, nowhere failed", map[string]string{"right": "live", "wrong": "failed", "nowhere": "failed"})

	for who, p := range map[string]*person{"the administrator": admin, "the operator": operator} {
		secrets["the CSRF token of "+who] = p.csrf
		for _, c := range p.http.Jar.Cookies(h.base) {
			secrets["the session of "+who] = c.Value
		}
		p.call("DELETE", "/session", nil, nil)
	}
	log := h.stop()
	maps.Copy(secrets, h.keys())
	if len(secrets) < 14 {
		t.Errorf("only %d secrets were looked for: %q", len(secrets), slices.Sorted(maps.Keys(secrets)))
	}
	for what, secret := range secrets {
		for _, form := range []string{secret, url.QueryEscape(secret), hex.EncodeToString([]byte(secret)), base64.StdEncoding.EncodeToString([]byte(secret))} {
			if len(form) < 10 {
				t.Errorf("%s is %q, which may stand in a log by chance", what, form)
			} else if strings.Contains(log, form) {
				t.Errorf("the log tells %s, %q", what, form)
			}
		}
	}
	for _, sign := range []string{"level=DEBUG", "route=/api/v1/cameras", "code=unauthorized", "code=refused"} {
		if !strings.Contains(log, sign) {
			t.Errorf("the log lacks %q: this test tests too little", sign)
		}
	}
	// What stands on the database has ended before it does.
	if strings.Contains(log, "level=ERROR") {
		t.Error("errors came to the log, from start to stop")
	}
	if t.Failed() {
		t.Log(log)
	}
}

// TestDatabasePasswordIsNotTold starts against a database that is not there.
func TestDatabasePasswordIsNotTold(t *testing.T) {
	t.Parallel()
	const secret = "Pl4nted-in-the-address"
	out, err := exec.CommandContext(t.Context(), "offsite", "up", "--data", t.TempDir(), "--listen", "127.0.0.1:0", "--log.level", "debug",
		"--database.url", "postgres://offsite:"+secret+"@127.0.0.1:1/offsite").CombinedOutput()
	if err == nil || !bytes.Contains(out, []byte("127.0.0.1")) {
		t.Errorf("%v: %s", err, out)
	}
	if bytes.Contains(out, []byte(secret)) {
		t.Errorf("the password is told: %s", out)
	}
}

// running is an `offsite up` of its own.
type running struct {
	t       *testing.T
	data    string
	base    *url.URL
	oneTime string // the administrator's password
	cmd     *exec.Cmd
	log     string // the file
}

func up(t *testing.T) *running {
	t.Helper()
	data, err := os.MkdirTemp("", "offsite-up") // t.TempDir cannot be passed by the user postgres
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(data) })
	h := restart(t, data)
	if h.oneTime == "" {
		t.Fatalf("offsite up gave no password:\n%s", h.stop())
	}
	return h
}

// restart is `offsite up` in a data folder that may have been used before.
func restart(t *testing.T, data string) *running {
	t.Helper()
	h := &running{t: t, data: data, log: filepath.Join(t.TempDir(), "log")}
	log, err := os.Create(h.log)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	h.cmd = exec.Command("offsite", "up", "--data", data, "--listen", "127.0.0.1:0", "--log.level", "debug")
	h.cmd.Env = append(os.Environ(), infer.LibraryVariable+"="+library())
	h.cmd.Stderr = log
	_, used := os.Stat(filepath.Join(data, "postgres")) // then there is no one-time password
	stdout, err := h.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.stop() })
	for in := bufio.NewScanner(stdout); (h.base == nil || h.oneTime == "" && used != nil) && in.Scan(); {
		if _, address, found := strings.Cut(in.Text(), " s: "); found {
			if h.base, err = url.Parse(address); err != nil {
				t.Fatal(err)
			}
		}
		_, h.oneTime, _ = strings.Cut(in.Text(), "one-time password ")
	}
	if h.base == nil {
		t.Fatalf("offsite up did not get ready:\n%s", h.stop())
	}
	return h
}

// stop ends the process as a person would, and returns its log.
func (h *running) stop() string {
	if h.cmd.ProcessState == nil {
		if err := h.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			h.t.Error(err)
		}
		if err := h.cmd.Wait(); err != nil {
			h.t.Errorf("offsite up ended with %v", err)
		}
	}
	text, err := os.ReadFile(h.log)
	if err != nil {
		h.t.Error(err)
	}
	return string(text)
}

// keys returns what lies in the folders of keys: each whole, and each line and JSON
// string of it that is a secret.
func (h *running) keys() map[string]string {
	found := map[string]string{}
	for _, folder := range []string{"keys", "tsa"} {
		err := filepath.WalkDir(filepath.Join(h.data, folder), func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || e.Name() == "trust.json" {
				return err
			}
			info, err := e.Info()
			if err != nil || info.Mode().Perm()&0o077 != 0 { // what others may read is no secret
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if len(text) > 0 {
				found[path] = string(text)
			}
			for i, line := range strings.Split(string(text), "\n") {
				if len(line) > 20 && !strings.HasPrefix(line, "-----") {
					found[fmt.Sprintf("%s, line %d", path, i+1)] = line
				}
			}
			var store struct {
				SecretKey string `json:"secret_key"`
			}
			if json.Unmarshal(text, &store) == nil && store.SecretKey != "" {
				found[path+", secret_key"] = store.SecretKey
			}
			return nil
		})
		if err != nil {
			h.t.Error(err)
		}
	}
	return found
}

// person is somebody with a browser.
type person struct {
	h    *running
	http *http.Client
	csrf string
}

// signIn signs in with a one-time password, and changes it.
func (h *running) signIn(username, oneTime, password string) *person {
	h.t.Helper()
	p := h.resume(username, oneTime)
	p.call("POST", "/session/password", map[string]string{"current": oneTime, "new": password}, nil)
	return p
}

// resume signs in with a password of one's own.
func (h *running) resume(username, password string) *person {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	p := &person{h: h, http: &http.Client{Jar: jar, Timeout: time.Minute}}
	var session struct {
		CSRF string `json:"csrf"`
	}
	p.call("POST", "/session", map[string]string{"username": username, "password": password}, &session)
	p.csrf = session.CSRF
	return p
}

// call speaks to the API; into may be nil.
func (p *person) call(method, path string, body, into any) {
	t := p.h.t
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, p.h.base.String()+"/api/v1"+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-CSRF-Token", p.csrf)
	res, err := p.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 300 {
		t.Fatalf("%s %s: %s: %s (%v)", method, path, res.Status, answer, err)
	}
	if into != nil {
		if err := json.Unmarshal(answer, into); err != nil {
			t.Fatalf("%s %s: %s: %v", method, path, answer, err)
		}
	}
}

// untilCameras waits until the cameras are in these states.
func (p *person) untilCameras(what string, want map[string]string) {
	t := p.h.t
	t.Helper()
	got := map[string]string{}
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		var list struct {
			Items []struct{ Name, State string }
		}
		p.call("GET", "/cameras", nil, &list)
		for _, c := range list.Items {
			got[c.Name] = c.State
		}
		if maps.Equal(got, want) {
			return
		}
	}
	t.Fatalf("waited in vain for %s: %v", what, got)
}
