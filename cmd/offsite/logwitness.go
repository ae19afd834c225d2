package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"offsite/config"
	"offsite/evidence/translog"
	"offsite/evidence/translog/proof"
	"offsite/evidence/translog/witness"
)

// logWitnessCmd is run by somebody else than the log's keeper.
type logWitnessCmd struct {
	Trust  string     `default:"trust.json" help:"File that names the log's key, as published by the bureau." placeholder:"FILE"`
	Dir    string     `default:"witness" help:"Folder of the witness's key and of what it has signed; made if missing." placeholder:"DIR"`
	Name   string     `required:"" help:"Name of the witness for ever, as in witness.example.org." placeholder:"NAME"`
	Listen string     `default:"127.0.0.1:8431" help:"Address at which the log's keeper reaches it; put TLS before it." placeholder:"ADDRESS"`
	Log    config.Log `embed:"" prefix:"log."`
}

// Help is shown by `offsite log witness --help`.
func (logWitnessCmd) Help() string {
	return "Run it on another machine than the log's, by somebody who does not answer to the bureau. It signs a checkpoint only\nwhere the log still holds all that it held at the last one it signed. It prints the line for the keeper's\ntransparency.witness_policy (C2SP tlog-policy).\n\n  offsite log witness --trust trust.json --name witness.example.org --listen :8431"
}

// Run signs until it is stopped.
func (c *logWitnessCmd) Run(ctx context.Context) error {
	trust, err := readTrust(c.Trust)
	if err != nil {
		return err
	}
	if trust.Log == nil {
		return fmt.Errorf("%s names no transparency log; get a newer one from the bureau's console", c.Trust)
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return fmt.Errorf("witness: %w", err)
	}
	known := translog.Trusted(*trust.Log)
	known.Witnesses, known.Quorum = nil, 0 // it is about to be one of them
	w, err := witness.Open(witness.Options{Dir: c.Dir, Name: c.Name, Logs: []proof.Trusted{known}, Logger: newLogger(os.Stderr, c.Log)})
	if err != nil {
		return err
	}
	key, err := w.Verifier()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen at %s: %w; choose another address with --listen", c.Listen, err)
	}
	fmt.Printf("witness %s %s http://%s/\n", c.Name, key, listener.Addr())
	const patience = 10 * time.Second
	server := &http.Server{Handler: w, ReadTimeout: patience, WriteTimeout: patience, IdleTimeout: time.Minute}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if err := server.Shutdown(stopping); err != nil && !errors.Is(err, http.ErrServerClosed) {
		_ = server.Close()
	}
	return nil
}
