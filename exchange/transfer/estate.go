package transfer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/casework/calendar"
	"offsite/exchange"
	"offsite/registry"
	"offsite/store"
)

// Register is the kind of the authority that keeps the register of real estate.
const Register = "register"

// Estate is the real estate that its register is asked to annotate, or the annotation that it
// is asked to lift.
type Estate struct {
	Annotation string `json:"annotation"` // id, the same in both letters
	Property   string `json:"property"`   // number of the certificate or of the unit
	Place      string `json:"place"`
	Owner      string `json:"owner"`
	Ground     string `json:"ground"`
	Basis      string `json:"basis"`
	Until      string `json:"until"`           // 2006-01-02
	Entry      string `json:"entry,omitempty"` // under which the register noted what it is to lift
}

// Request is a letter to the register, with the paper that asks it.
type Request struct {
	Lift   bool
	Case   string // number
	Reason string
	Estate Estate
	Paper  Document
}

// Answer is what the register says of a request.
type Answer struct {
	Annotation string
	Lift       bool
	Done       bool
	Ref        string
	On         string // 2006-01-02
	Note       string
	By         string
}

// Ask hands a request over to the register, in the caller's transaction: the first authority
// of that kind that was added.
func (d *Desk) Ask(ctx context.Context, tx pgx.Tx, by By, r Request) error {
	l := Letter{Format: format, From: d.o.Bureau, At: d.now(), Reason: r.Reason, Estate: &r.Estate, Case: r.Case, Documents: []Document{r.Paper}}
	w := Draft{SubjectKind: OfAnnotation, Subject: r.Estate.Annotation, Reason: r.Reason}
	if r.Lift {
		w.SubjectKind = OfLifting
	}
	err := tx.QueryRow(ctx, `SELECT id::text, name FROM authority WHERE kind = 'register' ORDER BY created_at, id LIMIT 1`).Scan(&w.AuthorityID, &l.To)
	if errors.Is(err, pgx.ErrNoRows) {
		return exchange.Refuse("authority_id", "请先在“移送”中登记不动产登记机构", "add the register of real estate among the authorities of transfers first")
	}
	if err != nil {
		return fmt.Errorf("find the register of real estate: %w", err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	if err := d.write(ctx, tx, by, id.String(), w, l); err != nil {
		return fmt.Errorf("ask the register about annotation %s: %w", r.Estate.Annotation, err)
	}
	return nil
}

// answers hands on what the register says; an entry has its number and its day.
func (d *Desk) answers(ctx context.Context, tx pgx.Tx, by By, t Transfer, s Status) error {
	if t.SubjectKind != OfAnnotation && t.SubjectKind != OfLifting || s.State == Closed {
		return nil
	}
	if s.State == Accepted {
		if s.On == "" || s.On > d.now().In(calendar.Shanghai()).Format(time.DateOnly) {
			return exchange.Refuse("on", "请填写登记机构办理的日期，不得晚于今天", "give the day of the register's entry, today at the latest")
		}
		if s.Ref == "" {
			return exchange.Refuse("ref", "请填写登记机构的业务编号", "give the number of the register's entry")
		}
	}
	if d.o.Answered == nil {
		return nil
	}
	return d.o.Answered(ctx, tx, Answer{Annotation: t.Subject, Lift: t.SubjectKind == OfLifting, Done: s.State == Accepted, Ref: s.Ref, On: s.On, Note: s.Note, By: by.Name})
}

// Paper is the one document of a request to the register: it goes with the letter.
func (d *Desk) Paper(ctx context.Context, id string) (name string, pdf []byte, err error) {
	err = d.o.Pool.QueryRow(ctx, `SELECT p.number || '.pdf', p.pdf FROM transfer t JOIN annotation n ON n.id = t.subject
		JOIN document p ON p.case_id = n.case_id AND p.number = t.letter::json->'documents'->0->>'number'
		WHERE t.id = $1 AND t.subject_kind IN ('annotation', 'lifting')`, store.ID(id)).Scan(&name, &pdf)
	if errors.Is(err, pgx.ErrNoRows) {
		err = registry.ErrNotFound
	}
	if err != nil {
		return "", nil, fmt.Errorf("read the paper of transfer %s: %w", id, err)
	}
	return name, pdf, nil
}
