package district

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework/calendar"
	"offsite/casework/supervision"
	"offsite/registry/grade"
)

// What a year of draws takes, in percent and numbers. The plan asks for 30 of a hundred
// process records, and for 10 of a hundred cases after their end and in process.
const (
	recordsDrawn   = 37 // of a hundred cases closed since the draw before
	reviewsDrawn   = 9  // and every major one
	inProcess      = 2  // cases a fortnight
	inspected      = 18 // objects a month
	drawnOn        = 27 // day of the month
	fortnight      = 14 // days
	neverDone      = 60 // one task in so many
	foundFaulty    = 8
	neverRectified = 5 // one fault in so many
)

// ended is an invented case as far as draws look at it.
type ended struct {
	ID, Number string
	Filed      time.Time
	Concluded  time.Time // when its investigation ended
	Closed     time.Time
	Major      bool
}

// drawing is a year of draws in the making.
type drawing struct {
	l       Loader
	p       *plan
	r       *rand.Rand
	until   time.Time
	cases   []ended
	objects []supervision.Ticket
	looked  map[string]bool // kind and case: drawn already
	list    []supervision.Past
}

// draws makes up a year of inspections, checks of process records and reviews of cases,
// and grades those objects anew that were inspected.
func (l Loader) draws(ctx context.Context, p *plan, until time.Time) error {
	var known bool
	if err := l.Pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM draw WHERE id = $1)`, p.id("draw", 0)).Scan(&known); err != nil {
		return fmt.Errorf("look for the invented draws: %w", err)
	}
	if !known {
		d := &drawing{l: l, p: p, r: rand.New(rand.NewPCG(p.seed, 8)), until: until, looked: map[string]bool{}} // #nosec G404 -- invented data
		if err := d.read(ctx); err != nil {
			return fmt.Errorf("read what is drawn from: %w", err)
		}
		d.year()
		if err := l.Draws.AdoptPast(ctx, d.list); err != nil {
			return err
		}
	}
	found, err := l.Draws.InspectionsSince(ctx, until.AddDate(-1, -1, 0))
	if err != nil {
		return err
	}
	events, objects := make([]grade.Event, len(found)), make([]string, len(found))
	for i, f := range found {
		objects[i] = f.ObjectID
		events[i] = grade.Event{ObjectID: f.ObjectID, Kind: grade.InspectionFailed, At: f.At, Source: f.Source(), Note: f.Note}
		if f.Passed {
			events[i].Kind = grade.InspectionPassed
		}
	}
	if err := l.Grades.Record(ctx, l.Pool, by, events...); err != nil {
		return err
	}
	slices.Sort(objects)
	_, err = l.Grades.Regrade(ctx, slices.Compact(objects)...)
	return err
}

func (d *drawing) read(ctx context.Context) error {
	rows, err := d.l.Pool.Query(ctx, `SELECT c.id::text, c.number, c.filed_at, r.at, c.closed_at, c.major FROM casefile c
		JOIN LATERAL (SELECT min(at) AS at FROM process_record WHERE case_id = c.id AND event IN ('investigated', 'no_penalty', 'transfer')) r ON true
		WHERE c.number LIKE '演示〔%' AND c.filed_at IS NOT NULL ORDER BY c.filed_at, c.id`)
	if err != nil {
		return err
	}
	if d.cases, err = pgx.CollectRows(rows, pgx.RowToStructByPos[ended]); err != nil {
		return err
	}
	rows, err = d.l.Pool.Query(ctx, `SELECT id::text, name, CASE grade WHEN 'red' THEN 3 WHEN 'yellow' THEN 2 ELSE 1 END FROM object WHERE name LIKE $1 AND removed_at IS NULL ORDER BY id`, "%"+mark)
	if err != nil {
		return err
	}
	d.objects, err = pgx.CollectRows(rows, pgx.RowToStructByPos[supervision.Ticket])
	return err
}

// year goes through the months and fortnights before a day.
func (d *drawing) year() {
	first := d.until.AddDate(-1, 0, 0)
	last := first
	for month := range 13 {
		at := time.Date(first.Year(), first.Month()+time.Month(month), drawnOn, 10, 0, 0, 0, calendar.Shanghai())
		if at.Before(first) || at.After(d.until.AddDate(0, 0, -1)) {
			continue
		}
		name := at.Format("2006年1月")
		d.add(supervision.Inspection, name+"双随机检查", at, nil, d.objects, inspected)
		d.checks(supervision.ProcessRecord, name+"全过程记录抽查", last, at, recordsDrawn)
		d.checks(supervision.After, name+"案件事后评查", last, at, reviewsDrawn)
		last = at
	}
	for from := first; from.Before(d.until); from = from.AddDate(0, 0, fortnight) {
		d.during(from)
	}
}

// checks draws of the cases that were closed in the year and not looked at yet, as many
// as a share of those closed since the draw before.
func (d *drawing) checks(kind, title string, last, at time.Time, percent int) {
	var always, tickets []supervision.Ticket
	lately := 0
	for _, c := range d.cases {
		if c.Closed.After(at.Add(-notice)) || c.Closed.In(at.Location()).Year() != at.Year() || d.looked[kind+c.ID] {
			continue
		}
		t := supervision.Ticket{ID: c.ID, Name: c.Number, Chances: 1}
		switch {
		case kind == supervision.After && c.Major:
			always = append(always, t)
			continue
		case c.Closed.After(last):
			lately++
		}
		tickets = append(tickets, t)
	}
	const hundred = 100
	d.add(kind, title, at, always, tickets, min(len(tickets), (lately*percent+hundred-1)/hundred))
}

// during draws, on the day of a fortnight on which most are being investigated, some of
// those cases; they are reviewed the same day.
func (d *drawing) during(from time.Time) {
	var best []supervision.Ticket
	var day time.Time
	for n := range fortnight {
		at := time.Date(from.Year(), from.Month(), from.Day()+n, opens, 0, 0, 0, calendar.Shanghai())
		var open []supervision.Ticket
		for _, c := range d.cases {
			if c.Filed.Before(at.Add(-notice)) && c.Concluded.After(at.Add(sameDay)) && !d.looked[supervision.During+c.ID] {
				open = append(open, supervision.Ticket{ID: c.ID, Name: c.Number, Chances: 1})
			}
		}
		if at.Before(d.until.Add(-sameDay)) && len(open) > len(best) {
			best, day = open, at
		}
	}
	if len(best) > 0 {
		d.add(supervision.During, day.Format("1月2日")+"案件事中评查", day, nil, best, min(inProcess, len(best)))
	}
}

const (
	notice  = 90 * time.Minute // between announcement and draw
	sameDay = 8 * time.Hour
)

// add makes up a draw and what came of it by now.
func (d *drawing) add(kind, title string, at time.Time, always, tickets []supervision.Ticket, wanted int) {
	if len(always)+wanted == 0 {
		return
	}
	seed := sha256.Sum256(fmt.Appendf(nil, "offsite demonstration %d seed %d", d.p.seed, len(d.list)))
	p := supervision.Past{ID: d.p.id("draw", len(d.list)), Kind: kind, By: d.l.Staff.Supervisor.ID, Announced: at.Add(-notice), DrawnAt: at, Seed: seed[:], Results: map[string]supervision.PastResult{},
		Terms: supervision.Terms{Title: title + mark, Wanted: wanted, Always: append([]supervision.Ticket{}, always...), Tickets: append([]supervision.Ticket{}, tickets...), Inspectors: []string{}}}
	if kind == supervision.Inspection {
		p.Terms.Inspectors = []string{d.l.Staff.Officer.ID, d.l.Staff.Officer2.ID}
	}
	for _, t := range p.Terms.Lots(p.Seed) {
		d.looked[kind+t.ID] = true
		if found := d.result(kind, t, at); found.At.Before(d.until) && (kind == supervision.During || d.r.IntN(neverDone) > 0) {
			p.Results[t.ID] = found
		}
	}
	d.list = append(d.list, p)
}

// result makes up what was found of what was drawn at a time.
func (d *drawing) result(kind string, t supervision.Drawn, drawn time.Time) supervision.PastResult {
	found := supervision.PastResult{At: d.workday(drawn, 1+d.r.IntN(12)), By: d.checker(t.ID), Result: supervision.Result{Answers: map[string]string{}}}
	switch kind {
	case supervision.During:
		found.At = drawn.Add(time.Duration(2+d.r.IntN(5)) * time.Hour)
	case supervision.Inspection:
		found.By = t.Inspectors[0]
	}
	questions := supervision.Questions(kind)
	for _, q := range questions {
		found.Answers[q.Key] = "ok"
	}
	if d.r.IntN(foundFaulty) > 0 {
		return found
	}
	wrong := pick(d.r, questions)
	found.Answers[wrong.Key], found.Note = "fault", "演示数据：不符合“"+wrong.ZH+"”"
	right := d.workday(found.At, 1+d.r.IntN(9))
	if d.r.IntN(neverRectified) > 0 && right.Before(d.until) {
		found.RectifiedAt, found.Rectified = right, "演示数据：已整改并复核"
	}
	return found
}

// workday is a time of day at which people work, some days on.
func (d *drawing) workday(from time.Time, days int) time.Time {
	return time.Date(from.Year(), from.Month(), from.Day()+days, opens+d.r.IntN(closes-opens), d.r.IntN(60), 0, 0, calendar.Shanghai())
}

// checker is who has not acted in a case: of a major one the legal reviewer has.
func (d *drawing) checker(id string) string {
	for _, c := range d.cases {
		if c.ID == id && !c.Major && d.r.IntN(2) == 0 {
			return d.l.Staff.Legal.ID
		}
	}
	return d.l.Staff.Supervisor.ID
}
