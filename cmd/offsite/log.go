package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"k8s.io/klog/v2"

	"offsite/evidence/seal"
	"offsite/evidence/translog"
	"offsite/evidence/translog/proof"
	"offsite/evidence/verify"
)

// logCmd is for those who do not trust the keeper of the transparency log.
type logCmd struct {
	Check   logCheckCmd   `cmd:"" help:"Check a transparency log: its signature, every entry, and that it has only grown."`
	Prove   logProveCmd   `cmd:"" help:"Fetch the proof that a bundle's seal stands in a transparency log."`
	Figures logFiguresCmd `cmd:"" help:"Check reported figures of the plan against those sealed in a transparency log."`
	Monitor logMonitorCmd `cmd:"" help:"Watch a transparency log for ever; ends where it was changed."`
	Witness logWitnessCmd `cmd:"" help:"Sign a log's checkpoints, once it is seen that they only grow (C2SP tlog-witness)."`
}

// logSource is the log, and what is trusted of it.
type logSource struct {
	Log   string `arg:"" help:"The log: its address, as in https://enforce.example.gov.cn/log/, or its folder."`
	Trust string `default:"trust.json" help:"File that names the log's key, as published by the bureau." placeholder:"FILE"`
}

// logPatience is how long one file of a log may take to come.
const logPatience = 30 * time.Second

func (s logSource) open() (translog.Source, *seal.Trust, error) {
	klog.SetSlogLogger(slog.New(slog.DiscardHandler)) // the library's
	trust, err := readTrust(s.Trust)
	if err != nil {
		return nil, nil, err
	}
	if trust.Log == nil {
		return nil, nil, fmt.Errorf("%s names no transparency log; get a newer one from the bureau's console", s.Trust)
	}
	if !strings.Contains(s.Log, "://") {
		if _, err := os.Stat(s.Log); err != nil {
			return nil, nil, fmt.Errorf("open log: %w; give its folder, or its address with https://", err)
		}
		return translog.Folder(s.Log), trust, nil
	}
	source, err := translog.Remote(s.Log, &http.Client{Timeout: logPatience})
	return source, trust, err
}

// judged gives the exit status of what was found: 1 the log was changed, 2 it could
// not be checked.
func judged(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, translog.ErrForked):
		return exitError{1, err}
	}
	return exitError{2, err}
}

type logCheckCmd struct {
	Source  logSource `embed:""`
	State   string    `help:"File that remembers the log from one check to the next, so that a fork is found." placeholder:"FILE"`
	Receipt string    `help:"Receipt that was given for a bundle or a record (.tlog-proof): see that the log still holds all that it held then, so that one of a forked log is found." placeholder:"FILE"`
	Quick   bool      `help:"Look at the signature and at --state alone, not at every entry."`
	JSON    bool      `help:"Print what is known of the log as JSON."`
}

// Help is shown by `offsite log check --help`.
func (logCheckCmd) Help() string {
	return "Exit status: 0 all holds, 1 the log was changed, 2 it could not be checked.\n\n  offsite log check https://enforce.example.gov.cn/log/ --trust trust.json --state seen.json\n  offsite log check /var/lib/offsite/transparency --trust /var/lib/offsite/keys/trust.json"
}

// Run checks.
func (c *logCheckCmd) Run(ctx context.Context) error {
	source, trust, err := c.Source.open()
	if err != nil {
		return exitError{2, err}
	}
	var seen translog.Checked
	switch {
	case c.State != "":
		seen, err = translog.Monitor(ctx, source, *trust.Log, c.State)
	case c.Quick:
		seen, err = translog.Look(ctx, source, *trust.Log)
	}
	if err == nil && !c.Quick {
		seen, err = translog.Check(ctx, source, *trust.Log)
	}
	if err == nil && c.Receipt != "" {
		err = c.given(ctx, source, *trust.Log, seen)
	}
	if err != nil {
		return judged(err)
	}
	if c.JSON {
		return printJSON(seen)
	}
	fmt.Println(describe(seen))
	if !c.Quick {
		fmt.Println("every entry is as the checkpoint says")
	}
	if c.State != "" {
		fmt.Printf("it holds all that it held when %s was written first\n", c.State)
	}
	if c.Receipt != "" {
		fmt.Printf("it holds all that it held when %s was given\n", c.Receipt)
	}
	return nil
}

// given compares the log with the checkpoint of a receipt.
func (c *logCheckCmd) given(ctx context.Context, source translog.Source, t seal.TrustedLog, seen translog.Checked) error {
	text, err := readSmall(c.Receipt, true)
	if err != nil {
		return fmt.Errorf("read the log's receipt: %w", err)
	}
	p, err := proof.Parse(text)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Receipt, err)
	}
	if err := translog.Consistency(ctx, source, t, p.Checkpoint, []byte(seen.Checkpoint)); err != nil {
		return fmt.Errorf("%s is a receipt of another log than this one: %w", c.Receipt, err)
	}
	return nil
}

