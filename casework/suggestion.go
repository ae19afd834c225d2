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

// suggest is how refusals name a suggestion.
const suggest flow.Event = "suggestion"

// Suggestion is what a case gives the bureau to suggest to another body or to a company
// (执法建议书): a document, numbered and signed as the others, beside the case's course,
// and the reply to it.
type Suggestion struct {
	ID         string    `json:"id"`
	Number     string    `json:"number"`
	DocumentID string    `json:"document_id"`
	Recipient  string    `json:"recipient"`
	Text       string    `json:"text"`
	Basis      string    `json:"basis"`
	ReplyBy    string    `json:"reply_by" doc:"2006-01-02"`
	Overdue    bool      `json:"overdue" doc:"No reply by the end of that day."`
	IssuedAt   time.Time `json:"issued_at"`
	IssuedBy   string    `json:"issued_by"`
	Outcome    string    `json:"outcome" enum:"waiting,adopted,partly,declined"`
	Reply      string    `json:"reply"`
	RepliedOn  string    `json:"replied_on" doc:"2006-01-02; empty: not yet."`
	EnteredBy  string    `json:"entered_by" doc:"Of the reply."`
}

// SuggestionDraft is a suggestion to be issued.
type SuggestionDraft struct {
	Recipient string `json:"recipient" minLength:"1" maxLength:"200"`
	Facts     string `json:"facts" minLength:"1" maxLength:"4000" doc:"What was found, without the party's name: no more is told than the suggestion needs (PIPL art. 6)."`
	Text      string `json:"text" minLength:"1" maxLength:"4000" doc:"What is suggested, one or more paragraphs."`
	Basis     string `json:"basis" minLength:"1" maxLength:"1000" doc:"Law and article that it rests on."`
	ReplyBy   string `json:"reply_by" format:"date"`
}

// SuggestionReply is what the recipient answered.
type SuggestionReply struct {
	Outcome   string `json:"outcome" enum:"adopted,partly,declined"`
	Reply     string `json:"reply" minLength:"1" maxLength:"4000"`
	RepliedOn string `json:"replied_on" format:"date"`
}

