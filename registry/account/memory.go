package account

import (
	"context"
	"crypto/sha256"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/store"
)

const (
	// sessionChannel is where the database tells that a session or its account changed:
	// migration 0140.
	sessionChannel = "offsite_sessions"
	// rememberedFor bounds how long a session is believed whose end was not heard, since
	// the connection to the database was just then lost.
	rememberedFor  = 2 * time.Second
	rememberedMost = 10_000
)

// memory keeps sessions for a moment, so that a busy console does not ask the database
// for every request who sends it. Without Remember nothing is kept.
type memory struct {
	mu       sync.Mutex
	hears    bool
	sessions map[[sha256.Size]byte]remembered
	forgot   uint64 // times: what was read before the last one is not kept
}

type remembered struct {
	session Session // without Token and Proved
	seen    time.Time
	proved  *time.Time
	until   time.Time // by this process's own clock
}

// Remember lets sessions be kept in memory until ctx is done: each for two seconds at
// most, and none any longer once this process, or through the database another one, has
// ended or changed it.
func (a *Accounts) Remember(ctx context.Context) {
	store.Listen(ctx, a.pool, sessionChannel, func(n store.Notice) {
		a.memory.forget()
		if n.Gap {
			a.memory.hear(true)
		}
	})
	a.memory.hear(false)
}

// at is the session as it stands at a moment; false where it has ended, or its last use
// is due to be written down.
func (r remembered) at(moment time.Time) (Session, bool) {
	s := r.session
	s.Account.Roles, s.Account.Townships = slices.Clone(s.Account.Roles), slices.Clone(s.Account.Townships)
	s.Proved = r.proved != nil && r.proved.After(moment.Add(-provedFor))
	return s, s.ExpiresAt.After(moment) && moment.Sub(r.seen) < sessionTouch
}

func (m *memory) find(key [sha256.Size]byte) (r remembered, ok bool, forgot uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok = m.sessions[key]
	return r, ok && time.Now().Before(r.until), m.forgot
}

// keep keeps a session that was read when so much had been forgotten.
func (m *memory) keep(key [sha256.Size]byte, r remembered, forgot uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.hears || m.forgot != forgot {
		return
	}
	if m.sessions == nil || len(m.sessions) >= rememberedMost {
		m.sessions = map[[sha256.Size]byte]remembered{}
	}
	r.until = time.Now().Add(rememberedFor)
	m.sessions[key] = r
}

func (m *memory) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sessions = nil
	m.forgot++
}

func (m *memory) hear(hears bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hears = hears
	if !hears {
		m.sessions = nil
	}
}

// change changes accounts or sessions in a transaction; what this process remembers of
// them is forgotten before the caller goes on.
func (a *Accounts) change(ctx context.Context, do func(pgx.Tx) error) error {
	defer a.memory.forget()
	return pgx.BeginFunc(ctx, a.pool, do)
}
