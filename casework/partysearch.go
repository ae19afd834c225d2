package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework/flow"
	"offsite/registry/account"
)

// partySearch is how refusals name the task.
const partySearch flow.Event = "party_search"

// PartySearch is the task of finding out an unknown party where it was seen (当事人待查).
// Where officers are is not kept, so those near by are the officers who see the case's
// township: those on duty first, then the township's own before a brigade's and the
// district's.
type PartySearch struct {
	Since   time.Time  `json:"since"`
	Until   time.Time  `json:"until" doc:"When the party is to be found out."`
	TakenBy string     `json:"taken_by" doc:"Name; empty: nobody has taken it."`
	TakenAt *time.Time `json:"taken_at,omitempty"`
	Own     bool       `json:"own" doc:"Whoever asks has taken it."`
	Bundle  string     `json:"bundle"`
	Still   string     `json:"still" doc:"File of the bundle that shows who was there; empty: none."`
	Nearby  []Nearby   `json:"nearby" doc:"Officers near by, who come first first."`
}

// Nearby is an officer near by.
type Nearby struct {
	Name   string `json:"name"`
	Team   string `json:"team"`
	OnDuty bool   `json:"on_duty"`
}

// partySought tells whether the party is to be found out; in SQL that is flow.UnknownParty.
func (c *casefile) partySought() bool {
	return c.PartyID == "" && slices.Contains(flow.Sought(), c.State)
}

// beginSearch starts the time within which an unknown party is to be found out.
func (b *Book) beginSearch(c *casefile, now time.Time) error {
	if !c.partySought() || !c.D.SearchFrom.IsZero() {
		return nil
	}
	until, err := b.rules.AddWorkingDays(now, b.o.PartyDays)
	if err != nil {
		return fmt.Errorf("work out by when the party of case %s is to be found out: %w", c.ID, err)
	}
	c.D.SearchFrom, c.D.SearchUntil = now, until
	return nil
}

