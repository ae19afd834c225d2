// Package message plays an SMS gateway: signed messages come in and are kept on disk,
// where the demo reads them as a phone would; delivery receipts go out signed. Nothing
// is sent to any phone.
package message

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// Options say where and how the gateway runs.
type Options struct {
	Dir    string
	Key    []byte // shared with Offsite, at least 16 bytes
	Logger *slog.Logger
	Client *http.Client
	Now    func() time.Time
}

// Server is the gateway.
type Server struct{}

// New opens the gateway's folder.
func New(o Options) (*Server, error) { return nil, errors.New("message: not yet") }

// Handler takes messages and lists them.
func (s *Server) Handler() http.Handler { return http.NotFoundHandler() }

// Start begins to send receipts that are still owed.
func (s *Server) Start(ctx context.Context) error { return nil }

// Stop ends sending and waits for it.
func (s *Server) Stop() {}
