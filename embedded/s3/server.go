package s3

import (
	"context"
	"errors"
	"log/slog"
)

// Credentials are the root credentials of the store.
type Credentials struct {
	AccessKey string `json:"access_key"`
	SecretKey string `json:"secret_key"`
}

// OpenCredentials reads the credentials in the file at path, or makes new ones
// there (0600). A file that others can read is refused.
func OpenCredentials(path string) (Credentials, error) {
	return Credentials{}, errors.New("open credentials: not built yet")
}

// Options say where the store keeps its objects and where it listens.
type Options struct {
	Dir         string // objects/ and versions/ are made in it
	Listen      string // loopback HOST:PORT; port 0 takes a free one
	Credentials Credentials
	Logger      *slog.Logger
}

// Server is a running store.
type Server struct{ endpoint string }

// Start runs the store and returns when it answers. It changes the process's
// working directory to Dir/objects, as its library demands.
func Start(ctx context.Context, o Options) (*Server, error) {
	return nil, errors.New("start object store: not built yet")
}

// Endpoint is the store's address, "http://127.0.0.1:PORT".
func (s *Server) Endpoint() string { return s.endpoint }

// Flush brings everything written so far to the disk, since the store itself
// does not; call it before dropping the only other copy.
func (s *Server) Flush() error { return nil }

// Stop ends the store and waits.
func (s *Server) Stop() {}