func describe(c translog.Checked) string {
	return fmt.Sprintf("log %s: %d entries, root %x, signed, seen by %d witnesses", c.Origin, c.Size, c.Root, c.Witnesses)
}

type logProveCmd struct {
	Source logSource `embed:""`
	Bundle string    `arg:"" help:"Bundle, as downloaded."`
	Index  *uint64   `help:"Where its entry stands, if known; default: the whole log is looked through." placeholder:"N"`
	Out    string    `help:"File for the receipt; default: the bundle's name with .tlog-proof." placeholder:"FILE"`
}

// Help is shown by `offsite log prove --help`.
func (logProveCmd) Help() string {
	return "The receipt is checked before it is written; `offsite verify` finds it beside the bundle.\nExit status: 0 proved, 1 the log does not hold the bundle, 2 that could not be found out.\n\n  offsite log prove https://enforce.example.gov.cn/log/ bundle.tar --trust trust.json"
}

// Run fetches the proof, checks it, and writes it down.
func (c *logProveCmd) Run(ctx context.Context) error {
	source, trust, err := c.Source.open()
	if err != nil {
		return exitError{2, err}
	}
	report, err := fileSource(c.Bundle, "").check(ctx, trust, verify.Options{})
	if err != nil {
		return exitError{2, err}
	}
	if report.Exit() == 1 {
		return exitError{1, fmt.Errorf("%s is not as it was sealed; offsite verify says what is wrong", c.Bundle)}
	}
	e := proof.BundleEntry(report.Bundle, report.ManifestSHA256, report.SealedAt)
	if c.Index == nil {
		index, found, err := translog.Find(ctx, source, e)
		if err != nil {
			return judged(err)
		}
		if !found {
			return exitError{1, fmt.Errorf("bundle %s does not stand in the log", report.Bundle)}
		}
		c.Index = &index
	}
	text, place, err := c.prove(ctx, source, *trust.Log, e)
	if err != nil {
		return err
	}
	out := cmp.Or(c.Out, receiptPath(c.Bundle))
	if err := os.WriteFile(out, text, 0o644); err != nil { // #nosec G306 -- anyone may read it
		return exitError{2, fmt.Errorf("write the receipt: %w", err)}
	}
	fmt.Printf("%s: bundle %s is entry %d of log %s, which has %d\n", out, report.Bundle, place.Index, trust.Log.Origin, place.Size)
	return nil
}

func (c *logProveCmd) prove(ctx context.Context, source translog.Source, t seal.TrustedLog, e proof.Entry) ([]byte, proof.Place, error) {
	text, err := translog.Prove(ctx, source, *c.Index)
	if err != nil {
		return nil, proof.Place{}, exitError{2, err}
	}
	place, err := entered(e, text, t)
	if errors.Is(err, proof.ErrBroken) {
		return nil, place, exitError{1, fmt.Errorf("bundle %s is not entry %d of the log: %w", e.ID, *c.Index, err)}
	}
	if err != nil {
		return nil, place, exitError{2, err}
	}
	return text, place, nil
}

type logMonitorCmd struct {
	Source logSource     `embed:""`
	State  string        `default:"log-state.json" help:"File that remembers the log from one look to the next." placeholder:"FILE"`
	Every  time.Duration `default:"1m" help:"Time between looks." placeholder:"DURATION"`
}

// Help is shown by `offsite log monitor --help`.
func (logMonitorCmd) Help() string {
	return "Run it elsewhere than the log, and by somebody else. A log that is away is told and looked at again; one that was\nchanged ends the command with status 1, and one that is signed by a stranger with status 2.\n\n  offsite log monitor https://enforce.example.gov.cn/log/ --trust trust.json --state seen.json --every 5m"
}

// Run watches until it is stopped or the log was changed.
func (c *logMonitorCmd) Run(ctx context.Context) error {
	source, trust, err := c.Source.open()
	if err != nil {
		return exitError{2, err}
	}
	if c.Every < time.Second {
		return exitError{2, fmt.Errorf("--every %s: once a second is the most", c.Every)}
	}
	tick := time.NewTicker(c.Every)
	defer tick.Stop()
	var last translog.Checked
	for first := true; ; first = false {
		seen, err := translog.Monitor(ctx, source, *trust.Log, c.State)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, translog.ErrForked), errors.Is(err, proof.ErrStranger), errors.Is(err, proof.ErrWitnesses), errors.Is(err, proof.ErrBroken):
			return judged(err)
		case err != nil:
			fmt.Fprintf(os.Stderr, "%s cannot be looked at now: %v\n", time.Now().Format(time.RFC3339), err)
		case first || seen.Size != last.Size:
			fmt.Println(time.Now().Format(time.RFC3339), describe(seen))
			last = seen
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
