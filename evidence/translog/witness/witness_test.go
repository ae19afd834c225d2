package witness_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offsite/evidence/translog"
	"offsite/evidence/translog/proof"
	"offsite/evidence/translog/witness"
)

const origin = "log.example/offsite"

type logDir struct{ dir, key string }

func newLog(t *testing.T) logDir {
	t.Helper()
	dir := t.TempDir()
	return logDir{filepath.Join(dir, "log"), filepath.Join(dir, "log.key")}
}

func (l logDir) verifier(t *testing.T) string {
	t.Helper()
	key, err := translog.OpenKey(l.key, origin)
	if err != nil {
		t.Fatal(err)
	}
	return key.Public
}

func (l logDir) open(t *testing.T, policy string) *translog.Log {
	t.Helper()
	o := translog.Options{Dir: l.dir, KeyFile: l.key, Origin: origin, Interval: 100 * time.Millisecond}
	if policy != "" {
		o.WitnessPolicy = []byte(policy)
	}
	log, err := translog.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(log.Stop)
	return log
}

func openWitness(t *testing.T, dir, name string, logs ...proof.Trusted) (w *witness.Witness, verifier, url string) {
	t.Helper()
	w, err := witness.Open(witness.Options{Dir: dir, Name: name, Logs: logs})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	if verifier, err = w.Verifier(); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(w)
	t.Cleanup(s.Close)
	return w, verifier, s.URL
}

func entry(i int) proof.Entry {
	return proof.Entry{Kind: proof.KindCase, ID: fmt.Sprint(i), SHA256: fmt.Sprintf("%064x", i), At: time.Unix(int64(i), 0)}
}

func TestWitnessesSignWhatGrows(t *testing.T) {
	t.Parallel()
	l := newLog(t)
	trusted := proof.Trusted{Origin: origin, Verifier: l.verifier(t), Quorum: 2}
	policy := ""
	dirs := []string{t.TempDir(), t.TempDir()}
	for i, dir := range dirs {
		_, verifier, url := openWitness(t, dir, fmt.Sprintf("w%d.example", i), trusted)
		trusted.Witnesses = append(trusted.Witnesses, verifier)
		policy += fmt.Sprintf("witness w%d %s %s\n", i, verifier, url)
	}
	policy += "group g all w0 w1\nquorum g\n"
	log := l.open(t, policy)
	for i := range 5 {
		p, data := record(t, log, i)
		place, err := p.Check(data, trusted)
		if err != nil || place.Witnesses != 2 {
			t.Fatalf("entry %d: %+v %v", i, place, err)
		}
		three := trusted
		three.Quorum = 3
		if _, err := p.Check(data, three); !errors.Is(err, proof.ErrWitnesses) {
			t.Fatalf("three of two witnesses: %v", err)
		}
	}
	log.Stop()

	policy = strings.Split(policy, "\n")[0] + "\ngroup g any w0\nquorum g\n"
	refuseFork(t, l, policy)
}

// record enters entry i, and gives the receipt with the entry's bytes.
func record(t *testing.T, log *translog.Log, i int) (proof.Proof, []byte) {
	t.Helper()
	text, err := log.Record(t.Context(), entry(i))
	if err != nil {
		t.Fatal(err)
	}
	p, err := proof.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	data, _ := entry(i).Bytes()
	return p, data
}

// refuseFork keeps a longer log under the same name and key; the witnesses remember, and
// sign nothing of it.
func refuseFork(t *testing.T, l logDir, policy string) {
	t.Helper()
	fork := logDir{filepath.Join(t.TempDir(), "log"), l.key}
	alone := fork.open(t, "")
	for i := range 8 {
		if _, err := alone.Record(t.Context(), entry(100+i)); err != nil {
			t.Fatal(err)
		}
	}
	alone.Stop()
	forked, err := translog.Open(t.Context(), translog.Options{Dir: fork.dir, KeyFile: fork.key, Origin: origin, Interval: 100 * time.Millisecond, WitnessPolicy: []byte(policy)})
	if err != nil {
		if !strings.Contains(err.Error(), "witness policy was not satisfied") {
			t.Fatalf("a forked log is refused for another reason: %v", err)
		}
		return
	}
	defer forked.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if text, err := forked.Record(ctx, entry(200)); err == nil {
		t.Fatalf("a forked log is signed:\n%s", text)
	}
}

