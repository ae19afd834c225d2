package push

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"syscall"
	"time"

	webpush "github.com/SherClockHolmes/webpush-go"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/exchange"
	"offsite/registry/account"
)

// Kinds of notices.
const (
	Camera   = "camera"   // one has been down for two minutes
	Finding  = "finding"  // one waits for a first or second review
	Deadline = "deadline" // one has run four fifths of its time, or all of it
	Request  = "request"  // a party asks to see its evidence uncovered
	Field    = "field"    // a party is to be found out where it was seen
	test     = "test"     // to the device that asked for it
)

// KindsFor are the kinds that concern somebody with these roles.
func KindsFor(roles []string) []string {
	kinds := []string{}
	has := func(wanted ...string) bool {
		return slices.ContainsFunc(wanted, func(r string) bool { return slices.Contains(roles, r) })
	}
	if has(account.Operator) {
		kinds = append(kinds, Camera)
	}
	if has(account.Reviewer) {
		kinds = append(kinds, Finding)
	}
	if has(account.Officer, account.Head) {
		kinds = append(kinds, Deadline, Request)
	}
	if has(account.Officer) {
		kinds = append(kinds, Field)
	}
	return kinds
}

// secrets is registry.Secrets.
type secrets interface {
	Seal(purpose, text string) ([]byte, error)
	Unseal(purpose string, sealed []byte) (string, error)
	Digest(purpose, text string) []byte
}

// Options are the parts of Bell.
type Options struct {
	Pool    *pgxpool.Pool
	Secrets secrets
	// CheckURL says whether a push service's address may be called; Control refuses to
	// dial what may not be, whatever name it hides behind.
	CheckURL func(ctx context.Context, url string) error
	Control  func(network, address string, c syscall.RawConn) error
	// Sender is where a push service may write to about us: an https: or mailto: address.
	Sender string
	Now    func() time.Time // nil: time.Now
	Logger *slog.Logger     // nil: nothing is logged
}

// Bell keeps devices and tells them. It is safe for concurrent use.
type Bell struct {
	o      Options
	client *http.Client
}

const answerPatience = 10 * time.Second

// New prepares the bell of a migrated database.
func New(o Options) *Bell {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Bell{o, exchange.Outward(o.Control, answerPatience, 0)}
}

func (b *Bell) now() time.Time { return b.o.Now().UTC().Truncate(time.Microsecond) }

const keyPurpose = "push.key"

type pair struct{ public, private string }

// Key is the public key under which a browser signs up, made on first use.
func (b *Bell) Key(ctx context.Context) (string, error) {
	k, err := b.key(ctx)
	return k.public, err
}

func (b *Bell) key(ctx context.Context) (k pair, err error) {
	var sealed []byte
	read := func() error {
		return b.o.Pool.QueryRow(ctx, `SELECT public, sealed FROM push_key`).Scan(&k.public, &sealed)
	}
	if err = read(); errors.Is(err, pgx.ErrNoRows) {
		if err = b.makeKey(ctx); err == nil { // another process may have been faster
			err = read()
		}
	}
	if err == nil {
		k.private, err = b.o.Secrets.Unseal(keyPurpose, sealed)
	}
	if err != nil {
		return pair{}, fmt.Errorf("read the key of push notices: %w", err)
	}
	return k, nil
}

func (b *Bell) makeKey(ctx context.Context) error {
	private, public, err := webpush.GenerateVAPIDKeys()
	if err != nil {
		return err
	}
	sealed, err := b.o.Secrets.Seal(keyPurpose, private)
	if err != nil {
		return err
	}
	_, err = b.o.Pool.Exec(ctx, `INSERT INTO push_key (public, sealed, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, public, sealed, b.now())
	return err
}
