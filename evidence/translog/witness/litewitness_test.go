package witness_test

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"offsite/evidence/translog"
	"offsite/evidence/translog/proof"
)

// litewitness starts the witness of others for a log, and gives its verifier key and
// address.
func litewitness(t *testing.T, log proof.Trusted) (verifier, url string) {
	t.Helper()
	program, err := filepath.Abs("../../../.tools/peers/litewitness")
	if err == nil {
		_, err = os.Stat(program)
	}
	python, missing := exec.LookPath("python3")
	if err != nil || missing != nil {
		t.Skipf("NOT TESTED: litewitness or python3 is not there; run make peers: %v %v", err, missing)
	}
	dir := t.TempDir()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	socket, database, address := filepath.Join(dir, "agent"), filepath.Join(dir, "db"), freeAddress(t)
	serveAgent(t, socket, private)
	cmd := exec.Command(program, "-name", "lite.example/witness", "-db", database, "-ssh-agent", socket, "-key", ssh.FingerprintSHA256(key), "-listen", address)
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	})
	lines := bufio.NewScanner(said)
	for verifier == "" && lines.Scan() {
		if found := regexp.MustCompile(`msg="verifier key" vkey="?([^"\s]+)`).FindStringSubmatch(lines.Text()); found != nil {
			verifier = found[1]
		} else {
			t.Log(lines.Text())
		}
	}
	go func() { _, _ = io.Copy(io.Discard, said) }() // so that it is never held up
	if verifier == "" {
		t.Fatalf("litewitness does not start: %v", lines.Err())
	}
	// Its own tool for that needs what not every proxy has.
	const enter = `import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("INSERT INTO log (origin, tree_size, tree_hash) VALUES (?, 0, ?)", (sys.argv[2], sys.argv[4]))
db.execute("INSERT INTO key (origin, key) VALUES (?, ?)", (sys.argv[2], sys.argv[3]))
db.commit()`
	nothing := sha256.Sum256(nil)
	if out, err := exec.Command(python, "-c", enter, database, log.Origin, log.Verifier, base64.StdEncoding.EncodeToString(nothing[:])).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	url = "http://" + address
	awaitAnswer(t, url)
	return verifier, url
}

// serveAgent has a key sign by SSH's agent protocol, until the test ends.
func serveAgent(t *testing.T, socket string, key ed25519.PrivateKey) {
	t.Helper()
	ring := agent.NewKeyring()
	if err := ring.Add(agent.AddedKey{PrivateKey: key}); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _ = agent.ServeAgent(ring, conn); conn.Close() }() // ends with who asks
		}
	}()
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func awaitAnswer(t *testing.T, url string) {
	t.Helper()
	tick, late := time.NewTicker(20*time.Millisecond), time.After(30*time.Second)
	defer tick.Stop()
	for {
		res, err := http.Get(url)
		if err == nil {
			res.Body.Close()
			return
		}
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("litewitness does not answer: %v", err)
		}
	}
}

// The witness that others run signs what our log keeps, our verifier takes its signature,
// and it signs nothing of another log under the same name and key.
func TestLitewitnessSignsOurLog(t *testing.T) {
	t.Parallel()
	l := newLog(t)
	trusted := proof.Trusted{Origin: origin, Verifier: l.verifier(t), Quorum: 1}
	verifier, url := litewitness(t, trusted)
	trusted.Witnesses = []string{verifier}
	policy := fmt.Sprintf("witness lite %s %s\nquorum lite\n", verifier, url)
	log := l.open(t, policy)
	for i := range 5 {
		p, data := record(t, log, i)
		if place, err := p.Check(data, trusted); err != nil || place.Witnesses != 1 {
			t.Fatalf("entry %d: %+v %v", i, place, err)
		}
		stranger := trusted
		stranger.Witnesses = []string{strangeWitness(t)}
		if _, err := p.Check(data, stranger); err == nil {
			t.Fatal("its signature is taken for another witness's")
		}
	}
	log.Stop()
	refuseFork(t, l, policy)
}

func strangeWitness(t *testing.T) string {
	t.Helper()
	_, verifier, _ := openWitness(t, t.TempDir(), "stranger.example")
	return verifier
}

// Our witness answers as that of others does.
func TestOurWitnessAnswersAsLitewitness(t *testing.T) {
	t.Parallel()
	l := newLog(t)
	trusted := proof.Trusted{Origin: origin, Verifier: l.verifier(t)}
	_, theirs := litewitness(t, trusted)
	_, _, ours := openWitness(t, t.TempDir(), "ours.example", trusted)
	log := l.open(t, "")
	checkpoint := func(of *translog.Log, i int) string {
		t.Helper()
		if _, err := of.Record(t.Context(), entry(i)); err != nil {
			t.Fatal(err)
		}
		text, err := of.Checkpoint(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	one := checkpoint(log, 1)
	two := checkpoint(log, 2)
	stranger := checkpoint(newLog(t).open(t, ""), 1)
	none := base64.StdEncoding.EncodeToString(make([]byte, sha256.Size))
	for _, c := range []struct {
		name, body string
		want       int
		says       string
	}{
		{"nothing", "", 400, ""},
		{"no size", "old x\n\n" + one, 400, ""},
		{"a hash too long", "old 0\nAAAA\n\n" + one, 400, ""},
		{"a size ahead", "old 7\n\n" + one, 400, ""},
		{"another key", "old 0\n\n" + stranger, 403, ""},
		{"the first", "old 0\n\n" + one, 200, ""},
		{"an old size", "old 0\n\n" + one, 409, "1\n"},
		{"the same again", "old 1\n\n" + one, 200, ""},
		{"a proof of nothing", "old 1\n" + none + "\n\n" + two, 422, ""},
		{"what is no proof", "old 1\n\n" + two, 422, ""},
	} {
		for who, url := range map[string]string{"litewitness": theirs, "ours": ours} {
			res, err := http.Post(url+"/add-checkpoint", "text/plain", strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			var said bytes.Buffer
			_, err = said.ReadFrom(res.Body)
			res.Body.Close()
			if err != nil || res.StatusCode != c.want || c.says != "" && said.String() != c.says {
				t.Errorf("%s, %s: %d %q, want %d", who, c.name, res.StatusCode, &said, c.want)
			}
			if size := "text/x.tlog.size"; (res.Header.Get("Content-Type") == size) != (c.want == 409) {
				t.Errorf("%s, %s: of type %s", who, c.name, res.Header.Get("Content-Type"))
			}
		}
	}
}
