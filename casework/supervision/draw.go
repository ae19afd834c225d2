package supervision

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/evidence/translog/proof"
	"offsite/store"
)

// Drawn is one thing that a seed draws, with its inspectors.
type Drawn struct {
	Ticket
	Inspectors []string
}

// Lots draws by a seed: the tickets with the least lots, each
// once, after those that are always looked at; and for each object two inspectors, by
// the seed and the object. It is all that is needed to check a draw.
func (a Terms) Lots(seed []byte) []Drawn {
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

// DrawDue draws every draw whose seed is there.
func (o *Office) DrawDue(ctx context.Context) error {
	rows, err := o.o.Pool.Query(ctx, `SELECT id::text FROM draw WHERE seed = '' AND draw_at <= $1 ORDER BY draw_at`, o.now())
	if err != nil {
		return fmt.Errorf("find the draws that are due: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("find the draws that are due: %w", err)
	}
	var failed []error
	for _, id := range ids {
		if err := o.draw(ctx, id); err != nil {
			failed = append(failed, fmt.Errorf("draw %s: %w", id, err))
		}
	}
	return errors.Join(failed...)
}

func (o *Office) draw(ctx context.Context, id string) error {
	drawn, err := o.lots.Draw(ctx, id)
	if err != nil || drawn.Seed == nil { // the log's keeper has not made its entry yet
		return err
	}
	var terms Terms
	if err := json.Unmarshal(drawn.Terms, &terms); err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, o.o.Pool, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, `UPDATE draw SET seed = $2, drawn_at = $3 WHERE id = $1 AND seed = ''`, id, hex.EncodeToString(drawn.Seed.Root), o.now())
		if err != nil || done.RowsAffected() == 0 {
			return err
		}
		_, err = o.keep(ctx, tx, id, terms.Lots(drawn.Seed.Root), o.now())
		return err
	})
}

// time for a task, in working days.
const taskDays = 20

// keep makes the tasks of what was drawn at a time.
func (o *Office) keep(ctx context.Context, tx pgx.Tx, id string, list []Drawn, at time.Time) ([]task, error) {
	if err := o.o.Law.FreshIn(ctx, tx); err != nil {
		return nil, err
	}
	due, err := o.o.Law.AddWorkingDays(at, taskDays)
	if err != nil {
		return nil, err
	}
	tasks, batch := make([]task, len(list)), &pgx.Batch{}
	for i, t := range list {
		number, err := uuid.NewV7()
		if err != nil {
			return nil, err
		}
		tasks[i] = task{id: number.String(), subject: t.ID, inspectors: t.Inspectors}
		batch.Queue(`INSERT INTO draw_task (id, draw_id, rank, subject, name, inspectors, due_on) VALUES ($1, $2, $3, $4, $5, $6::text[]::uuid[], $7::text::date)`,
			tasks[i].id, id, i+1, t.ID, t.Name, t.Inspectors, due.In(shanghai()).Format(time.DateOnly))
	}
	return tasks, tx.SendBatch(ctx, batch).Close()
}

// Draw is a draw as it is shown. Lists leave out text, terms and proofs.
type Draw struct {
	ID          string     `json:"id"`
	Kind        string     `json:"kind"`
	Title       string     `json:"title"`
	DrawAt      time.Time  `json:"draw_at"`
	AnnouncedAt time.Time  `json:"announced_at"`
	DrawnAt     *time.Time `json:"drawn_at,omitempty"`
	Seed        string     `json:"seed" doc:"Hex; the root of the log at the draw's entry. Empty until it is drawn."`
	SHA256      string     `json:"sha256,omitempty" doc:"Of the announcement's text."`
	Announced   string     `json:"announced,omitempty" doc:"Proof that the announcement stands in the log."`
	Drawn       string     `json:"drawn,omitempty" doc:"Proof of the entry of the draw."`
	Adopted     bool       `json:"adopted,omitempty" doc:"Carried over from another system, or invented: no log proves its seed."`
	Before      bool       `json:"before,omitempty" doc:"Announced and drawn by the rule before docs/formats/draw.md: its seed is the root of the checkpoint in the second proof."`
	Of          int        `json:"of" doc:"From how many it is drawn."`
	Wanted      int        `json:"wanted"`
	Tasks       int        `json:"tasks"`
	Done        int        `json:"done"`
	Faulty      int        `json:"faulty"`
	Text        string     `json:"-"`
	Terms       Terms      `json:"-"`
}

const drawQuery = `SELECT d.id::text, d.kind, d.title, d.draw_at, d.announced_at, d.drawn_at, d.seed, d.text IS NOT NULL AND d.announced IS NULL, d.text IS NOT NULL AND d.announced IS NOT NULL, d.population, d.wanted,
	(SELECT count(*) FROM draw_task t WHERE t.draw_id = d.id), (SELECT count(*) FROM draw_task t WHERE t.draw_id = d.id AND t.done_at IS NOT NULL),
	(SELECT count(*) FROM draw_task t WHERE t.draw_id = d.id AND t.result = 'faulty') FROM draw d `

func scanDraw(row pgx.CollectableRow) (d Draw, err error) {
	err = row.Scan(&d.ID, &d.Kind, &d.Title, &d.DrawAt, &d.AnnouncedAt, &d.DrawnAt, &d.Seed, &d.Adopted, &d.Before, &d.Of, &d.Wanted, &d.Tasks, &d.Done, &d.Faulty)
	return d, err
}

// Draw reads one, with its text and proofs.
func (o *Office) Draw(ctx context.Context, id string) (Draw, error) {
	rows, err := o.o.Pool.Query(ctx, drawQuery+`WHERE d.id = $1`, store.ID(id))
	if err != nil {
		return Draw{}, fmt.Errorf("read draw %s: %w", id, err)
	}
	d, err := pgx.CollectExactlyOneRow(rows, scanDraw)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNotFound
	}
	if err == nil {
		err = o.papers(ctx, &d)
	}
	if err != nil {
		return Draw{}, fmt.Errorf("read draw %s: %w", id, err)
	}
	return d, nil
}

// papers adds what was published.
func (o *Office) papers(ctx context.Context, d *Draw) error {
	if d.Before || d.Adopted { // its terms stand beside the rest
		var announced, drawn []byte
		if err := o.o.Pool.QueryRow(ctx, `SELECT text, sha256, announced, drawn FROM draw WHERE id = $1`, d.ID).Scan(&d.Text, &d.SHA256, &announced, &drawn); err != nil {
			return err
		}
		d.Announced, d.Drawn = string(announced), string(drawn)
		return json.Unmarshal([]byte(d.Text), &d.Terms)
	}
	l, err := o.lots.Draw(ctx, d.ID)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(l.Text)
	d.Text, d.SHA256, d.Announced, d.Drawn = string(l.Text), hex.EncodeToString(sum[:]), string(l.AnnouncedProof), string(l.DrawnProof)
	return json.Unmarshal(l.Terms, &d.Terms)
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
