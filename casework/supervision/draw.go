package supervision

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/evidence/translog/proof"
)

// Drawn is one thing that a seed draws, with its inspectors.
type Drawn struct {
	Ticket
	Inspectors []string
}

// Lots draws from an announcement by a seed: the tickets with the least lots, each
// once, after those that are always looked at; and for each object two inspectors, by
// the seed and the object. It is all that is needed to check a draw.
func (a Announcement) Lots(seed []byte) []Drawn {
	byName, names := map[string]Ticket{}, []string{}
	for _, t := range a.Tickets {
		for n := range t.Chances {
			name := t.ID + "#" + strconv.Itoa(n+1)
			byName[name] = t
			names = append(names, name)
		}
	}
	taken := map[string]bool{}
	all := make([]Drawn, 0, len(a.Always)+a.Wanted)
	for _, t := range a.Always {
		all = append(all, Drawn{Ticket: t})
	}
	for _, name := range proof.Draw(seed, names, len(names)) {
		if t := byName[name]; !taken[t.ID] && len(taken) < a.Wanted {
			taken[t.ID] = true
			all = append(all, Drawn{Ticket: t})
		}
	}
	for i := range all {
		all[i].Inspectors = proof.Draw(slices.Concat(seed, []byte(all[i].ID)), a.Inspectors, pair)
	}
	return all
}

// Seed is the root hash of the checkpoint in a proof: its third line.
func Seed(text []byte) ([]byte, error) {
	p, err := proof.Parse(text)
	if err != nil {
		return nil, err
	}
	lines := strings.SplitN(string(p.Checkpoint), "\n", 4)
	if len(lines) < 4 {
		return nil, fmt.Errorf("the checkpoint has no root: %w", proof.ErrBroken)
	}
	return base64.StdEncoding.DecodeString(lines[2])
}

// DrawDue draws every draw whose time has come.
func (o *Office) DrawDue(ctx context.Context) error {
	rows, err := o.o.Pool.Query(ctx, `SELECT id::text FROM draw WHERE drawn IS NULL AND draw_at <= $1 ORDER BY draw_at`, o.now())
	if err != nil {
		return fmt.Errorf("find the draws that are due: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("find the draws that are due: %w", err)
	}
	var failed []error
	for _, id := range ids {
		failed = append(failed, o.draw(ctx, id))
	}
	return errors.Join(failed...)
}

// draw enters the draw in the log and draws by the checkpoint that proves it. The
// entry carries the announced time: entered again, it is the same one.
func (o *Office) draw(ctx context.Context, id string) error {
	d, err := o.Draw(ctx, id)
	if err != nil {
		return err
	}
	if d.Announced == "" { // the log was away when it was announced
		if err := o.publish(ctx, id); err != nil {
			return err
		}
	}
	text, err := o.o.Log.Record(ctx, proof.Entry{Kind: proof.KindDraw, ID: id + "/draw", SHA256: d.SHA256, At: d.DrawAt})
	if err != nil {
		return fmt.Errorf("draw %s: %w", id, err)
	}
	seed, err := Seed(text)
	if err != nil {
		return fmt.Errorf("draw %s: %w", id, err)
	}
	err = pgx.BeginFunc(ctx, o.o.Pool, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, `UPDATE draw SET drawn = $2, seed = $3, drawn_at = $4 WHERE id = $1 AND drawn IS NULL`, id, text, hex.EncodeToString(seed), o.now())
		if err != nil || done.RowsAffected() == 0 {
			return err
		}
		return o.keep(ctx, tx, id, d.Announcement.Lots(seed))
	})
	if err != nil {
		return fmt.Errorf("draw %s: %w", id, err)
	}
	return nil
}

// time for a task, in working days.
const taskDays = 20

