package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework/flow"
	"offsite/detectors"
	"offsite/registry"
	"offsite/store"
)

// offers lists the steps of the case's state, judged for the actor.
func (b *Book) offers(c *casefile, a Actor) ([]CaseEvent, error) {
	f, err := b.facts(c, b.now())
	if err != nil {
		return nil, err
	}
	p := a.performer()
	list := []CaseEvent{}
	for _, o := range b.table.Offers(f, flow.Attempt{Actor: p.id, LicenceUntil: p.licenceUntil, Roles: p.roles}) {
		e := CaseEvent{Event: string(o.Event), LabelZH: o.ZH, LabelEN: o.EN, Allowed: o.Refusal == nil, Article: o.Article, Needs: o.Needs, Papers: o.Papers, To: []string{}}
		if e.Needs == nil {
			e.Needs = []string{}
		}
		for _, to := range o.Targets() {
			if to != "" && to != c.State {
				e.To = append(e.To, string(to))
			}
		}
		if o.Refusal != nil {
			e.WhyZH, e.WhyEN, e.Article = o.Refusal.ZH, o.Refusal.EN, o.Refusal.Article
		}
		list = append(list, e)
	}
	return list, nil
}

// view loads a case with what changes outside it, without writing anything.
func (b *Book) view(ctx context.Context, id string, f func(tx pgx.Tx, c *casefile) error) error {
	return pgx.BeginTxFunc(ctx, b.o.Pool, pgx.TxOptions{AccessMode: pgx.ReadOnly, IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		c, err := read(ctx, tx, id, "")
		if err != nil {
			return err
		}
		if err := b.refresh(ctx, tx, c, b.now()); err != nil {
			return err
		}
		return f(tx, c)
	})
}

// Finding gives one finding with the steps that the actor may take.
func (b *Book) Finding(ctx context.Context, a Actor, id string) (Finding, error) {
	var out Finding
	err := b.view(ctx, id, func(tx pgx.Tx, c *casefile) (err error) {
		s := c.D.Summary
		out = Finding{FindingItem: c.findingItem(), Values: s.Values, Rule: s.Rule, Models: s.Models, Stream: s.Stream, Stills: stills(s),
			Polygon: []Point{}, Clip: clipPath, Recheck: c.D.Rechecked, ClipFrom: present(s.ClipFrom), Missing: s.Missing}
		zone, err := b.o.Registry.In(tx).Zone(ctx, c.ZoneID, c.D.Zone.Version)
		if err != nil && !errors.Is(err, registry.ErrNotFound) {
			return err
		}
		out.Polygon = append(out.Polygon, zone.Polygon...)
		out.DoorLine = zone.DoorLine
		if out.Values == nil {
			out.Values = map[string]float64{}
		}
		if out.Models == nil {
			out.Models = []Model{}
		}
		if s.ClipFrom.IsZero() {
			out.Clip = ""
		}
		out.Events, err = b.offers(c, a)
		return err
	})
	return out, err
}

const clipPath = "data/clip.mp4"

func stills(s Summary) []Still {
	list := []Still{}
	for _, still := range s.Stills {
		boxes := still.Boxes
		if boxes == nil {
			boxes = []detectors.Detection{}
		}
		list = append(list, Still{Role: still.Role, At: still.At, Picture: "data/stills/" + still.Name + ".png", Overlay: "data/overlays/" + still.Name + ".jpg", Boxes: boxes})
	}
	return list
}

// Confirm is the first review.
func (b *Book) Confirm(ctx context.Context, a Actor, id string, version int, note string) error {
	return b.Apply(ctx, a, id, version, "confirm", map[string]any{"note": note})
}

// Reject ends a finding with a reason.
func (b *Book) Reject(ctx context.Context, a Actor, id string, version int, reason string) error {
	return b.Apply(ctx, a, id, version, "reject", map[string]any{"reason": reason})
}

// Verify is the second review, by another person.
func (b *Book) Verify(ctx context.Context, a Actor, id string, version int, t Ticks) error {
	return b.Apply(ctx, a, id, version, "verify", map[string]any{"true": t.True, "clear": t.Clear, "complete": t.Complete, "accurate": t.Accurate})
}

