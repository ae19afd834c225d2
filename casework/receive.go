package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework/flow"
	"offsite/evidence"
	"offsite/registry"
	"offsite/registry/lease"
	"offsite/store"
	"offsite/tracing"
)

// sameAct is how long after the last sight of an act in a zone without a
// registered object, or before the first, an incident still counts as the same
// act: otherwise another vendor may stand there.
const sameAct = 30 * time.Minute

// RecordEvidence makes a sealed bundle known: a new finding, more evidence of an
// open one, or the outcome of a re-check. It is idempotent by bundle.
func (b *Book) RecordEvidence(ctx context.Context, r evidence.Receipt, summary json.RawMessage) error {
	if r.Kind == gapKind {
		return b.recordGap(ctx, r, summary)
	}
	if r.Kind == roomKind {
		return b.recordRoom(ctx, r, summary)
	}
	if r.Kind == RedactedKind {
		return b.recordRedacted(ctx, r, summary)
	}
	var s Summary
	if err := json.Unmarshal(summary, &s); err != nil {
		return fmt.Errorf("record bundle %s: its summary cannot be read: %w", r.BundleID, err)
	}
	ctx, span := tracing.Begin(ctx, r.BundleID, "intake")
	err := pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) error {
		// One zone at a time, so that two incidents of one act cannot both become a case.
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 7))`, "casework.zone:"+s.ZoneID); err != nil {
			return err
		}
		var known bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM evidence WHERE bundle = $1)`, r.BundleID).Scan(&known); err != nil || known {
			return err
		}
		if s.Kind == "recheck" {
			tracing.Link(ctx, s.CaseID)
			return b.rechecked(ctx, tx, r, s, summary)
		}
		c, err := read(ctx, tx, s.IncidentID, "FOR UPDATE") // of the same act, told by another node
		for _, find := range []func(context.Context, pgx.Tx, Summary) (*casefile, error){b.openCase, b.seenByNext} {
			if errors.Is(err, ErrNotFound) {
				c, err = find(ctx, tx, s)
			}
		}
		if errors.Is(err, ErrNotFound) {
			return b.create(ctx, tx, r, s, summary)
		}
		if err != nil {
			return err
		}
		tracing.Link(ctx, c.ID)
		return b.join(ctx, tx, c, r, s, summary)
	})
	tracing.End(span, err)
	if err != nil {
		return fmt.Errorf("record bundle %s: %w", r.BundleID, err)
	}
	return nil
}

// openCase finds the open case of the same act: same zone and detector, not yet
// decided. One act is fined once (art. 29). What comes late, after a later act was told,
// is no part of that.
func (b *Book) openCase(ctx context.Context, tx pgx.Tx, s Summary) (*casefile, error) {
	return scanCasefile(tx.QueryRow(ctx, `SELECT `+casefileColumns+` FROM casefile
		WHERE zone_id = $1 AND detector = $2 AND (object_id IS NOT NULL OR last_at >= $3 AND first_at <= $4)
		AND state = ANY($5) ORDER BY last_at DESC LIMIT 1 FOR UPDATE`, s.ZoneID, s.Detector, s.First.Add(-sameAct), s.Last.Add(sameAct), b.undecided))
}

// seenByNext finds the case of the same act, ended or not, where another node watches the
// camera by now and has told of the act: a node that was cut off tells of it late. What it
// sealed is never dropped: it is more evidence of that case, or the only one of its own.
func (b *Book) seenByNext(ctx context.Context, tx pgx.Tx, s Summary) (*casefile, error) {
	if s.Fence == 0 {
		return nil, ErrNotFound // raised by a version that did not say
	}
	err := lease.Check(ctx, tx, s.CameraID, s.Fence)
	switch {
	case err == nil:
		return nil, ErrNotFound
	case !errors.Is(err, lease.ErrFenced):
		return nil, err
	}
	return scanCasefile(tx.QueryRow(ctx, `SELECT `+casefileColumns+` FROM casefile
		WHERE zone_id = $1 AND detector = $2 AND first_at <= $4 AND last_at >= $3
		ORDER BY last_at DESC LIMIT 1 FOR UPDATE`, s.ZoneID, s.Detector, s.First, s.Last))
}

// create makes a finding.
func (b *Book) create(ctx context.Context, tx pgx.Tx, r evidence.Receipt, s Summary, raw json.RawMessage) error {
	if err := b.rules.FreshIn(ctx, tx); err != nil {
		return err
	}
	now := b.now()
	c := &casefile{ID: s.IncidentID, State: flow.Found, Detector: s.Detector, Matter: s.Detector, CameraID: s.CameraID, ZoneID: s.ZoneID,
		ObjectID: s.ObjectID, FirstAt: s.First, LastAt: s.Last, RaisedAt: s.Raised, CreatedAt: now, ChangedAt: now}
	c.D.Bundle, c.D.Summary = r.BundleID, s
	if list := b.rules.Matters().ForDetector(s.Detector, s.First); len(list) > 0 {
		c.Matter = list[0].Key
	}
	if err := b.describe(ctx, tx, c, s); err != nil {
		return err
	}
	if err := b.refresh(ctx, tx, c, now); err != nil {
		return err
	}
	k, err := b.clock(c, now)
	if err != nil {
		return err
	}
	if err := c.insert(ctx, tx, k); err != nil {
		return fmt.Errorf("keep finding %s: %w", c.ID, err)
	}
	if err := keepEvidence(ctx, tx, c.ID, r, raw); err != nil {
		return err
	}
	if err := b.append(ctx, tx, c, now, entry{event: "created", to: flow.Found, role: flow.System, reason: s.Why.ZH, detail: sealedIn(r)}); err != nil {
		return err
	}
	if err := b.insertJobs(ctx, tx, c); err != nil {
		return err
	}
	return store.Notify(ctx, tx, map[string]any{"kind": "finding.created", "finding_id": c.ID, "camera_id": c.CameraID})
}

