package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"offsite/api/wire"
	"offsite/casework/audit"
	"offsite/casework/supervision"
	"offsite/config"
	"offsite/evidence/canonical"
	"offsite/evidence/seal"
	"offsite/evidence/translog"
	"offsite/evidence/translog/lot"
	"offsite/evidence/translog/proof"
	"offsite/evidence/translog/sample"
)

// auditCmd audits evidence by samples.
type auditCmd struct {
	Announce auditAnnounceCmd `cmd:"" help:"Announce a sample: period, rate, and when it will be drawn."`
	Draw     auditDrawCmd     `cmd:"" help:"Draw a sample of evidence, or an inspection or review, again from the public log, without trusting the bureau."`
	Report   auditReportCmd   `cmd:"" help:"Check every bundle that was drawn, and write the report."`
}

type auditAnnounceCmd struct {
	Settings settings  `embed:""`
	From     time.Time `required:"" help:"Bundles sealed from then on (RFC 3339)" placeholder:"TIME"`
	To       time.Time `required:"" help:"and before then are drawn from." placeholder:"TIME"`
	Rate     float64   `required:"" help:"Share of them, as in 0.05; rounded up." placeholder:"SHARE"`
	At       time.Time `required:"" help:"When it is drawn: in a minute at the earliest." placeholder:"TIME"`
	By       string    `required:"" help:"Who announces it." placeholder:"NAME"`
}

// Help is shown by `offsite audit announce --help`.
func (auditAnnounceCmd) Help() string {
	return "The announcement is entered in the transparency log at once; the console does the same.\n\n  offsite audit announce --from 2026-11-01T00:00:00+08:00 --to 2026-12-01T00:00:00+08:00 --rate 0.05 --at 2026-12-02T09:00:00+08:00 --by 审计员"
}

// Run announces.
func (c *auditAnnounceCmd) Run(ctx context.Context, file *config.File) error {
	return visit(ctx, &c.Settings, file, func(d *desk) error {
		s, err := sample.New(d.pool, time.Now).Announce(ctx, c.By, sample.Terms{From: c.From, To: c.To, Rate: c.Rate}, c.At)
		if err != nil {
			return exitError{2, err}
		}
		fmt.Printf("sample %s is drawn at %s\n%s\n", s.ID, s.Draws.Format(time.RFC3339), s.Text)
		return nil
	})
}

type auditReportCmd struct {
	Settings settings `embed:""`
	Sample   string   `arg:"" help:"Sample, by its id."`
	Out      string   `required:"" help:"File that ends in .xlsx or .pdf." placeholder:"FILE"`
}

// Help is shown by `offsite audit report --help`.
func (auditReportCmd) Help() string {
	return "Exit status: 0 all that were drawn hold or were deleted since nobody confirmed them, 1 some were tampered with or are missing, 2 some could not be checked.\n\n  offsite audit report 01a211f5-ad41-765d-963c-819094d48695 --out report.xlsx"
}

// Run checks and reports.
func (c *auditReportCmd) Run(ctx context.Context, file *config.File) error {
	kind := strings.ToLower(filepath.Ext(c.Out))
	if kind != ".xlsx" && kind != ".pdf" {
		return exitError{2, fmt.Errorf("--out %s: end the name in .xlsx or .pdf", c.Out)}
	}
	out, err := filepath.Abs(c.Out) // the embedded store moves the working directory
	if err != nil {
		return err
	}
	var report audit.Report
	err = visit(ctx, &c.Settings, file, func(d *desk) error {
		s, err := sample.New(d.pool, time.Now).Sample(ctx, c.Sample)
		if err == nil && !s.Taken {
			err = fmt.Errorf("sample %s is not drawn yet; it is at %s, by the process that keeps the log", s.ID, s.Draws.Format(time.RFC3339))
		}
		var trust *seal.Trust
		if err == nil {
			trust, err = d.publicLog.trust(ctx, trustPath(d.config))
		}
		if err == nil {
			report, err = audit.Check(ctx, s, d.book, d.vault, trust, time.Now())
		}
		if err != nil {
			return exitError{2, err}
		}
		return writeReport(d, report, out, kind)
	})
	if err != nil {
		return err
	}
	bad, unsure := report.Count(audit.Tampered)+report.Count(audit.Missing), report.Count(audit.Unchecked)
	fmt.Printf("%s: %d of %d bundles drawn; %d hold, %d were tampered with or are missing, %d could not be checked, %d were deleted since nobody confirmed them\n",
		c.Out, len(report.Findings), report.Sample.Population, report.Count(audit.Holds), bad, unsure, report.Count(audit.Removed))
	switch {
	case bad > 0:
		return exitError{1, errSilent}
	case unsure > 0:
		return exitError{2, errSilent}
	}
	return nil
}

func writeReport(d *desk, r audit.Report, out, kind string) error {
	if kind == ".pdf" {
		paper, err := d.book.Paper(r.Sheet)
		if err == nil {
			err = os.WriteFile(out, paper, 0o600)
		}
		return err
	}
	f, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return errors.Join(r.XLSX(f), f.Close())
}

type auditDrawCmd struct {
	Source logSource `embed:""`
	Sample string    `arg:"" help:"The sample as the console gives it, or the draw as the public page gives it (JSON)."`
}

