package simulation

import (
	"context"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework/flow"
)

// Report is what a simulation came to.
type Report struct {
	Seed     uint64      `json:"seed"`
	Days     int         `json:"days"`
	Raised   int         `json:"incidents"`
	Joined   int         `json:"joined"` // more evidence of an act that is a case already
	Cases    int         `json:"cases"`
	Outcomes []Outcome   `json:"outcomes"`
	Steps    int         `json:"steps"`   // entries of the process records
	Tried    int         `json:"tried"`   // steps that somebody tried at random
	Refused  int         `json:"refused"` // steps refused, tried at random or meant well
	Papers   int         `json:"papers"`
	Acts     Overlaps    `json:"overlapping_acts"`
	Checks   []Finding   `json:"checks"`
	Close    TimeToClose `json:"time_to_close"`
	Prompt   TimeToClose `json:"time_to_close_prompt"` // of parties that gave up their defence and paid within two days of service
	Records  Records     `json:"-"`                    // what it was checked against
	Seconds  float64     `json:"seconds"`
	Checking float64     `json:"checking_seconds"`     // of them
	Stopped  *time.Time  `json:"stopped_at,omitempty"` // simulated, where it did not come to its end
}

// Rate is how many incidents were played and checked in a second.
func (r *Report) Rate() float64 { return float64(r.Raised) / max(r.Seconds, 0.001) }

// Outcome is how many cases stand in a state at the end.
type Outcome struct {
	State string `json:"state"`
	Cases int    `json:"cases"`
}

// Finding is what one check found.
type Finding struct {
	Invariant
	Violations []Violation `json:"violations"`
}

// TimeToClose is how long cases took that ended with a paid fine, in days from the
// incident to the closure.
type TimeToClose struct {
	Cases  int     `json:"cases"`
	P10    float64 `json:"p10"`
	Median float64 `json:"median"`
	P90    float64 `json:"p90"`
	Upto   []Share `json:"up_to"`
}

// Share is how many of a hundred cases were closed within so many days.
type Share struct {
	Days    int     `json:"days"`
	Percent float64 `json:"percent"`
}

// What Pudong reports of its own, as medians in days.
const (
	PudongOffsite = 4 // "less than"
	PudongOnSite  = 27
)

// Violations counts what all checks found.
func (r *Report) Violations() (n int) {
	for _, f := range r.Checks {
		n += len(f.Violations)
	}
	return n
}

// Report counts what the simulation came to, and checks it. Where it is ended in the middle
// of that, what was found by then comes with the error.
func (w *World) Report(ctx context.Context) (*Report, error) {
	r := &Report{Seed: w.o.Seed, Days: w.o.Days, Raised: w.raised, Joined: w.joined, Cases: len(w.courses), Acts: Overlaps{Raised: w.twice.raised, Joined: w.twice.joined}}
	if w.stopped {
		at := w.Now()
		r.Stopped = &at
	}
	for _, c := range w.courses {
		r.Tried, r.Refused, r.Acts.Refused = r.Tried+c.tried, r.Refused+c.refused, r.Acts.Refused+c.twice
	}
	rows, err := w.b.pool.Query(ctx, `SELECT state, count(*) FROM casefile GROUP BY state ORDER BY count(*) DESC, state`)
	if err != nil {
		return nil, fmt.Errorf("count the outcomes: %w", err)
	}
	if r.Outcomes, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Outcome]); err != nil {
		return nil, fmt.Errorf("count the outcomes: %w", err)
	}
	err = w.b.pool.QueryRow(ctx, `SELECT (SELECT count(*) FROM process_record), (SELECT count(*) FROM document)`).Scan(&r.Steps, &r.Papers)
	if err != nil {
		return nil, fmt.Errorf("count steps and papers: %w", err)
	}
	if r.Close, err = timeToClose(ctx, w.b.pool, "true"); err != nil {
		return nil, err
	}
	if r.Prompt, err = timeToClose(ctx, w.b.pool, prompt); err != nil {
		return nil, err
	}
	if err := r.Acts.count(ctx, w.b.pool); err != nil {
		return nil, err
	}
	log, began := w.b.log.Trusted(), time.Now()
	r.Records = Records{Matters: w.b.matters, Received: w.b.treasury.received(), Counters: w.b.treasury.atCounters(), Returned: w.b.treasury.returned(), Log: &log}
	r.Checks, err = Check(ctx, w.b.pool, r.Records, func(i Invariant) { w.tell(i.Key) })
	r.Seconds, r.Checking = time.Since(w.began).Seconds(), time.Since(began).Seconds()
	return r, err
}

