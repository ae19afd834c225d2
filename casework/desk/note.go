package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/store"
)

// CaseNote is what somebody wrote about a case.
type CaseNote struct {
	ID       string     `json:"id"`
	CaseID   string     `json:"case_id"`
	Number   string     `json:"number" doc:"The case's; empty before filing."`
	MatterZH string     `json:"matter_zh"`
	MatterEN string     `json:"matter_en"`
	ByID     string     `json:"by_id"`
	By       string     `json:"by"`
	At       time.Time  `json:"at"`
	Text     string     `json:"text"`
	Mentions []string   `json:"mentions" doc:"Names of those it mentions."`
	Unseen   bool       `json:"unseen" doc:"It mentions the caller, who has not seen it yet."`
	FiledAt  *time.Time `json:"filed_at,omitempty" doc:"When it was put in the court file."`
	FiledBy  string     `json:"filed_by,omitempty"`
}

// Colleague is somebody who can be mentioned.
type Colleague struct {
	ID    string   `json:"id"`
	Name  string   `json:"name"`
	Roles []string `json:"roles"`
}

// NoteDraft is a note before it is written.
type NoteDraft struct {
	Text     string   `json:"text" minLength:"1" maxLength:"4000"`
	Mentions []string `json:"mentions,omitempty" maxItems:"20" doc:"Accounts."`
}

// writers are the roles that work on cases: they write notes and can be mentioned.
func writers() []string { return []string{"reviewer", "officer", "legal", "head"} }

const (
	// the reader's account is $1
	noteQuery = `SELECT n.id::text, n.case_id::text, coalesce(c.number, ''), coalesce(c.dossier->'law'->>'name_zh', ''), coalesce(c.dossier->'law'->>'name_en', ''),
		n.by_whom::text, a.name, n.at, n.text,
		ARRAY(SELECT m.name FROM note_mention w JOIN account m ON m.id = w.account_id WHERE w.note_id = n.id ORDER BY m.name),
		EXISTS (SELECT FROM note_mention w WHERE w.note_id = n.id AND w.account_id = $1 AND w.seen_at IS NULL),
		n.filed_at, coalesce((SELECT f.name FROM account f WHERE f.id = n.filed_by), '')
		FROM case_note n JOIN account a ON a.id = n.by_whom JOIN casefile c ON c.id = n.case_id `
	notesShown = 500
)

