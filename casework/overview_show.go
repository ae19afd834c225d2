package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework/calendar"
	"offsite/casework/flow"
	"offsite/casework/matter"
)

// Overview is casework's part of the first page.
func (b *Book) Overview(ctx context.Context, a Actor) (Overview, error) {
	var out Overview
	var err error
	if out.CasesByState, err = b.countByState(ctx); err != nil {
		return out, err
	}
	if out.Waiting, err = b.waiting(ctx, a, out.CasesByState); err != nil {
		return out, err
	}
	if out.Deadlines, err = b.nearest(ctx, own(a)); err != nil {
		return out, err
	}
	if out.Quotas, err = b.Quotas(ctx, 0); err != nil {
		return out, err
	}
	out.CalendarLacks, out.CalendarProvisional = b.rules.Days().Lacks(b.now())
	if out.Trend, err = b.trend(ctx); err != nil {
		return out, err
	}
	latest, err := b.casefiles(ctx, query{}, "raised_at DESC, casefile.id DESC", overviewFindings)
	if err != nil {
		return out, fmt.Errorf("list the latest findings: %w", err)
	}
	out.Findings = []FindingItem{}
	for _, c := range latest {
		out.Findings = append(out.Findings, c.findingItem())
	}
	return out, nil
}

const (
	overviewFindings  = 6
	overviewDeadlines = 10
	soon              = 7 * 24 * time.Hour
)

