package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"offsite/casework/calendar"
	"offsite/casework/quota"
	"offsite/evidence/translog/proof"
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

// QuotaSnapshot is the plan's figures as they stood at the end of a month.
type QuotaSnapshot struct {
	Month  string    `json:"month"` // 2006-01
	At     time.Time `json:"at"`
	Quotas []Quota   `json:"quotas"`
	Text   string    `json:"text" doc:"The exact text that was sealed; its SHA-256 stands in the transparency log."`
	SHA256 string    `json:"sha256"`
	Proof  string    `json:"proof" doc:"Of the entry in the log (C2SP tlog-proof); empty until it stands there."`
}

// sealedFigures is the text of a snapshot.
type sealedFigures struct {
	Format string    `json:"format"`
	Bureau string    `json:"bureau"`
	Month  string    `json:"month"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	At     time.Time `json:"at"`
	Quotas []Quota   `json:"quotas"`
}

const (
	month        = "2006-01"
	figureFormat = "offsite-quota/1"
)

// SealQuotas keeps the figures of the month before, from the year's beginning to the
// month's end, and enters their digest in the transparency log. What is sealed stays;
// what waits for the log is entered now. A bureau without cases before has nothing to
// seal.
func (b *Book) SealQuotas(ctx context.Context) error {
	now := b.now().In(calendar.Shanghai())
	to := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, calendar.Shanghai())
	if err := b.keepFigures(ctx, to); err != nil {
		return fmt.Errorf("seal the quotas of %s: %w", to.AddDate(0, 0, -1).Format(month), err)
	}
	if b.o.Log == nil {
		return nil
	}
	rows, err := b.o.Pool.Query(ctx, `SELECT to_char(month, 'YYYY-MM'), at, sha256 FROM quota_snapshot WHERE proof IS NULL ORDER BY month`)
	if err != nil {
		return fmt.Errorf("find the figures that wait for the log: %w", err)
	}
	waiting, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e proof.Entry, err error) {
		e.Kind = proof.KindQuota
		err = row.Scan(&e.ID, &e.At, &e.SHA256)
		return e, err
	})
	if err != nil {
		return fmt.Errorf("find the figures that wait for the log: %w", err)
	}
	for _, e := range waiting {
		text, err := b.o.Log.Record(ctx, e)
		if err != nil {
			return err
		}
		if _, err := b.o.Pool.Exec(ctx, `UPDATE quota_snapshot SET proof = $2 WHERE to_char(month, 'YYYY-MM') = $1 AND proof IS NULL`, e.ID, text); err != nil {
			return fmt.Errorf("keep the proof of the figures of %s: %w", e.ID, err)
		}
	}
	return nil
}

// keepFigures writes the snapshot of the month that ended at to, once.
func (b *Book) keepFigures(ctx context.Context, to time.Time) error {
	last := to.AddDate(0, 0, -1)
	var known bool
	err := b.o.Pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM quota_snapshot WHERE to_char(month, 'YYYY-MM') = $1)
		OR NOT EXISTS (SELECT FROM casefile WHERE raised_at < $2)`, last.Format(month), to).Scan(&known)
	if err != nil || known {
		return err
	}
	p := quota.Period{From: time.Date(last.Year(), 1, 1, 0, 0, 0, 0, calendar.Shanghai()), To: to}
	list, err := quota.Compute(ctx, b.o.Pool, p, b.matterKeys(), to)
	if err != nil {
		return err
	}
	at := b.now()
	body, err := json.Marshal(sealedFigures{Format: figureFormat, Bureau: b.o.Bureau.Name, Month: last.Format(month), From: p.From, To: p.To, At: at, Quotas: list})
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	_, err = b.o.Pool.Exec(ctx, `INSERT INTO quota_snapshot (month, at, body, sha256) VALUES ($1::text::date, $2, $3, $4) ON CONFLICT DO NOTHING`,
		last.Format(month)+"-01", at, string(body), hex.EncodeToString(sum[:]))
	return err
}

// QuotaSnapshots lists the sealed months, newest first.
func (b *Book) QuotaSnapshots(ctx context.Context) ([]QuotaSnapshot, error) {
	rows, err := b.o.Pool.Query(ctx, `SELECT to_char(month, 'YYYY-MM'), at, body, sha256, coalesce(proof, '') FROM quota_snapshot ORDER BY quota_snapshot.month DESC LIMIT 60`)
	if err != nil {
		return nil, fmt.Errorf("list the sealed figures: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s QuotaSnapshot, err error) {
		var text []byte
		if err = row.Scan(&s.Month, &s.At, &s.Text, &s.SHA256, &text); err != nil {
			return s, err
		}
		s.Proof = string(text)
		var body sealedFigures
		err = json.Unmarshal([]byte(s.Text), &body)
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