func (d *Desk) notes(ctx context.Context, condition string, args ...any) ([]CaseNote, error) {
	rows, err := d.pool.Query(ctx, noteQuery+condition, args...)
	if err != nil {
		return nil, fmt.Errorf("list the notes: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[CaseNote])
	if err != nil {
		return nil, fmt.Errorf("list the notes: %w", err)
	}
	return list, nil
}

// Notes lists the notes on a case as reader sees them, the earliest first.
func (d *Desk) Notes(ctx context.Context, reader, caseID string) ([]CaseNote, error) {
	if err := d.known(ctx, caseID); err != nil {
		return nil, err
	}
	return d.notes(ctx, `WHERE n.case_id = $2 ORDER BY n.at, n.id LIMIT $3`, reader, caseID, notesShown)
}

// Mentions lists the notes that mention reader, the latest first.
func (d *Desk) Mentions(ctx context.Context, reader string) ([]CaseNote, error) {
	return d.notes(ctx, `WHERE n.id IN (SELECT note_id FROM note_mention WHERE account_id = $1) ORDER BY n.at DESC, n.id DESC LIMIT $2`, reader, notesShown)
}

// Unseen counts the notes that mention reader and were not seen.
func (d *Desk) Unseen(ctx context.Context, reader string) (int, error) {
	var n int
	if err := d.pool.QueryRow(ctx, `SELECT count(*) FROM note_mention WHERE account_id = $1 AND seen_at IS NULL`, reader).Scan(&n); err != nil {
		return 0, fmt.Errorf("count the mentions of account %s: %w", reader, err)
	}
	return n, nil
}

// See keeps that reader has seen the notes on a case.
func (d *Desk) See(ctx context.Context, reader, caseID string) error {
	if err := d.known(ctx, caseID); err != nil {
		return err
	}
	_, err := d.pool.Exec(ctx, `UPDATE note_mention SET seen_at = $3 WHERE account_id = $1 AND seen_at IS NULL
		AND note_id IN (SELECT id FROM case_note WHERE case_id = $2)`, reader, caseID, d.clock())
	if err != nil {
		return fmt.Errorf("keep that the notes on case %s were seen: %w", caseID, err)
	}
	return nil
}

// Colleagues lists who can be mentioned.
func (d *Desk) Colleagues(ctx context.Context) ([]Colleague, error) {
	rows, err := d.pool.Query(ctx, `SELECT id::text, name, roles FROM account WHERE NOT disabled AND roles && $1 ORDER BY name, id`, writers())
	if err != nil {
		return nil, fmt.Errorf("list the colleagues: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Colleague])
	if err != nil {
		return nil, fmt.Errorf("list the colleagues: %w", err)
	}
	return list, nil
}

// Write keeps a note and tells the consoles of it.
func (d *Desk) Write(ctx context.Context, by, caseID string, draft NoteDraft) (CaseNote, error) {
	text := strings.TrimSpace(draft.Text)
	if text == "" {
		return CaseNote{}, refuse("text", "请填写备注内容", "write something")
	}
	if err := d.known(ctx, caseID); err != nil {
		return CaseNote{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return CaseNote{}, err
	}
	mentions := slices.Compact(slices.Sorted(slices.Values(draft.Mentions)))
	err = pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO case_note (id, case_id, by_whom, at, text) VALUES ($1, $2, $3, $4, $5)`, id.String(), caseID, by, d.clock(), text); err != nil {
			return err
		}
		done, err := tx.Exec(ctx, `INSERT INTO note_mention (note_id, account_id) SELECT $1, id FROM account WHERE id = ANY ($2::text[]::uuid[]) AND NOT disabled AND roles && $3`,
			id.String(), slices.DeleteFunc(slices.Clone(mentions), func(one string) bool { return !store.IsID(one) }), writers())
		if err != nil {
			return err
		}
		if int(done.RowsAffected()) < len(mentions) {
			return refuse("mentions", "提及的人员中有已停用或不参与案件的账号", "somebody who is mentioned is disabled or works on no cases")
		}
		return tell(ctx, tx, caseID)
	})
	if err != nil {
		return CaseNote{}, fmt.Errorf("write a note on case %s: %w", caseID, err)
	}
	list, err := d.notes(ctx, `WHERE n.id = $2`, by, id.String())
	if err != nil {
		return CaseNote{}, err
	}
	return list[0], nil
}

// Withdraw deletes a note of one's own that is not in the court file.
func (d *Desk) Withdraw(ctx context.Context, by, noteID string) error {
	err := pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error {
		var caseID string
		var filed bool
		err := tx.QueryRow(ctx, `SELECT case_id::text, filed_at IS NOT NULL FROM case_note WHERE id = $1 AND by_whom = $2 FOR UPDATE`, store.ID(noteID), store.ID(by)).Scan(&caseID, &filed)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return ErrNotFound
		case err != nil:
			return err
		case filed:
			return refuse("", "备注已入卷，不能撤回", "the note is in the court file and stays")
		}
		if _, err := tx.Exec(ctx, `DELETE FROM case_note WHERE id = $1`, noteID); err != nil {
			return err
		}
		return tell(ctx, tx, caseID)
	})
	if err != nil {
		return fmt.Errorf("withdraw note %s: %w", noteID, err)
	}
	return nil
}

// File marks a note as put in the court file, within the transaction that writes the
// process record, and gives its case, author and text.
func File(ctx context.Context, tx pgx.Tx, by, noteID string, at time.Time) (n CaseNote, err error) {
	err = tx.QueryRow(ctx, `UPDATE case_note n SET filed_at = $2, filed_by = $3 FROM account a WHERE a.id = n.by_whom AND n.id = $1 AND n.filed_at IS NULL
		RETURNING n.id::text, n.case_id::text, a.name, n.at, n.text`, store.ID(noteID), at, by).Scan(&n.ID, &n.CaseID, &n.By, &n.At, &n.Text)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return n, fmt.Errorf("put note %q in the file: %w", noteID, err)
	}
	return n, tell(ctx, tx, n.CaseID)
}

// querier is a pool or a transaction.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// CaseOf names the case that a note is on.
func CaseOf(ctx context.Context, db querier, noteID string) (caseID string, err error) {
	err = db.QueryRow(ctx, `SELECT case_id::text FROM case_note WHERE id = $1`, store.ID(noteID)).Scan(&caseID)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return "", fmt.Errorf("find note %q: %w", noteID, err)
	}
	return caseID, nil
}

// tell says that the notes on a case have changed.
func tell(ctx context.Context, tx pgx.Tx, caseID string) error {
	return store.Notify(ctx, tx, map[string]any{"kind": "note.changed", "case_id": caseID})
}

func (d *Desk) known(ctx context.Context, caseID string) error {
	if !store.IsID(caseID) {
		return fmt.Errorf("notes on case %q: %w", caseID, ErrNotFound)
	}
	var known bool
	if err := d.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM casefile WHERE id = $1)`, caseID).Scan(&known); err != nil {
		return fmt.Errorf("find case %s: %w", caseID, err)
	}
	if !known {
		return fmt.Errorf("notes on case %s: %w", caseID, ErrNotFound)
	}
	return nil
}