// prompt chooses the cases of parties that answer and pay at once.
const prompt = `dossier->>'waived' = 'true' AND (dossier->>'paid_at')::timestamptz - (dossier->>'served_at')::timestamptz < interval '2 days'`

func timeToClose(ctx context.Context, db database, which string) (t TimeToClose, err error) {
	rows, err := db.Query(ctx, `SELECT extract(epoch FROM closed_at - raised_at)::float8 / 86400 FROM casefile WHERE state IN ('closed', 'archived') AND `+which+` ORDER BY 1`)
	if err != nil {
		return t, fmt.Errorf("measure the time to close: %w", err)
	}
	days, err := pgx.CollectRows(rows, pgx.RowTo[float64])
	if err != nil || len(days) == 0 {
		return t, err
	}
	at := func(part float64) float64 { return days[int(part*float64(len(days)-1))] }
	t = TimeToClose{Cases: len(days), P10: at(0.1), Median: at(0.5), P90: at(0.9)}
	for _, most := range []int{2, 4, 7, 14, 27, 60, 180} {
		n, _ := slices.BinarySearch(days, float64(most))
		t.Upto = append(t.Upto, Share{most, 100 * float64(n) / float64(len(days))})
	}
	return t, nil
}

// Print writes the report for a person.
func (r *Report) Print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "seed %d: %d incidents over %d days, %d cases, %d joined one that was open; %d steps, %d papers, %d steps tried at random, %d refused; %.0f s, %.1f incidents/s\n",
		r.Seed, r.Raised, r.Days, r.Cases, r.Joined, r.Steps, r.Papers, r.Tried, r.Refused, r.Seconds, r.Rate())
	if r.Stopped != nil {
		fmt.Fprintf(t, "stopped on %s of simulated time; what was played by then was checked\n", r.Stopped.Format(time.DateOnly))
	}
	names := flow.New()
	fmt.Fprintln(t)
	fmt.Fprintln(t, "outcome\tcases\tshare")
	for _, o := range r.Outcomes {
		info := names.Info(flow.State(o.State))
		fmt.Fprintf(t, "%s %s\t%d\t%.1f %%\n", info.ZH, info.EN, o.Cases, 100*float64(o.Cases)/float64(max(1, r.Cases)))
	}
	fmt.Fprintln(t, "\ninvariant\tviolations\tchecked")
	for _, f := range r.Checks {
		fmt.Fprintf(t, "%s %s\t%d\t%s\n", f.ZH, f.EN, len(f.Violations), f.Key)
		for i, v := range f.Violations {
			if i == 5 {
				fmt.Fprintf(t, "  and %d more\t\t\n", len(f.Violations)-i)
				break
			}
			fmt.Fprintf(t, "  case %s: %s\t\t\n", v.Case, v.What)
		}
	}
	if left := len(checks()) - len(r.Checks); left > 0 {
		fmt.Fprintf(t, "not checked\t\t%d of %d\n", left, len(checks()))
	}
	fmt.Fprintln(t, "\nacts of one party near in time\t")
	for _, line := range r.Acts.lines() {
		fmt.Fprintf(t, "%s\t%d\n", line.what, line.n)
	}
	c, p := r.Close, r.Prompt
	fmt.Fprintf(t, "\ndays from incident to closure\tall\tparties that answer and pay at once\tPudong reports\n")
	fmt.Fprintf(t, "cases\t%d\t%d\t\n", c.Cases, p.Cases)
	fmt.Fprintf(t, "median\t%.1f\t%.1f\toff-site < %d, on site %d\n", c.Median, p.Median, PudongOffsite, PudongOnSite)
	fmt.Fprintf(t, "one in ten within\t%.1f\t%.1f\t\nnine in ten within\t%.1f\t%.1f\t\n", c.P10, p.P10, c.P90, p.P90)
	for i, s := range c.Upto {
		fmt.Fprintf(t, "up to %d days\t%.1f %%\t%.1f %%\t\n", s.Days, s.Percent, p.upto(i).Percent)
	}
	return t.Flush()
}
