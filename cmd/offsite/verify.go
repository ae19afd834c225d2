package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"offsite/evidence/seal"
	"offsite/evidence/verify"
)

// verifyCmd checks bundles without network, database or store.
type verifyCmd struct {
	Bundles []string `arg:"" help:"Bundles to check, as downloaded; - reads one from standard input."`
	Trust   string   `default:"trust.json" help:"Keys and certificates that are trusted, as published by the bureau." placeholder:"FILE"`
	JSON    bool     `help:"Print the report of each bundle as one JSON line."`
}

// Help is shown by `offsite verify --help`.
func (verifyCmd) Help() string {
	return "Exit status: 0 all checks hold, 1 something was tampered with, 2 something could not be checked.\nThe same can be done with sha256sum and openssl: see docs/verify-yourself.md.\n\n  offsite verify bundle.tar --trust trust.json"
}

// Run prints one line per check.
func (c *verifyCmd) Run(ctx context.Context) error {
	file, err := os.Open(c.Trust)
	if err != nil {
		return exitError{2, fmt.Errorf("read what is trusted: %w; download trust.json from the bureau's console, or name it with --trust", err)}
	}
	defer file.Close()
	trust, err := seal.ReadTrust(file)
	if err != nil {
		return exitError{2, fmt.Errorf("%s: %w", c.Trust, err)}
	}
	status := 0
	for _, path := range c.Bundles {
		report, err := verifyFile(ctx, path, trust)
		if err != nil {
			return exitError{2, err}
		}
		if err := c.print(path, report); err != nil {
			return err
		}
		// Tampered with (1) outweighs not checked (2).
		if s := report.Exit(); status == 0 || s == 1 {
			status = s
		}
	}
	if status != 0 {
		return exitError{status, errSilent}
	}
	return nil
}

func verifyFile(ctx context.Context, path string, trust *seal.Trust) (verify.Report, error) {
	var in io.Reader = os.Stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return verify.Report{}, fmt.Errorf("read bundle: %w", err)
		}
		defer file.Close()
		in = file
	}
	report, err := verify.Bundle(ctx, in, trust, verify.Options{})
	if err != nil {
		return report, fmt.Errorf("check %s: %w", path, err)
	}
	return report, nil
}

func (c *verifyCmd) print(path string, r verify.Report) error {
	if c.JSON {
		return printLine(r)
	}
	fmt.Printf("%s: bundle %s of camera %s\n", path, r.Bundle, r.Camera)
	for _, check := range r.Checks {
		word := "ok   "
		switch {
		case check.Unchecked:
			word = "?    "
		case !check.OK:
			word = "WRONG"
		}
		fmt.Printf("  %s %-10s %s\n", word, check.Name, check.EN)
	}
	return nil
}
