package key

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/exchange"
	"offsite/registry"
	"offsite/store"
)

// ErrKey means that a key is unknown, revoked, past its end, or used from elsewhere;
// which of them is nobody's business but the log's.
var ErrKey = errors.New("this key opens nothing")

// Key is a key without its secret.
type Key struct {
	ID        string     `json:"id"`
	Name      string     `json:"name" doc:"The system that holds it."`
	Hint      string     `json:"hint" doc:"Its first characters."`
	Scopes    []string   `json:"scopes"`
	Networks  []string   `json:"networks" doc:"From where alone it may be used; none: from anywhere."`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt time.Time  `json:"expires_at"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
	UsedAt    *time.Time `json:"used_at,omitempty" doc:"Within a minute."`
	UsedFrom  string     `json:"used_from,omitempty"`
	Authority string     `json:"authority_id,omitempty" doc:"For which it takes over what is transferred."`
}

// May says whether the key has a scope.
func (k Key) May(scope string) bool { return scope != "" && slices.Contains(k.Scopes, scope) }

// Draft is a key to be made.
type Draft struct {
	Name     string   `json:"name" minLength:"1" maxLength:"80"`
	Scopes   []string `json:"scopes" minItems:"1" maxItems:"20"`
	Networks []string `json:"networks,omitempty" maxItems:"20" doc:"As in 203.0.113.0/24; left out: from anywhere."`
	Days     int      `json:"days" minimum:"1" maximum:"400" doc:"Until it ends."`
	// Authority belongs to the scope transfers.receive alone.
	Authority string `json:"authority_id,omitempty" maxLength:"64" doc:"For which it takes over what is transferred; needed with transfers.receive."`
}

// Keys keeps keys in a migrated database. It is safe for concurrent use.
type Keys struct {
	pool *pgxpool.Pool
	now  func() time.Time
}

// New returns the keys of a migrated database.
func New(pool *pgxpool.Pool, now func() time.Time) *Keys { return &Keys{pool, now} }

const (
	prefix     = "ofk_" // by which scanners of source code find keys that leaked
	hintLength = len(prefix) + 6
	noted      = time.Minute // how exactly used_at is kept
	mostDays   = 400
)

func (k *Keys) moment() time.Time { return k.now().UTC().Truncate(time.Microsecond) }

// check tidies a draft and says what is wrong with it.
func (d *Draft) check() error {
	d.Name = strings.TrimSpace(d.Name)
	if d.Name == "" {
		return exchange.Refuse("name", "请填写持有此密钥的系统", "name the system that holds the key")
	}
	if len(d.Scopes) == 0 {
		return exchange.Refuse("scopes", "请至少选择一项权限", "choose at least one scope")
	}
	for _, s := range d.Scopes {
		if !known(s) {
			return exchange.Refuse("scopes", "没有“"+s+"”这项权限", "there is no scope "+s)
		}
	}
	if slices.Contains(d.Scopes, Transfers) != (d.Authority != "") || d.Authority != "" && !store.IsID(d.Authority) {
		return exchange.Refuse("authority_id", "接收移送的密钥须指明代表哪个单位，其他密钥不指明", "a key that takes over transfers names its authority; no other does")
	}
	if d.Days < 1 || d.Days > mostDays {
		return exchange.Refuse("days", "有效期为1至400天", "a key lasts for 1 to 400 days")
	}
	networks := make([]string, len(d.Networks)) // never NULL, and the caller's stay
	for i, n := range d.Networks {
		p, err := netip.ParsePrefix(strings.TrimSpace(n))
		if err != nil {
			return exchange.Refuse("networks", "“"+n+"”不是网段，应如 203.0.113.0/24", n+" is no network; write it as in 203.0.113.0/24")
		}
		networks[i] = p.Masked().String()
	}
	d.Networks = networks
	d.Scopes = slices.Compact(slices.Sorted(slices.Values(d.Scopes)))
	return nil
}

// Create makes a key; the second result is the key itself, told this once.
func (k *Keys) Create(ctx context.Context, by string, d Draft) (Key, string, error) {
	if err := d.check(); err != nil {
		return Key{}, "", fmt.Errorf("make an API key: %w", err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Key{}, "", fmt.Errorf("make an API key: %w", err)
	}
	text := prefix + rand.Text()
	now := k.moment()
	made := Key{ID: id.String(), Name: d.Name, Hint: text[:hintLength], Scopes: d.Scopes, Networks: d.Networks, Authority: d.Authority, CreatedAt: now, ExpiresAt: now.AddDate(0, 0, d.Days)}
	sum := sha256.Sum256([]byte(text))
	err = pgx.BeginFunc(ctx, k.pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO api_key (id, name, hint, sha256, scopes, networks, created_at, created_by, expires_at, authority_id)
			VALUES ($1, $2, $3, $4, $5, $6::text[]::cidr[], $7, $8, $9, nullif($10, '')::uuid)`,
			made.ID, made.Name, made.Hint, sum[:], made.Scopes, made.Networks, now, by, made.ExpiresAt, made.Authority)
		var broken *pgconn.PgError
		if errors.As(err, &broken) && broken.ConstraintName == "api_key_authority_id_fkey" {
			return exchange.Refuse("authority_id", "没有这个接收单位", "there is no such authority")
		}
		if err != nil {
			return err
		}
		return exchange.Log(ctx, tx, now, exchange.Change{By: by, Kind: "api_key", Subject: made.ID, Action: "create", After: made})
	})
	if err != nil {
		return Key{}, "", fmt.Errorf("make an API key for %s: %w", made.Name, err)
	}
	return made, text, nil
}

