package team

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/registry"
)

// Office reads the reports. It is safe for concurrent use.
type Office struct {
	pool *pgxpool.Pool
	now  func() time.Time
}

// New returns the reports of a migrated database.
func New(pool *pgxpool.Pool, now func() time.Time) *Office { return &Office{pool, now} }

// ScoreMeasure is something that is counted, and what it is worth.
type ScoreMeasure struct {
	Key    string `json:"key"`
	ZH     string `json:"zh"`
	EN     string `json:"en"`
	Points int    `json:"points"`
}

// measures are those that ship. Points are a beginning; a bureau enters its own.
func measures() []ScoreMeasure {
	return []ScoreMeasure{
		{"reviewed", "审核线索", "Findings reviewed", 1},
		{"steps", "办案环节", "Steps taken in cases", 1},
		{"closed", "结案（承办）", "Cases closed, as their officer", 5},
		{"lead_seen", "按时签收线索", "Leads acknowledged in time", 1},
		{"lead_seen_late", "超时签收线索", "Leads acknowledged late", -2},
		{"lead_done", "按时办结线索", "Leads finished in time", 3},
		{"lead_late", "超时办结线索", "Leads finished late", -3},
		{"task_done", "按时完成抽查任务", "Tasks drawn by lot, done in time", 3},
		{"task_late", "逾期完成抽查任务", "Tasks drawn by lot, done late", -3},
		{"fault", "承办案件抽查发现问题", "Faults found in checks of own cases", -5},
		{"overdue", "承办案件期限届满", "Deadlines of own cases that ran out", -5},
	}
}

// ScoreRules are the points as they hold.
type ScoreRules struct {
	Version  int            `json:"version" doc:"0: as shipped."`
	Measures []ScoreMeasure `json:"measures"`
	At       *time.Time     `json:"at,omitempty"`
	By       string         `json:"by"`
	Reason   string         `json:"reason"`
}

// Rules reads those that hold.
func (o *Office) Rules(ctx context.Context) (ScoreRules, error) {
	r := ScoreRules{Measures: measures()}
	var body []byte
	err := o.pool.QueryRow(ctx, `SELECT version, body, at, coalesce((SELECT name FROM account WHERE id::text = by_whom), by_whom), reason FROM score_rules ORDER BY version DESC LIMIT 1`).
		Scan(&r.Version, &body, &r.At, &r.By, &r.Reason)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, nil
	}
	points := map[string]int{}
	if err == nil {
		err = json.Unmarshal(body, &points)
	}
	if err != nil {
		return r, fmt.Errorf("read the points of reports: %w", err)
	}
	for i, m := range r.Measures {
		r.Measures[i].Points = points[m.Key] // what the bureau did not name counts nothing
	}
	return r, nil
}

const mostPoints = 1000

// Activate makes points hold, for past months too: a report is computed when it is read,
// and names the version that it follows.
func (o *Office) Activate(ctx context.Context, by string, points map[string]int, reason string) error {
	for key, n := range points {
		if !slices.ContainsFunc(measures(), func(m ScoreMeasure) bool { return m.Key == key }) {
			return &registry.Refused{Field: "points", ZH: "没有“" + key + "”这一计分项", EN: "nothing is counted as " + key}
		}
		if n < -mostPoints || n > mostPoints {
			return &registry.Refused{Field: "points", ZH: "每项分值在-1000与1000之间", EN: "points lie between -1000 and 1000"}
		}
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return &registry.Refused{Field: "reason", ZH: "请写明依据", EN: "say on what they rest"}
	}
	body, err := json.Marshal(points)
	if err != nil {
		return fmt.Errorf("activate points of reports: %w", err)
	}
	_, err = o.pool.Exec(ctx, `INSERT INTO score_rules (version, body, at, by_whom, reason) SELECT coalesce(max(version), 0) + 1, $1, $2, $3, $4 FROM score_rules`,
		body, o.now().UTC().Truncate(time.Microsecond), by, reason)
	if err != nil {
		return fmt.Errorf("activate points of reports: %w", err)
	}
	return nil
}
