package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/casework/calendar"
	"offsite/casework/flow"
	"offsite/evidence"
	"offsite/registry"
	"offsite/store"
)

// maxFullDays is for how long evidence may be seen uncovered, in days.
const maxFullDays = 15

// wantsFull is how refusals name the request.
const wantsFull flow.Event = "full_copy"

// FullCopy is a party's request to see the evidence of its case uncovered. The portal
// covers people and vehicles: the party may see what it is accused of (Penalty Law art.
// 41), but who passed by has a privacy that the bureau must keep (art. 50), and no more of
// that is shown than the purpose needs (Personal Information Protection Law art. 6). An
// officer weighs both, for each request.
type FullCopy struct {
	ID        string     `json:"id"`
	AskedAt   time.Time  `json:"asked_at"`
	Reason    string     `json:"reason" doc:"Why the party wants it."`
	State     string     `json:"state" enum:"asked,granted,refused,ended" doc:"ended: its time is over, or the party is another one."`
	Grounds   string     `json:"grounds" doc:"Why it was granted or refused."`
	DecidedAt *time.Time `json:"decided_at,omitempty"`
	DecidedBy string     `json:"decided_by"`
	Until     *time.Time `json:"until,omitempty" doc:"Until when the evidence may be seen uncovered."`
	Views     []FullView `json:"views" doc:"Each time that it was opened."`
}

// FullView is one look of the party at a file as it was sealed.
type FullView struct {
	At     time.Time `json:"at"`
	Bundle string    `json:"bundle"`
	File   string    `json:"file"`
}

// FullVerdict answers such a request.
type FullVerdict struct {
	Grant   bool   `json:"grant"`
	Grounds string `json:"grounds" minLength:"1" maxLength:"2000"`
	Days    int    `json:"days" minimum:"0" maximum:"15" doc:"For how many days, today included; of no meaning where it is refused."`
}

// AskFullCopy records that the party asks to see its evidence uncovered. One request waits
// at a time.
func (b *Book) AskFullCopy(ctx context.Context, caseID, reason string, v Visit) error {
	if err := wanted(wantsFull, "reason", &reason, "请写明需要查看未遮挡画面的理由", "say why you need to see it uncovered"); err != nil {
		return err
	}
	err := b.change(ctx, caseID, 0, func(tx pgx.Tx, c *casefile) error {
		now := b.now()
		if err := b.refresh(ctx, tx, c, now); err != nil {
			return err
		}
		until, err := b.rules.AddWorkingDays(now, b.o.FullCopyDays)
		if err != nil {
			return fmt.Errorf("work out the time for the answer to case %s: %w", c.ID, err)
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		done, err := tx.Exec(ctx, `INSERT INTO full_copy (id, case_id, asked_at, reason, state) VALUES ($1, $2, $3, $4, 'asked') ON CONFLICT DO NOTHING`, id.String(), c.ID, now, reason)
		if err != nil {
			return fmt.Errorf("ask for the full copy of case %s: %w", c.ID, err)
		}
		if done.RowsAffected() == 0 {
			return refuse(wantsFull, flow.Unlawful, "", "您的申请正在办理，请等待答复", "your request is being dealt with; wait for the answer")
		}
		c.D.FullAsked, c.D.FullUntil = now, until
		e := entry{event: "full_copy_asked", from: c.State, to: c.State, reason: reason, by: performer{name: first(c.D.Party.Name, "当事人"), roles: []flow.Role{flow.Party}}, role: flow.Party, detail: detail{Until: &until}}
		return b.append(ctx, tx, c, now, e)
	})
	if err != nil {
		return err
	}
	return b.visit(ctx, caseID, string(wantsFull), "", v)
}

// DecideFullCopy grants or refuses a party's request, with the reason. Of two who answer
// at once the first is heard; ErrChanged tells the other.
func (b *Book) DecideFullCopy(ctx context.Context, a Actor, caseID, id string, v FullVerdict) error {
	if err := wanted(wantsFull, "grounds", &v.Grounds, "请写明理由", "give the reason"); err != nil {
		return err
	}
	if v.Grant && (v.Days < 1 || v.Days > maxFullDays) {
		return refuse(wantsFull, flow.Invalid, "days", fmt.Sprintf("查看期限为一至%d日", maxFullDays), fmt.Sprintf("it may be seen for 1 to %d days", maxFullDays))
	}
	if !store.IsID(id) {
		return fmt.Errorf("answer request %q: %w", id, ErrNotFound)
	}
	return b.change(ctx, caseID, 0, func(tx pgx.Tx, c *casefile) error {
		now := b.now()
		if err := b.refresh(ctx, tx, c, now); err != nil {
			return err
		}
		if err := mayHandle(a, c, wantsFull); err != nil {
			return err
		}
		state, event, until := "refused", flow.Event("full_copy_refused"), (*time.Time)(nil)
		if v.Grant {
			state, event, until = "granted", "full_copy_granted", present(calendar.End(now.AddDate(0, 0, v.Days-1)))
		}
		if err := decideFull(ctx, tx, c.ID, id, []any{state, v.Grounds, now, a.Name, until}); err != nil {
			return err
		}
		c.D.FullAsked, c.D.FullUntil = time.Time{}, time.Time{}
		t := &taking{b: b, tx: tx, c: c, now: now}
		t.entry = entry{event: event, from: c.State, to: c.State, reason: v.Grounds, by: a.performer(), role: handles(a), detail: detail{Until: until}}
		if err := t.send(ctx, string(event)); err != nil {
			return err
		}
		return b.append(ctx, tx, c, now, t.entry)
	})
}

// decideFull writes the answer to a request that still waits: state, grounds, when, who,
// until when.
func decideFull(ctx context.Context, tx pgx.Tx, caseID, id string, answer []any) error {
	var waits bool
	err := tx.QueryRow(ctx, `SELECT state = 'asked' FROM full_copy WHERE id = $1 AND case_id = $2`, id, caseID).Scan(&waits) // the case is locked
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("answer request %s of case %s: %w", id, caseID, ErrNotFound)
	case err != nil:
		return fmt.Errorf("answer request %s of case %s: %w", id, caseID, err)
	case !waits:
		return fmt.Errorf("request %s of case %s was answered: %w", id, caseID, ErrChanged)
	}
	_, err = tx.Exec(ctx, `UPDATE full_copy SET state = $2, grounds = $3, decided_at = $4, decided_by = $5, until = $6 WHERE id = $1`, append([]any{id}, answer...)...)
	if err != nil {
		return fmt.Errorf("answer request %s of case %s: %w", id, caseID, err)
	}
	return nil
}