func TestWhatAWitnessRefuses(t *testing.T) {
	t.Parallel()
	l := newLog(t)
	w, _, _ := openWitness(t, t.TempDir(), "w.example", proof.Trusted{Origin: origin, Verifier: l.verifier(t)})
	log := l.open(t, "")
	if _, err := log.Record(t.Context(), entry(1)); err != nil {
		t.Fatal(err)
	}
	one, err := log.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	other := newLog(t)
	otherLog := other.open(t, "")
	if _, err := otherLog.Record(t.Context(), entry(2)); err != nil {
		t.Fatal(err)
	}
	stranger, err := otherLog.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	post := func(body string) (int, string) {
		r := httptest.NewRecorder()
		w.ServeHTTP(r, httptest.NewRequest("POST", "/add-checkpoint", strings.NewReader(body)))
		return r.Code, r.Body.String()
	}
	for name, c := range map[string]struct {
		body string
		want int
	}{
		"nothing":         {"", 400},
		"no size":         {"old x\n\n" + string(one), 400},
		"another log":     {"old 0\n\nother.example\n" + string(one), 404},
		"another key":     {"old 0\n\n" + string(stranger), 403},
		"a size ahead":    {"old 7\n\n" + string(one), 400},
		"a hash too long": {"old 0\nAAAA\n\n" + string(one), 400},
	} {
		if got, says := post(c.body); got != c.want {
			t.Errorf("%s: %d %s", name, got, says)
		}
	}
	if got, says := post("old 0\n\n" + string(one)); got != 200 || !strings.HasPrefix(says, "— w.example ") {
		t.Fatalf("%d %s", got, says)
	}
	if got, says := post("old 0\n\n" + string(one)); got != 409 || says != "1\n" {
		t.Fatalf("an old size again: %d %q", got, says)
	}
	if got, says := post("old 1\n\n" + string(one)); got != 200 {
		t.Fatalf("the same again: %d %s", got, says)
	}
	if _, err := log.Record(t.Context(), entry(3)); err != nil {
		t.Fatal(err)
	}
	two, err := log.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, says := post("old 1\n" + strings.Repeat("A", 43) + "=\n\n" + string(two)); got != 422 {
		t.Fatalf("a proof of nothing: %d %s", got, says)
	}
	r := httptest.NewRecorder()
	w.ServeHTTP(r, httptest.NewRequest("GET", "/add-checkpoint", nil))
	if r.Code != 404 {
		t.Fatalf("GET: %d", r.Code)
	}
}

// Two processes would each sign another log of one size: the folder is one's alone.
func TestAFolderHasOneWitness(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "witness")
	first, err := witness.Open(witness.Options{Dir: dir, Name: "w.example"})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"w.example", "other.example"} {
		if _, err := witness.Open(witness.Options{Dir: dir, Name: name}); !errors.Is(err, witness.ErrInUse) {
			t.Errorf("a second witness, %s: %v", name, err)
		}
	}
	key, err := first.Verifier()
	if err != nil {
		t.Fatal(err)
	}
	first.Close()
	again, err := witness.Open(witness.Options{Dir: dir, Name: "w.example"})
	if err != nil {
		t.Fatalf("after the first has ended: %v", err)
	}
	defer again.Close()
	if same, err := again.Verifier(); err != nil || same != key {
		t.Errorf("the next witness has the key %s, %v; the first had %s", same, err, key)
	}
}
