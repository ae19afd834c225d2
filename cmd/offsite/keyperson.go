package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/term"

	"offsite/config"
	"offsite/evidence/canonical"
	"offsite/evidence/seal"
	"offsite/evidence/translog"
	"offsite/evidence/translog/ledger"
	"offsite/evidence/translog/proof"
	"offsite/registry/account"
)

// keyChange changes keys: as two people decide, once the bureau has people.
type keyChange struct {
	Settings settings `embed:""`
	By       string   `help:"Administrator who decides; asked for password and second factor." placeholder:"USER"`
	With     string   `help:"Second person, a head or another administrator, asked likewise." placeholder:"USER"`
}

// run lets change change the keys while no process seals with them, and records who
// decided it.
func (k *keyChange) run(ctx context.Context, file *config.File, action, why string, change func(*seal.Ring) error) error {
	if err := k.Settings.Check(file); err != nil {
		return err
	}
	conf, log := &k.Settings.Config, atLeast(slog.LevelWarn, newLogger(os.Stderr, k.Settings.Log))
	folder, err := openIdle(conf)
	if err != nil {
		return err
	}
	defer folder.Close()
	if err := absolute(conf); err != nil {
		return err
	}
	private := conf.Database.URL == ""
	if _, err := os.Stat(conf.Path("postgres")); private && errors.Is(err, fs.ErrNotExist) {
		ring, err := seal.OpenRing(conf.Path("keys"), nil)
		if err != nil {
			return err
		}
		return change(ring) // nothing was ever started here: there is nobody to ask
	}
	return atDesk(ctx, conf, private, private, 0, log, func(_ *platform, ring *seal.Ring, d *desk) error {
		people, err := k.ask(ctx, d, os.Stdin, conf.Accounts.SecondFactor == "required")
		if err != nil {
			return err
		}
		before, err := linesOf(ring)
		if err != nil {
			return err
		}
		if err := change(ring); err != nil {
			return err
		}
		if len(people) > 0 {
			if err := d.publicLog.decided(ctx, ring, before, decision{Action: action, Why: why, By: people[0].ID, With: people[1].ID, Host: hostName(), At: time.Now()}); err != nil {
				return fmt.Errorf("the keys are changed, but not who decided it, and the next start will say so: %w", err)
			}
		}
		return d.publicLog.publish(ctx, ring, log)
	})
}

// ask proves both people, who answer at from; none where nobody has ever signed in.
func (k *keyChange) ask(ctx context.Context, d *desk, from *os.File, factor bool) ([]account.Account, error) {
	if used, err := d.accounts.Used(ctx); err != nil || !used {
		return nil, err
	}
	if k.By == "" || k.With == "" {
		return nil, exitError{2, errors.New("a change of keys is decided by two people: name an administrator with --by, and a head or another administrator with --with; both are asked for password and second factor")}
	}
	input := answers{from, bufio.NewScanner(from)}
	var people []account.Account
	for _, one := range []struct {
		name  string
		roles []string
	}{{k.By, []string{account.Admin}}, {k.With, []string{account.Head, account.Admin}}} {
		c := account.Credentials{Username: one.name, Agent: "offsite key"}
		var err error
		if c.Password, err = input.secret(one.name + ", password: "); err != nil {
			return nil, err
		}
		if c.Code, err = input.secret(one.name + ", code of the authenticator app or recovery code (empty without a second factor): "); err != nil {
			return nil, err
		}
		who, err := d.accounts.Vouch(ctx, c, factor, one.roles...)
		if err != nil {
			return nil, err
		}
		people = append(people, who)
	}
	if people[0].ID == people[1].ID {
		return nil, exitError{2, errors.New("--by and --with name the same person; a change of keys is decided by two")}
	}
	if err := account.Apart(ctx, d.pool, people[0].ID, people[1].ID, time.Now()); err != nil {
		return nil, exitError{2, err}
	}
	return people, nil
}

// answers are where people type.
type answers struct {
	from  *os.File
	lines *bufio.Scanner
}

// secret asks for a line at the terminal, without showing it; where the input is no
// terminal, its next line is taken.
func (a answers) secret(question string) (string, error) {
	terminal := int(a.from.Fd())
	if !term.IsTerminal(terminal) {
		if !a.lines.Scan() {
			return "", errors.Join(errors.New("the input ends before both people have answered: password and code of each, one a line"), a.lines.Err())
		}
		return strings.TrimSpace(a.lines.Text()), nil
	}
	fmt.Fprint(os.Stderr, question)
	text, err := term.ReadPassword(terminal)
	fmt.Fprintln(os.Stderr)
	if err != nil {
		return "", fmt.Errorf("read from the terminal: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}

// decision is who decided a change of keys. Its canonical JSON stands in the change log,
// the digest of that in the transparency log; the nonce keeps names from being guessed
// from the digest.
type decision struct {
	Action string            `json:"action"` // create, rotate, revoke
	Lines  map[string]string `json:"lines"`  // of trust.json that it changed: key to SHA-256, as in the log's entries of keys
	Why    string            `json:"why,omitempty"`
	By     string            `json:"by"`   // account
	With   string            `json:"with"` // account
	Host   string            `json:"host"`
	At     time.Time         `json:"at"`
	Nonce  string            `json:"nonce"`
}

// linesOf are the digests of trust.json's keys, as the transparency log enters them.
func linesOf(ring *seal.Ring) (map[string]string, error) {
	lines := map[string]string{}
	for _, k := range ring.List() {
		e, err := translog.KeyEntry(k, time.Time{})
		if err != nil {
			return nil, err
		}
		lines[k.ID] = e.SHA256
	}
	return lines, nil
}

// decided records who decided what has changed since before.
func (l *publicLog) decided(ctx context.Context, ring *seal.Ring, before map[string]string, d decision) error {
	after, err := linesOf(ring)
	if err != nil {
		return err
	}
	d.Lines, d.Nonce, d.At = map[string]string{}, rand.Text(), d.At.UTC().Truncate(time.Microsecond)
	key := ""
	for _, k := range ring.List() { // oldest first: a new key names the decision that made it
		if after[k.ID] != before[k.ID] {
			key, d.Lines[k.ID] = k.ID, after[k.ID]
		}
	}
	text, err := canonical.Write(d)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	return pgx.BeginFunc(ctx, l.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO change_log (at, by_whom, kind, subject, action, after) VALUES ($1, $2, 'key', $3, $4, $5)`,
			d.At, d.By, key, d.Action, text); err != nil {
			return err
		}
		return ledger.Put(ctx, tx, proof.Entry{Kind: proof.KindDecision, ID: key + "/" + d.Action, SHA256: hex.EncodeToString(sum[:]), At: d.At})
	})
}

// undecided says of a key whether it has changed without two people who decided it. The
// first keys of a bureau that has no people yet are nobody's decision.
func (l *publicLog) undecided(ctx context.Context, e proof.Entry) (so bool, err error) {
	err = l.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM account WHERE last_sign_in IS NOT NULL)
		AND NOT EXISTS (SELECT FROM log_entry WHERE kind = $1 AND subject = $2 AND sha256 = $3)
		AND NOT EXISTS (SELECT FROM change_log WHERE kind = 'key' AND after->'lines'->>$2 = $3)`, e.Kind, e.ID, e.SHA256).Scan(&so)
	if err != nil {
		return false, fmt.Errorf("look who decided the change of key %s: %w", e.ID, err)
	}
	return so, nil
}
