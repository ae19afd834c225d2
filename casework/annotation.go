package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/casework/calendar"
	"offsite/casework/document"
	"offsite/casework/flow"
	"offsite/store"
)

// annotate is how refusals name an annotation of real estate.
const annotate flow.Event = "annotation"

// Grounds of an annotation.
const (
	groundStructure   = "structure"   // an unlawful structure that stands unsettled
	groundUnperformed = "unperformed" // a decision whose time is over and that was not performed
)

// States of an annotation.
const (
	annotationAsked    = "asked"
	annotationDeclined = "declined"
	annotationSent     = "sent"
	annotationNoted    = "noted"
	annotationRefused  = "refused"
	annotationLifting  = "lifting"
	annotationLifted   = "lifted"
)

// maxAnnotation is how long an annotation may last at most, in years. No law at hand has a
// number; what lasts longer is asked for again, by two people.
const maxAnnotation = 1

// Annotations says on which law the bureau has real estate annotated at its register
// (不动产注记), and how what it asks gets there. A ground without law is not used: of what the
// laws at hand say, nothing gives one.
type Annotations struct {
	Structure   string // law and article, of unlawful structures; empty: nothing is annotated for them
	Unperformed string // likewise of decisions that were not performed

	LiftDays   int // working days within which the bureau asks for the lifting once the ground has gone; 0: three
	AnswerDays int // working days within which the register has lifted; 0: ten

	// Send hands a letter over to the register, in the caller's transaction; nil: nothing is
	// asked of any register.
	Send func(ctx context.Context, tx pgx.Tx, by Actor, l RegisterLetter) error
}

// basis is the law of a ground; "" where the bureau has named none.
func (a Annotations) basis(ground string) string {
	switch {
	case a.Send == nil:
		return ""
	case ground == groundStructure:
		return a.Structure
	case ground == groundUnperformed:
		return a.Unperformed
	}
	return ""
}

// grounds are those that the bureau may use.
func (a Annotations) grounds() []AnnotationGround {
	list := []AnnotationGround{}
	for _, key := range []string{groundStructure, groundUnperformed} {
		if basis := a.basis(key); basis != "" {
			list = append(list, AnnotationGround{Key: key, Basis: basis})
		}
	}
	return list
}

// RegisterLetter is what the register of real estate is asked, with the document that asks it.
type RegisterLetter struct {
	Annotation string // id
	Lift       bool   // an annotation is to be lifted, not made
	Case       string // number
	Property   string
	Place      string
	Owner      string
	Ground     string
	Basis      string
	Until      string // 2006-01-02
	Reason     string
	Entry      string // number under which the register noted what is to be lifted; empty: it has not answered
	Kind       string // of the document
	Number     string // of the document
	SHA256     string // of the document
}

// AnnotationGround is one on which real estate may be annotated, with its law.
type AnnotationGround struct {
	Key   string `json:"key" enum:"structure,unperformed" doc:"structure: an unlawful structure that is unsettled; unperformed: a decision whose time is over and that was not performed."`
	Basis string `json:"basis" doc:"Law and article, as the bureau has configured them."`
}

// Annotation is an annotation of real estate at its register that a case asks for, from the
// request to its lifting.
type Annotation struct {
	ID             string     `json:"id"`
	Ground         string     `json:"ground" enum:"structure,unperformed"`
	Basis          string     `json:"basis"`
	Property       string     `json:"property" doc:"Number of the certificate or of the unit."`
	Place          string     `json:"place"`
	Owner          string     `json:"owner"`
	Reason         string     `json:"reason"`
	Until          string     `json:"until" doc:"2006-01-02; it is lifted by then at the latest."`
	State          string     `json:"state" enum:"asked,declined,sent,noted,refused,lifting,lifted" doc:"sent: the register was asked; noted, refused: it answered; lifting: it was asked to lift."`
	AskedAt        time.Time  `json:"asked_at"`
	AskedBy        string     `json:"asked_by"`
	DecidedAt      *time.Time `json:"decided_at,omitempty"`
	DecidedBy      string     `json:"decided_by"`
	Grounds        string     `json:"grounds" doc:"Of who decided."`
	DocumentID     string     `json:"document_id" doc:"Letter to the register; empty: none was issued."`
	Number         string     `json:"number" doc:"Of the letter."`
	RegisterNo     string     `json:"register_no" doc:"Under which the register noted it."`
	RegisterOn     string     `json:"register_on" doc:"2006-01-02; empty: not yet."`
	LiftReason     string     `json:"lift_reason"`
	LiftAt         *time.Time `json:"lift_at,omitempty"`
	LiftedBy       string     `json:"lift_by" doc:"Who asked for the lifting."`
	LiftDocumentID string     `json:"lift_document_id"`
	LiftNumber     string     `json:"lift_number"`
	LiftedNo       string     `json:"lifted_no" doc:"Under which the register lifted it."`
	LiftedOn       string     `json:"lifted_on" doc:"2006-01-02; empty: not yet."`
	Answer         string     `json:"answer" doc:"What the register said last."`
	// Gone: the case has ended or the annotation's time is over, and nobody has asked for the lifting.
	Gone bool `json:"gone" doc:"Its ground has gone, and nobody has asked the register to lift it."`
	// DueAt is when it is to be lifted, or the register to have lifted it.
	DueAt   *time.Time `json:"due_at,omitempty" doc:"By when its lifting is to be asked for, or done."`
	Overdue bool       `json:"overdue"`
	Own     bool       `json:"own" doc:"Whoever asks entered it, and does not decide it."`
}