// Case gives the whole file, with the steps that the actor may take.
func (b *Book) Case(ctx context.Context, a Actor, id string) (CaseFile, error) {
	var out CaseFile
	err := b.view(ctx, id, func(tx pgx.Tx, c *casefile) (err error) {
		d := &c.D
		out = CaseFile{FineFen: c.FineFen, LateFen: c.late(b.now()), PaidFen: c.PaidFen, Instalments: c.instalments(b.now()), ReceiptNo: d.ReceiptNo,
			WhyZH: first(d.Facts, d.Summary.Why.ZH), WhyEN: d.Summary.Why.EN, Statements: said(d), Evidence: []CaseEvidence{}}
		if out.FineFen == 0 {
			out.FineFen = d.ProposedFen
		}
		if out.CaseItem, err = b.caseItem(c); err != nil {
			return err
		}
		if out.Deadlines, err = b.deadlines(c); err != nil {
			return err
		}
		if out.Events, err = b.offers(c, a); err != nil {
			return err
		}
		var given time.Time
		if out.PortalURL, given, err = b.shownLink(ctx, tx, c.ID); err != nil {
			return err
		}
		out.PortalUntil = linkUntil(c, given)
		if out.Search, err = b.search(ctx, tx, c, a.ID); err != nil {
			return err
		}
		if out.FullCopies, err = b.fullCopies(ctx, tx, c.ID); err != nil {
			return err
		}
		if out.Refunds, err = caseRefunds(ctx, tx, c.ID, a.ID); err != nil {
			return err
		}
		if out.Counter, err = counterPayments(ctx, tx, c.ID, a.ID); err != nil {
			return err
		}
		asked, err := askedBack(ctx, tx, c.ID, "")
		if err != nil {
			return err
		}
		out.OwedFen, out.UnaskedFen = d.RefundFen, max(0, d.RefundFen-asked)
		if out.Suggestions, err = b.suggestions(ctx, tx, c.ID); err != nil {
			return err
		}
		if out.Annotations, err = b.annotations(ctx, tx, c.ID, a.ID); err != nil {
			return err
		}
		out.AnnotationGrounds = b.AnnotationGrounds()
		if out.Documents, err = caseDocuments(ctx, tx, c.ID); err != nil {
			return err
		}
		if out.Record, err = b.record(ctx, tx, c.ID); err != nil {
			return err
		}
		if d.SameAct.ID != "" {
			out.SameAct = &CaseRef{ID: d.SameAct.ID, Number: d.SameAct.Number}
		}
		if err := readable(ctx, tx, out.others()); err != nil {
			return err
		}
		bundles, err := b.caseBundles(ctx, tx, c.ID)
		for _, e := range bundles {
			out.Evidence = append(out.Evidence, CaseEvidence{Bundle: e.Bundle, Kind: e.Kind, SealedAt: e.SealedAt})
		}
		return err
	})
	return out, err
}

// others are the other cases that the file names.
func (f *CaseFile) others() (list []*CaseRef) {
	if f.SameAct != nil {
		list = append(list, f.SameAct)
	}
	for _, r := range f.Record {
		if r.OtherCase != nil {
			list = append(list, r.OtherCase)
		}
	}
	return list
}

// readable marks the cases that are within the reader's townships.
func readable(ctx context.Context, tx pgx.Tx, list []*CaseRef) error {
	if len(list) == 0 {
		return nil
	}
	ids := make([]string, len(list))
	for i, o := range list {
		ids[i] = o.ID
	}
	rows, err := tx.Query(ctx, `SELECT id::text FROM casefile WHERE id = ANY ($1::text[]::uuid[])`, ids)
	if err != nil {
		return fmt.Errorf("see which other cases may be read: %w", err)
	}
	may, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("see which other cases may be read: %w", err)
	}
	for _, o := range list {
		o.Open = slices.Contains(may, o.ID)
	}
	return nil
}

func said(d *dossier) []Statement {
	list := []Statement{}
	for _, s := range d.Statements {
		list = append(list, Statement{At: s.At, Text: s.Text, Papers: append([]CasePaper{}, s.Papers...), Answer: s.Answer})
	}
	return list
}

const (
	evidenceColumns = `e.bundle::text, e.kind, e.receipt, e.case_id::text, coalesce(c.number, ''), g.removed_at, coalesce(g.why, '')
		FROM evidence e JOIN casefile c ON c.id = e.case_id` + removedToo
	removedToo = ` LEFT JOIN evidence_removed g ON g.bundle = e.bundle`
)

func scanEvidence(row pgx.Row) (e Evidence, err error) {
	var receipt []byte
	var removed *time.Time
	var why string
	if err = row.Scan(&e.Bundle, &e.Kind, &receipt, &e.CaseID, &e.CaseNumber, &removed, &why); err != nil {
		return e, err
	}
	e.Removed = removalOf(removed, why)
	if err = json.Unmarshal(receipt, &e.Receipt); err != nil {
		return e, fmt.Errorf("read the receipt of bundle %s: %w", e.Bundle, err)
	}
	r := e.Receipt
	e.SealedAt, e.TimestampAt, e.RetainUntil, e.Size = r.SealedAt, r.TimestampAt, r.RetainUntil, r.SizeBytes
	e.SealKeyID, e.ManifestSHA256, e.VersionID = r.SealKeyID, r.ManifestSHA256, r.VersionID
	e.Files = []EvidenceFile{}
	for _, f := range r.Files {
		e.Files = append(e.Files, EvidenceFile{Path: f.Path, Size: f.SizeBytes})
	}
	return e, nil
}

