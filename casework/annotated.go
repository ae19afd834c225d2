package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework/flow"
	"offsite/store"
)

// How an annotation of the case stands: of a burden, somebody always has a day by which it
// is to end.
const (
	annotationStands = "standing" // the register was asked for it, or has noted it; until its last day
	annotationEnds   = "gone"     // its ground has gone: the lifting is to be asked for
	annotationEnding = "lifting"  // the register was asked to lift it
)

// endAnnotation starts the time within which the lifting of an annotation is to be asked for,
// once the case has ended.
func (b *Book) endAnnotation(c *casefile, now time.Time) error {
	if c.D.Annotated != annotationStands || c.ClosedAt == nil {
		return nil
	}
	return b.groundGone(c, now)
}

func (b *Book) groundGone(c *casefile, now time.Time) error {
	until, err := b.rules.AddWorkingDays(now, b.o.Annotations.LiftDays)
	if err != nil {
		return fmt.Errorf("work out by when the annotation of case %s is to be lifted: %w", c.ID, err)
	}
	if c.D.Annotated == annotationStands && c.D.LiftUntil.Before(until) && c.D.LiftUntil.After(now) {
		until = c.D.LiftUntil
	}
	c.D.Annotated, c.D.LiftFrom, c.D.LiftUntil = annotationEnds, now, until
	return nil
}

// RegisterAnswer is what the register of real estate says of an annotation or of its lifting.
type RegisterAnswer struct {
	Annotation string // id
	Lift       bool
	Done       bool   // else it sent the request back
	Ref        string // number of its entry
	On         string // 2006-01-02, of its entry
	Note       string
	By         string // name
}

// AnnotationAnswered enters what the register said, in the transaction in which it was taken in.
// An annotation that it sent back burdens nobody; a lifting that it sent back is to be asked
// for anew.
func (b *Book) AnnotationAnswered(ctx context.Context, tx pgx.Tx, x RegisterAnswer) error {
	var caseID string
	err := tx.QueryRow(ctx, `SELECT case_id::text FROM annotation WHERE id = $1`, x.Annotation).Scan(&caseID)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("enter the register's answer on annotation %s: %w", x.Annotation, err)
	}
	c, err := read(ctx, tx, caseID, "FOR UPDATE")
	if err != nil {
		return err
	}
	n, _, err := readAnnotation(ctx, tx, c.ID, x.Annotation)
	if err != nil {
		return err
	}
	now := b.now()
	e := entry{from: c.State, to: c.State, by: performer{name: x.By, roles: []flow.Role{flow.System}}, role: flow.System, reason: x.Note, detail: detail{Text: n.Property, ReceiptNo: x.Ref}}
	change := `UPDATE annotation SET answer = $2`
	args := []any{n.ID, x.Note}
	switch {
	case x.Lift && x.Done:
		e.event = "annotation_lifted"
		change += `, state = 'lifted', lifted_no = $3, lifted_on = $4::text::date`
		args = append(args, x.Ref, x.On)
		c.D.Annotated, c.D.LiftFrom, c.D.LiftUntil = "", time.Time{}, time.Time{}
	case x.Lift:
		e.event = "annotation_lift_returned"
		change += `, state = CASE WHEN register_on IS NULL THEN 'sent' ELSE 'noted' END`
		err = b.groundGone(c, now)
	case x.Done:
		e.event = "annotation_noted"
		change += `, state = CASE state WHEN 'sent' THEN 'noted' ELSE state END, register_no = $3, register_on = $4::text::date`
		args = append(args, x.Ref, x.On)
	case n.State == annotationSent:
		e.event = "annotation_refused"
		change += `, state = 'refused'`
		c.D.Annotated, c.D.LiftFrom, c.D.LiftUntil = "", time.Time{}, time.Time{}
	default: // its lifting is asked for already: the register says of both
		e.event = "annotation_refused"
	}
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, change+` WHERE id = $1`, args...); err != nil {
		return fmt.Errorf("enter the register's answer on annotation %s: %w", n.ID, err)
	}
	if err := b.append(ctx, tx, c, now, e); err != nil {
		return err
	}
	return b.finish(ctx, tx, c)
}

