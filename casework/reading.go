package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework/calendar"
	"offsite/casework/flow"
	"offsite/casework/matter"
	"offsite/registry"
)

const day = "2006-01-02"

// refresh reads anew what may change during a case: the party's telephone and
// consent, the law of the day, what it has done before.
func (b *Book) refresh(ctx context.Context, tx pgx.Tx, c *casefile, now time.Time) error {
	if err := b.rules.FreshIn(ctx, tx); err != nil {
		return err
	}
	if c.PartyID != "" {
		if err := b.refreshParty(ctx, b.o.Registry.In(tx), c); err != nil {
			return err
		}
		before := c.FirstAt.AddDate(-1, 0, 0)
		// Of the whole district, whoever takes the step: the law asks what the party did,
		// not in which township.
		err := tx.QueryRow(ctx, `SELECT count(*) FROM public.casefile WHERE party_id = $1 AND matter = $2 AND id <> $3 AND first_at >= $4 AND first_at < $5 AND state = ANY($6)`,
			c.PartyID, c.Matter, c.ID, before, c.FirstAt, b.counted).Scan(&c.D.Repeats)
		if err != nil {
			return fmt.Errorf("count what the party of case %s did before: %w", c.ID, err)
		}
	}
	if c.D.DecidedAt.IsZero() {
		b.refreshLaw(c, now)
		return b.refreshSameAct(ctx, tx, c)
	}
	return nil
}

// refreshSameAct looks for the case that forbids another fine (art. 29): of the same party,
// whatever the matter and the camera, at the same time, unless each has an object of its own.
// One that ended without a fine forbids none, nor does one that was decided before this act
// began: what goes on after a decision is another act. Before the second review no step asks.
func (b *Book) refreshSameAct(ctx context.Context, tx pgx.Tx, c *casefile) error {
	c.D.SameAct = caseNamed{}
	if c.PartyID == "" || c.D.People.Verifier.ID == "" {
		return nil
	}
	err := tx.QueryRow(ctx, `SELECT id, number FROM public.casefile
		WHERE party_id = $1 AND id <> $2 AND first_at <= $3 AND last_at >= $4 AND (decided_at IS NULL OR decided_at > $7) AND (object_id IS NULL OR $5::uuid IS NULL OR object_id = $5)
		AND state = ANY($8) AND NOT id = ANY($6::uuid[]) ORDER BY number LIMIT 1`,
		c.PartyID, c.ID, c.LastAt.Add(sameAct), c.FirstAt.Add(-sameAct), orNull(c.ObjectID), append([]string{}, c.D.Apart...), c.FirstAt, b.pursued).Scan(&c.D.SameAct.ID, &c.D.SameAct.Number)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("look for another case of the act of case %s: %w", c.ID, err)
	}
	return nil
}

func (b *Book) refreshParty(ctx context.Context, r *registry.Registry, c *casefile) error {
	p, consent, err := r.PartyServed(ctx, c.PartyID)
	if errors.Is(err, registry.ErrNotFound) {
		return nil // taken off the list in mid-case: what was known stays
	}
	if err != nil {
		return fmt.Errorf("read the party of case %s: %w", c.ID, err)
	}
	born := c.D.Party.BornOn
	c.D.Party = partyThen{Kind: p.Kind, Name: p.Name, Identity: p.Identity, Phone: p.Phone, Email: p.Email, Address: p.Address, BornOn: born}
	c.D.Party.Consent, c.D.Party.Email = consent.Phone, first(consent.Email, p.Email)
	return nil
}