func (b *Book) caseBundles(ctx context.Context, db database, caseID string) ([]Evidence, error) {
	rows, err := db.Query(ctx, `SELECT `+evidenceColumns+` WHERE e.case_id = $1 ORDER BY e.sealed_at`, caseID)
	if err != nil {
		return nil, fmt.Errorf("list the evidence of case %s: %w", caseID, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Evidence, error) { return scanEvidence(row) })
	if err != nil {
		return nil, fmt.Errorf("list the evidence of case %s: %w", caseID, err)
	}
	return list, nil
}

// Evidence describes a sealed bundle.
func (b *Book) Evidence(ctx context.Context, bundle string) (Evidence, error) {
	if !store.IsID(bundle) {
		return Evidence{}, fmt.Errorf("read bundle %q: %w", bundle, ErrNotFound)
	}
	e, err := scanEvidence(b.o.Pool.QueryRow(ctx, `SELECT `+evidenceColumns+` WHERE e.bundle = $1
		UNION ALL SELECT bundle::text, 'gap', receipt, '', '', NULL, '' FROM camera_gap WHERE bundle = $1
		UNION ALL SELECT e.bundle::text, 'redacted', e.receipt, e.case_id::text, coalesce(c.number, ''), g.removed_at, coalesce(g.why, '')
			FROM redacted_copy e JOIN casefile c ON c.id = e.case_id`+removedToo+` WHERE e.bundle = $1`, bundle))
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return e, fmt.Errorf("read bundle %q: %w", bundle, err)
	}
	return e, nil
}

func caseDocuments(ctx context.Context, db database, caseID string) ([]CaseDocument, error) {
	rows, err := db.Query(ctx, `SELECT id::text, kind, title_zh, title_en, number, issued_at, code, sha256 FROM document WHERE case_id = $1 ORDER BY issued_at, id`, caseID)
	if err != nil {
		return nil, fmt.Errorf("list the documents of case %s: %w", caseID, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d CaseDocument, err error) {
		err = row.Scan(&d.ID, &d.Kind, &d.TitleZH, &d.TitleEN, &d.Number, &d.IssuedAt, &d.Code, &d.SHA256)
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("list the documents of case %s: %w", caseID, err)
	}
	if list == nil {
		list = []CaseDocument{}
	}
	return list, nil
}

// DocumentPDF gives a document's bytes.
func (b *Book) DocumentPDF(ctx context.Context, id string) (CaseDocument, []byte, error) {
	return b.documentPDF(ctx, id, "")
}

// documentPDF gives a document, of one case alone if caseID is given.
func (b *Book) documentPDF(ctx context.Context, id, caseID string) (d CaseDocument, pdf []byte, err error) {
	if !store.IsID(id) {
		return d, nil, fmt.Errorf("read document %q: %w", id, ErrNotFound)
	}
	err = b.o.Pool.QueryRow(ctx, `SELECT id::text, kind, title_zh, title_en, number, issued_at, code, sha256, pdf FROM document
		WHERE id = $1 AND ($2 = '' OR case_id = nullif($2, '')::uuid)`, id, caseID).
		Scan(&d.ID, &d.Kind, &d.TitleZH, &d.TitleEN, &d.Number, &d.IssuedAt, &d.Code, &d.SHA256, &pdf)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return d, nil, fmt.Errorf("read document %q: %w", id, err)
	}
	return d, pdf, nil
}

// atWork is why evidence is looked at where nothing else is said, in both languages.
const atWork = "办理案件 casework"

// RecordView notes who looked at which file of a bundle and why, before it is
// sent (Public Security Video Systems Regulation art. 16).
func (b *Book) RecordView(ctx context.Context, a Actor, bundle, file, reason string) error {
	what := "bundle"
	switch {
	case strings.HasSuffix(file, ".mp4"), strings.HasSuffix(file, ".webm"):
		what = "clip"
	case strings.Contains(file, "stills/"), strings.Contains(file, "overlays/"):
		what = "still"
	}
	return b.o.Registry.RecordView(ctx, registry.View{By: first(a.Name, a.ID), What: what, Subject: bundle, File: file, Reason: first(reason, atWork)})
}