func (b *Book) countByState(ctx context.Context) ([]StateCount, error) {
	rows, err := b.o.Pool.Query(ctx, `SELECT substring(figure FROM 7), sum(n)::integer FROM case_tally
		WHERE day = DATE '1970-01-01' AND figure LIKE 'state/%' GROUP BY figure HAVING sum(n) > 0 ORDER BY 1`)
	if err != nil {
		return nil, fmt.Errorf("count the cases: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[StateCount])
	if err != nil {
		return nil, fmt.Errorf("count the cases: %w", err)
	}
	if list == nil {
		list = []StateCount{}
	}
	return list, nil
}

// waiting counts what the actor's roles can do next.
func (b *Book) waiting(ctx context.Context, a Actor, states []StateCount) ([]Waiting, error) {
	count := map[string]int{}
	for _, s := range states {
		count[s.State] = s.Count
	}
	list := []Waiting{}
	for _, role := range a.Roles {
		switch role {
		case "reviewer":
			list = append(list, Waiting{"first_review", count["found"]}, Waiting{"second_review", count["reviewed"]})
		case "officer":
			var n int
			err := b.o.Pool.QueryRow(ctx, `SELECT count(*) FROM casefile WHERE officers @> ARRAY[$1::uuid]
				AND state IN ('filed', 'notified', 'investigated', 'proposed', 'decided', 'overdue')`, a.ID).Scan(&n)
			if err != nil {
				return nil, fmt.Errorf("count the cases of officer %s: %w", a.ID, err)
			}
			var unknown int // where the account looks: an officer of a township sees those near by
			if err := b.o.Pool.QueryRow(ctx, `SELECT count(*) FROM casefile WHERE `+flow.UnknownParty("casefile")).Scan(&unknown); err != nil {
				return nil, fmt.Errorf("count the cases without a party: %w", err)
			}
			list = append(list, Waiting{"case", n}, Waiting{"unknown_party", unknown})
		case "legal":
			list = append(list, Waiting{"legal", count["legal_review"]})
		case "head":
			var refunds int
			if err := b.o.Pool.QueryRow(ctx, `SELECT count(*) FROM casefile WHERE `+moneyWaits).Scan(&refunds); err != nil {
				return nil, fmt.Errorf("count the money that waits to be confirmed: %w", err)
			}
			list = append(list, Waiting{"head", count["verified"] + count["proposed"] + count["legal_review"] + count["collective"] + count["closed"]}, Waiting{"refund", refunds})
		}
	}
	return list, nil
}

// nearest lists deadlines that are over or due within a week.
func (b *Book) nearest(ctx context.Context, officer string) ([]OverviewDeadline, error) {
	rows, err := b.o.Pool.Query(ctx, `SELECT id::text, coalesce(number, ''), due FROM casefile
		WHERE due_at <= $1 AND state NOT IN ('found', 'reminded') AND ($3 = '' OR officers @> ARRAY[nullif($3, '')::uuid]) ORDER BY due_at LIMIT $2`,
		b.now().Add(soon), overviewDeadlines, officer)
	if err != nil {
		return nil, fmt.Errorf("list the nearest deadlines: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (o OverviewDeadline, err error) {
		var due []byte
		if err = row.Scan(&o.CaseID, &o.Number, &due); err != nil {
			return o, err
		}
		var d Deadline
		err = json.Unmarshal(due, &d)
		o.LabelZH, o.LabelEN, o.At = d.LabelZH, d.LabelEN, d.At
		return o, err
	})
	if err != nil {
		return nil, fmt.Errorf("list the nearest deadlines: %w", err)
	}
	if list == nil {
		list = []OverviewDeadline{}
	}
	return list, nil
}

// Matters lists the matters of the bureau, as of today.
func (b *Book) Matters(ctx context.Context) ([]Matter, error) {
	if err := b.rules.Fresh(ctx); err != nil {
		return nil, err
	}
	list := []Matter{}
	for _, m := range b.rules.Matters().All() {
		list = append(list, b.MatterOf(m))
	}
	return list, nil
}

// MatterOf is a matter as it is shown today.
func (b *Book) MatterOf(m matter.Matter) Matter {
	out := Matter{Key: m.Key, NameZH: m.Name.ZH, NameEN: m.Name.EN, Detector: m.Detector, Offsite: m.Offsite, Major: m.Major, GraceS: int64(m.GraceS),
		Basis: []Basis{}, Bands: []Band{}, BandsZH: m.BandsSource.ZH, BandsEN: m.BandsSource.EN}
	for _, v := range m.Versions {
		for _, p := range v.Basis {
			out.Basis = append(out.Basis, Basis{LawZH: p.Law.ZH, LawEN: p.Law.EN, Article: p.Article, ArticleEN: p.ArticleEN, ValidFrom: v.ValidFrom.In(calendar.Shanghai()).Format(day)})
		}
	}
	v, ok := m.Current(b.now())
	if !ok {
		return out
	}
	out.FineMinFen, out.FineMaxFen = v.Range().Min, v.Range().Max
	out.AwaitsZH, out.AwaitsEN = v.Awaits.ZH, v.Awaits.EN
	for _, band := range v.Bands {
		one := Band{Key: band.Key, NameZH: band.Name.ZH, NameEN: band.Name.EN, When: []string{}, NoPenalty: string(band.NoPenalty), ArticleZH: band.Article.ZH, ArticleEN: band.Article.EN,
			PersonMin: band.Fines[matter.Person].Min, PersonMax: band.Fines[matter.Person].Max, UnitMin: band.Fines[matter.Unit].Min, UnitMax: band.Fines[matter.Unit].Max}
		for _, c := range band.When {
			one.When = append(one.When, c.String())
		}
		out.Bands = append(out.Bands, one)
	}
	return out
}

// PublicMatters lists the published matters.
func (b *Book) PublicMatters(ctx context.Context) ([]PublicMatter, error) {
	if err := b.rules.Fresh(ctx); err != nil {
		return nil, err
	}
	list := []PublicMatter{}
	for _, m := range b.rules.Matters().All() {
		out := PublicMatter{Key: m.Key, NameZH: m.Name.ZH, NameEN: m.Name.EN, Offsite: m.Offsite}
		if v, ok := m.Current(b.now()); ok {
			out.FineMinFen, out.FineMaxFen = v.Range().Min, v.Range().Max
			out.BasisZH, out.BasisEN = basisOf(v)
		}
		list = append(list, out)
	}
	return list, nil
}

func basisOf(v matter.Version) (zh, en string) {
	var l law
	l.cite(v)
	return l.BasisZH, l.BasisEN
}