// mayHandle refuses what belongs to the officers of the case: its own once they are named,
// any before, and heads; nobody who was recused (art. 43).
func mayHandle(a Actor, c *casefile, event flow.Event) error {
	officers := c.D.officerIDs()
	own := slices.Contains(a.Roles, "head") || slices.Contains(a.Roles, "officer") && (len(officers) == 0 || slices.Contains(officers, a.ID))
	if !own || slices.Contains(c.D.People.Recused, a.ID) {
		return &Refusal{Kind: flow.Forbidden, Event: event, State: c.State, ZH: "由本案执法人员或者负责人办理", EN: "the officers of the case or a head do this"}
	}
	return nil
}

// handles is the role in which somebody does that.
func handles(a Actor) flow.Role {
	if slices.Contains(a.Roles, "officer") {
		return flow.Officer
	}
	return flow.Head
}

// endFullCopies ends what was asked and granted: the party is another one.
func (b *Book) endFullCopies(ctx context.Context, tx pgx.Tx, c *casefile) error {
	if _, err := tx.Exec(ctx, `UPDATE full_copy SET state = 'ended' WHERE case_id = $1 AND state IN ('asked', 'granted')`, c.ID); err != nil {
		return fmt.Errorf("end the requests of case %s: %w", c.ID, err)
	}
	c.D.FullAsked, c.D.FullUntil = time.Time{}, time.Time{}
	return nil
}

// seenFull begins the reason of a look at something uncovered, in the record of views; the
// case and the request that was granted follow.
const seenFull = "当事人查看未遮挡原件 party, uncovered "

// PortalOriginal finds a picture or clip of the party's own case as it was sealed, where
// an officer has granted that it is seen. Record the view before sending it.
func (b *Book) PortalOriginal(ctx context.Context, caseID, name string) (r evidence.Receipt, path, reason string, err error) {
	e, path, err := b.portalEntry(ctx, caseID, name)
	if err != nil {
		return r, "", "", err
	}
	var request string
	err = b.o.Pool.QueryRow(ctx, `SELECT id::text FROM full_copy WHERE case_id = $1 AND state = 'granted' AND until > $2 ORDER BY until DESC LIMIT 1`, caseID, b.now()).Scan(&request)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, "", "", refuse(wantsFull, flow.Forbidden, "", "查看未遮挡画面须经申请并获准，准许已到期的请重新申请", "evidence is seen uncovered where that was asked for and granted; ask again where the time is over")
	}
	if err != nil {
		return r, "", "", fmt.Errorf("see whether case %s may be seen uncovered: %w", caseID, err)
	}
	return e.Receipt, path, seenFull + caseID + ", " + request, nil
}

// fullCopies are the requests of a case, the newest first, with each look.
func (b *Book) fullCopies(ctx context.Context, tx pgx.Tx, caseID string) ([]FullCopy, error) {
	rows, err := tx.Query(ctx, `SELECT id::text, asked_at, reason, CASE WHEN state = 'granted' AND until <= $2 THEN 'ended' ELSE state END, grounds, decided_at, decided_by, until
		FROM full_copy WHERE case_id = $1 ORDER BY asked_at DESC, id DESC`, caseID, b.now())
	if err != nil {
		return nil, fmt.Errorf("list the requests of case %s: %w", caseID, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f FullCopy, err error) {
		f.Views = []FullView{}
		err = row.Scan(&f.ID, &f.AskedAt, &f.Reason, &f.State, &f.Grounds, &f.DecidedAt, &f.DecidedBy, &f.Until)
		return f, err
	})
	if err != nil {
		return nil, fmt.Errorf("list the requests of case %s: %w", caseID, err)
	}
	if len(list) == 0 {
		return []FullCopy{}, nil
	}
	return list, b.addViews(ctx, tx, caseID, list)
}

// addViews tells of each request when it was made use of.
func (b *Book) addViews(ctx context.Context, tx pgx.Tx, caseID string, list []FullCopy) error {
	bundles, err := b.caseBundles(ctx, tx, caseID)
	if err != nil {
		return err
	}
	for _, one := range bundles {
		views, err := b.o.Registry.In(tx).Views(ctx, registry.ViewFilter{By: partyReader, Subject: one.Bundle})
		if err != nil {
			return err
		}
		for _, v := range views {
			for i := range list {
				f := &list[i]
				if v.Reason == seenFull+caseID+", "+f.ID {
					f.Views = append(f.Views, FullView{At: v.At, Bundle: one.Bundle, File: v.File})
				}
			}
		}
	}
	for _, f := range list {
		slices.SortFunc(f.Views, func(a, b FullView) int { return a.At.Compare(b.At) })
	}
	return nil
}

// partyReader is how the record of views names the party of a case.
const partyReader = "当事人"
