package credit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"offsite/casework/attachment"
	"offsite/registry"
	"offsite/store"
)

// Application asks for repair.
type Application struct {
	Text   string   `json:"text" minLength:"1" maxLength:"2000" doc:"What was put right, and what is promised."`
	Papers []string `json:"papers" maxItems:"3" doc:"PDF, JPEG or PNG, base64; 2 MiB each."`
}

// Repair is an application as it stands.
type Repair struct {
	ID         string     `json:"id"`
	RecordID   string     `json:"record_id"`
	Party      string     `json:"party"`
	CaseID     string     `json:"case_id"`
	CaseNumber string     `json:"case_number"`
	AskedAt    time.Time  `json:"asked_at"`
	Text       string     `json:"text"`
	Papers     int        `json:"papers"`
	DecideBy   time.Time  `json:"decide_by"`
	State      string     `json:"state" enum:"asked,reviewed,granted,refused"`
	Reviewer   string     `json:"reviewer" doc:"Name."`
	Advised    bool       `json:"advised" doc:"The reviewer would grant it."`
	Review     string     `json:"review"`
	Decider    string     `json:"decider" doc:"Name."`
	DecidedAt  *time.Time `json:"decided_at,omitempty"`
	Reason     string     `json:"reason"`
}

const repairQuery = `SELECT a.id::text, a.record_id::text, p.name, r.case_id::text, coalesce(c.number, ''), a.asked_at, a.text,
	(SELECT count(*) FROM credit_paper w WHERE w.repair_id = a.id), a.decide_by, a.state, coalesce((SELECT name FROM account WHERE id = a.reviewer), ''), a.advised, a.review,
	coalesce((SELECT name FROM account WHERE id = a.decider), ''), a.decided_at, a.reason
	FROM credit_repair a JOIN credit_record r ON r.id = a.record_id JOIN party p ON p.id = r.party_id JOIN casefile c ON c.id = r.case_id `

func refuse(field, zh, en string) error { return &registry.Refused{Field: field, ZH: zh, EN: en} }

func (a *Application) check() ([]attachment.File, error) {
	if a.Text = strings.TrimSpace(a.Text); a.Text == "" {
		return nil, refuse("text", "请写明整改情况和承诺", "say what was put right and what you promise")
	}
	files, err := attachment.Read(a.Papers)
	if errors.Is(err, attachment.ErrUnfit) {
		return nil, refuse("papers", attachment.WantZH, attachment.WantEN)
	}
	return files, err
}

// OfCase is the record of a case, with the newest application; nil where there is none.
func (o *Office) OfCase(ctx context.Context, caseID string) (*Record, *Repair, error) {
	if !store.IsID(caseID) {
		return nil, nil, nil
	}
	r, err := only(records(ctx, o.o.Pool, `WHERE r.case_id = $1::uuid`, caseID))
	if errors.Is(err, registry.ErrNotFound) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	list, err := o.repairs(ctx, `WHERE a.record_id = $1::uuid ORDER BY a.asked_at DESC LIMIT 1`, r.ID)
	if err != nil || len(list) == 0 {
		return &r, nil, err
	}
	return &r, &list[0], nil
}