func sealedIn(r evidence.Receipt) detail {
	return detail{Bundle: r.BundleID, Manifest: r.ManifestSHA256}
}

// describe copies what the registry says now of camera, zone, object and party:
// later changes there do not change what was seen.
func (b *Book) describe(ctx context.Context, tx pgx.Tx, c *casefile, s Summary) error {
	in := b.o.Registry.In(tx)
	camera, err := in.Camera(ctx, s.CameraID)
	switch {
	case errors.Is(err, registry.ErrNotFound):
		c.D.Camera = cameraThen{Name: s.CameraID} // removed while the bundle was on its way: only a rejection is left
	case err != nil:
		return err
	default:
		c.D.Camera = cameraThen{Name: camera.Name, Place: camera.Place, LegalReviewNo: camera.LegalReviewNo, TechnicalReviewNo: camera.TechnicalReviewNo}
		if camera.PublishedOn != nil {
			c.D.Camera.PublishedOn = *camera.PublishedOn
		}
	}
	zone, err := in.Zone(ctx, s.ZoneID, s.ZoneVersion)
	switch {
	case errors.Is(err, registry.ErrNotFound):
		c.D.Zone = zoneThen{Version: s.ZoneVersion}
	case err != nil:
		return err
	default:
		c.D.Zone = zoneThen{Version: zone.Version, NameZH: zone.NameZH, NameEN: zone.NameEN}
		c.ObjectID = first(c.ObjectID, zone.Object)
	}
	if c.ObjectID == "" {
		return nil
	}
	return b.describeObject(ctx, tx, c)
}

func (b *Book) describeObject(ctx context.Context, tx pgx.Tx, c *casefile) error {
	object, err := b.o.Registry.In(tx).Object(ctx, c.ObjectID)
	if errors.Is(err, registry.ErrNotFound) {
		c.ObjectID = ""
		return nil
	}
	if err != nil {
		return err
	}
	c.D.Object = objectThen{Kind: object.Kind, Name: object.Name, Address: object.Address}
	if object.PartyID == "" {
		return nil
	}
	return b.nameParty(ctx, &taking{tx: tx, c: c}, object.PartyID)
}

func keepEvidence(ctx context.Context, tx pgx.Tx, caseID string, r evidence.Receipt, raw json.RawMessage) error {
	receipt, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO evidence (bundle, case_id, kind, camera_id, sealed_at, receipt, summary) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		r.BundleID, caseID, r.Kind, r.Camera, r.SealedAt, receipt, []byte(raw))
	return err
}

// join adds later evidence of the same act to its case.
func (b *Book) join(ctx context.Context, tx pgx.Tx, c *casefile, r evidence.Receipt, s Summary, raw json.RawMessage) error {
	if err := keepEvidence(ctx, tx, c.ID, r, raw); err != nil {
		return err
	}
	c.D.Joined++
	c.quiet = true
	c.LastAt = latest(c.LastAt, s.Last)
	if err := b.append(ctx, tx, c, b.now(), entry{event: "joined", from: c.State, to: c.State, role: flow.System, reason: s.Why.ZH, detail: sealedIn(r)}); err != nil {
		return err
	}
	return b.finish(ctx, tx, c)
}

// rechecked takes the outcome of a re-check. One that comes too late stays in the
// file as evidence.
func (b *Book) rechecked(ctx context.Context, tx pgx.Tx, r evidence.Receipt, s Summary, raw json.RawMessage) error {
	c, err := read(ctx, tx, s.CaseID, "FOR UPDATE")
	if err != nil {
		return err
	}
	if c.ZoneID != s.ZoneID {
		return fmt.Errorf("the re-check of case %s looked at zone %s, the act was in zone %s", c.ID, s.ZoneID, c.ZoneID)
	}
	if err := keepEvidence(ctx, tx, c.ID, r, raw); err != nil {
		return err
	}
	c.D.Rechecked, c.D.RecheckBundle = "gone", r.BundleID
	event := flow.Event("corrected")
	if s.Present {
		c.D.Rechecked, event = "present", "persists"
		c.LastAt = latest(c.LastAt, s.Last)
	}
	e := entry{event: "rechecked", from: c.State, to: c.State, role: flow.System, reason: c.D.Rechecked, detail: sealedIn(r)}
	if err := b.append(ctx, tx, c, b.now(), e); err != nil {
		return err
	}
	if c.State != flow.Reminded {
		return b.finish(ctx, tx, c)
	}
	err = b.take(ctx, tx, c, system(), event, flow.Fields{})
	var refusal *Refusal
	if errors.As(err, &refusal) && event == "corrected" {
		err = b.take(ctx, tx, c, system(), "repeated", flow.Fields{})
	}
	if err != nil {
		return err
	}
	return b.finish(ctx, tx, c)
}

// Ended tells until when an act was seen. One that joined another one's case, or that is
// not recorded yet, is no error.
func (b *Book) Ended(ctx context.Context, act string, last time.Time) error {
	err := pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) error {
		c, err := read(ctx, tx, act, "FOR UPDATE")
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil || !last.After(c.LastAt) {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE casefile SET last_at = $2 WHERE id = $1`, c.ID, last)
		return err
	})
	if err != nil {
		return fmt.Errorf("note the end of act %s: %w", act, err)
	}
	return nil
}
