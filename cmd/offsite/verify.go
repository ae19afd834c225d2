package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"offsite/evidence/seal"
	"offsite/evidence/verify"
)

// verifyCmd checks bundles without network, database or store.
type verifyCmd struct {
	Bundles []string `arg:"" help:"Bundles to check, as downloaded; - reads one from standard input."`
	Trust   string   `default:"trust.json" help:"Keys and certificates that are trusted, as published by the bureau." placeholder:"FILE"`
	Receipt string   `help:"The transparency log's receipt of the bundle, where one bundle is checked; default: the file of the bundle's name that ends in .tlog-proof." placeholder:"FILE"`
	JSON    bool     `help:"Print the report of each bundle as one JSON line."`
}

// Help is shown by `offsite verify --help`.
func (verifyCmd) Help() string {
	return "Exit status: 0 all checks hold, 1 something was tampered with, 2 something could not be checked.\nThe same can be done with sha256sum and openssl: see docs/verify-yourself.md.\n\n  offsite verify bundle.tar --trust trust.json\n  offsite verify bundle.tar --receipt bundle.tlog-proof"
}

// Run prints one line per check.
func (c *verifyCmd) Run(ctx context.Context) error {
	trust, err := readTrust(c.Trust)
	if err != nil {
		return exitError{2, err}
	}
	if c.Receipt != "" && len(c.Bundles) > 1 {
		return exitError{2, errors.New("--receipt is of one bundle; beside several, put each receipt next to its bundle, under its name with .tlog-proof")}
	}
	status := 0
	for _, path := range c.Bundles {
		o := verify.Options{}
		if o.LogProof, err = readReceipt(path, c.Receipt); err != nil {
			return exitError{2, err}
		}
		report, err := verifyFile(ctx, path, trust, o)
		if err != nil {
			return exitError{2, err}
		}
		if err := c.print(path, report); err != nil {
			return err
		}
		if trust.Log != nil && o.LogProof == nil && !c.JSON {
			fmt.Printf("  -     %-10s not looked at: there is no %s\n", verify.CheckLog, receiptPath(path))
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

func readTrust(path string) (*seal.Trust, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read what is trusted: %w; download trust.json from the bureau's console, or name it with --trust", err)
	}
	defer file.Close()
	trust, err := seal.ReadTrust(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return trust, nil
}

// receiptPath is where the log's receipt of the bundle at path is looked for.
func receiptPath(path string) string {
	return strings.TrimSuffix(path, filepath.Ext(path)) + ".tlog-proof"
}

// readReceipt reads the log's receipt; nil where none is named and none lies beside
// the bundle.
func readReceipt(path, named string) ([]byte, error) {
	text, err := os.ReadFile(cmp.Or(named, receiptPath(path)))
	if named == "" && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the log's receipt: %w", err)
	}
	return text, nil
}

func verifyFile(ctx context.Context, path string, trust *seal.Trust, o verify.Options) (verify.Report, error) {
	var in io.Reader = os.Stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return verify.Report{}, fmt.Errorf("read bundle: %w", err)
		}
		defer file.Close()
		in = file
	}
	report, err := verify.Bundle(ctx, in, trust, o)
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
