package supervision

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// Due lists the objects of a township, or ("") of all, whose inspection is due at a time
// by their risk grade, the most overdue first: at most so many, each with one chance.
type Due func(ctx context.Context, at time.Time, township string, most int) ([]Ticket, error)

const (
	dueHour  = 3                // in China; the grades of the night stand then
	dueAgain = time.Hour        // between looks for what is due, where nothing was
	dueIn    = 10 * time.Minute // from the announcement to the draw
	dueMost  = 500              // tasks a day
)

// program is who announces what nobody has asked for.
const program = "00000000-0000-0000-0000-000000000000"

// InspectDue has the objects inspected whose time has come: once a day it announces a
// draw that leaves none of them to the lot, and each gets two inspectors by lot. More
// than 500 wait for the days after, the most overdue come first.
func (o *Office) InspectDue(ctx context.Context) error {
	now := o.now().In(shanghai())
	if now.Hour() < dueHour || !o.mayLook(now) {
		return nil
	}
	if err := o.inspectDue(ctx, now); err != nil {
		return fmt.Errorf("have what is due inspected: %w", err)
	}
	return nil
}

func (o *Office) inspectDue(ctx context.Context, now time.Time) error {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	var done bool
	err := o.o.Pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM draw WHERE by_whom = $1 AND announced_at >= $2)`, program, today).Scan(&done)
	if err != nil || done {
		return err
	}
	due, err := o.due(ctx, "", 1)
	if err != nil || len(due) == 0 {
		return err
	}
	_, err = o.Announce(ctx, program, Plan{Kind: Inspection, Title: now.Format("2006年1月2日") + "到期检查", DrawAt: now.Add(dueIn), Wanted: dueMost, Due: true})
	return err
}

// mayLook says whether the last look is long enough ago, and notes this one: what is due
// is found by going through all objects.
func (o *Office) mayLook(now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if now.Sub(o.looked) < dueAgain {
		return false
	}
	o.looked = now
	return true
}

// due lists the objects whose inspection is due and given to nobody yet.
func (o *Office) due(ctx context.Context, township string, most int) ([]Ticket, error) {
	if o.o.Due == nil {
		return nil, nil
	}
	given, err := o.given(ctx)
	if err != nil {
		return nil, fmt.Errorf("list what is given to inspectors: %w", err)
	}
	list, err := o.o.Due(ctx, o.now(), township, most+len(given))
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(t Ticket) bool { return given[t.ID] })
	return list[:min(most, len(list))], nil
}

// given are the objects that wait for a result, and those that a draw to come takes
// without a lot.
func (o *Office) given(ctx context.Context) (map[string]bool, error) {
	rows, err := o.o.Pool.Query(ctx, `SELECT t.subject::text FROM draw_task t JOIN draw d ON d.id = t.draw_id WHERE d.kind = 'inspection' AND t.done_at IS NULL`)
	if err != nil {
		return nil, err
	}
	waiting, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	given := make(map[string]bool, len(waiting))
	for _, id := range waiting {
		given[id] = true
	}
	if rows, err = o.o.Pool.Query(ctx, `SELECT l.announcement FROM draw d JOIN log_draw l ON l.id = d.id WHERE d.kind = 'inspection' AND d.seed = ''`); err != nil {
		return nil, err
	}
	var text []byte
	_, err = pgx.ForEachRow(rows, []any{&text}, func() error {
		var a struct{ Terms Terms }
		if err := json.Unmarshal(text, &a); err != nil {
			return err
		}
		for _, t := range a.Terms.Always {
			given[t.ID] = true
		}
		return nil
	})
	return given, err
}
