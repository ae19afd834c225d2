package quota

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/registry"
)

// The levels of areas below the district.
const (
	Brigade  = "brigade"
	Township = "township"
)

// AreaFigures are the figures of a brigade or a township.
type AreaFigures struct {
	Level     string       `json:"level" enum:"brigade,township"`
	Name      string       `json:"name"`
	Townships []string     `json:"townships"`
	Figures   []AreaFigure `json:"figures" doc:"As the list of the plan's figures has them."`
}

// AreaFigure is a figure without its sentence.
type AreaFigure struct {
	Key         string  `json:"key"`
	Numerator   int64   `json:"numerator"`
	Denominator int64   `json:"denominator"`
	Value       float64 `json:"value"`
	Met         bool    `json:"met"`
}

// facts are what the figures of one or more townships are computed of.
type facts struct {
	sums  sums
	ended map[string]bool // matters with a case that came to its end
	took  map[int32]int64 // cases by hours to closure
}

func newFacts() *facts {
	return &facts{sums: sums{lines: map[line]int64{}}, ended: map[string]bool{}, took: map[int32]int64{}}
}

func (f *facts) add(other *facts) {
	for of, n := range other.sums.lines {
		f.sums.lines[of] += n
	}
	maps.Copy(f.ended, other.ended)
	for h, n := range other.took {
		f.took[h] += n
	}
}

func (f *facts) spread() (s spread) {
	for _, h := range slices.Sorted(maps.Keys(f.took)) {
		s.hours, s.n, s.all = append(s.hours, h), append(s.n, f.took[h]), s.all+f.took[h]
	}
	return s
}

// Areas gives the figures of a period for each brigade and each township that the context
// sees, a township of no brigade too. A case without a township counts for the district
// alone. Numbers are those that Compute gives for a context narrowed to the area.
func Areas(ctx context.Context, db queryer, p Period, matters []string, brigades []registry.Brigade, now time.Time) ([]AreaFigures, error) {
	of, err := byTownship(ctx, db, p, now)
	if err != nil {
		return nil, fmt.Errorf("sum the tally of the townships: %w", err)
	}
	for _, b := range brigades {
		for _, t := range b.Townships {
			if of[t] == nil {
				of[t] = newFacts()
			}
		}
	}
	names := slices.Sorted(maps.Keys(of))
	if err := endedIn(ctx, db, p, matters, names, of); err != nil {
		return nil, fmt.Errorf("count the matters enforced off-site in the townships: %w", err)
	}
	list := make([]AreaFigures, 0, len(brigades)+len(names))
	for _, b := range brigades {
		whole := newFacts()
		for _, t := range b.Townships {
			whole.add(of[t])
		}
		list = append(list, whole.figures(Brigade, b.Name, b.Townships, len(matters)))
	}
	for _, t := range names {
		list = append(list, of[t].figures(Township, t, []string{t}, len(matters)))
	}
	return list, nil
}

func (f *facts) figures(level, name string, townships []string, matters int) AreaFigures {
	a := AreaFigures{Level: level, Name: name, Townships: townships}
	for _, q := range ofTownships(append(shares(f.sums, int64(len(f.ended)), int64(matters)), durations(f.spread())...)) {
		a.Figures = append(a.Figures, AreaFigure{q.Key, q.Numerator, q.Denominator, q.Value, q.Met})
	}
	return a
}

// byTownship reads the tallies of all townships at once.
func byTownship(ctx context.Context, db queryer, p Period, now time.Time) (map[string]*facts, error) {
	rows, err := db.Query(ctx, `SELECT township, figure, major, coalesce(hours, -1), sum(n)::bigint FROM township_tally
		WHERE day >= ($1::timestamptz AT TIME ZONE 'Asia/Shanghai')::date AND day < ($2::timestamptz AT TIME ZONE 'Asia/Shanghai')::date
		AND (until IS NULL OR until < $3) GROUP BY township, figure, major, hours`, p.From, p.To, now)
	if err != nil {
		return nil, err
	}
	of := map[string]*facts{}
	var township string
	var l line
	var hours int32
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&township, &l.figure, &l.major, &hours, &n}, func() error {
		f := of[township]
		if f == nil {
			f = newFacts()
			of[township] = f
		}
		if l.figure == "hours" {
			f.took[hours] += n
		} else {
			f.sums.lines[l] += n
		}
		return nil
	})
	return of, err
}

// endedIn notes which matters each township has brought to an end off-site.
func endedIn(ctx context.Context, db queryer, p Period, matters, townships []string, of map[string]*facts) error {
	rows, err := db.Query(ctx, `SELECT t.township, m.matter FROM unnest($3::text[]) AS t (township), unnest($4::text[]) AS m (matter)
		WHERE (SELECT true FROM casefile c WHERE c.township = t.township AND c.matter = m.matter AND `+first+`)`,
		p.From, p.To, townships, matters)
	if err != nil {
		return err
	}
	var township, matter string
	_, err = pgx.ForEachRow(rows, []any{&township, &matter}, func() error {
		of[township].ended[matter] = true
		return nil
	})
	return err
}