// refreshLaw finds the version that applies today; an incomplete one leaves the
// case without penalty, it is no error.
func (b *Book) refreshLaw(c *casefile, now time.Time) {
	m, err := b.rules.Matters().Matter(c.Matter)
	if err != nil {
		c.D.Law = law{NameZH: c.Matter, NameEN: c.Matter, Why: Text{ZH: "事项清单中没有该事项", EN: err.Error()}}
		return
	}
	c.D.Major = m.Major
	l := law{NameZH: m.Name.ZH, NameEN: m.Name.EN, Order: Text(m.Order), Reminder: m.Reminder, GraceS: m.GraceS, PublishDays: m.PublishDays, Unpublished: m.Unpublished.ZH != ""}
	kind := matter.Person
	if c.D.Party.Kind == "unit" {
		kind = matter.Unit
	}
	choice, err := b.rules.Matters().AtFor(c.Matter, kind, c.FirstAt, latest(c.FirstAt, now))
	if err != nil {
		l.Why = Text{ZH: "适用的法律版本尚不能使用", EN: err.Error()}
		c.D.Law = l
		return
	}
	l.Ready, l.Why, l.Milder = choice.Ready(), Text(choice.Why), choice.Milder
	if r, ok := choice.Version.Fines[kind]; ok {
		l.MinFen, l.MaxFen, l.LowestFen = r.Min, r.Max, r.Min
	}
	verdict, err := choice.Judge(matter.Facts{Party: kind, First: c.D.Repeats == 0, RepeatsInYear: c.D.Repeats,
		Age: c.D.age(c.FirstAt), Corrected: c.D.Rechecked == "gone", CorrectedInTime: c.D.Rechecked == "gone",
		DurationS: int64(c.LastAt.Sub(c.FirstAt).Seconds()), AreaM2: c.D.Summary.Values["area_m2"]})
	if err == nil {
		// A band that must end without penalty leaves no room for a fine.
		l.MinFen, l.MaxFen = verdict.Fine.Min, verdict.Fine.Max
		l.BandZH, l.BandEN = verdict.Band.Name.ZH, verdict.Band.Name.EN
		if verdict.Lighter.ZH != "" {
			l.BandZH, l.BandEN, l.LowestFen = l.BandZH+"；"+verdict.Lighter.ZH, l.BandEN+"; "+verdict.Lighter.EN, verdict.Fine.Min
		}
	}
	l.cite(choice.Version)
	c.D.Law = l
}

func (l *law) cite(v matter.Version) {
	for _, p := range v.Forbids() {
		l.Forbids = append(l.Forbids, cited(p))
	}
	for _, p := range v.Penalises() {
		l.Basis = append(l.Basis, cited(p))
	}
	for _, p := range v.Basis {
		if l.BasisZH != "" {
			l.BasisZH, l.BasisEN = l.BasisZH+"；", l.BasisEN+"; "
		}
		l.BasisZH += "《" + p.Law.ZH + "》" + p.Article
		l.BasisEN += p.Law.EN + " " + p.ArticleEN
	}
}

func cited(p matter.Basis) citation {
	return citation{Law: p.Law.ZH, Edition: p.Edition, Article: p.Article, Text: p.Text}
}

