package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cyberphone/json-canonicalization/go/src/webpki.org/jsoncanonicalizer"

	"offsite/evidence/seal"
	"offsite/registry/account"
	"offsite/store/storetest"
)

const phrase = "a long enough phrase"

// runPeople is the command offsite-people of the tests: it starts what is private in a
// data folder, makes accounts of the names given as NAME=ROLE, prints what change log and
// transparency log know of decisions on keys, and logs to standard output.
func runPeople() {
	if err := people(context.Background(), os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func people(ctx context.Context, data string, names []string) error {
	c, folder, err := configured("up", "--data", data)
	if err != nil {
		return err
	}
	defer folder.Close()
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return atDesk(ctx, c, true, true, 0, log, func(_ *platform, _ *seal.Ring, d *desk) error {
		if err := makePeople(ctx, d.accounts, "test", names...); err != nil {
			return err
		}
		return tellDecisions(ctx, d)
	})
}

// makePeople makes accounts of the names given as NAME=ROLE, all with the same password.
func makePeople(ctx context.Context, accounts *account.Accounts, by string, names ...string) error {
	for _, pair := range names {
		name, role, _ := strings.Cut(pair, "=")
		_, once, err := accounts.Create(ctx, by, account.Draft{Username: name, Name: name, Roles: []string{role}})
		if err != nil {
			return err
		}
		s, err := accounts.SignIn(ctx, account.Credentials{Username: name, Password: once})
		if err != nil {
			return err
		}
		if err := accounts.ChangePassword(ctx, s.Token, once, phrase); err != nil {
			return err
		}
	}
	return nil
}

func tellDecisions(ctx context.Context, d *desk) error {
	rows, err := d.pool.Query(ctx, `SELECT c.after, e.sha256, e.id FROM change_log c JOIN log_entry e ON e.kind = 'decision' AND e.at = c.at WHERE c.kind = 'key' ORDER BY c.id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var after []byte
		var sum, id string
		if err := rows.Scan(&after, &sum, &id); err != nil {
			return err
		}
		text, err := jsoncanonicalizer.Transform(after)
		if err != nil {
			return err
		}
		if got := sha256.Sum256(text); hex.EncodeToString(got[:]) != sum {
			return fmt.Errorf("the log's entry %s is not of %s", id, text)
		}
		fmt.Printf("decision %s %s\n", id, text)
	}
	return rows.Err()
}

// town is a data folder with people.
type town struct {
	t    *testing.T
	data string
}

func (n *town) people(names ...string) string {
	n.t.Helper()
	out, err := exec.Command("offsite-people", append([]string{n.data}, names...)...).CombinedOutput()
	if err != nil {
		n.t.Fatalf("offsite-people: %v: %s", err, out)
	}
	return string(out)
}

// key runs offsite key; answers are what both people type, one a line.
func (n *town) key(answers string, args ...string) (out string, status int) {
	n.t.Helper()
	cmd := exec.Command("offsite", append(append([]string{"key"}, args...), "--data", n.data)...)
	cmd.Stdin = strings.NewReader(answers)
	text, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		n.t.Fatal(err)
	}
	return string(text), cmd.ProcessState.ExitCode()
}

func (n *town) trust() []byte {
	n.t.Helper()
	text, err := os.ReadFile(filepath.Join(n.data, "keys", "trust.json"))
	if err != nil {
		n.t.Fatal(err)
	}
	return text
}

// TestKeysAreChangedByTwo: once the bureau has people, a key is changed by two who prove
// who they are and may; what they decided is in both logs, and what nobody decided is
// told at the next start.
func TestKeysAreChangedByTwo(t *testing.T) {
	t.Parallel()
	root, err := os.MkdirTemp("", "offsite-key") // t.TempDir cannot be passed by the user postgres
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(root) })
	if err := os.Chmod(root, 0o755); err != nil { // #nosec G302 -- as above
		t.Fatal(err)
	}
	n := &town{t: t, data: filepath.Join(root, "data")}
	n.people("anna=admin", "hong=head", "rui=reviewer")
	before := n.trust()
	right := strings.Repeat(phrase+"\n\n", 2)
	if out, status := n.key(right, "rotate", "--by", "anna", "--with", "rui"); status == 0 || !strings.Contains(out, "none of the roles") {
		t.Errorf("with somebody who may not: status %d: %s", status, out)
	}
	if !bytes.Equal(before, n.trust()) {
		t.Fatal("keys were changed by who may not")
	}
	if out, status := n.key(right, "rotate", "--by", "anna", "--with", "hong"); status != 0 || !strings.Contains(out, "seals from the next start on") {
		t.Fatalf("status %d: %s", status, out)
	}
	told := n.people()
	first, _, _ := strings.Cut(told, "\n")
	_, body, _ := strings.Cut(first, " {")
	var d decision
	if err := json.Unmarshal([]byte("{"+body), &d); err != nil || d.Action != "rotate" || len(d.Lines) != 2 || d.By == d.With || d.Nonce == "" {
		t.Errorf("%v: %s", err, told)
	}
	if strings.Contains(told, "without two people") {
		t.Errorf("what two people decided is told as if nobody had: %s", told)
	}
	// Whoever is root needs nobody; it shows.
	ring, err := seal.OpenRing(filepath.Join(n.data, "keys"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ring.Rotate(seal.Ed25519); err != nil {
		t.Fatal(err)
	}
	if told := n.people(); !strings.Contains(told, "without two people") {
		t.Errorf("a change that nobody decided is not told: %s", told)
	}
}

// TestBothPeopleAreAsked asks without a store and keys, which need not be started for a no.
func TestBothPeopleAreAsked(t *testing.T) {
	t.Parallel()
	pool := storetest.Open(t)
	d := &desk{pool: pool, accounts: account.New(pool, account.WithCheapHashing())}
	ask := func(typed, by, with string) ([]account.Account, error) {
		t.Helper()
		file := filepath.Join(t.TempDir(), "typed")
		if err := os.WriteFile(file, []byte(typed), 0o600); err != nil {
			t.Fatal(err)
		}
		from, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer from.Close()
		return (&keyChange{By: by, With: with}).ask(t.Context(), d, from, false)
	}
	if people, err := ask("", "", ""); err != nil || people != nil {
		t.Errorf("before anybody has signed in: %v, %v", people, err)
	}
	if err := makePeople(t.Context(), d.accounts, "test", "anna=admin", "hong=head", "rui=reviewer"); err != nil {
		t.Fatal(err)
	}
	anna, err := d.accounts.Vouch(t.Context(), account.Credentials{Username: "anna", Password: phrase}, false, account.Admin)
	if err != nil {
		t.Fatal(err)
	}
	if err := makePeople(t.Context(), d.accounts, anna.ID, "puppet=head"); err != nil {
		t.Fatal(err)
	}
	right := strings.Repeat(phrase+"\n\n", 2)
	for name, try := range map[string]struct{ typed, by, with, says string }{
		"nobody":       {right, "", "", "decided by two people"},
		"one":          {right, "anna", "", "decided by two people"},
		"twice one":    {right, "anna", "anna", "the same person"},
		"wrong":        {phrase + "\n\nwrong\n\n", "anna", "hong", "user name or password is wrong"},
		"silent":       {phrase + "\n\n", "anna", "hong", "the input ends"},
		"no head":      {right, "anna", "rui", "none of the roles"},
		"no authority": {right, "hong", "anna", "none of the roles"},
		"her own":      {right, "anna", "puppet", "don't count as two people"},
	} {
		if people, err := ask(try.typed, try.by, try.with); err == nil || people != nil || !strings.Contains(err.Error(), try.says) {
			t.Errorf("%s: %v, %v", name, people, err)
		}
	}
	people, err := ask(right, "anna", "hong")
	if err != nil || len(people) != 2 || people[0].Username != "anna" || people[1].Username != "hong" {
		t.Errorf("both: %v, %v", people, err)
	}
}
