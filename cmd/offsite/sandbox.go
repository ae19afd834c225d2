package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"

	"offsite/api/crowd"
	"offsite/config"
	"offsite/sandbox/message"
	"offsite/sandbox/payment"
)

// sandboxCmd plays the outside world in the demonstration, in processes of its
// own.
type sandboxCmd struct {
	Payment sandboxPaymentCmd `cmd:"" help:"Play the treasury's payment provider."`
	Message sandboxMessageCmd `cmd:"" help:"Play the gateway for text messages."`
}

// sandboxOptions are what both sandboxes need.
type sandboxOptions struct {
	Dir     string     `required:"" help:"Folder in which it keeps what it was given." placeholder:"DIR"`
	KeyFile string     `required:"" help:"File with the key shared with Offsite, mode 0600." placeholder:"FILE"`
	Listen  string     `required:"" help:"Address to listen at." placeholder:"HOST:PORT"`
	Log     config.Log `embed:"" prefix:"log."`
}

type sandboxPaymentCmd struct {
	Options sandboxOptions `embed:""`
}

// Run plays the provider until it is stopped.
func (c *sandboxPaymentCmd) Run(ctx context.Context) error {
	key, err := readKey(c.Options.KeyFile)
	if err != nil {
		return err
	}
	server, err := payment.New(payment.Options{Dir: c.Options.Dir, Key: key, PublicURL: "http://" + c.Options.Listen, Logger: newLogger(os.Stderr, c.Options.Log)})
	if err != nil {
		return err
	}
	return playSandbox(ctx, c.Options.Listen, server)
}

type sandboxMessageCmd struct {
	Options sandboxOptions `embed:""`
}

// Run plays the gateway until it is stopped.
func (c *sandboxMessageCmd) Run(ctx context.Context) error {
	key, err := readKey(c.Options.KeyFile)
	if err != nil {
		return err
	}
	server, err := message.New(message.Options{Dir: c.Options.Dir, Key: key, Logger: newLogger(os.Stderr, c.Options.Log)})
	if err != nil {
		return err
	}
	return playSandbox(ctx, c.Options.Listen, server)
}

type sandboxServer interface {
	Start(context.Context) error
	Stop()
	Handler() http.Handler
}

func playSandbox(ctx context.Context, listen string, s sandboxServer) error {
	if err := s.Start(ctx); err != nil {
		return err
	}
	defer s.Stop()
	return serveHTTP(ctx, listen, s.Handler())
}

// serveHTTP serves until ctx ends, then lets requests under way finish.
func serveHTTP(ctx context.Context, listen string, h http.Handler) error {
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return fmt.Errorf("listen at %s: %w; choose another address", listen, err)
	}
	return serveAt(ctx, listener, crowd.Server(h, slog.New(slog.DiscardHandler), nil, nil))
}

// readKey reads a shared key, written as text.
func readKey(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read shared key: %w", err)
	}
	return bytes.TrimSpace(text), nil
}

// makeKey makes a shared key where the file is missing.
func makeKey(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return fmt.Errorf("make key: %w", err)
	}
	if err := os.WriteFile(path, []byte(hex.EncodeToString(key)+"\n"), 0o600); err != nil {
		return fmt.Errorf("write key: %w", err)
	}
	return nil
}
