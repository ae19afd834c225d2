package rules

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework/calendar"
	"offsite/casework/matter"
	"offsite/registry/account"
)

// Entry is a text that was entered.
type Entry struct {
	ID         int64      `json:"id"`
	Kind       string     `json:"kind" enum:"matter,year"`
	Key        string     `json:"key"`
	Text       string     `json:"text" doc:"YAML, as entered."`
	Reason     string     `json:"reason"`
	By         string     `json:"by"`
	At         time.Time  `json:"at"`
	ApprovedBy string     `json:"approved_by,omitempty"`
	ApprovedAt *time.Time `json:"approved_at,omitempty"`
	Holds      bool       `json:"holds" doc:"It is the one in force for its key."`
}

// Person is who enters or approves.
type Person struct{ ID, Name string }

// Check reads a text as it would be put into force and gives its key. What is wrong is a
// *WrongError.
func (s *Shelf) Check(kind, text string) (after Rules, key string, err error) {
	return s.held.Load().with(kind, kind+".yaml", []byte(text))
}

// Propose enters a text. It changes nothing until it is approved.
func (s *Shelf) Propose(ctx context.Context, by Person, kind, text, reason string) (Entry, error) {
	if err := s.Fresh(ctx); err != nil {
		return Entry{}, err
	}
	_, key, err := s.Check(kind, text)
	if err != nil {
		return Entry{}, fmt.Errorf("enter a rule: %w", err)
	}
	e := Entry{Kind: kind, Key: key, Text: text, Reason: reason, By: by.Name, At: s.now()}
	err = s.pool.QueryRow(ctx, `INSERT INTO rule (kind, key, text, reason, by_id, by_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
		kind, key, text, reason, by.ID, by.Name, e.At).Scan(&e.ID)
	if err != nil {
		return e, fmt.Errorf("enter %s %s: %w", kind, key, err)
	}
	return e, nil
}

// Approve puts a text into force, by another person than the one who entered it. Errors are
// ErrUnknown, ErrDone, a *WrongError, and those of account.Apart.
func (s *Shelf) Approve(ctx context.Context, by Person, id int64) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var kind, key, text, author string
		var overtaken bool
		err := tx.QueryRow(ctx, `SELECT kind, key, text, by_id::text, approval IS NOT NULL OR EXISTS (SELECT FROM rule n WHERE n.kind = r.kind AND n.key = r.key AND n.id > r.id AND n.approval IS NOT NULL)
			FROM rule r WHERE id = $1 FOR UPDATE`, id).Scan(&kind, &key, &text, &author, &overtaken)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return ErrUnknown
		case err != nil:
			return err
		case overtaken:
			return ErrDone
		}
		if err := account.Apart(ctx, tx, author, by.ID, s.now()); err != nil {
			return err
		}
		if _, _, err := s.Check(kind, text); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE rule SET approval = nextval('rule_approval'), approved_by = $2, approved_name = $3, approved_at = $4 WHERE id = $1`, id, by.ID, by.Name, s.now())
		return err
	})
	if err != nil {
		return fmt.Errorf("put rule %d into force: %w", id, err)
	}
	return s.Fresh(ctx)
}

// entriesShown bounds a list.
const entriesShown = 200

// Entries lists what was entered, the latest first.
func (s *Shelf) Entries(ctx context.Context) ([]Entry, error) {
	rows, err := s.pool.Query(ctx, `SELECT id, kind, key, text, reason, by_name, at, coalesce(approved_name, ''), approved_at,
		approval IS NOT NULL AND approval = (SELECT max(n.approval) FROM rule n WHERE n.kind = r.kind AND n.key = r.key) FROM rule r ORDER BY id DESC LIMIT $1`, entriesShown)
	if err != nil {
		return nil, fmt.Errorf("list the rules entered: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Entry])
	if err != nil {
		return nil, fmt.Errorf("list the rules entered: %w", err)
	}
	return list, nil
}

// Text is the text that holds for a key: the bureau's, else the program's.
func (s *Shelf) Text(ctx context.Context, kind, key string) (text string, err error) {
	err = s.pool.QueryRow(ctx, `SELECT text FROM rule WHERE kind = $1 AND key = $2 AND approval IS NOT NULL ORDER BY approval DESC LIMIT 1`, kind, key).Scan(&text)
	if !errors.Is(err, pgx.ErrNoRows) {
		if err != nil {
			err = fmt.Errorf("read %s %s: %w", kind, key, err)
		}
		return text, err
	}
	var source func(string) ([]byte, error)
	switch kind {
	case Matter:
		source = matter.Source
	case Year:
		source = calendar.Source
	default:
		return "", fmt.Errorf("rule of kind %q: %w", kind, ErrUnknown)
	}
	data, err := source(key)
	if err != nil {
		return "", fmt.Errorf("%s %q: %w", kind, key, ErrUnknown)
	}
	return string(data), nil
}