// Ask takes a party's application for the record of its case.
func (o *Office) Ask(ctx context.Context, caseID string, a Application) error {
	papers, err := a.check()
	if err != nil {
		return fmt.Errorf("ask for credit repair: %w", err)
	}
	rules, err := o.Rules(ctx)
	if err != nil {
		return fmt.Errorf("ask for credit repair: %w", err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("ask for credit repair: %w", err)
	}
	err = pgx.BeginFunc(ctx, o.o.Pool, func(tx pgx.Tx) error {
		if err := o.mayAsk(ctx, tx, caseID); err != nil {
			return err
		}
		if err := o.o.Law.FreshIn(ctx, tx); err != nil {
			return err
		}
		by, err := o.o.Law.AddWorkingDays(o.now(), rules.Rules.DecideDays)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO credit_repair (id, record_id, asked_at, text, decide_by, state) SELECT $1, id, $3, $4, $5, 'asked' FROM credit_record WHERE case_id = $2`,
			id.String(), caseID, o.now(), a.Text, by)
		if err != nil {
			return err
		}
		for i, p := range papers {
			if _, err := tx.Exec(ctx, `INSERT INTO credit_paper (repair_id, seq, kind, sha256, content) VALUES ($1, $2, $3, $4, $5)`,
				id.String(), i+1, p.Kind, p.SHA256, p.Content); err != nil {
				return err
			}
		}
		return store.Notify(ctx, tx, map[string]any{"kind": "credit.changed", "case_id": caseID})
	})
	var broken *pgconn.PgError
	if errors.As(err, &broken) && broken.ConstraintName == "credit_repair_open" {
		err = refuse("text", "已有申请正在审核", "an application is being reviewed already")
	}
	if err != nil {
		return fmt.Errorf("ask for credit repair in case %s: %w", caseID, err)
	}
	return nil
}

// mayAsk refuses what may not be repaired, or not yet.
func (o *Office) mayAsk(ctx context.Context, tx pgx.Tx, caseID string) error {
	var state string
	var from time.Time
	var obeyed bool
	err := tx.QueryRow(ctx, `SELECT r.state, r.repair_from, c.state IN ('paid', 'closed', 'archived') FROM credit_record r JOIN casefile c ON c.id = r.case_id WHERE r.case_id = $1::uuid FOR UPDATE OF r`,
		caseID).Scan(&state, &from, &obeyed)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return registry.ErrNotFound
	case err != nil:
		return err
	case state != Open:
		return refuse("text", "这条记录已不再有效，无需修复", "the record stands no longer; nothing is to be repaired")
	case !obeyed:
		return refuse("text", "须先履行处罚决定（缴清罚款）", "the decision must be obeyed first: pay the fine")
	case o.now().Before(from):
		day := from.In(shanghai()).Format(time.DateOnly)
		return refuse("text", "最短期限未满，"+day+"起可以申请", "the least time is not over; ask from "+day+" on")
	}
	return nil
}

func (o *Office) repairs(ctx context.Context, where string, args ...any) ([]Repair, error) {
	rows, err := o.o.Pool.Query(ctx, repairQuery+where, args...)
	if err != nil {
		return nil, fmt.Errorf("list applications for credit repair: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Repair])
	if err != nil {
		return nil, fmt.Errorf("list applications for credit repair: %w", err)
	}
	return list, nil
}

// Repairs lists applications, those that wait first.
func (o *Office) Repairs(ctx context.Context) ([]Repair, error) {
	const most = 200
	return o.repairs(ctx, `ORDER BY a.state NOT IN ('asked', 'reviewed'), a.decide_by, a.id LIMIT $1`, most)
}

// Paper is the n-th paper of an application.
func (o *Office) Paper(ctx context.Context, id string, n int) (content []byte, kind string, err error) {
	err = pgx.ErrNoRows
	if store.IsID(id) {
		err = o.o.Pool.QueryRow(ctx, `SELECT content, kind FROM credit_paper WHERE repair_id = $1::uuid AND seq = $2`, id, n).Scan(&content, &kind)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		err = registry.ErrNotFound
	}
	if err != nil {
		return nil, "", fmt.Errorf("read paper %d of application %s: %w", n, id, err)
	}
	return content, kind, nil
}

// Verdict is what somebody says of an application.
type Verdict struct {
	Grant  bool   `json:"grant"`
	Reason string `json:"reason" minLength:"1" maxLength:"2000"`
}

// Review says whether an application should be granted; those who acted in the case as
// its officers do not.
func (o *Office) Review(ctx context.Context, by, id string, v Verdict) error {
	return o.step(ctx, id, "asked", v, func(tx pgx.Tx, caseID string) error {
		var acted bool
		if err := tx.QueryRow(ctx, `SELECT $2::uuid = ANY (officers) FROM casefile WHERE id = $1`, caseID, by).Scan(&acted); err != nil {
			return err
		}
		if acted {
			return refuse("reason", "本案承办人不得审核", "who dealt with the case does not review it")
		}
		_, err := tx.Exec(ctx, `UPDATE credit_repair SET state = 'reviewed', reviewer = $2, reviewed_at = $3, advised = $4, review = $5 WHERE id = $1`, id, by, o.now(), v.Grant, v.Reason)
		return err
	})
}

// Decide grants or refuses what was reviewed by somebody else.
func (o *Office) Decide(ctx context.Context, by, id string, v Verdict) error {
	return o.step(ctx, id, "reviewed", v, func(tx pgx.Tx, _ string) error {
		state := "refused"
		if v.Grant {
			state = "granted"
		}
		var record string
		err := tx.QueryRow(ctx, `UPDATE credit_repair SET state = $2, decider = $3, decided_at = $4, reason = $5 WHERE id = $1 AND reviewer <> $3 RETURNING record_id::text`,
			id, state, by, o.now(), v.Reason).Scan(&record)
		if errors.Is(err, pgx.ErrNoRows) {
			return refuse("reason", "审核人不得决定", "who reviewed it does not decide it")
		}
		if err != nil || !v.Grant {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE credit_record SET state = 'repaired', changed_at = $2 WHERE id = $1 AND state = 'open'`, record, o.now()); err != nil {
			return err
		}
		return o.tell(ctx, tx, "credit.changed", record)
	})
}

func (o *Office) step(ctx context.Context, id, from string, v Verdict, take func(tx pgx.Tx, caseID string) error) error {
	if strings.TrimSpace(v.Reason) == "" {
		return refuse("reason", "请写明理由", "say why")
	}
	if !store.IsID(id) {
		return registry.ErrNotFound
	}
	err := pgx.BeginFunc(ctx, o.o.Pool, func(tx pgx.Tx) error {
		var state, caseID string
		err := tx.QueryRow(ctx, `SELECT a.state, r.case_id::text FROM credit_repair a JOIN credit_record r ON r.id = a.record_id WHERE a.id = $1::uuid FOR UPDATE OF a`, id).Scan(&state, &caseID)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return registry.ErrNotFound
		case err != nil:
			return err
		case state != from:
			return refuse("state", "申请已进入下一环节，请刷新", "the application has gone on; load it anew")
		}
		if err := take(tx, caseID); err != nil {
			return err
		}
		return store.Notify(ctx, tx, map[string]any{"kind": "credit.changed", "case_id": caseID})
	})
	if err != nil {
		return fmt.Errorf("application %s for credit repair: %w", id, err)
	}
	return nil
}
