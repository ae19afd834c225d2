package district

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/casework"
	"offsite/casework/calendar"
	"offsite/casework/credit"
	"offsite/casework/supervision"
	"offsite/detectors"
	"offsite/registry"
	"offsite/registry/grade"
)

// by is who has entered what is invented.
const by = "demonstration"

// Loader writes a district. Each part that is there already is left alone, so that it
// may be broken off and begun again.
type Loader struct {
	Pool     *pgxpool.Pool
	Registry *registry.Registry
	Grades   *grade.Grader
	Book     *casework.Book
	Credit   *credit.Office
	Draws    *supervision.Office
	Secrets  *registry.Secrets // for whoever told a lead
	Bureau   string
	Staff    Staff
	Seed     uint64
	Now      time.Time
}

// Load writes the district.
func (l Loader) Load(ctx context.Context) error {
	p, until := newPlan(l.Seed), l.Now.In(calendar.Shanghai())
	if err := l.brigades(ctx); err != nil {
		return fmt.Errorf("load the demonstration district: %w", err)
	}
	if err := l.objects(ctx, p); err != nil {
		return fmt.Errorf("load the demonstration district: %w", err)
	}
	cameras, err := l.cameras(ctx, p, until)
	if err != nil {
		return fmt.Errorf("load the demonstration district: %w", err)
	}
	if err := l.cases(ctx, p, cameras, until); err != nil {
		return fmt.Errorf("load the demonstration district: %w", err)
	}
	if err := l.events(ctx, p, until); err != nil {
		return fmt.Errorf("load the demonstration district: %w", err)
	}
	if err := l.draws(ctx, p, until); err != nil {
		return fmt.Errorf("load the demonstration district: %w", err)
	}
	if err := l.outside(ctx, p, until); err != nil {
		return fmt.Errorf("load the demonstration district: %w", err)
	}
	if err := l.told(ctx, p, until); err != nil {
		return fmt.Errorf("load the demonstration district: %w", err)
	}
	if err := l.Credit.Keep(ctx); err != nil { // what the decisions mean for their parties
		return fmt.Errorf("load the demonstration district: %w", err)
	}
	if err := l.repairs(ctx, until); err != nil {
		return fmt.Errorf("load the demonstration district: %w", err)
	}
	return nil
}

func (l Loader) brigades(ctx context.Context) error {
	known, err := l.Registry.Brigades(ctx)
	if err != nil || len(known) > 0 {
		return err
	}
	_, err = l.Registry.SaveBrigades(ctx, by, brigades())
	return err
}

func (l Loader) objects(ctx context.Context, p *plan) error {
	first := p.objects[0].ID
	known, err := l.Registry.ObjectsByID(ctx, []string{first})
	if _, ok := known[first]; ok || err != nil {
		return err
	}
	owners, err := l.Registry.PartiesByID(ctx, []string{p.parties[0].ID})
	if err != nil {
		return err
	}
	if len(owners) == 0 {
		if _, err := l.Registry.SaveParties(ctx, by, slices.Clone(p.parties)); err != nil {
			return err
		}
	}
	_, err = l.Registry.SaveObjects(ctx, by, slices.Clone(p.objects))
	return err
}

func (l Loader) cameras(ctx context.Context, p *plan, until time.Time) ([]watching, error) {
	all, err := l.Registry.Cameras(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]watching, Cameras)
	for n := range list {
		draft := p.cameraDraft(n, until)
		w := watching{detector: []string{"stall", "crossdoor", "stall", "soil", "crossdoor", "burning"}[n%6]}
		if i := slices.IndexFunc(all, func(c registry.Camera) bool { return c.Name == draft.Name }); i >= 0 {
			w.camera = all[i]
		} else if w.camera, err = l.Registry.CreateCamera(ctx, by, draft); err != nil {
			return nil, err
		}
		if len(w.camera.Zones) == 0 {
			zone, err := l.Registry.SaveZone(ctx, by, zoneOf(w))
			if err != nil {
				return nil, err
			}
			w.camera.Zones = append(w.camera.Zones, zone)
		}
		w.zone = w.camera.Zones[0].ID
		list[n] = w
	}
	return list, nil
}

func zoneOf(w watching) detectors.Zone {
	z := detectors.Zone{Camera: w.camera.ID, Detector: w.detector, NameZH: "演示区域", NameEN: "invented zone",
		Polygon: detectors.Polygon{{X: 0.1, Y: 0.4}, {X: 0.9, Y: 0.4}, {X: 0.9, Y: 0.9}, {X: 0.1, Y: 0.9}}}
	if w.detector == "crossdoor" {
		z.DoorLine = []detectors.Point{{X: 0.1, Y: 0.4}, {X: 0.9, Y: 0.4}}
	}
	return z
}

// cases adopts those that the book does not know yet.
func (l Loader) cases(ctx context.Context, p *plan, cameras []watching, until time.Time) error {
	year := p.year(cameras, l.Staff, until)
	var known int
	if err := l.Pool.QueryRow(ctx, `SELECT count(*) FROM casefile WHERE id = $1`, year[0].ID).Scan(&known); err != nil {
		return fmt.Errorf("look for the invented cases: %w", err)
	}
	if known > 0 {
		return nil
	}
	matters, err := l.Book.Matters(ctx)
	if err != nil {
		return err
	}
	var keys []string
	for _, m := range matters {
		keys = append(keys, m.Key)
	}
	if err := l.Book.AddOtherCases(ctx, p.onSite(keys, until)); err != nil {
		return err
	}
	return l.Book.AdoptPast(ctx, year)
}

// events records a year of inspections and complaints, and the cases, and grades all
// objects by them.
func (l Loader) events(ctx context.Context, p *plan, until time.Time) error {
	r := rand.New(rand.NewPCG(p.seed, 4)) // #nosec G404 -- invented data
	var events []grade.Event
	add := func(n int, kind, name string) {
		for i := range n {
			o := p.objects[r.IntN(len(p.objects)/(1+r.IntN(8)))] // some more often than others
			events = append(events, grade.Event{ObjectID: o.ID, Kind: kind, At: until.AddDate(0, 0, -r.IntN(364)), Source: fmt.Sprintf("%s-%05d%s", name, i+1, mark)})
		}
	}
	add(900, grade.InspectionPassed, "检查")
	add(260, grade.InspectionFailed, "整改")
	add(220, grade.Complaint, "热线")
	add(25, grade.Finding, "督察")
	add(8, grade.Media, "媒体")
	cases, err := l.Book.ObjectCases(ctx, time.Time{})
	if err != nil {
		return err
	}
	for _, c := range cases {
		if !c.Withdrawn {
			events = append(events, grade.Event{ObjectID: c.ObjectID, Kind: grade.Case, At: c.FiledAt, Source: c.Number})
		}
	}
	tx, err := l.Pool.Begin(ctx)
	if err != nil {
		return fmt.Errorf("record what happened in the invented year: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	if err := l.Grades.Record(ctx, tx, by, events...); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("record what happened in the invented year: %w", err)
	}
	_, err = l.Grades.Run(ctx)
	return err
}
