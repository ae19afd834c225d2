package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/pion/webrtc/v4"

	"offsite/api/wire"
)

// serve starts a process that people work at, with a data folder of that name, and gives
// its address and how to kill it.
func (v *village) serve(folder string) (url string, kill func()) {
	v.t.Helper()
	data := filepath.Join(v.root, folder)
	v.copyKeys(filepath.Join(data, "keys"))
	listen, err := freeAddress()
	if err != nil {
		v.t.Fatal(err)
	}
	cmd := exec.Command("offsite", append([]string{"serve", "--listen", listen, "--log.level", "error"}, v.settings(data)...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		v.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		v.t.Fatal(err)
	}
	kill = func() { _ = cmd.Process.Signal(syscall.SIGKILL); _ = cmd.Wait() }
	v.t.Cleanup(kill)
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), " serves at ") {
	}
	if lines.Err() != nil {
		v.t.Fatalf("%s did not start: %v", folder, lines.Err())
	}
	go func() {
		for lines.Scan() {
		}
	}()
	return "http://" + listen + "/api/v1", kill
}

// visitor is a party with the link of a case whose room is open, and with the code.
type visitor struct {
	t    *testing.T
	http *http.Client
	csrf string
}

func (v *village) visitor(at string) *visitor {
	v.t.Helper()
	const caseID = "0198c000-0000-7000-8000-00000000ca5e"
	digest := sha256.Sum256([]byte("token"))
	run := func(sql string, args ...any) {
		if _, err := v.pool.Exec(v.t.Context(), sql, args...); err != nil {
			v.t.Fatal(err)
		}
	}
	run(`INSERT INTO casefile (id, number, state, version, detector, matter, camera_id, zone_id, first_at, last_at, raised_at, created_at, changed_at, dossier)
		VALUES ($1, 'N', 'notified', 1, 'stall', 'stall', gen_random_uuid(), gen_random_uuid(), now(), now(), now(), now(), now(), $2)`, caseID,
		`{"room": {"id": "0198c000-0000-7000-8000-000000000700", "opened_at": "2026-11-24T02:00:00Z", "agreed_at": "2026-11-24T02:01:00Z"}}`)
	run(`INSERT INTO portal_link (token_sha256, case_id, nonce, given_at) VALUES ($1, $2, 'n', now())`, digest[:], caseID)
	jar, err := cookiejar.New(nil)
	if err != nil {
		v.t.Fatal(err)
	}
	p := &visitor{t: v.t, http: &http.Client{Jar: jar}}
	var s wire.PortalSession
	p.post(at+"/portal/session", wire.PortalOpen{Token: "token"}, &s)
	p.csrf = s.CSRF
	run(`UPDATE portal_session SET proved_at = now()`)
	return p
}

func (p *visitor) post(url string, body, into any) {
	p.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		p.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, url, bytes.NewReader(text))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if p.csrf != "" {
		r.Header.Set("X-CSRF-Token", p.csrf)
	}
	answer, err := p.http.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	var problem any
	if answer.StatusCode != http.StatusOK {
		_ = json.NewDecoder(answer.Body).Decode(&problem)
		p.t.Fatalf("%s: %s: %v", url, answer.Status, problem)
	}
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
		p.t.Fatal(err)
	}
}

var hostCandidate = regexp.MustCompile(`a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 (\d+) typ host`)

// enter enters the room, and tells at which port of this machine its media are taken.
func (p *visitor) enter(at string) (port string) {
	p.t.Helper()
	pc, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		p.t.Fatal(err)
	}
	defer pc.Close()
	if _, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo); err != nil {
		p.t.Fatal(err)
	}
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	var answer wire.SessionDescription
	p.post(at+"/portal/inquiry/join", wire.SessionDescription{SDP: offer.SDP}, &answer)
	found := hostCandidate.FindStringSubmatch(answer.SDP)
	if found == nil {
		p.t.Fatalf("no address in the answer:\n%s", answer.SDP)
	}
	return found[1]
}

// Two processes serve behind a balancer: whichever is asked, the room of an inquiry is the
// one that the first holds; when that is killed, the other holds it.
func TestTwoProcessesServeOneInquiry(t *testing.T) {
	t.Parallel()
	v := settleAt(t, 0, "")
	first, kill := v.serve("first")
	second, _ := v.serve("second")
	p := v.visitor(first)
	held := p.enter(first)
	if again := p.enter(second); again != held {
		t.Errorf("the second process holds a room of its own: port %s, the first's is %s", again, held)
	}
	kill()
	if after := p.enter(second); after == held {
		t.Error(fmt.Sprint("the room is held at port ", after, " of a process that was killed"))
	}
}
