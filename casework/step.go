package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/otel/attribute"

	"offsite/casework/document"
	"offsite/casework/flow"
	"offsite/tracing"
)

// performer is who takes a step: a member of staff, the party, the treasury's
// provider or the system.
type performer struct {
	id, name, licence string
	licenceUntil      string // as Actor's
	roles             []flow.Role
}

func (a Actor) performer() performer {
	p := performer{id: a.ID, name: a.Name, licence: a.LicenceNo, licenceUntil: a.LicenceUntil}
	for _, r := range a.Roles {
		p.roles = append(p.roles, flow.Role(r))
	}
	return p
}

func system() performer { return performer{roles: []flow.Role{flow.System}} }

// taking is a step under way.
type taking struct {
	b     *Book
	tx    pgx.Tx
	c     *casefile
	step  flow.Step
	facts flow.Facts
	by    performer
	now   time.Time
	given flow.Fields
	entry entry
	// suggested is what a suggestion says, where one is issued.
	suggested document.SuggestionTo
	// annotated is what the register of real estate is asked about, where it is asked.
	annotated document.AnnotationOf
	// follow is the step that time need not wait for, taken after this one.
	follow func(context.Context) error
}

// take judges a step and, where the table allows it, carries it out: dossier,
// documents, jobs, process record, in the caller's transaction. The case must be
// locked; the caller saves it with finish.
func (b *Book) take(ctx context.Context, tx pgx.Tx, c *casefile, by performer, event flow.Event, given flow.Fields) (err error) {
	ctx, span := tracing.Begin(ctx, c.ID, "step", attribute.String("event", string(event)), attribute.String("from", string(c.State)))
	defer func() { tracing.End(span, err) }()
	now := b.now()
	if err := b.refresh(ctx, tx, c, now); err != nil {
		return err
	}
	facts, err := b.facts(c, now)
	if err != nil {
		return err
	}
	attempt := flow.Attempt{Event: event, Actor: by.id, LicenceUntil: by.licenceUntil, Roles: by.roles, Fields: given}
	step, refusal := b.table.Judge(facts, attempt)
	if refusal != nil {
		return refusal
	}
	t := &taking{b: b, tx: tx, c: c, step: step, facts: facts, by: by, now: now, given: given}
	t.entry = entry{event: event, from: c.State, reason: reasonOf(given), by: by, role: roleOf(step, by), detail: detailOf(given)}
	if err := t.attach(ctx); err != nil {
		return err
	}
	if err := t.change(ctx); err != nil {
		return err
	}
	if facts, err = b.facts(c, now); err != nil { // the step may have changed what decides where it leads
		return err
	}
	c.State = step.Target(facts)
	t.entry.to = c.State
	for _, kind := range step.Issues {
		if kind == "reminder" && c.PartyID == "" {
			continue // nobody to remind: the case goes on to the second review
		}
		paper, err := t.issue(ctx, kind)
		if err != nil {
			return err
		}
		t.entry.detail.Documents = append(t.entry.detail.Documents, paper)
	}
	for _, effect := range step.Effects {
		if err := t.effect(ctx, effect); err != nil {
			return fmt.Errorf("%s after %s of case %s: %w", effect, event, c.ID, err)
		}
	}
	if c.State != flow.Notified && c.D.Room.open() { // the case has gone on without it
		if err := t.closeRoom(ctx); err != nil {
			return fmt.Errorf("close the room of case %s: %w", c.ID, err)
		}
	}
	if err := b.append(ctx, tx, c, now, t.entry); err != nil || t.follow == nil {
		return err
	}
	return t.follow(ctx)
}

// roleOf is the capacity in which the step is taken.
func roleOf(s flow.Step, by performer) flow.Role {
	for _, r := range s.Roles {
		if slices.Contains(by.roles, r) {
			return r
		}
	}
	return ""
}

func reasonOf(x flow.Fields) string {
	for _, text := range []string{x.Reason, x.Note, x.Opinion, x.Conclusion, x.Text, x.Proof} {
		if text != "" {
			return text
		}
	}
	return ""
}

// finish saves the case, arms its clock, tells the console and inserts the jobs. It is the
// last thing in the transaction.
func (b *Book) finish(ctx context.Context, tx pgx.Tx, c *casefile) error {
	now := b.now()
	c.ChangedAt = now
	if err := b.beginSearch(c, now); err != nil {
		return err
	}
	if err := b.endAnnotation(c, now); err != nil {
		return err
	}
	k, err := b.clock(c, now)
	if err != nil {
		return err
	}
	if err := c.save(ctx, tx, k); err != nil {
		return fmt.Errorf("save case %s: %w", c.ID, err)
	}
	// A timer that is far off is the sweep's; a near one gets a job, to the second.
	if k.timer != nil && k.timer.Before(now.Add(nearTimer)) {
		b.later(c, DueArgs{CaseID: c.ID}, *k.timer)
	}
	return b.insertJobs(ctx, tx, c)
}

// nearTimer is from when on a timer gets a job of its own.
const nearTimer = 3 * time.Hour

// clock works out when time takes the next step and what is due first.
func (b *Book) clock(c *casefile, now time.Time) (clock, error) {
	f, err := b.facts(c, now)
	if err != nil {
		return clock{}, err
	}
	var k clock
	for _, t := range flow.Timers(f) {
		if k.timer == nil || t.At.Before(*k.timer) {
			k.timer = &t.At
		}
	}
	due, err := flow.Deadlines(f, b.rules)
	if err != nil {
		return clock{}, fmt.Errorf("case %s: %w", c.ID, err)
	}
	if len(due) > 0 {
		k.due = &due[0]
	}
	k.alarm = nextAlarm(due, now)
	return k, nil
}

// change runs f on a locked case and saves it. version 0 takes the case as it is.
func (b *Book) change(ctx context.Context, id string, version int, f func(tx pgx.Tx, c *casefile) error) error {
	return pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) error {
		c, err := read(ctx, tx, id, "FOR UPDATE")
		if err != nil {
			return err
		}
		if version != 0 && version != c.Version {
			return fmt.Errorf("case %s, version %d, now %d: %w", id, version, c.Version, ErrChanged)
		}
		if err := f(tx, c); err != nil {
			return err
		}
		return b.finish(ctx, tx, c)
	})
}

// Apply takes a step. version is the one that the actor saw; ErrChanged when it
// is no longer current, *Refusal when the step is not lawful.
func (b *Book) Apply(ctx context.Context, a Actor, id string, version int, event string, fields map[string]any) error {
	given, err := b.fields(ctx, event, fields)
	if err != nil {
		return err
	}
	return b.change(ctx, id, version, func(tx pgx.Tx, c *casefile) error {
		return b.take(ctx, tx, c, a.performer(), flow.Event(event), given)
	})
}