const columns = `id::text, name, hint, scopes, networks::text[], created_at, expires_at, revoked_at, used_at, used_from, coalesce(authority_id::text, '')`

// List gives all keys, the newest first, revoked ones too.
func (k *Keys) List(ctx context.Context) ([]Key, error) {
	rows, err := k.pool.Query(ctx, `SELECT `+columns+` FROM api_key ORDER BY created_at DESC, id`)
	if err != nil {
		return nil, fmt.Errorf("list the API keys: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Key])
	if err != nil {
		return nil, fmt.Errorf("list the API keys: %w", err)
	}
	return list, nil
}

// Revoke ends a key at once; revoked twice, the first time stays.
func (k *Keys) Revoke(ctx context.Context, by, id string) error {
	if !store.IsID(id) {
		return fmt.Errorf("revoke API key %s: %w", id, registry.ErrNotFound)
	}
	err := pgx.BeginFunc(ctx, k.pool, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, `UPDATE api_key SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1`, id, k.moment())
		if err != nil {
			return err
		}
		if done.RowsAffected() == 0 {
			return registry.ErrNotFound
		}
		return exchange.Log(ctx, tx, k.moment(), exchange.Change{By: by, Kind: "api_key", Subject: id, Action: "revoke"})
	})
	if err != nil {
		return fmt.Errorf("revoke API key %s: %w", id, err)
	}
	return nil
}

// Check says whose a key is that was shown from an address. Errors wrap ErrKey where
// it opens nothing.
func (k *Keys) Check(ctx context.Context, text, address string) (Key, error) {
	if !strings.HasPrefix(text, prefix) {
		return Key{}, ErrKey
	}
	sum := sha256.Sum256([]byte(text))
	rows, err := k.pool.Query(ctx, `SELECT `+columns+` FROM api_key WHERE sha256 = $1`, sum[:])
	if err != nil {
		return Key{}, fmt.Errorf("look for an API key: %w", err)
	}
	found, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Key])
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return Key{}, ErrKey
	case err != nil:
		return Key{}, fmt.Errorf("look for an API key: %w", err)
	}
	if why := found.refuses(k.now(), address); why != "" {
		return Key{}, fmt.Errorf("API key %s of %s: %s: %w", found.Hint, found.Name, why, ErrKey)
	}
	return found, k.note(ctx, found, address)
}

func (k Key) refuses(now time.Time, address string) string {
	switch {
	case k.RevokedAt != nil:
		return "it is revoked"
	case !now.Before(k.ExpiresAt):
		return "its time is over"
	case len(k.Networks) > 0 && !within(k.Networks, address):
		return "it is used from " + address
	}
	return ""
}

func within(networks []string, address string) bool {
	a, err := netip.ParseAddr(address)
	return err == nil && slices.ContainsFunc(networks, func(n string) bool {
		p, err := netip.ParsePrefix(n)
		return err == nil && p.Contains(a.Unmap())
	})
}

// note keeps when and from where a key was used last, at most once a minute.
func (k *Keys) note(ctx context.Context, used Key, address string) error {
	now := k.moment()
	if used.UsedAt != nil && now.Sub(*used.UsedAt) < noted && used.UsedFrom == address {
		return nil
	}
	if _, err := k.pool.Exec(ctx, `UPDATE api_key SET used_at = $2, used_from = $3 WHERE id = $1`, used.ID, now, address); err != nil {
		return fmt.Errorf("note the use of an API key: %w", err)
	}
	return nil
}