// AnnotationItem is one in the list of all, with its case.
type AnnotationItem struct {
	Annotation
	CaseID     string `json:"case_id"`
	CaseNumber string `json:"case_number"`
	CaseState  string `json:"case_state"`
}

// AnnotationDraft asks for an annotation.
type AnnotationDraft struct {
	Ground   string `json:"ground" enum:"structure,unperformed"`
	Property string `json:"property" minLength:"1" maxLength:"100" doc:"Number of the certificate or of the unit."`
	Place    string `json:"place" minLength:"1" maxLength:"200"`
	Owner    string `json:"owner" minLength:"1" maxLength:"200" doc:"As the register names it; it must be the case's party."`
	Reason   string `json:"reason" minLength:"1" maxLength:"2000"`
	Until    string `json:"until" format:"date" doc:"No longer than a year."`
}

// AnnotationVerdict confirms or declines such a draft.
type AnnotationVerdict struct {
	Confirm bool   `json:"confirm"`
	Grounds string `json:"grounds" minLength:"1" maxLength:"2000"`
}

// AskAnnotation enters that real estate of the party is to be annotated; a head who is no
// officer of the case decides. One waits or stands at a time.
func (b *Book) AskAnnotation(ctx context.Context, a Actor, caseID string, d AnnotationDraft) error {
	for _, f := range []struct {
		name string
		text *string
	}{{"property", &d.Property}, {"place", &d.Place}, {"owner", &d.Owner}, {"reason", &d.Reason}} {
		if err := wanted(annotate, f.name, f.text, "请填写此项", "fill this in"); err != nil {
			return err
		}
	}
	until, err := time.ParseInLocation(day, d.Until, calendar.Shanghai())
	if err != nil || calendar.End(until).Before(b.now()) || until.After(b.now().AddDate(maxAnnotation, 0, 0)) {
		return refuse(annotate, flow.Invalid, "until", "请填写注记的截止日期，不超过一年", "give the day until which it lasts, no longer than a year")
	}
	return b.change(ctx, caseID, 0, func(tx pgx.Tx, c *casefile) error {
		now := b.now()
		if err := b.refresh(ctx, tx, c, now); err != nil {
			return err
		}
		if err := mayHandle(a, c, annotate); err != nil {
			return err
		}
		if err := b.annotatable(c, d.Ground, d.Owner); err != nil {
			return err
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		done, err := tx.Exec(ctx, `INSERT INTO annotation (id, case_id, ground, basis, property, place, owner, reason, until, state, asked_at, asked_by, asker)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::date, 'asked', $10, $11, $12) ON CONFLICT DO NOTHING`,
			id.String(), c.ID, d.Ground, b.o.Annotations.basis(d.Ground), d.Property, d.Place, d.Owner, d.Reason, d.Until, now, a.ID, a.Name)
		if err != nil {
			return fmt.Errorf("enter an annotation of case %s: %w", c.ID, err)
		}
		if done.RowsAffected() == 0 {
			return refuse(annotate, flow.Unlawful, "", "本案已有注记待批准或者未解除", "an annotation of this case waits for a decision or has not been lifted")
		}
		e := entry{event: "annotation_asked", from: c.State, to: c.State, role: handles(a), by: a.performer(), reason: d.Reason, detail: detail{Text: d.Property, Until: &until}}
		return b.append(ctx, tx, c, now, e)
	})
}

// annotatable refuses what burdens somebody without law, without ground, or not the party.
func (b *Book) annotatable(c *casefile, ground, owner string) error {
	switch {
	case b.o.Annotations.basis(ground) == "":
		return refuse(annotate, flow.Unlawful, "ground", "本局没有配置此类注记的法律依据，不得注记", "the bureau has configured no law for this ground, so nothing may be annotated on it")
	case c.Number == "" || c.ClosedAt != nil:
		return refuse(annotate, flow.Unlawful, "", "立案以后、结案以前才能申请注记", "an annotation is asked for while the case is filed and open")
	case ground == groundUnperformed && (c.D.suspended() || !slices.Contains([]flow.State{flow.Overdue, flow.Urged, flow.Court}, c.State)):
		return refuse(annotate, flow.Unlawful, "ground", "履行期限届满仍未履行，且没有停止执行的，才能以此为由注记", "only a decision whose time is over and that is not suspended is unperformed")
	case c.PartyID == "" || owner != c.D.Party.Name:
		return refuse(annotate, flow.Unlawful, "owner", "不动产的登记权利人须是本案当事人", "the real estate must be the party's own, as the register names its owner")
	}
	return nil
}

// readAnnotation reads one of a locked case.
func readAnnotation(ctx context.Context, tx pgx.Tx, caseID, id string) (n Annotation, asker string, err error) {
	if !store.IsID(id) {
		return n, "", fmt.Errorf("read annotation %q: %w", id, ErrNotFound)
	}
	err = tx.QueryRow(ctx, `SELECT id::text, ground, basis, property, place, owner, reason, to_char(until, 'YYYY-MM-DD'), state, asked_by::text, register_no FROM annotation WHERE id = $1 AND case_id = $2`, id, caseID).
		Scan(&n.ID, &n.Ground, &n.Basis, &n.Property, &n.Place, &n.Owner, &n.Reason, &n.Until, &n.State, &asker, &n.RegisterNo)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return n, "", fmt.Errorf("read annotation %s of case %s: %w", id, caseID, err)
	}
	return n, asker, nil
}