// mostDraw is more than the draw of a hundred thousand bundles has, in bytes.
const mostDraw = 32 << 20

// Help is shown by `offsite audit draw --help`.
func (auditDrawCmd) Help() string {
	return "Exit status: 0 the log gives the same, 1 it gives something else, 2 that could not be found out.\n\n  offsite audit draw https://enforce.example.gov.cn/log/ sample.json --trust trust.json"
}

// Run draws again and compares.
func (c *auditDrawCmd) Run(ctx context.Context) error {
	source, trust, err := c.Source.open()
	if err != nil {
		return exitError{2, err}
	}
	text, err := readAtMost(c.Sample, mostDraw+1)
	if err != nil {
		return exitError{2, fmt.Errorf("read the draw: %w", err)}
	}
	var given struct {
		wire.Sample
		wire.PublicDraw
	}
	if err := canonical.Read(text, &given, mostDraw); err != nil {
		return exitError{2, fmt.Errorf("read the draw %s: %w; download it from the console or the public page", c.Sample, err)}
	}
	again := sampledAgain(given.Sample)
	if given.Text != "" {
		again = inspectedAgain(given.PublicDraw)
	}
	switch same, err := again(ctx, os.Stdout, source, *trust.Log); {
	case errors.Is(err, proof.ErrBroken):
		return exitError{1, err}
	case err != nil:
		return judged(err)
	case !same:
		return exitError{1, fmt.Errorf("%s says otherwise", c.Sample)}
	}
	fmt.Println("what was drawn is the same")
	return nil
}

// drawnAgain draws by what the log holds alone, writes what it draws, and tells whether
// that is what was given.
type drawnAgain func(ctx context.Context, out io.Writer, source translog.Source, t seal.TrustedLog) (same bool, err error)

func sampledAgain(given wire.Sample) drawnAgain {
	return func(ctx context.Context, out io.Writer, source translog.Source, t seal.TrustedLog) (bool, error) {
		var terms sample.Terms
		seed, err := seedAgain(ctx, source, t, given.AnnouncementText, given.AnnouncedProof, given.DrawnProof, &terms)
		if err != nil {
			return false, err
		}
		all, err := sample.Population(ctx, source, terms, seed.Index)
		if err != nil {
			return false, err
		}
		drawn := sample.Take(seed, terms, all)
		fmt.Fprintf(out, "draw %s: entry %d of log %s, seed %x\n%d of %d bundles:\n", given.ID, seed.Index, t.Origin, seed.Root, len(drawn), len(all))
		for _, m := range drawn {
			fmt.Fprintln(out, m.Bundle, m.ManifestSHA256)
		}
		same := slices.EqualFunc(drawn, given.Members, func(a, b sample.Member) bool { return a.Bundle == b.Bundle && a.ManifestSHA256 == b.ManifestSHA256 })
		return same && len(all) == given.Population && given.Seed == hex.EncodeToString(seed.Root), nil
	}
}

func inspectedAgain(given wire.PublicDraw) drawnAgain {
	return func(ctx context.Context, out io.Writer, source translog.Source, t seal.TrustedLog) (bool, error) {
		if given.Draw.Before {
			return false, errors.New("it was drawn by the rule before docs/formats/draw.md; docs/decisions/0007 says how that is checked")
		}
		var terms supervision.Terms
		seed, err := seedAgain(ctx, source, t, given.Text, given.Draw.Announced, given.Draw.Drawn, &terms)
		if err != nil {
			return false, err
		}
		drawn := terms.Lots(seed.Root)
		fmt.Fprintf(out, "draw %s: entry %d of log %s, seed %x\n%d of %d:\n", given.Draw.ID, seed.Index, t.Origin, seed.Root, len(drawn), len(terms.Tickets)+len(terms.Always))
		for _, d := range drawn {
			fmt.Fprintln(out, d.ID, d.Name, strings.Join(d.Inspectors, " "))
		}
		same := slices.EqualFunc(drawn, given.Results, func(a supervision.Drawn, b wire.PublicResult) bool { return a.Name == b.Name })
		return same && given.Draw.Seed == hex.EncodeToString(seed.Root), nil
	}
}

// seedAgain finds the seed of a draw from its announcement and proofs, and reads its
// terms. The log as it stands now must be the one that the proofs speak of.
func seedAgain(ctx context.Context, source translog.Source, t seal.TrustedLog, text, announced, drawn string, terms any) (seed lot.Seed, err error) {
	a, err := lot.Parse([]byte(text))
	if err != nil {
		return seed, err
	}
	if err := json.Unmarshal(a.Terms, terms); err != nil {
		return seed, fmt.Errorf("read the draw's terms: %w", err)
	}
	if drawn == "" {
		return seed, fmt.Errorf("it is not drawn yet; that is at %s", a.Draws.Format(time.RFC3339))
	}
	if seed, err = lot.Check(a, []byte(announced), []byte(drawn), t.ForProofs()); err != nil {
		return seed, err
	}
	_, entry, err := a.Entries()
	if err != nil {
		return seed, err
	}
	index, found, err := translog.Find(ctx, source, entry)
	if err != nil {
		return seed, err
	}
	if !found || index != seed.Index {
		return seed, fmt.Errorf("%w: the draw is entry %d, and the first such entry of the log is %d", proof.ErrBroken, seed.Index, index)
	}
	return seed, nil
}
