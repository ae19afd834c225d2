package main

import (
	"context"
	"fmt"
	"net"
	"os"

	"offsite/api/crowd"
	"offsite/config"
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
	known := trust.Log.ForProofs()
	known.Witnesses, known.Quorum = nil, 0 // it is about to be one of them
	log := newLogger(os.Stderr, c.Log)
	w, err := witness.Open(witness.Options{Dir: c.Dir, Name: c.Name, Logs: []proof.Trusted{known}, Logger: log})
	if err != nil {
		return err
	}
	defer w.Close()
	key, err := w.Verifier()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen at %s: %w; choose another address with --listen", c.Listen, err)
	}
	fmt.Printf("witness %s %s http://%s/\n", c.Name, key, listener.Addr())
	return serveAt(ctx, listener, crowd.Server(w, log, nil, nil))
}
