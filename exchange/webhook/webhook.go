package webhook

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"offsite/exchange"
)

// secrets is registry.Secrets.
type secrets interface {
	Seal(purpose, text string) ([]byte, error)
	Unseal(purpose string, sealed []byte) (string, error)
}

// Options are the parts of Webhooks.
type Options struct {
	Pool    *pgxpool.Pool
	Secrets secrets
	// CheckURL says whether an endpoint's address may be called; Control refuses to dial
	// what may not be, whatever name it hides behind.
	CheckURL func(ctx context.Context, url string) error
	Control  func(network, address string, c syscall.RawConn) error
	Pause    func(tries int) time.Duration // after that many failures; nil: as Pause has it
	Now      func() time.Time              // nil: time.Now
	Logger   *slog.Logger                  // nil: nothing is logged
}

// Webhooks keeps endpoints and delivers to them. It is safe for concurrent use.
type Webhooks struct {
	o      Options
	jobs   *river.Client[pgx.Tx] // inserts alone; cmd runs the client that works
	client *http.Client

	mu   sync.Mutex
	busy map[string]int // attempts under way, by endpoint

	changes changes
}

const answerPatience = 15 * time.Second

// New prepares the webhooks of a migrated database.
func New(o Options) (*Webhooks, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Pause == nil {
		o.Pause = Pause
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	jobs, err := river.NewClient(riverpgxv5.New(o.Pool), &river.Config{Logger: o.Logger})
	if err != nil {
		return nil, fmt.Errorf("prepare the webhooks: %w", err)
	}
	return &Webhooks{o: o, jobs: jobs, client: exchange.Outward(o.Control, answerPatience, perEndpoint), busy: map[string]int{}}, nil
}

func (w *Webhooks) now() time.Time { return w.o.Now().UTC().Truncate(time.Microsecond) }
