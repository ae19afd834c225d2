package casework

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"golang.org/x/sync/errgroup"

	"offsite/casework/calendar"
	"offsite/casework/quota"
	"offsite/registry"
	"offsite/store"
)

// Quotas computes the plan's figures of a year as they stand now; 0 is the current one.
func (b *Book) Quotas(ctx context.Context, year int) ([]Quota, error) {
	list, err := quota.Compute(ctx, b.o.Pool, b.year(year), b.matterKeys(), b.now())
	if err != nil {
		return nil, fmt.Errorf("compute the quotas: %w", err)
	}
	return list, nil
}

// QuotasByArea computes the figures of the current year for each brigade and township that
// the context sees. A brigade of which it sees a part is left out: its figures would be
// those of the part.
func (b *Book) QuotasByArea(ctx context.Context) ([]quota.AreaFigures, error) {
	brigades, err := b.o.Registry.Brigades(ctx)
	if err != nil {
		return nil, fmt.Errorf("compute the quotas of brigades and townships: %w", err)
	}
	if own := store.Townships(ctx); len(own) > 0 {
		brigades = slices.DeleteFunc(brigades, func(g registry.Brigade) bool {
			return slices.ContainsFunc(g.Townships, func(t string) bool { return !slices.Contains(own, t) })
		})
	}
	list, err := quota.Areas(ctx, b.o.Pool, b.year(0), b.matterKeys(), brigades, b.now())
	if err != nil {
		return nil, fmt.Errorf("compute the quotas of brigades and townships: %w", err)
	}
	return list, nil
}

// year is a year of the legal clock; 0 is the current one.
func (b *Book) year(of int) quota.Period {
	if of == 0 {
		of = b.now().In(calendar.Shanghai()).Year()
	}
	from := time.Date(of, 1, 1, 0, 0, 0, 0, calendar.Shanghai())
	return quota.Period{From: from, To: from.AddDate(1, 0, 0)}
}

func (b *Book) matterKeys() []string {
	var keys []string
	for _, m := range b.rules.Matters().All() {
		keys = append(keys, m.Key)
	}
	return keys
}

// QuotaItems lists what stands behind a figure of this year: what counts, or what is
// missing.
func (b *Book) QuotaItems(ctx context.Context, key string, missing bool, cursor string) (Page[QuotaItem], error) {
	list, err := quota.Items(ctx, b.o.Pool, b.year(0), b.matterKeys(), b.now(), quota.Which{Key: key, Missing: missing, After: cursor, Limit: pageLength + 1})
	if errors.Is(err, quota.ErrUnknown) {
		err = fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	if err != nil {
		return Page[QuotaItem]{}, err
	}
	for i, item := range list {
		if m, err := b.rules.Matters().Matter(item.Matter); err == nil {
			list[i].Matter = m.Name.ZH
		}
	}
	page := Page[QuotaItem]{Items: list}
	if len(list) > pageLength {
		page.Items, page.NextCursor = list[:pageLength], list[pageLength-1].Number
	}
	return page, nil
}

// QuotaSnapshot is the plan's figures as they stood at the end of a month: the
// district's, or those of a brigade or a township.
type QuotaSnapshot struct {
	Month     string    `json:"month"` // 2006-01
	Level     string    `json:"level" enum:"district,brigade,township"`
	Area      string    `json:"area" doc:"Name of the brigade or township; empty: the district."`
	Townships []string  `json:"townships" doc:"That the area covered when it was sealed; none: the district."`
	At        time.Time `json:"at"`
	Quotas    []Quota   `json:"quotas"`
	Text      string    `json:"text" doc:"The exact text that was sealed; its SHA-256 stands in the transparency log."`
	SHA256    string    `json:"sha256"`
	Proof     string    `json:"proof" doc:"Of the entry in the log (C2SP tlog-proof); empty until it stands there."`
}

const month = "2006-01"

// SealQuotas keeps the figures of the month before, from the year's beginning to the
// month's end, of the district and of each brigade and township, and enters their digests
// in the transparency log. What is sealed stays; what waits for the log is entered now. A
// bureau without cases before has nothing to seal.
func (b *Book) SealQuotas(ctx context.Context) error {
	now := b.now().In(calendar.Shanghai())
	to := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, calendar.Shanghai())
	if err := b.keepFigures(ctx, to); err != nil {
		return fmt.Errorf("seal the quotas of %s: %w", to.AddDate(0, 0, -1).Format(month), err)
	}
	if b.o.Log == nil {
		return nil
	}
	rows, err := b.o.Pool.Query(ctx, `SELECT body FROM quota_snapshot WHERE proof IS NULL ORDER BY month, level, area`)
	if err != nil {
		return fmt.Errorf("find the figures that wait for the log: %w", err)
	}
	waiting, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		return fmt.Errorf("find the figures that wait for the log: %w", err)
	}
	var all errgroup.Group // each waits for the next checkpoint
	all.SetLimit(logWorkers)
	for _, text := range waiting {
		all.Go(func() error { return b.enterFigures(ctx, text) })
	}
	return all.Wait()
}

