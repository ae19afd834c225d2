package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"offsite/casework/flow"
	"offsite/registry"
)

// Past is a case that ended before this book was opened: carried over from another
// system, or invented for a demonstration. Its documents and evidence stay where
// they are; its steps are judged here.
type Past struct {
	ID         string
	Number     string // not of this bureau's gapless sequence
	DecisionNo string
	Detector   string
	Matter     string
	Camera     registry.Camera
	ZoneID     string
	Object     registry.Object
	Party      registry.Party
	First      time.Time // of the act
	Last       time.Time
	Why        Text
	AreaM2     float64
	Repeats    int // of the same matter by the party, in the year before
	Steps      []PastStep
	Looked     *PastLook // at what is published of it; nil: nobody has
}

// PastLook is what somebody said of what is published of a past case.
type PastLook struct {
	At     time.Time
	By     Actor
	Sound  bool
	Reason string // of a withdrawal
}

// PastStep is who took which step, when. A fine of 0 is the middle of what the law
// allowed that day.
type PastStep struct {
	At    time.Time
	By    Actor
	Event string
	Given flow.Fields
}

// AdoptPast takes ended cases into the book, all or none. Every step is judged by
// the table on its own day, by the law of that day, exactly as Apply judges it: a
// step that the law refuses is an error that says which. Nothing goes out: no
// message, no document, no job but the entry of the record in the transparency log.
func (b *Book) AdoptPast(ctx context.Context, cases []Past) error {
	if err := b.rules.Fresh(ctx); err != nil {
		return err
	}
	var files, records, sought, looks [][]any
	for i := range cases {
		r := replay{b: b, past: &cases[i]}
		if err := r.run(ctx); err != nil {
			return fmt.Errorf("adopt past case %s: %w", cases[i].Number, err)
		}
		row, err := r.row()
		if err != nil {
			return fmt.Errorf("adopt past case %s: %w", cases[i].Number, err)
		}
		files, records = append(files, row), append(records, r.records...)
		sought = append(sought, []any{r.c.ID, r.c.grams()})
		if l := cases[i].Looked; l != nil {
			if err := r.c.mayCheck(l.Sound, l.Reason); err != nil {
				return fmt.Errorf("adopt past case %s: %w", cases[i].Number, err)
			}
			looks = append(looks, []any{r.c.ID, l.At, l.By.ID, l.By.Name, l.Sound, l.Reason})
		}
	}
	err := pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) error {
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"casefile"}, pastColumns(), pgx.CopyFromRows(files)); err != nil {
			return err
		}
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"case_search"}, []string{"case_id", "grams"}, pgx.CopyFromRows(sought)); err != nil {
			return err
		}
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"process_record"}, []string{"case_id", "seq", "at", "actor_id", "actor", "role", "event",
			"from_state", "to_state", "reason", "detail", "previous", "digest"}, pgx.CopyFromRows(records)); err != nil {
			return err
		}
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"publication_check"}, []string{"case_id", "at", "by_whom", "by_name", "sound", "reason"}, pgx.CopyFromRows(looks)); err != nil {
			return err
		}
		return b.logPast(ctx, tx, cases)
	})
	if err != nil {
		return fmt.Errorf("adopt %d past cases: %w", len(cases), err)
	}
	return nil
}

// logPast has the records entered in the transparency log, after what is urgent.
func (b *Book) logPast(ctx context.Context, tx pgx.Tx, cases []Past) error {
	if b.o.Log == nil || len(cases) == 0 {
		return nil
	}
	const lowest = 4
	jobs := make([]river.InsertManyParams, len(cases))
	for i, p := range cases {
		jobs[i] = river.InsertManyParams{Args: LogArgs{CaseID: p.ID}, InsertOpts: &river.InsertOpts{Priority: lowest}}
	}
	_, err := b.jobs.InsertManyFastTx(ctx, tx, jobs)
	return err
}

// replay takes a past case through its steps in memory.
type replay struct {
	b       *Book
	past    *Past
	c       *casefile
	records [][]any
	head    []byte // digest of the newest record
}

func (r *replay) run(ctx context.Context) error {
	p := r.past
	r.c = &casefile{ID: p.ID, State: flow.Found, Version: 1, Detector: p.Detector, Matter: p.Matter, CameraID: p.Camera.ID, ZoneID: p.ZoneID,
		ObjectID: p.Object.ID, PartyID: p.Party.ID, FirstAt: p.First, LastAt: p.Last, RaisedAt: p.Last, CreatedAt: p.Last, ChangedAt: p.Last}
	d := &r.c.D
	d.Summary = Summary{IncidentID: p.ID, Kind: "incident", Detector: p.Detector, CameraID: p.Camera.ID, ZoneID: p.ZoneID, ObjectID: p.Object.ID,
		First: p.First, Last: p.Last, Raised: p.Last, Why: p.Why, Values: map[string]float64{"area_m2": p.AreaM2}}
	d.Camera = cameraThen{Name: p.Camera.Name, Place: p.Camera.Place, LegalReviewNo: p.Camera.LegalReviewNo, TechnicalReviewNo: p.Camera.TechnicalReviewNo}
	if p.Camera.PublishedOn != nil {
		d.Camera.PublishedOn = *p.Camera.PublishedOn
	}
	d.Object = objectThen{Kind: p.Object.Kind, Name: p.Object.Name, Address: p.Object.Address}
	d.Party = partyThen{Kind: p.Party.Kind, Name: p.Party.Name, Identity: p.Party.Identity, Phone: p.Party.Phone, Address: p.Party.Address}
	d.Repeats = p.Repeats
	if err := r.append(p.Last, entry{event: "created", to: flow.Found, role: flow.System, reason: p.Why.ZH}); err != nil {
		return err
	}
	for _, s := range p.Steps {
		if err := r.step(ctx, s); err != nil {
			return fmt.Errorf("%s on %s: %w", s.Event, s.At.Format(time.DateOnly), err)
		}
	}
	if info := r.b.table.Info(r.c.State); !info.End {
		return fmt.Errorf("its last step leaves it at %s: only ended cases are adopted", r.c.State)
	}
	return nil
}

