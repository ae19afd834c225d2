package measure

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework"
)

// tries is how many cases are taken from their second review to the party's hands.
const tries = 20

// machine measures what the machine itself takes between the second review and the advance
// notice in the party's hands: the steps and their papers, and the message until the gateway
// has delivered it, with people who act at once.
func (m *measurement) machine(ctx context.Context) error {
	rows, err := m.o.Pool.Query(ctx, `SELECT id::text, state, version, '' FROM casefile
		WHERE state = 'found' AND party_id IS NOT NULL AND (dossier->'law'->>'ready')::boolean AND (dossier->'law'->>'max_fen')::bigint > 0 ORDER BY id LIMIT $1`, 4*tries)
	if err != nil {
		return err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ready])
	if err != nil {
		return err
	}
	var all []time.Duration
	for _, r := range list {
		took, err := m.carry(ctx, r)
		var refusal *casework.Refusal
		if errors.As(err, &refusal) { // by the law of its day there is no fine
			continue
		}
		if err != nil {
			return fmt.Errorf("from the second review of case %s on: %w", r.ID, err)
		}
		if all = append(all, took); len(all) == tries {
			break
		}
	}
	if len(all) == 0 {
		return errors.New("no finding has a party and a law by which it could be fined")
	}
	m.put("review_to_notice_machine_p95_s", percentile(all, 0.95).Seconds(), "s", "≤ 60")
	return nil
}

// carry takes a finding to its second review, and, which is measured, from there to the
// delivered advance notice.
func (m *measurement) carry(ctx context.Context, r ready) (time.Duration, error) {
	book, officers, reviewers := m.world.Book(), m.world.Staff("officer")[:2], m.world.Staff("reviewer")
	began := time.Now()
	for _, step := range []struct {
		who   casework.Actor
		event string
		given map[string]any
	}{
		{reviewers[0], "confirm", nil},
		{reviewers[0], "undeliverable", map[string]any{"reason": "测量"}},
		{reviewers[1], "verify", map[string]any{"true": true, "clear": true, "complete": true, "accurate": true}},
		{m.world.Staff("head")[0], "file", map[string]any{"officers": []string{officers[0].ID, officers[1].ID}}},
		{officers[0], "notify", nil},
		{officers[0], "investigated", map[string]any{"facts": "测量", "conclusion": "测量"}},
		{officers[1], "propose", map[string]any{"reason": "测量"}},
	} {
		file, err := book.Case(ctx, step.who, r.ID)
		if err != nil {
			return 0, err
		}
		switch step.event {
		case "verify":
			began = time.Now()
		case "propose":
			var least int64
			if err := m.o.Pool.QueryRow(ctx, `SELECT greatest((dossier->'law'->>'min_fen')::bigint, 100) FROM casefile WHERE id = $1`, r.ID).Scan(&least); err != nil {
				return 0, err
			}
			step.given["fine_fen"] = least
		}
		if err := book.Apply(ctx, step.who, r.ID, file.Version, step.event, step.given); err != nil {
			return 0, err
		}
	}
	rows, err := m.o.Pool.Query(ctx, `SELECT kind, args::text FROM river_job WHERE kind = $1 AND args->>'message_id' IN (SELECT id::text FROM message WHERE case_id = $2 AND state = 'waiting')`,
		casework.MessageArgs{}.Kind(), r.ID)
	if err != nil {
		return 0, err
	}
	jobs, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Kind, Args string }])
	if err != nil {
		return 0, err
	}
	for _, j := range jobs {
		if err := book.Work(ctx, j.Kind, []byte(j.Args)); err != nil {
			return 0, err
		}
	}
	return time.Since(began), nil
}