// annotationColumns are those of an annotation n of a case c. $1 is now, $2 who asks.
const annotationColumns = `n.id::text, n.ground, n.basis, n.property, n.place, n.owner, n.reason, to_char(n.until, 'YYYY-MM-DD'), n.state, n.asked_at, n.asker, n.decided_at, n.decider, n.grounds,
	coalesce(n.document_id::text, ''), coalesce(d.number, ''), n.register_no, coalesce(to_char(n.register_on, 'YYYY-MM-DD'), ''), n.lift_reason, n.lift_at, n.lifter,
	coalesce(n.lift_document_id::text, ''), coalesce(l.number, ''), n.lifted_no, coalesce(to_char(n.lifted_on, 'YYYY-MM-DD'), ''), n.answer,
	` + annotationGone + `, ` + annotationDue + `, coalesce(` + annotationDue + ` < $1, false), n.asked_by::text = $2,
	c.id::text, coalesce(c.number, ''), c.state
	FROM annotation n JOIN casefile c ON c.id = n.case_id LEFT JOIN document d ON d.id = n.document_id LEFT JOIN document l ON l.id = n.lift_document_id`

const (
	annotationGone = `(n.state IN ('sent', 'noted') AND (c.dossier->>'annotated' = 'gone' OR (c.dossier->>'lift_until')::timestamptz < $1))`
	annotationDue  = `CASE WHEN n.state IN ('sent', 'noted', 'lifting') THEN (c.dossier->>'lift_until')::timestamptz END`
)

// annotations are those of a case, the oldest first.
func (b *Book) annotations(ctx context.Context, tx pgx.Tx, caseID, reader string) ([]Annotation, error) {
	rows, err := tx.Query(ctx, `SELECT `+annotationColumns+` WHERE n.case_id = $3 ORDER BY n.asked_at, n.id`, b.now(), reader, caseID)
	if err != nil {
		return nil, fmt.Errorf("list the annotations of case %s: %w", caseID, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[AnnotationItem])
	if err != nil {
		return nil, fmt.Errorf("list the annotations of case %s: %w", caseID, err)
	}
	out := []Annotation{}
	for _, item := range list {
		out = append(out, item.Annotation)
	}
	return out, nil
}

// AnnotationGrounds are those on which the bureau has real estate annotated; none: it does not.
func (b *Book) AnnotationGrounds() []AnnotationGround { return b.o.Annotations.grounds() }

// Annotations lists a page of them, the newest first. which: open (waiting, standing, being
// lifted), gone (the lifting is to be asked for), "" all. before is the id of the last one seen.
func (b *Book) Annotations(ctx context.Context, a Actor, which, before string) (Page[AnnotationItem], error) {
	page := Page[AnnotationItem]{Items: []AnnotationItem{}}
	rows, err := b.o.Pool.Query(ctx, `SELECT `+annotationColumns+` WHERE ($3 = '' OR $3 = 'open' AND n.state IN ('asked', 'sent', 'noted', 'lifting') OR $3 = 'gone' AND `+annotationGone+`)
		AND ($4::uuid IS NULL OR n.id < $4) ORDER BY n.id DESC LIMIT $5`, b.now(), a.ID, which, store.ID(before), pageLength+1)
	if err != nil {
		return page, fmt.Errorf("list the annotations: %w", err)
	}
	if page.Items, err = pgx.CollectRows(rows, pgx.RowToStructByPos[AnnotationItem]); err != nil {
		return page, fmt.Errorf("list the annotations: %w", err)
	}
	if len(page.Items) > pageLength {
		page.Items = page.Items[:pageLength]
		page.NextCursor = page.Items[pageLength-1].ID
	}
	return page, nil
}
