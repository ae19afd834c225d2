package account

import (
	"context"
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"offsite/store/storetest"
)

// desk is accounts that remember, beside others on the same database, as in two
// processes.
type desk struct {
	*Accounts
	elsewhere *Accounts
	session   Session
}

const phrase = "a long enough phrase"

func openDesk(t *testing.T) *desk {
	t.Helper()
	pool := storetest.Open(t)
	d := &desk{Accounts: New(pool, WithCheapHashing()), elsewhere: New(pool, WithCheapHashing())}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); d.Remember(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
	made, once, err := d.Create(ctx, "admin", Draft{Username: "wang", Name: "某人", Roles: []string{Operator}})
	if err != nil {
		t.Fatal(err)
	}
	d.session = d.signIn(t, once)
	if err := d.ChangePassword(ctx, d.session.Token, once, phrase); err != nil {
		t.Fatal(err)
	}
	d.session.Account = made
	return d
}

func (d *desk) signIn(t *testing.T, password string) Session {
	t.Helper()
	s, err := d.SignIn(t.Context(), Credentials{Username: "wang", Password: password, Address: "192.0.2.1"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (d *desk) remembers(token string) bool {
	_, ok, _ := d.memory.find(sha256.Sum256([]byte(token)))
	return ok
}

// remembered asks for the session until it is kept: at first nothing is, since nobody
// listens yet, and later what others tell may come at any time.
func (d *desk) remembered(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for ; !d.remembers(d.session.Token); time.Sleep(time.Millisecond) {
		if _, err := d.Session(ctx, d.session.Token); err != nil {
			t.Fatalf("before the session is remembered: %v", err)
		}
	}
}

// TestWhatIsRememberedEndsAtOnce: whoever ends or changes a session here is believed by
// the next request, whatever was remembered.
func TestWhatIsRememberedEndsAtOnce(t *testing.T) {
	t.Parallel()
	roles, off := []string{Operator, Collector}, true
	for name, end := range map[string]func(ctx context.Context, d *desk) error{
		"sign out": func(ctx context.Context, d *desk) error { return d.SignOut(ctx, d.session.Token) },
		"revoke": func(ctx context.Context, d *desk) error {
			return d.Revoke(ctx, "admin", d.session.Account.ID, d.session.ID)
		},
		"roles": func(ctx context.Context, d *desk) error {
			_, err := d.Change(ctx, "admin", d.session.Account.ID, Change{Roles: &roles})
			return err
		},
		"reach": func(ctx context.Context, d *desk) error {
			_, err := d.Change(ctx, "admin", d.session.Account.ID, Change{Reach: &Reach{Level: Township, Townships: []string{"城桥镇"}}})
			return err
		},
		"disable": func(ctx context.Context, d *desk) error {
			_, err := d.Change(ctx, "admin", d.session.Account.ID, Change{Disabled: &off})
			return err
		},
		"reset": func(ctx context.Context, d *desk) error {
			_, err := d.ResetPassword(ctx, "admin", d.session.Account.ID)
			return err
		},
		"forget": func(ctx context.Context, d *desk) error { return d.ForgetFactors(ctx, "admin", d.session.Account.ID) },
		"another session's password": func(ctx context.Context, d *desk) error {
			other, err := d.SignIn(ctx, Credentials{Username: "wang", Password: phrase, Address: "192.0.2.1"})
			if err != nil {
				return err
			}
			return d.ChangePassword(ctx, other.Token, phrase, "another long phrase")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := openDesk(t)
			d.remembered(t)
			if err := end(t.Context(), d); err != nil {
				t.Fatal(err)
			}
			if _, err := d.Session(t.Context(), d.session.Token); !errors.Is(err, ErrNoSession) {
				t.Errorf("the session goes on: %v", err)
			}
		})
	}
}

// TestWhatEndsElsewhereIsHeard: another process ends the session; this one forgets it
// because it is told, not because its time is over.
func TestWhatEndsElsewhereIsHeard(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.remembered(t)
	d.memory.mu.Lock()
	for key, r := range d.memory.sessions {
		r.until = time.Now().Add(time.Hour)
		d.memory.sessions[key] = r
	}
	d.memory.mu.Unlock()
	if err := d.elsewhere.Revoke(t.Context(), "admin", d.session.Account.ID, d.session.ID); err != nil {
		t.Fatal(err)
	}
	patience := time.Now().Add(time.Minute)
	for ; d.remembers(d.session.Token); time.Sleep(time.Millisecond) {
		if time.Now().After(patience) {
			t.Fatal("nobody told")
		}
	}
	if _, err := d.Session(t.Context(), d.session.Token); !errors.Is(err, ErrNoSession) {
		t.Errorf("the session goes on: %v", err)
	}
}

// TestWhatWasReadBeforeIsNotKept: a session that was read before another ended it, and
// comes to be kept after, is not.
func TestWhatWasReadBeforeIsNotKept(t *testing.T) {
	t.Parallel()
	m := memory{hears: true}
	key := sha256.Sum256([]byte("token"))
	_, _, forgot := m.find(key)
	m.forget()
	m.keep(key, remembered{}, forgot)
	if _, ok, _ := m.find(key); ok {
		t.Error("what had ended is kept")
	}
	_, _, forgot = m.find(key)
	m.keep(key, remembered{}, forgot)
	if _, ok, _ := m.find(key); !ok {
		t.Error("nothing is kept")
	}
	m.hear(false)
	if _, ok, _ := m.find(key); ok {
		t.Error("it is kept though nobody listens")
	}
}

// TestWhatIsRememberedGrowsOld: a proof that was fresh, and a session that must be
// written down again, are not believed from memory.
func TestWhatIsRememberedGrowsOld(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)
	r := remembered{session: Session{ExpiresAt: now.Add(sessionLasts)}, seen: now, proved: &now}
	if s, ok := r.at(now); !ok || !s.Proved {
		t.Errorf("now: %v, proved %v", ok, s.Proved)
	}
	if _, ok := r.at(now.Add(sessionTouch)); ok {
		t.Error("its last use is never written down")
	}
	r.seen = now.Add(provedFor)
	if s, _ := r.at(now.Add(provedFor)); s.Proved {
		t.Error("a proof stays fresh")
	}
	r.seen = now.Add(sessionLasts)
	if _, ok := r.at(now.Add(sessionLasts)); ok {
		t.Error("it outlives its time")
	}
}
