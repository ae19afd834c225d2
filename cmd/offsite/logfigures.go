package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"offsite/casework/quota"
	"offsite/evidence/seal"
	"offsite/evidence/translog/proof"
)

// logFiguresCmd checks what a bureau has reported against what it sealed when the month
// had ended.
type logFiguresCmd struct {
	Text    string   `arg:"" help:"Sealed figures of a month, as downloaded."`
	Trust   string   `default:"trust.json" help:"File that names the log's key, as published by the bureau." placeholder:"FILE"`
	Receipt string   `help:"The log's receipt of them; default: the file of their name that ends in .tlog-proof." placeholder:"FILE"`
	Figure  []string `help:"A figure as it was reported, as in record_check=31/100, record_check=31.0% or time_to_close=3.5; several after commas." placeholder:"KEY=VALUE"`
}

// Help is shown by `offsite log figures --help`.
func (logFiguresCmd) Help() string {
	return "Exit status: 0 they were sealed so, 1 something differs from what was sealed, 2 it could not be checked.\nWithout --figure all that were sealed are printed, under the keys that --figure takes.\n\n  offsite log figures quota-2026-10.json --trust trust.json\n  offsite log figures quota-2026-10.json --figure record_check=31/100,publication=99.2%"
}

// Run checks the receipt, then the figures.
func (c *logFiguresCmd) Run(context.Context) error {
	s, place, err := c.open()
	if err != nil {
		return err
	}
	fmt.Printf("%s: %s %s, sealed %s; entry %d of the log, which had %d\n", s.Bureau, s.Month, cmp.Or(s.Area, quota.District), s.At.Format("2006-01-02 15:04 MST"), place.Index, place.Size)
	if len(c.Figure) == 0 {
		for _, q := range s.Quotas {
			value, unit := q.Shown(q.Value)
			if unit == "days" {
				unit = " days"
			}
			fmt.Printf("  %-20s %d/%d  %.1f%s\n", q.Key, q.Numerator, q.Denominator, value, unit)
		}
		return nil
	}
	var failed []error
	status := 1
	for _, figure := range c.Figure {
		key, reported, _ := strings.Cut(figure, "=")
		err := s.Holds(key, reported)
		switch {
		case err == nil:
			fmt.Printf("  ok    %s is %s\n", key, reported)
			continue
		case errors.Is(err, quota.ErrDiffers):
			fmt.Printf("  WRONG %v\n", err)
		default:
			status = 2
		}
		failed = append(failed, err)
	}
	if len(failed) > 0 {
		return exitError{status, errors.Join(failed...)}
	}
	return nil
}

// open reads the sealed figures and holds them to their receipt.
func (c *logFiguresCmd) open() (s quota.Sealed, place proof.Place, err error) {
	fail := func(err error) (quota.Sealed, proof.Place, error) { return s, place, exitError{2, err} }
	trust, err := readTrust(c.Trust)
	if err != nil {
		return fail(err)
	}
	if trust.Log == nil {
		return fail(fmt.Errorf("%s names no transparency log; get a newer one from the bureau's console", c.Trust))
	}
	text, err := os.ReadFile(c.Text)
	if err != nil {
		return fail(fmt.Errorf("read the sealed figures: %w", err))
	}
	if s, err = quota.ReadSealed(text); err != nil {
		return fail(fmt.Errorf("%s: %w", c.Text, err))
	}
	receipt, err := readReceipt(c.Text, c.Receipt)
	if err == nil && receipt == nil {
		err = fmt.Errorf("there is no receipt at %s; download it beside the text, or name it with --receipt", receiptPath(c.Text))
	}
	if err != nil {
		return fail(err)
	}
	place, err = entered(s.Entry(text), receipt, *trust.Log)
	if errors.Is(err, proof.ErrBroken) {
		return s, place, exitError{1, fmt.Errorf("%s is not what the log was told of: %w", c.Text, err)}
	}
	if err != nil {
		return fail(err)
	}
	return s, place, nil
}

// entered says where an entry stands in the log by its receipt.
func entered(e proof.Entry, receipt []byte, log seal.TrustedLog) (proof.Place, error) {
	entry, err := e.Bytes()
	if err != nil {
		return proof.Place{}, err
	}
	p, err := proof.Parse(receipt)
	if err != nil {
		return proof.Place{}, err
	}
	return p.Check(entry, log.ForProofs())
}