// DecideAnnotation confirms or declines what another asked for. Confirmed, the letter is
// issued and handed over to the register, and the party is told. Of two who answer at once
// the first is heard; ErrChanged tells the other.
func (b *Book) DecideAnnotation(ctx context.Context, a Actor, caseID, id string, v AnnotationVerdict) error {
	if err := wanted(annotate, "grounds", &v.Grounds, "请写明理由", "give the reason"); err != nil {
		return err
	}
	return b.change(ctx, caseID, 0, func(tx pgx.Tx, c *casefile) error {
		n, asker, err := readAnnotation(ctx, tx, c.ID, id)
		if err != nil {
			return err
		}
		if n.State != annotationAsked {
			return fmt.Errorf("annotation %s of case %s is %s: %w", id, c.ID, n.State, ErrChanged)
		}
		if !second(a, c, asker) {
			return &Refusal{Kind: flow.Forbidden, Event: annotate, State: c.State, ZH: "由申请人以外、不是本案执法人员的负责人决定", EN: "a head who did not ask for it and is no officer of the case decides"}
		}
		now := b.now()
		if !v.Confirm {
			if _, err := tx.Exec(ctx, `UPDATE annotation SET state = 'declined', decided_at = $2, decided_by = $3, decider = $4, grounds = $5 WHERE id = $1`, id, now, a.ID, a.Name, v.Grounds); err != nil {
				return fmt.Errorf("decline annotation %s of case %s: %w", id, c.ID, err)
			}
			return b.append(ctx, tx, c, now, entry{event: "annotation_declined", from: c.State, to: c.State, role: flow.Head, by: a.performer(), reason: v.Grounds, detail: detail{Text: n.Property}})
		}
		if err := b.refresh(ctx, tx, c, now); err != nil {
			return err
		}
		if err := b.annotatable(c, n.Ground, n.Owner); err != nil {
			return err
		}
		until, err := time.ParseInLocation(day, n.Until, calendar.Shanghai())
		if err != nil {
			return fmt.Errorf("read until when annotation %s lasts: %w", id, err)
		}
		c.D.Annotated, c.D.LiftFrom, c.D.LiftUntil = annotationStands, now, calendar.End(until)
		e := entry{event: "annotation_sent", from: c.State, to: c.State, role: flow.Head, by: a.performer(), reason: v.Grounds, detail: detail{Text: n.Property, Until: &until}}
		paper, err := b.writeRegister(ctx, tx, c, a, n, document.Annotation, e)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE annotation SET state = 'sent', decided_at = $2, decided_by = $3, decider = $4, grounds = $5, document_id = $6 WHERE id = $1`, id, now, a.ID, a.Name, v.Grounds, paper); err != nil {
			return fmt.Errorf("confirm annotation %s of case %s: %w", id, c.ID, err)
		}
		return nil
	})
}

// LiftAnnotation asks the register to lift an annotation. It takes a burden off, so that one
// officer of the case, or a head, is enough.
func (b *Book) LiftAnnotation(ctx context.Context, a Actor, caseID, id, reason string) error {
	if err := wanted(annotate, "reason", &reason, "请写明解除注记的理由", "say why it is lifted"); err != nil {
		return err
	}
	return b.change(ctx, caseID, 0, func(tx pgx.Tx, c *casefile) error {
		if err := mayHandle(a, c, annotate); err != nil {
			return err
		}
		n, _, err := readAnnotation(ctx, tx, c.ID, id)
		if err != nil {
			return err
		}
		if n.State != annotationSent && n.State != annotationNoted {
			return fmt.Errorf("annotation %s of case %s is %s: %w", id, c.ID, n.State, ErrChanged)
		}
		now := b.now()
		if err := b.refresh(ctx, tx, c, now); err != nil {
			return err
		}
		until, err := b.rules.AddWorkingDays(now, b.o.Annotations.AnswerDays)
		if err != nil {
			return fmt.Errorf("work out by when annotation %s is to be lifted: %w", id, err)
		}
		c.D.Annotated, c.D.LiftFrom, c.D.LiftUntil = annotationEnding, now, until
		n.Reason = reason
		e := entry{event: "annotation_lifting", from: c.State, to: c.State, role: handles(a), by: a.performer(), reason: reason, detail: detail{Text: n.Property}}
		paper, err := b.writeRegister(ctx, tx, c, a, n, document.Lifting, e)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE annotation SET state = 'lifting', lift_reason = $2, lift_at = $3, lifter = $4, lift_document_id = $5 WHERE id = $1`, id, reason, now, a.Name, paper); err != nil {
			return fmt.Errorf("lift annotation %s of case %s: %w", id, c.ID, err)
		}
		return nil
	})
}