// IssueSuggestion has a head suggest something to another body or a company, of a case that
// has a number.
func (b *Book) IssueSuggestion(ctx context.Context, a Actor, caseID string, d SuggestionDraft) error {
	for _, f := range []struct {
		name string
		text *string
	}{{"recipient", &d.Recipient}, {"facts", &d.Facts}, {"text", &d.Text}, {"basis", &d.Basis}} {
		if err := wanted(suggest, f.name, f.text, "请填写此项", "fill this in"); err != nil {
			return err
		}
	}
	by, err := time.ParseInLocation(day, d.ReplyBy, calendar.Shanghai())
	if err != nil || calendar.End(by).Before(b.now()) {
		return refuse(suggest, flow.Invalid, "reply_by", "请填写希望回复的日期，不得早于今天", "give the day by which a reply is wanted, today at the earliest")
	}
	return b.change(ctx, caseID, 0, func(tx pgx.Tx, c *casefile) error {
		if !slices.Contains(a.Roles, "head") || slices.Contains(c.D.People.Recused, a.ID) {
			return &Refusal{Kind: flow.Forbidden, Event: suggest, State: c.State, ZH: "由负责人签发", EN: "a head issues this"}
		}
		if c.Number == "" {
			return refuse(suggest, flow.Unlawful, "", "立案以后才能签发执法建议书", "a suggestion is issued once the case is filed")
		}
		now := b.now()
		if err := b.refresh(ctx, tx, c, now); err != nil {
			return err
		}
		facts, err := b.facts(c, now)
		if err != nil {
			return err
		}
		t := &taking{b: b, tx: tx, c: c, step: flow.Step{Event: suggest}, facts: facts, by: a.performer(), now: now,
			suggested: document.SuggestionTo{Recipient: d.Recipient, Text: d.Text, Basis: d.Basis, ReplyBy: by}}
		t.given.Facts = d.Facts
		paper, err := t.issue(ctx, string(document.Suggestion))
		if err != nil {
			return err
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO suggestion (id, case_id, document_id, recipient, suggestion, basis, reply_by, issued_at, issuer) VALUES ($1, $2, $3, $4, $5, $6, $7::text::date, $8, $9)`,
			id.String(), c.ID, paper.ID, d.Recipient, d.Text, d.Basis, d.ReplyBy, now, a.Name)
		if err != nil {
			return fmt.Errorf("keep suggestion %s of case %s: %w", paper.Number, c.ID, err)
		}
		if err := awaitReply(ctx, tx, c); err != nil {
			return err
		}
		e := entry{event: "suggested", from: c.State, to: c.State, role: flow.Head, by: a.performer(), reason: d.Text, detail: detail{Target: d.Recipient, Until: &by, Documents: []issued{paper}}}
		return b.append(ctx, tx, c, now, e)
	})
}

// AnswerSuggestion enters the recipient's reply, once: ErrChanged where there is one.
func (b *Book) AnswerSuggestion(ctx context.Context, a Actor, caseID, id string, r SuggestionReply) error {
	if err := wanted(suggest, "reply", &r.Reply, "请填写此项", "fill this in"); err != nil {
		return err
	}
	on, err := come(suggest, "replied_on", r.RepliedOn, b.now(), "请填写回复的日期，不得晚于今天", "give the day of the reply, today at the latest")
	if err != nil {
		return err
	}
	if !slices.Contains([]string{"adopted", "partly", "declined"}, r.Outcome) {
		return refuse(suggest, flow.Invalid, "outcome", "请选择采纳情况", "say whether it was adopted")
	}
	if !store.IsID(id) {
		return fmt.Errorf("answer suggestion %q: %w", id, ErrNotFound)
	}
	return b.change(ctx, caseID, 0, func(tx pgx.Tx, c *casefile) error {
		if err := mayHandle(a, c, suggest); err != nil {
			return err
		}
		var waits bool
		var recipient string
		err := tx.QueryRow(ctx, `SELECT outcome IS NULL, recipient FROM suggestion WHERE id = $1 AND case_id = $2`, id, c.ID).Scan(&waits, &recipient) // the case is locked
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return fmt.Errorf("answer suggestion %s of case %s: %w", id, c.ID, ErrNotFound)
		case err != nil:
			return fmt.Errorf("answer suggestion %s of case %s: %w", id, c.ID, err)
		case !waits:
			return fmt.Errorf("suggestion %s of case %s was answered: %w", id, c.ID, ErrChanged)
		}
		now := b.now()
		if _, err := tx.Exec(ctx, `UPDATE suggestion SET outcome = $2, reply = $3, replied_on = $4::text::date, entered_at = $5, enterer = $6 WHERE id = $1`, id, r.Outcome, r.Reply, r.RepliedOn, now, a.Name); err != nil {
			return fmt.Errorf("answer suggestion %s of case %s: %w", id, c.ID, err)
		}
		if err := awaitReply(ctx, tx, c); err != nil {
			return err
		}
		e := entry{event: "suggestion_answered", from: c.State, to: c.State, role: handles(a), by: a.performer(), reason: r.Reply, detail: detail{Target: recipient, Text: r.Outcome, At: &on}}
		return b.append(ctx, tx, c, now, e)
	})
}

// awaitReply notes which reply of those that wait is wanted first, so that it is a deadline of
// the case.
func awaitReply(ctx context.Context, tx pgx.Tx, c *casefile) error {
	var by time.Time
	c.D.SuggestedAt, c.D.ReplyUntil = time.Time{}, time.Time{}
	err := tx.QueryRow(ctx, `SELECT issued_at, reply_by::timestamp AT TIME ZONE 'Asia/Shanghai' FROM suggestion WHERE case_id = $1 AND outcome IS NULL ORDER BY reply_by, issued_at LIMIT 1`, c.ID).Scan(&c.D.SuggestedAt, &by)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("see which reply case %s waits for: %w", c.ID, err)
	}
	c.D.ReplyUntil = calendar.End(by)
	return nil
}

// suggestions are those of a case, the oldest first.
func (b *Book) suggestions(ctx context.Context, tx pgx.Tx, caseID string) ([]Suggestion, error) {
	today := b.now().In(calendar.Shanghai()).Format(day)
	rows, err := tx.Query(ctx, `SELECT s.id::text, d.number, s.document_id::text, s.recipient, s.suggestion, s.basis, to_char(s.reply_by, 'YYYY-MM-DD'), s.outcome IS NULL AND s.reply_by < $2::text::date,
			s.issued_at, s.issuer, coalesce(s.outcome, 'waiting'), s.reply, coalesce(to_char(s.replied_on, 'YYYY-MM-DD'), ''), s.enterer
		FROM suggestion s JOIN document d ON d.id = s.document_id WHERE s.case_id = $1 ORDER BY s.issued_at, s.id`, caseID, today)
	if err != nil {
		return nil, fmt.Errorf("list the suggestions of case %s: %w", caseID, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Suggestion])
	if err != nil {
		return nil, fmt.Errorf("list the suggestions of case %s: %w", caseID, err)
	}
	return list, nil
}
