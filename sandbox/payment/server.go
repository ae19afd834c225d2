package payment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"offsite/sandbox/ledger"
	"offsite/sandbox/notify"
)

// Options say where and how the provider runs.
type Options struct {
	Dir       string // orders are kept here
	Key       []byte // shared with Offsite, at least 16 bytes
	PublicURL string // where the party's browser finds this server: http://127.0.0.1:8090
	Logger    *slog.Logger
	Client    *http.Client     // for callbacks; nil for one with a timeout
	Now       func() time.Time // nil for time.Now
	Retry     time.Duration    // pause after a callback's first failure; 0 for a second
}

// Server is the provider.
type Server struct {
	o        Options
	sender   *notify.Sender
	ledger   *ledger.Ledger[record]
	counters *ledger.Ledger[slip]

	mu      sync.Mutex
	orders  map[string]record // by order number
	byToken map[string]string // token of the pay page -> order number
	slips   map[string]slip   // payments at counters, by receipt number
}

// New opens the provider's folder.
func New(o Options) (*Server, error) {
	if len(o.Key) < 16 {
		return nil, errors.New("sandbox payment: the shared key has fewer than 16 bytes; make a longer one")
	}
	if !strings.HasPrefix(o.PublicURL, "http://") && !strings.HasPrefix(o.PublicURL, "https://") {
		return nil, fmt.Errorf("sandbox payment: the public address %q must begin with http:// or https://", o.PublicURL)
	}
	o.PublicURL = strings.TrimRight(o.PublicURL, "/")
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	kept, orders, err := ledger.Open[record](filepath.Join(o.Dir, "orders"))
	if err != nil {
		return nil, fmt.Errorf("sandbox payment: %w", err)
	}
	counters, slips, err := ledger.Open[slip](filepath.Join(o.Dir, "counter"))
	if err != nil {
		return nil, fmt.Errorf("sandbox payment: %w", err)
	}
	s := &Server{o: o, ledger: kept, counters: counters, orders: orders, byToken: map[string]string{}, slips: slips}
	s.sender = notify.New(notify.Options{Key: o.Key, Client: o.Client, Now: o.Now, Retry: o.Retry, Logger: o.Logger, Settled: s.settled})
	for no, r := range orders {
		s.byToken[r.Token] = no
		for _, c := range r.Owed {
			s.sender.Send(c)
		}
	}
	return s, nil
}

// Start begins to send callbacks that are still owed.
func (s *Server) Start(ctx context.Context) error { return s.sender.Start(ctx) }

// Stop ends sending and waits for it.
func (s *Server) Stop() { s.sender.Stop() }

// Handler answers orders and shows the pay page.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /orders", s.signed(s.create))
	mux.HandleFunc("GET /orders/{no}", s.signed(s.show))
	mux.HandleFunc("POST /orders/{no}/refund", s.signed(s.refund))
	mux.HandleFunc("POST /counter", s.signed(s.counter))
	mux.HandleFunc("GET /reconciliation", s.signed(s.reconcile))
	mux.HandleFunc("GET /pay/{token}", s.page)
	mux.HandleFunc("POST /pay/{token}/pay", s.pay)
	mux.HandleFunc("POST /pay/{token}/cancel", s.cancel)
	mux.HandleFunc("GET /pay/style.css", style)
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	return mux
}
