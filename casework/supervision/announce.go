package supervision

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework/calendar"
	"offsite/evidence/translog/lot"
)

// Plan is what somebody wants drawn.
type Plan struct {
	Kind     string    `json:"kind" enum:"inspection,process_record,after,during"`
	Title    string    `json:"title" minLength:"1" maxLength:"120"`
	DrawAt   time.Time `json:"draw_at" doc:"At least a minute ahead."`
	Wanted   int       `json:"wanted" minimum:"1" maximum:"5000"`
	Township string    `json:"township,omitempty" maxLength:"100" doc:"Of inspections: objects of this township alone."`
	Due      bool      `json:"due,omitempty" doc:"Of inspections: without a lot those that are due by their risk grade and given to nobody yet, the most overdue first; the lot chooses their inspectors alone."`
}

// Terms are what a draw announces beside its time and its purpose, which is its kind:
// with the seed, everybody can draw again.
type Terms struct {
	Title      string   `json:"title"`
	Wanted     int      `json:"wanted"`     // by lot
	Always     []Ticket `json:"always"`     // looked at without a lot
	Tickets    []Ticket `json:"tickets"`    // what is drawn from
	Inspectors []string `json:"inspectors"` // accounts; two for each object
}

// Ticket is something that may be drawn, with as many lots as it has chances.
type Ticket struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Chances int    `json:"chances"`
}

// Announce promises a draw. The log is told of it in the same transaction.
func (o *Office) Announce(ctx context.Context, by string, p Plan) (Draw, error) {
	p.Title = strings.TrimSpace(p.Title)
	if p.Title == "" {
		return Draw{}, refuse("title", "请填写名称", "give the draw a name")
	}
	terms := Terms{Title: p.Title, Wanted: p.Wanted, Always: []Ticket{}, Inspectors: []string{}}
	if err := o.population(ctx, &terms, p); err != nil {
		return Draw{}, fmt.Errorf("announce a draw: %w", err)
	}
	if len(terms.Tickets)+len(terms.Always) == 0 {
		return Draw{}, refuse("kind", "目前没有可供抽取的对象", "there is nothing to draw from at present")
	}
	terms.Wanted = min(terms.Wanted, len(terms.Tickets))
	var drawn lot.Draw
	err := pgx.BeginFunc(ctx, o.o.Pool, func(tx pgx.Tx) error {
		var err error
		if drawn, err = o.lots.Announce(ctx, tx, by, p.Kind, terms, p.DrawAt.Truncate(time.Second)); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO draw (id, kind, title, draw_at, announced_at, by_whom, population, wanted) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			drawn.ID, p.Kind, p.Title, drawn.Draws, drawn.Announced, by, len(terms.Tickets)+len(terms.Always), terms.Wanted+len(terms.Always))
		return err
	})
	if errors.Is(err, lot.ErrTooSoon) {
		return Draw{}, refuse("draw_at", "抽取时间须至少在一分钟以后：种子在公告之后才产生", "the draw is to be at least a minute ahead: its seed must not exist yet")
	}
	if err != nil {
		return Draw{}, fmt.Errorf("announce a draw: %w", err)
	}
	return o.Draw(ctx, drawn.ID)
}

// population lists what may be drawn: those that nobody has looked at yet.
func (o *Office) population(ctx context.Context, a *Terms, p Plan) error {
	const unchecked = ` AND NOT EXISTS (SELECT FROM case_check k WHERE k.case_id = c.id AND k.kind = $1)
		AND NOT EXISTS (SELECT FROM draw_task t JOIN draw d ON d.id = t.draw_id WHERE t.subject = c.id AND d.kind = $1) ORDER BY c.id`
	year := time.Date(o.now().In(calendar.Shanghai()).Year(), 1, 1, 0, 0, 0, 0, calendar.Shanghai())
	var err error
	switch p.Kind {
	case Inspection:
		if p.Due {
			a.Tickets = []Ticket{}
			if a.Always, err = o.due(ctx, p.Township, p.Wanted); err != nil {
				return err
			}
			return o.inspectors(ctx, a)
		}
		a.Tickets, err = o.tickets(ctx, `SELECT id::text, name, CASE grade WHEN 'red' THEN 3 WHEN 'yellow' THEN 2 ELSE 1 END FROM object
			WHERE removed_at IS NULL AND ($1 = '' OR township = $1) ORDER BY id`, p.Township)
		if err != nil {
			return err
		}
		return o.inspectors(ctx, a)
	case ProcessRecord:
		a.Tickets, err = o.tickets(ctx, `SELECT c.id::text, c.number, 1 FROM casefile c WHERE c.filed_at IS NOT NULL AND c.closed_at >= $2`+unchecked, p.Kind, year)
	case After: // every major case, and of the others by lot
		const closed = `SELECT c.id::text, c.number, 1 FROM casefile c WHERE c.filed_at IS NOT NULL AND c.closed_at >= $2 AND c.major = $3` + unchecked
		if a.Always, err = o.tickets(ctx, closed, p.Kind, year, true); err == nil {
			a.Tickets, err = o.tickets(ctx, closed, p.Kind, year, false)
		}
	case During:
		a.Tickets, err = o.tickets(ctx, `SELECT c.id::text, c.number, 1 FROM casefile c WHERE `+investigated+unchecked, p.Kind)
	default:
		return refuse("kind", "没有这种抽取", "there is no draw of kind %q", p.Kind)
	}
	return err
}

// investigated is of cases whose investigation has not ended: they alone are reviewed in process.
const investigated = `c.state IN ('filed', 'notified')`

func (o *Office) tickets(ctx context.Context, sql string, args ...any) ([]Ticket, error) {
	rows, err := o.o.Pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("list what may be drawn: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Ticket])
	if err != nil {
		return nil, fmt.Errorf("list what may be drawn: %w", err)
	}
	return list, nil
}

// pair is how many inspect an object (Penalty Law art. 42).
const pair = 2

func (o *Office) inspectors(ctx context.Context, a *Terms) error {
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