// writeRegister issues a letter to the register, hands it over, tells the party of it and
// enters it; it gives the document's id.
func (b *Book) writeRegister(ctx context.Context, tx pgx.Tx, c *casefile, a Actor, n Annotation, kind document.Kind, e entry) (string, error) {
	if b.o.Annotations.Send == nil {
		return "", refuse(annotate, flow.Unlawful, "", "本系统没有与不动产登记机构连接", "no register of real estate is connected")
	}
	now := b.now()
	facts, err := b.facts(c, now)
	if err != nil {
		return "", err
	}
	until, err := time.ParseInLocation(day, n.Until, calendar.Shanghai())
	if err != nil {
		return "", fmt.Errorf("read until when annotation %s lasts: %w", n.ID, err)
	}
	t := &taking{b: b, tx: tx, c: c, step: flow.Step{Event: annotate}, facts: facts, by: a.performer(), now: now, entry: e,
		annotated: document.AnnotationOf{Property: n.Property, Place: n.Place, Owner: n.Owner, Ground: groundZH(n.Ground), Reason: n.Reason, Basis: n.Basis, Until: until, Entry: n.RegisterNo}}
	paper, err := t.issue(ctx, string(kind))
	if err != nil {
		return "", err
	}
	t.entry.detail.Documents = []issued{paper}
	l := RegisterLetter{Annotation: n.ID, Lift: kind == document.Lifting, Case: c.Number, Property: n.Property, Place: n.Place, Owner: n.Owner, Ground: n.Ground, Basis: n.Basis, Until: n.Until, Reason: n.Reason,
		Entry: n.RegisterNo, Kind: paper.Kind, Number: paper.Number, SHA256: paper.SHA256}
	if err := b.o.Annotations.Send(ctx, tx, a, l); err != nil {
		return "", err
	}
	if err := t.send(ctx, string(kind)); err != nil {
		return "", err
	}
	return paper.ID, b.append(ctx, tx, c, now, t.entry)
}

// groundZH names a ground on papers.
func groundZH(ground string) string {
	if ground == groundStructure {
		return "违法建筑尚未处理完毕"
	}
	return "行政处罚决定期满未履行"
}