// TakeSearch has an officer take the task on. Of two who take it at once one has it, and
// the other is told who.
func (b *Book) TakeSearch(ctx context.Context, a Actor, caseID string) error {
	return b.change(ctx, caseID, 0, func(tx pgx.Tx, c *casefile) error {
		if !slices.Contains(a.Roles, "officer") || slices.Contains(c.D.People.Recused, a.ID) {
			return &Refusal{Kind: flow.Forbidden, Event: partySearch, State: c.State, ZH: "由未被要求回避的执法人员领取", EN: "an officer who was not recused takes this on"}
		}
		if !c.partySought() {
			return &Refusal{Kind: flow.Unlawful, Event: partySearch, State: c.State, ZH: "当事人已查明，或者案件已结束", EN: "the party is found out, or the case has ended"}
		}
		now := b.now()
		done, err := tx.Exec(ctx, `INSERT INTO party_search (case_id, account_id, name, taken_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, c.ID, a.ID, a.Name, now)
		if err != nil {
			return fmt.Errorf("take on the search of case %s: %w", c.ID, err)
		}
		if done.RowsAffected() == 0 {
			_, name, at, err := searcher(ctx, tx, c.ID)
			if err != nil {
				return err
			}
			return &Refusal{Kind: flow.Unlawful, Event: partySearch, State: c.State, ZH: fmt.Sprintf("已由%s于%s领取", name, legal(at)), EN: fmt.Sprintf("%s took it on at %s", name, legal(at))}
		}
		c.quiet = true
		return b.append(ctx, tx, c, now, entry{event: "search_taken", from: c.State, to: c.State, role: flow.Officer, by: a.performer()})
	})
}

// LeaveSearch gives the task back: whoever has it does, or a head.
func (b *Book) LeaveSearch(ctx context.Context, a Actor, caseID string) error {
	return b.change(ctx, caseID, 0, func(tx pgx.Tx, c *casefile) error {
		id, _, _, err := searcher(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		role := flow.Head
		switch {
		case id == "":
			return &Refusal{Kind: flow.Unlawful, Event: partySearch, State: c.State, ZH: "没有人领取此任务", EN: "nobody has taken it on"}
		case id == a.ID:
			role = flow.Officer
		case !slices.Contains(a.Roles, "head"):
			return &Refusal{Kind: flow.Forbidden, Event: partySearch, State: c.State, ZH: "由领取人或者负责人交回", EN: "whoever took it on or a head gives it back"}
		}
		if _, err := tx.Exec(ctx, `DELETE FROM party_search WHERE case_id = $1`, c.ID); err != nil {
			return fmt.Errorf("give back the search of case %s: %w", c.ID, err)
		}
		c.quiet = true
		return b.append(ctx, tx, c, b.now(), entry{event: "search_left", from: c.State, to: c.State, role: role, by: a.performer()})
	})
}

// searcher is who has taken on the search of a case; "" for nobody.
func searcher(ctx context.Context, db database, caseID string) (id, name string, at time.Time, err error) {
	err = db.QueryRow(ctx, `SELECT account_id::text, name, taken_at FROM party_search WHERE case_id = $1`, caseID).Scan(&id, &name, &at)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", "", at, nil
	}
	if err != nil {
		return "", "", at, fmt.Errorf("read who searches for the party of case %s: %w", caseID, err)
	}
	return id, name, at, nil
}

// nearbyMost is how many officers near by are named.
const nearbyMost = 20

// search is the task of a case as a reader sees it, nil where nobody is sought.
func (b *Book) search(ctx context.Context, tx pgx.Tx, c *casefile, reader string) (*PartySearch, error) {
	if !c.partySought() {
		return nil, nil
	}
	s := &PartySearch{Since: c.D.SearchFrom, Until: c.D.SearchUntil, Bundle: c.D.Bundle}
	for _, still := range stills(c.D.Summary) {
		if s.Still == "" || still.Role == "raised" {
			s.Still = still.Picture
		}
	}
	id, name, at, err := searcher(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	s.TakenBy, s.TakenAt, s.Own = name, present(at), id != "" && id == reader
	rows, err := tx.Query(ctx, `SELECT a.name, a.team, d.on_duty FROM casefile c JOIN account a ON cardinality(a.townships) = 0 OR c.township = ANY (a.townships),
		LATERAL (SELECT EXISTS (SELECT FROM duty_shift s WHERE s.account_id = a.id AND `+account.OnDuty+`) AS on_duty) d
		WHERE c.id = $2 AND NOT a.disabled AND 'officer' = ANY (a.roles)
		ORDER BY d.on_duty DESC, array_position('{township,brigade,district}', a.level), a.name LIMIT $3`, b.now(), c.ID, nearbyMost)
	if err != nil {
		return nil, fmt.Errorf("list who is near case %s: %w", c.ID, err)
	}
	if s.Nearby, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Nearby]); err != nil {
		return nil, fmt.Errorf("list who is near case %s: %w", c.ID, err)
	}
	return s, nil
}

// tellSearchers says in a list of cases who has taken on which search.
func (b *Book) tellSearchers(ctx context.Context, list []CaseItem) error {
	at := map[string]int{}
	ids := make([]string, len(list))
	for i, c := range list {
		ids[i], at[c.ID] = c.ID, i
	}
	rows, err := b.o.Pool.Query(ctx, `SELECT case_id::text, name FROM party_search WHERE case_id = ANY ($1::text[]::uuid[])`, ids)
	if err != nil {
		return fmt.Errorf("list who searches for parties: %w", err)
	}
	var id, name string
	_, err = pgx.ForEachRow(rows, []any{&id, &name}, func() error {
		list[at[id]].TakenBy = name
		return nil
	})
	if err != nil {
		return fmt.Errorf("list who searches for parties: %w", err)
	}
	return nil
}
