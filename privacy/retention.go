package privacy

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"offsite/casework/calendar"
	"offsite/evidence/translog/proof"
)

// Log is the transparency log.
type Log interface {
	Record(ctx context.Context, e proof.Entry) ([]byte, error)
}

// Options are the parts of an Office.
type Options struct {
	Pool   *pgxpool.Pool
	Log    Log
	Bureau string
	Now    func() time.Time

	// Identity reads a party's whole identity number and records who did, and why
	// (registry.Registry.PartyIdentity).
	Identity func(ctx context.Context, by, partyID, reason string) (string, error)
	Live     Live // for the processing record
}

// Office runs the schedule. It is safe for concurrent use.
type Office struct{ o Options }

// New returns the office of a migrated database.
func New(o Options) *Office { return &Office{o} }

func (o *Office) now() time.Time { return o.o.Now().UTC().Truncate(time.Microsecond) }

// Deleted is what one rule deleted.
type Deleted struct {
	Key    string    `json:"key"`
	Days   int       `json:"days"`
	Before time.Time `json:"before"`
	Count  int       `json:"count"`
	SHA256 string    `json:"sha256" doc:"Over the ids of the rows, sorted, each ended by a line feed."`
}

// Report is what was deleted on a day.
type Report struct {
	Format  string    `json:"format"`
	Bureau  string    `json:"bureau"`
	Day     string    `json:"day"`
	At      time.Time `json:"at"`
	Deleted []Deleted `json:"deleted"`
}

const format = "offsite-retention/1"

// runLock keeps two processes from running the schedule at once: "offreten" in ASCII.
const runLock = 0x6f6666726574656e

// Run deletes what is due, once a day of the legal clock, and enters the reports that
// wait in the log. A report and what it reports are one transaction.
func (o *Office) Run(ctx context.Context) error {
	now := o.now()
	day := now.In(calendar.Shanghai()).Format(time.DateOnly)
	err := pgx.BeginFunc(ctx, o.o.Pool, func(tx pgx.Tx) error {
		var done bool
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(runLock)); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM retention_run WHERE day = $1::text::date)`, day).Scan(&done); err != nil || done {
			return err
		}
		r := Report{Format: format, Bureau: o.o.Bureau, Day: day, At: now}
		schedule, err := o.schedule(ctx, tx)
		if err != nil {
			return err
		}
		for _, rule := range schedule {
			deleted, err := rule.run(ctx, tx, now)
			if err != nil {
				return err
			}
			r.Deleted = append(r.Deleted, deleted)
		}
		text, err := json.Marshal(r)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(text)
		_, err = tx.Exec(ctx, `INSERT INTO retention_run (day, at, body, sha256) VALUES ($1::text::date, $2, $3, $4)`, day, now, string(text), hex.EncodeToString(sum[:]))
		return err
	})
	if err != nil {
		return fmt.Errorf("run the retention schedule of %s: %w", day, err)
	}
	return o.publish(ctx)
}

func (r Rule) run(ctx context.Context, tx pgx.Tx, now time.Time) (Deleted, error) {
	d := Deleted{Key: r.Key, Days: r.Days, Before: r.before(now)}
	rows, err := tx.Query(ctx, r.delete, append([]any{d.Before}, r.args...)...)
	if err != nil {
		return d, fmt.Errorf("delete %s: %w", r.Key, err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return d, fmt.Errorf("delete %s: %w", r.Key, err)
	}
	d.Count, d.SHA256 = len(ids), Digest(ids)
	return d, nil
}

// Digest is the SHA-256 over ids as a report has it, hex.
func Digest(ids []string) string {
	var b strings.Builder
	for _, id := range slices.Sorted(slices.Values(ids)) {
		b.WriteString(id + "\n")
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}

// publish enters reports in the log that are not there yet.
func (o *Office) publish(ctx context.Context) error {
	rows, err := o.o.Pool.Query(ctx, `SELECT to_char(r.day, 'YYYY-MM-DD'), r.at, r.sha256 FROM retention_run r WHERE NOT EXISTS (SELECT FROM retention_proof p WHERE p.day = r.day) ORDER BY r.day`)
	if err != nil {
		return fmt.Errorf("find retention reports that wait for the log: %w", err)
	}
	waiting, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e proof.Entry, err error) {
		e.Kind = proof.KindRetention
		return e, row.Scan(&e.ID, &e.At, &e.SHA256)
	})
	if err != nil {
		return fmt.Errorf("find retention reports that wait for the log: %w", err)
	}
	for _, e := range waiting {
		text, err := o.o.Log.Record(ctx, e)
		if err != nil {
			return fmt.Errorf("enter the retention report of %s in the log: %w", e.ID, err)
		}
		if _, err := o.o.Pool.Exec(ctx, `INSERT INTO retention_proof (day, proof) VALUES ($1::text::date, $2) ON CONFLICT DO NOTHING`, e.ID, text); err != nil {
			return fmt.Errorf("keep the proof of the retention report of %s: %w", e.ID, err)
		}
	}
	return nil
}

// Ran is a report as it is kept.
type Ran struct {
	Day    string    `json:"day"`
	At     time.Time `json:"at"`
	Text   string    `json:"text" doc:"The exact text; its SHA-256 stands in the transparency log."`
	SHA256 string    `json:"sha256"`
	Proof  string    `json:"proof" doc:"Of the entry in the log (C2SP tlog-proof); empty until it stands there."`
}

// Runs lists the reports of the last year, the newest first.
func (o *Office) Runs(ctx context.Context) ([]Ran, error) {
	rows, err := o.o.Pool.Query(ctx, `SELECT to_char(r.day, 'YYYY-MM-DD'), r.at, r.body, r.sha256, coalesce(convert_from(p.proof, 'UTF8'), '')
		FROM retention_run r LEFT JOIN retention_proof p ON p.day = r.day ORDER BY r.day DESC LIMIT $1`, year)
	if err != nil {
		return nil, fmt.Errorf("list the retention reports: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Ran])
	if err != nil {
		return nil, fmt.Errorf("list the retention reports: %w", err)
	}
	return list, nil
}

const (
	queue = "privacy"
	every = time.Hour // Run makes one a day of it
)

// RunArgs runs the schedule.
type RunArgs struct{}

// Kind names the job.
func (RunArgs) Kind() string { return "privacy.retention" }

// InsertOpts allows one at a time.
func (RunArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByPeriod: every}}
}

// AddWorkers registers the worker of the schedule.
func (o *Office) AddWorkers(w *river.Workers) {
	river.AddWorker(w, river.WorkFunc(func(ctx context.Context, _ *river.Job[RunArgs]) error { return o.Run(ctx) }))
}

// Queues are the queues that the schedule runs on.
func (o *Office) Queues() map[string]river.QueueConfig {
	return map[string]river.QueueConfig{queue: {MaxWorkers: 1}}
}

// PeriodicJobs are what River must start by the clock.
func (o *Office) PeriodicJobs() []*river.PeriodicJob {
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(every), func() (river.JobArgs, *river.InsertOpts) { return RunArgs{}, nil }, nil)}
}