// facts is what the guards may know of the case.
func (b *Book) facts(c *casefile, now time.Time) (flow.Facts, error) {
	d := &c.D
	f := flow.Facts{Now: now, State: c.State, First: c.FirstAt, Last: c.LastAt,
		LegalReviewNo: d.Camera.LegalReviewNo, TechnicalReviewNo: d.Camera.TechnicalReviewNo,
		PartyKnown: c.PartyID != "", PartyUnit: d.Party.Kind == "unit", PartyPhone: d.Party.Phone != "", PartyAge: d.age(c.FirstAt),
		Consented: d.Party.Consent != "", Repeats: d.Repeats, SameAct: d.SameAct.Number,
		Confirmer: d.People.Confirmer.ID, Verifier: d.People.Verifier.ID, Approver: d.People.Approver.ID,
		LegalReviewer: d.People.Legal.ID, HearingHost: d.People.Host.ID, Officers: d.officerIDs(), Recused: slices.Clone(d.People.Recused),
		Major: d.Major, Complex: d.Complex, LawReady: d.Law.Ready, MinFen: d.Law.MinFen, MaxFen: d.Law.MaxFen, LowestFen: d.Law.LowestFen, HearingFen: b.hearingFen(d),
		Rechecked: d.Rechecked, GraceEnds: d.GraceEnds, FiledAt: d.FiledAt, ProposedAt: d.ProposedAt, DecidedAt: d.DecidedAt,
		ServingAt: d.ServingAt, ServedAt: d.ServedAt, Extended: d.Extended, StatementUntil: d.StatementUntil, HearingUntil: d.HearingUntil,
		Waived: d.Waived, Defences: len(d.Statements), Unanswered: d.unanswered(),
		HearingAsked: !d.Hearing.AskedAt.IsZero(), HearingHeld: d.Hearing.Held != "", HearingNoticeAt: d.Hearing.NoticeAt, HearingAt: d.Hearing.At,
		LegalPassed: d.LegalPassed, ProposedFen: d.ProposedFen, FineFen: c.FineFen, LateFen: c.late(now), PaidFen: c.PaidFen,
		Method: d.Method, PublishedAt: d.PublishedAt, PublishDays: d.Law.PublishDays, Unpublished: d.Law.Unpublished, PayUntil: d.PayUntil, Suspended: d.suspended(), UrgedServedAt: d.UrgedAt, AppealEnds: d.AppealEnds,
		RoomOpen: d.Room.open(), RoomAgreed: !d.Room.AgreedAt.IsZero(), RoomUnsealed: d.Room.unsealed(), RoomUnwritten: d.Room.unwritten(), RoomPresent: d.Room.present(), Unconfirmed: d.unconfirmed() != nil,
		Instalments: len(d.Instalments) > 0, UnpaidFen: c.unpaid(), TermEnds: d.TermEnds, SearchFrom: d.SearchFrom, SearchUntil: d.SearchUntil, FullAsked: d.FullAsked, FullUntil: d.FullUntil, SuggestedAt: d.SuggestedAt, ReplyUntil: d.ReplyUntil, LiftFrom: d.LiftFrom, LiftUntil: d.LiftUntil}
	if f.HearingAsked {
		f.Defences++
	}
	if d.Camera.PublishedOn != "" {
		at, err := time.ParseInLocation(day, d.Camera.PublishedOn, calendar.Shanghai())
		if err != nil {
			return f, fmt.Errorf("read the publication date of the camera of case %s: %w", c.ID, err)
		}
		f.PublishedOn = at
	}
	permissions, err := flow.Permit(f, b.rules)
	if err != nil {
		return f, fmt.Errorf("case %s: %w", c.ID, err)
	}
	f.Permissions = permissions
	return f, nil
}

func (b *Book) hearingFen(d *dossier) int64 {
	if d.Party.Kind == "unit" {
		return b.o.Bureau.HearingUnitFen
	}
	return b.o.Bureau.HearingPersonFen
}

// age is the party's on the day of the act, -1 where it has none or is unknown.
func (d *dossier) age(at time.Time) int {
	born, err := time.ParseInLocation(day, d.Party.BornOn, calendar.Shanghai())
	if d.Party.Kind == "unit" || err != nil {
		return -1
	}
	at = at.In(calendar.Shanghai())
	years := at.Year() - born.Year()
	if at.Month() < born.Month() || at.Month() == born.Month() && at.Day() < born.Day() {
		years--
	}
	return years
}

func (d *dossier) suspended() bool {
	return len(d.Pauses) > 0 && d.Pauses[len(d.Pauses)-1].To.IsZero()
}

// late is the surcharge as of now; what was settled stays.
func (c *casefile) late(now time.Time) int64 {
	if c.settledLate != nil {
		return *c.settledLate
	}
	switch c.State {
	case flow.Served, flow.Overdue, flow.Urged, flow.Court:
		return c.surcharge(now)
	}
	return c.LateFen
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
