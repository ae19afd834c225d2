package credit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/registry"
)

// Rules say how much a decision weighs, and for how long. Those that ship follow the
// three classes 轻微, 一般, 严重; a bureau checks days and amounts against the rules
// that bind it before it uses them.
type Rules struct {
	LightMostFen    int64 `json:"light_most_fen" minimum:"0" doc:"A first fine up to this is light: kept, and shown to nobody."`
	SeriousLeastFen int64 `json:"serious_least_fen" minimum:"1" doc:"From this fine on, and for every major case, it is serious."`
	RepeatDays      int   `json:"repeat_days" minimum:"1" maximum:"3650" doc:"Another record within so many days raises the class by one."`
	LightDays       int   `json:"light_days" minimum:"1" maximum:"3650" doc:"How long a light record is kept."`
	OrdinaryLeast   int   `json:"ordinary_least_days" minimum:"1" maximum:"3650" doc:"After so many days repair may be asked for."`
	OrdinaryMost    int   `json:"ordinary_most_days" minimum:"1" maximum:"3650" doc:"After so many days the record ends by itself."`
	SeriousLeast    int   `json:"serious_least_days" minimum:"1" maximum:"3650"`
	SeriousMost     int   `json:"serious_most_days" minimum:"1" maximum:"3650"`
	DecideDays      int   `json:"decide_days" minimum:"1" maximum:"60" doc:"Working days to decide an application."`
}

// Shipped are the rules without a version of the bureau's own.
func Shipped() Rules {
	return Rules{LightMostFen: 200_00, SeriousLeastFen: 50_000_00, RepeatDays: 365, LightDays: 90, OrdinaryLeast: 90, OrdinaryMost: 365, SeriousLeast: 365, SeriousMost: 1095, DecideDays: 7}
}

// Version is the rules as they hold.
type Version struct {
	Version int        `json:"version" doc:"0: as shipped."`
	Rules   Rules      `json:"rules"`
	At      *time.Time `json:"at,omitempty"`
	By      string     `json:"by"`
	Reason  string     `json:"reason"`
}

func (r Rules) check() error {
	if r.OrdinaryMost < r.OrdinaryLeast || r.SeriousMost < r.SeriousLeast || r.SeriousLeastFen <= r.LightMostFen {
		return &registry.Refused{Field: "rules", ZH: "最长期限不得短于最短期限，严重的起点须高于轻微的上限", EN: "the most days are no fewer than the least, and serious begins above light"}
	}
	return nil
}

// Rules reads those that hold.
func (o *Office) Rules(ctx context.Context) (Version, error) {
	v := Version{Rules: Shipped()}
	var body []byte
	err := o.o.Pool.QueryRow(ctx, `SELECT version, body, at, coalesce((SELECT name FROM account WHERE id::text = by_whom), by_whom), reason FROM credit_rules ORDER BY version DESC LIMIT 1`).
		Scan(&v.Version, &body, &v.At, &v.By, &v.Reason)
	if errors.Is(err, pgx.ErrNoRows) {
		return v, nil
	}
	if err == nil {
		err = json.Unmarshal(body, &v.Rules)
	}
	if err != nil {
		return v, fmt.Errorf("read the rules of credit records: %w", err)
	}
	return v, nil
}

// Activate makes rules hold for decisions that have no record yet.
func (o *Office) Activate(ctx context.Context, by string, r Rules, reason string) error {
	if err := r.check(); err != nil {
		return err
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return &registry.Refused{Field: "reason", ZH: "请写明依据", EN: "say on what they rest"}
	}
	body, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("activate rules of credit records: %w", err)
	}
	_, err = o.o.Pool.Exec(ctx, `INSERT INTO credit_rules (version, body, at, by_whom, reason) SELECT coalesce(max(version), 0) + 1, $1, $2, $3, $4 FROM credit_rules`,
		body, o.now(), by, reason)
	if err != nil {
		return fmt.Errorf("activate rules of credit records: %w", err)
	}
	return nil
}

// Levels of a record.
const (
	Light    = "light"
	Ordinary = "ordinary"
	Serious  = "serious"
)

// decision is what a record is made of.
type decision struct {
	CaseID, PartyID, Number string
	DecidedAt               time.Time
	FineFen                 int64
	Major, Repeated         bool
}

// weigh gives a decision its level, with the grounds.
func (r Rules) weigh(d decision) (level string, why Grounds) {
	level, why = Ordinary, Grounds{Rule: InBetween}
	switch {
	case d.Major:
		level, why = Serious, Grounds{Rule: Major}
	case d.FineFen >= r.SeriousLeastFen:
		level, why = Serious, Grounds{Rule: FineFrom, FineFen: r.SeriousLeastFen}
	case d.FineFen <= r.LightMostFen:
		level, why = Light, Grounds{Rule: FineUpTo, FineFen: r.LightMostFen}
	}
	if d.Repeated && level != Serious {
		level, why.RepeatDays = map[string]string{Light: Ordinary, Ordinary: Serious}[level], r.RepeatDays
	}
	return level, why
}

// days are the least and the most of a level.
func (r Rules) days(level string) (least, most int) {
	switch level {
	case Light:
		return r.LightDays, r.LightDays
	case Serious:
		return r.SeriousLeast, r.SeriousMost
	}
	return r.OrdinaryLeast, r.OrdinaryMost
}
