package main

import (
	"context"
	"fmt"
	"os"

	"offsite/demo"
)

type demoCmd struct {
	Dir string `help:"Folder to work in, kept afterwards; default: a temporary one, removed after success." placeholder:"DIR"`
}

// Help is shown by `offsite demo --help`.
func (demoCmd) Help() string {
	return "Starts `offsite up --demo` in a folder of its own, plays everybody through the API, and ends with\nstatus 0 only if all rendered violations were found in time and nothing else, the fine was paid,\nand the evidence was verified by this program, sha256sum and openssl."
}

// Run plays the demonstration.
func (c *demoCmd) Run(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program's file: %w", err)
	}
	return demo.Run(ctx, demo.Options{Binary: self, Dir: c.Dir, Out: os.Stdout})
}
