package supervision

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/casework/calendar"
	"offsite/evidence/translog/proof"
)

// Plan is what somebody wants drawn.
type Plan struct {
	Kind     string    `json:"kind" enum:"inspection,process_record,after,during"`
	Title    string    `json:"title" minLength:"1" maxLength:"120"`
	DrawAt   time.Time `json:"draw_at" doc:"At least a minute ahead."`
	Wanted   int       `json:"wanted" minimum:"1" maximum:"5000"`
	Township string    `json:"township,omitempty" maxLength:"100" doc:"Of inspections: objects of this township alone."`
}

// Announcement is what is published before the draw: with the seed, everybody can
// draw again.
type Announcement struct {
	Format     string    `json:"format"`
	ID         string    `json:"id"`
	Kind       string    `json:"kind"`
	Title      string    `json:"title"`
	DrawAt     time.Time `json:"draw_at"`
	Wanted     int       `json:"wanted"`     // by lot
	Always     []Ticket  `json:"always"`     // looked at without a lot
	Tickets    []Ticket  `json:"tickets"`    // what is drawn from
	Inspectors []string  `json:"inspectors"` // accounts; two for each object
}

// Ticket is something that may be drawn, with as many lots as it has chances.
type Ticket struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Chances int    `json:"chances"`
}

const (
	format     = "offsite-draw/1"
	leastAhead = time.Minute
)

// Announce writes a draw down and enters its digest in the log.
func (o *Office) Announce(ctx context.Context, by string, p Plan) (Draw, error) {
	p.Title = strings.TrimSpace(p.Title)
	if p.Title == "" {
		return Draw{}, refuse("title", "请填写名称", "give the draw a name")
	}
	if p.DrawAt.Before(o.now().Add(leastAhead)) {
		return Draw{}, refuse("draw_at", "抽取时间须至少在一分钟以后：种子在公告之后才产生", "the draw is to be at least a minute ahead: its seed must not exist yet")
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Draw{}, err
	}
	a := Announcement{Format: format, ID: id.String(), Kind: p.Kind, Title: p.Title, DrawAt: p.DrawAt.UTC().Truncate(time.Second), Wanted: p.Wanted, Always: []Ticket{}, Inspectors: []string{}}
	if err := o.population(ctx, &a, p.Township); err != nil {
		return Draw{}, fmt.Errorf("announce a draw: %w", err)
	}
	if len(a.Tickets)+len(a.Always) == 0 {
		return Draw{}, refuse("kind", "目前没有可供抽取的对象", "there is nothing to draw from at present")
	}
	a.Wanted = min(a.Wanted, len(a.Tickets))
	text, err := json.Marshal(a)
	if err != nil {
		return Draw{}, fmt.Errorf("announce a draw: %w", err)
	}
	sum := sha256.Sum256(text)
	_, err = o.o.Pool.Exec(ctx, `INSERT INTO draw (id, kind, title, draw_at, announced_at, by_whom, text, sha256) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		a.ID, a.Kind, a.Title, a.DrawAt, o.now(), by, string(text), hex.EncodeToString(sum[:]))
	if err != nil {
		return Draw{}, fmt.Errorf("announce a draw: %w", err)
	}
	if err := o.publish(ctx, a.ID); err != nil {
		return Draw{}, err
	}
	return o.Draw(ctx, a.ID)
}

// publish enters an announcement in the log.
func (o *Office) publish(ctx context.Context, id string) error {
	e := proof.Entry{Kind: proof.KindDraw, ID: id}
	if err := o.o.Pool.QueryRow(ctx, `SELECT sha256, announced_at FROM draw WHERE id = $1`, id).Scan(&e.SHA256, &e.At); err != nil {
		return fmt.Errorf("publish draw %s: %w", id, err)
	}
	text, err := o.o.Log.Record(ctx, e)
	if err != nil {
		return fmt.Errorf("publish draw %s: %w", id, err)
	}
	if _, err := o.o.Pool.Exec(ctx, `UPDATE draw SET announced = $2 WHERE id = $1 AND announced IS NULL`, id, text); err != nil {
		return fmt.Errorf("publish draw %s: %w", id, err)
	}
	return nil
}

// population lists what may be drawn: those that nobody has looked at yet.
func (o *Office) population(ctx context.Context, a *Announcement, township string) error {
	const unchecked = ` AND NOT EXISTS (SELECT FROM case_check k WHERE k.case_id = c.id AND k.kind = $1)
		AND NOT EXISTS (SELECT FROM draw_task t JOIN draw d ON d.id = t.draw_id WHERE t.subject = c.id AND d.kind = $1) ORDER BY c.id`
	year := time.Date(o.now().In(calendar.Shanghai()).Year(), 1, 1, 0, 0, 0, 0, calendar.Shanghai())
	var err error
	switch a.Kind {
	case Inspection:
		a.Tickets, err = o.tickets(ctx, `SELECT id::text, name, CASE grade WHEN 'red' THEN 3 WHEN 'yellow' THEN 2 ELSE 1 END FROM object
			WHERE removed_at IS NULL AND ($1 = '' OR township = $1) ORDER BY id`, township)
		if err != nil {
			return err
		}
		return o.inspectors(ctx, a)
	case ProcessRecord:
		a.Tickets, err = o.tickets(ctx, `SELECT c.id::text, c.number, 1 FROM casefile c WHERE c.filed_at IS NOT NULL AND c.closed_at >= $2`+unchecked, a.Kind, year)
	case After: // every major case, and of the others by lot
		const closed = `SELECT c.id::text, c.number, 1 FROM casefile c WHERE c.filed_at IS NOT NULL AND c.closed_at >= $2 AND c.major = $3` + unchecked
		if a.Always, err = o.tickets(ctx, closed, a.Kind, year, true); err == nil {
			a.Tickets, err = o.tickets(ctx, closed, a.Kind, year, false)
		}
	case During: // before the investigation ends
		a.Tickets, err = o.tickets(ctx, `SELECT c.id::text, c.number, 1 FROM casefile c WHERE c.state IN ('filed', 'notified')`+unchecked, a.Kind)
	default:
		return refuse("kind", "没有这种抽取", "there is no draw of kind %q", a.Kind)
	}
	return err
}

func (o *Office) tickets(ctx context.Context, sql string, args ...any) ([]Ticket, error) {
	rows, err := o.o.Pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("list what may be drawn: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Ticket])
	if err != nil {
		return nil, fmt.Errorf("list what may be drawn: %w", err)
	}
	return slices.Grow(list, 0), nil
}

// pair is how many inspect an object (Penalty Law art. 42).
const pair = 2

func (o *Office) inspectors(ctx context.Context, a *Announcement) error {
	rows, err := o.o.Pool.Query(ctx, `SELECT id::text FROM account WHERE 'officer' = ANY (roles) AND licence_no <> '' AND NOT disabled ORDER BY id`)
	if err != nil {
		return fmt.Errorf("list the inspectors: %w", err)
	}
	if a.Inspectors, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
		return fmt.Errorf("list the inspectors: %w", err)
	}
	if len(a.Inspectors) < pair {
		return refuse("kind", "检查须由两名以上持证人员进行，目前不足两名", "an inspection takes two officers with a licence; there are fewer")
	}
	return nil
}
