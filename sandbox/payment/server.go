// Package payment plays the treasury's payment provider: signed orders come in, the
// party pays on a hosted page, signed callbacks go out until they are taken, and every
// order is on disk before it is answered. No money moves here.
package payment

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// Options say where and how the provider runs.
type Options struct {
	Dir       string // orders are kept here
	Key       []byte // shared with Offsite, at least 16 bytes
	PublicURL string // where the party's browser finds this server: http://127.0.0.1:8090
	Logger    *slog.Logger
	Client    *http.Client     // for callbacks; nil for one with a timeout
	Now       func() time.Time // nil for time.Now
}

// Server is the provider.
type Server struct{}

// New opens the provider's folder.
func New(o Options) (*Server, error) { return nil, errors.New("payment: not yet") }

// Handler answers orders and shows the pay page.
func (s *Server) Handler() http.Handler { return http.NotFoundHandler() }

// Start begins to send callbacks that are still owed.
func (s *Server) Start(ctx context.Context) error { return nil }

// Stop ends sending and waits for it.
func (s *Server) Stop() {}