func (r *replay) step(ctx context.Context, s PastStep) error {
	c := r.c
	switch flow.Event(s.Event) { // what the step before it has found out
	case "persists":
		c.D.Rechecked = "present"
	case "corrected":
		c.D.Rechecked = "gone"
	case "paid", "instalment_paid":
		r.pay(s)
	}
	if c.D.DecidedAt.IsZero() {
		r.b.refreshLaw(c, s.At)
	}
	if s.Event == "propose" && s.Given.FineFen == 0 {
		const yuan = 100
		s.Given.FineFen = max((c.D.Law.MinFen+c.D.Law.MaxFen)/2/yuan*yuan, c.D.Law.MinFen)
	}
	facts, err := r.b.facts(c, s.At)
	if err != nil {
		return err
	}
	by := s.By.performer()
	step, refusal := r.b.table.Judge(facts, flow.Attempt{Event: flow.Event(s.Event), Actor: by.id, LicenceUntil: by.licenceUntil, Roles: by.roles, Fields: s.Given})
	if refusal != nil {
		return refusal
	}
	t := &taking{b: r.b, c: c, step: step, facts: facts, by: by, now: s.At, given: s.Given}
	t.entry = entry{event: step.Event, from: c.State, reason: reasonOf(s.Given), by: by, role: roleOf(step, by), detail: detailOf(s.Given)}
	if err := t.change(ctx); err != nil {
		return err
	}
	if facts, err = r.b.facts(c, s.At); err != nil {
		return err
	}
	c.State = step.Target(facts)
	t.entry.to = c.State
	for _, e := range step.Effects {
		if e == flow.PublishResult || e == flow.Withdraw { // the others go out
			if err := t.effect(ctx, e); err != nil {
				return err
			}
		}
	}
	switch step.Event {
	case "file":
		c.Number = r.past.Number
	case "decide":
		c.D.DecisionNo = r.past.DecisionNo
	}
	c.Version++
	c.ChangedAt = s.At
	return r.append(s.At, t.entry)
}

// pay books what a step says was paid: the next instalment, or the whole fine.
func (r *replay) pay(s PastStep) {
	c, d := r.c, &r.c.D
	fen := c.FineFen - c.PaidFen
	if i := flow.Next(d.Instalments); i >= 0 {
		one := d.Instalments[i]
		fen = one.Owed(s.At, d.Pauses)
		d.bookInstalments(fen, one.Late(s.At, d.Pauses), PaymentNotice{PaidAt: s.At, ReceiptNo: s.Given.ReceiptNo})
	}
	c.PaidFen, d.PaidAt = c.PaidFen+fen, s.At
}

func (r *replay) append(at time.Time, e entry) error {
	s, digest, err := e.seal(r.c.ID, len(r.records)+1, at, r.head)
	if err != nil {
		return err
	}
	r.records = append(r.records, s.row(at, r.head, digest))
	r.head = digest
	return nil
}

func pastColumns() []string {
	return []string{"id", "number", "state", "version", "detector", "matter", "camera_id", "zone_id", "object_id", "party_id", "party", "object", "place",
		"first_at", "last_at", "raised_at", "created_at", "changed_at", "filed_at", "decided_at", "publish_by", "published_at", "closed_at",
		"major", "officers", "fine_fen", "late_fen", "paid_fen", "dossier"}
}

func (r *replay) row() ([]any, error) {
	c, d := r.c, &r.c.D
	body, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	return []any{c.ID, orNull(c.Number), c.State, c.Version, c.Detector, c.Matter, c.CameraID, c.ZoneID, orNull(c.ObjectID), orNull(c.PartyID),
		d.Party.Name, d.Object.Name, d.Camera.Place, c.FirstAt, c.LastAt, c.RaisedAt, c.CreatedAt, c.ChangedAt, present(d.FiledAt), present(d.DecidedAt),
		present(d.PublishBy), present(d.PublishedAt), c.ClosedAt, d.reviewed(), d.officerIDs(), c.FineFen, c.LateFen, c.PaidFen, body}, nil
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// OtherCase is a case that was not found off-site, of which the figures need to know
// no more than that it was filed.
type OtherCase struct {
	ID      string
	FiledOn time.Time
	Matter  string
}

// AddOtherCases takes over cases that were filed on site; known ones are left alone.
func (b *Book) AddOtherCases(ctx context.Context, cases []OtherCase) error {
	ids, days, matters := make([]string, len(cases)), make([]time.Time, len(cases)), make([]string, len(cases))
	for i, c := range cases {
		ids[i], days[i], matters[i] = c.ID, c.FiledOn, c.Matter
	}
	_, err := b.o.Pool.Exec(ctx, `INSERT INTO other_case (id, filed_on, matter)
		SELECT * FROM unnest($1::text[], $2::date[], $3::text[]) ON CONFLICT DO NOTHING`, ids, days, matters)
	if err != nil {
		return fmt.Errorf("take over %d cases filed on site: %w", len(cases), err)
	}
	return nil
}