func (o *Office) keep(ctx context.Context, tx pgx.Tx, id string, list []Drawn) error {
	due, err := o.o.Calendar.AddWorkingDays(o.now(), taskDays)
	if err != nil {
		return err
	}
	rows := make([][]any, len(list))
	for i, t := range list {
		task, err := uuid.NewV7()
		if err != nil {
			return err
		}
		rows[i] = []any{task.String(), id, i + 1, t.ID, t.Name, t.Inspectors, due.In(shanghai()).Format(time.DateOnly)}
	}
	batch := &pgx.Batch{}
	for _, r := range rows {
		batch.Queue(`INSERT INTO draw_task (id, draw_id, rank, subject, name, inspectors, due_on) VALUES ($1, $2, $3, $4, $5, $6::text[]::uuid[], $7::text::date)`, r...)
	}
	return tx.SendBatch(ctx, batch).Close()
}

// Draw is a draw as it is shown.
type Draw struct {
	ID           string       `json:"id"`
	Kind         string       `json:"kind"`
	Title        string       `json:"title"`
	DrawAt       time.Time    `json:"draw_at"`
	AnnouncedAt  time.Time    `json:"announced_at"`
	DrawnAt      *time.Time   `json:"drawn_at,omitempty"`
	Seed         string       `json:"seed" doc:"Hex; the root hash of the checkpoint in the proof. Empty until it is drawn."`
	SHA256       string       `json:"sha256" doc:"Of the announcement's text."`
	Announced    string       `json:"announced" doc:"Proof that the announcement stands in the log."`
	Drawn        string       `json:"drawn" doc:"Proof of the entry of the draw."`
	Of           int          `json:"of" doc:"From how many it is drawn."`
	Wanted       int          `json:"wanted"`
	Tasks        int          `json:"tasks"`
	Done         int          `json:"done"`
	Faulty       int          `json:"faulty"`
	Text         string       `json:"-"`
	Announcement Announcement `json:"-"`
}

const drawQuery = `SELECT d.id::text, d.kind, d.title, d.draw_at, d.announced_at, d.drawn_at, d.seed, d.sha256, coalesce(d.announced, ''), coalesce(d.drawn, ''), d.text,
	(SELECT count(*) FROM draw_task t WHERE t.draw_id = d.id), (SELECT count(*) FROM draw_task t WHERE t.draw_id = d.id AND t.done_at IS NOT NULL),
	(SELECT count(*) FROM draw_task t WHERE t.draw_id = d.id AND t.result = 'faulty') FROM draw d `

func scanDraw(row pgx.CollectableRow) (d Draw, err error) {
	var announced, drawn []byte
	err = row.Scan(&d.ID, &d.Kind, &d.Title, &d.DrawAt, &d.AnnouncedAt, &d.DrawnAt, &d.Seed, &d.SHA256, &announced, &drawn, &d.Text, &d.Tasks, &d.Done, &d.Faulty)
	if err == nil {
		err = json.Unmarshal([]byte(d.Text), &d.Announcement)
	}
	d.Announced, d.Drawn = string(announced), string(drawn)
	d.Of, d.Wanted = len(d.Announcement.Tickets)+len(d.Announcement.Always), d.Announcement.Wanted+len(d.Announcement.Always)
	return d, err
}

// Draw reads one.
func (o *Office) Draw(ctx context.Context, id string) (Draw, error) {
	rows, err := o.o.Pool.Query(ctx, drawQuery+`WHERE d.id::text = $1`, id)
	if err != nil {
		return Draw{}, fmt.Errorf("read draw %s: %w", id, err)
	}
	d, err := pgx.CollectExactlyOneRow(rows, scanDraw)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return Draw{}, fmt.Errorf("read draw %s: %w", id, err)
	}
	return d, nil
}

const drawsShown = 100

// Draws lists the newest.
func (o *Office) Draws(ctx context.Context) ([]Draw, error) {
	rows, err := o.o.Pool.Query(ctx, drawQuery+`ORDER BY d.announced_at DESC LIMIT $1`, drawsShown)
	if err != nil {
		return nil, fmt.Errorf("list the draws: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanDraw)
	if err != nil {
		return nil, fmt.Errorf("list the draws: %w", err)
	}
	return list, nil
}