// enterFigures puts a snapshot into the log.
func (b *Book) enterFigures(ctx context.Context, text []byte) error {
	s, err := quota.ReadSealed(text)
	if err != nil {
		return err
	}
	e := s.Entry(text)
	receipt, err := b.o.Log.Record(ctx, e)
	if err != nil {
		return err
	}
	if _, err := b.o.Pool.Exec(ctx, `UPDATE quota_snapshot SET proof = $2 WHERE sha256 = $1 AND proof IS NULL`, e.SHA256, receipt); err != nil {
		return fmt.Errorf("keep the proof of the figures of %s: %w", e.ID, err)
	}
	return nil
}

// keepFigures writes the snapshots of the month that ended at to, once: the district's,
// and those of the areas as they are now.
func (b *Book) keepFigures(ctx context.Context, to time.Time) error {
	last := to.AddDate(0, 0, -1)
	var whole, areas bool
	err := b.o.Pool.QueryRow(ctx, `SELECT none OR EXISTS (SELECT FROM quota_snapshot WHERE to_char(month, 'YYYY-MM') = $1 AND level = 'district'),
		none OR EXISTS (SELECT FROM quota_snapshot WHERE to_char(month, 'YYYY-MM') = $1 AND level <> 'district')
		FROM (SELECT NOT EXISTS (SELECT FROM casefile WHERE raised_at < $2) AS none) n`, last.Format(month), to).Scan(&whole, &areas)
	if err != nil || whole && areas {
		return err
	}
	s := quota.Sealed{Format: quota.SealedFormat, Bureau: b.o.Bureau.Name, Month: last.Format(month), To: to, At: b.now(),
		From: time.Date(last.Year(), 1, 1, 0, 0, 0, 0, calendar.Shanghai())}
	var all []quota.Sealed
	if !whole {
		all = append(all, s)
	}
	if !areas {
		brigades, err := b.o.Registry.Brigades(ctx)
		if err != nil {
			return err
		}
		list, err := quota.Areas(ctx, b.o.Pool, quota.Period{From: s.From, To: to}, b.matterKeys(), brigades, to)
		if err != nil {
			return err
		}
		for _, a := range list {
			s.Level, s.Area, s.Townships = a.Level, a.Name, a.Townships
			all = append(all, s)
		}
	}
	return b.keepSealed(ctx, all)
}

// keepSealed computes the figures of snapshots and writes them, all or none.
func (b *Book) keepSealed(ctx context.Context, all []quota.Sealed) error {
	batch := &pgx.Batch{}
	for _, s := range all {
		part, scope := store.WithScope(ctx)
		scope.Narrow(s.Townships)
		var err error
		if s.Quotas, err = quota.Compute(part, b.o.Pool, quota.Period{From: s.From, To: s.To}, b.matterKeys(), s.To); err != nil {
			return err
		}
		text, err := json.Marshal(s)
		if err != nil {
			return fmt.Errorf("write the figures of %s: %w", s.Month, err)
		}
		batch.Queue(`INSERT INTO quota_snapshot (month, level, area, townships, at, body, sha256) VALUES ($1::text::date, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
			s.Month+"-01", cmp.Or(s.Level, quota.District), s.Area, append([]string{}, s.Townships...), s.At, string(text), s.Entry(text).SHA256)
	}
	return pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) error { return tx.SendBatch(ctx, batch).Close() })
}

// QuotaSnapshots lists the sealed months of a part, newest first: by the name that it had
// then. Without a name they are of all that the context sees, the district's or those of
// the area that covered the same townships.
func (b *Book) QuotaSnapshots(ctx context.Context, of quota.Part) ([]QuotaSnapshot, error) {
	own := append([]string{}, store.Townships(ctx)...)
	rows, err := b.o.Pool.Query(ctx, `SELECT DISTINCT ON (month) to_char(month, 'YYYY-MM'), level, area, townships, at, body, sha256, coalesce(proof, '') FROM quota_snapshot s
		WHERE CASE WHEN $1 = '' THEN s.townships @> $3::text[] AND s.townships <@ $3::text[] ELSE level = $1 AND area = $2 END
		ORDER BY s.month DESC, s.level LIMIT 60`, of.Level, of.Name, own)
	if err != nil {
		return nil, fmt.Errorf("list the sealed figures: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s QuotaSnapshot, err error) {
		var text []byte
		if err = row.Scan(&s.Month, &s.Level, &s.Area, &s.Townships, &s.At, &s.Text, &s.SHA256, &text); err != nil {
			return s, err
		}
		s.Proof = string(text)
		body, err := quota.ReadSealed([]byte(s.Text))
		s.Quotas = body.Quotas
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("list the sealed figures: %w", err)
	}
	return list, nil
}

// SealQuotasArgs seals the figures of the month that has ended.
type SealQuotasArgs struct{}

// Kind names the job.
func (SealQuotasArgs) Kind() string { return "casework.seal_quotas" }

// InsertOpts puts it where jobs wait for the log.
func (SealQuotasArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: logQueue, UniqueOpts: river.UniqueOpts{ByPeriod: sealEvery}}
}

const sealEvery = time.Hour
