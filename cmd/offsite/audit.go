package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"offsite/api/wire"
	"offsite/casework/audit"
	"offsite/config"
	"offsite/evidence/seal"
	"offsite/evidence/translog"
	"offsite/evidence/translog/lot"
	"offsite/evidence/translog/proof"
	"offsite/evidence/translog/sample"
)

// auditCmd audits evidence by samples.
type auditCmd struct {
	Announce auditAnnounceCmd `cmd:"" help:"Announce a sample: period, rate, and when it will be drawn."`
	Draw     auditDrawCmd     `cmd:"" help:"Draw a sample again from the public log, without trusting the bureau."`
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
	return "Exit status: 0 all that were drawn hold, 1 some were tampered with or are missing, 2 some could not be checked.\n\n  offsite audit report 01a211f5-ad41-765d-963c-819094d48695 --out report.xlsx"
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
	fmt.Printf("%s: %d of %d bundles drawn; %d hold, %d were tampered with or are missing, %d could not be checked\n",
		c.Out, len(report.Findings), report.Sample.Population, report.Count(audit.Holds), bad, unsure)
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
	Sample string    `arg:"" help:"The sample as the console gives it (JSON)."`
}

// Help is shown by `offsite audit draw --help`.
func (auditDrawCmd) Help() string {
	return "Exit status: 0 the log gives the same sample, 1 it gives another, 2 that could not be found out.\n\n  offsite audit draw https://enforce.example.gov.cn/log/ sample.json --trust trust.json"
}

// Run draws again and compares.
func (c *auditDrawCmd) Run(ctx context.Context) error {
	source, trust, err := c.Source.open()
	if err != nil {
		return exitError{2, err}
	}
	text, err := os.ReadFile(c.Sample)
	if err != nil {
		return exitError{2, fmt.Errorf("read the sample: %w", err)}
	}
	var given wire.Sample
	if err := json.Unmarshal(text, &given); err != nil {
		return exitError{2, fmt.Errorf("read the sample %s: %w; download it from the console", c.Sample, err)}
	}
	drawn, population, seed, err := drawAgain(ctx, source, *trust.Log, given)
	if errors.Is(err, proof.ErrBroken) {
		return exitError{1, err}
	}
	if err != nil {
		return judged(err)
	}
	fmt.Printf("draw %s: entry %d of log %s, seed %x\n%d of %d bundles:\n", given.ID, seed.Index, trust.Log.Origin, seed.Root, len(drawn), population)
	for _, m := range drawn {
		fmt.Println(m.Bundle, m.ManifestSHA256)
	}
	same := slices.EqualFunc(drawn, given.Members, func(a, b sample.Member) bool { return a.Bundle == b.Bundle && a.ManifestSHA256 == b.ManifestSHA256 })
	if !same || population != given.Population || given.Seed != hex.EncodeToString(seed.Root) {
		return exitError{1, fmt.Errorf("%s says otherwise: %d of %d bundles by seed %s", c.Sample, len(given.Members), given.Population, given.Seed)}
	}
	fmt.Println("the sample is the same")
	return nil
}

// drawAgain draws by what the log holds alone.
func drawAgain(ctx context.Context, source translog.Source, t seal.TrustedLog, given wire.Sample) (drawn []sample.Member, population int, seed lot.Seed, err error) {
	a, err := lot.Parse([]byte(given.AnnouncementText))
	if err != nil {
		return nil, 0, seed, err
	}
	var terms sample.Terms
	if err := json.Unmarshal(a.Terms, &terms); err != nil {
		return nil, 0, seed, fmt.Errorf("read the sample's terms: %w", err)
	}
	if given.DrawnProof == "" {
		return nil, 0, seed, fmt.Errorf("the sample is not drawn yet; it is at %s", a.Draws.Format(time.RFC3339))
	}
	seed, err = lot.Check(a, []byte(given.AnnouncedProof), []byte(given.DrawnProof), translog.Trusted(t))
	if err != nil {
		return nil, 0, seed, err
	}
	// The log as it stands now must be the one that the proof speaks of.
	_, drawEntry, err := a.Entries()
	if err != nil {
		return nil, 0, seed, err
	}
	index, found, err := translog.Find(ctx, source, drawEntry)
	if err != nil {
		return nil, 0, seed, err
	}
	if !found || index != seed.Index {
		return nil, 0, seed, fmt.Errorf("%w: the draw is entry %d, and the first such entry of the log is %d", proof.ErrBroken, seed.Index, index)
	}
	all, err := sample.Population(ctx, source, terms, seed.Index)
	if err != nil {
		return nil, 0, seed, err
	}
	return sample.Take(seed, terms, all), len(all), seed, nil
}
