package team

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework/calendar"
	"offsite/casework/flow"
	"offsite/registry"
)

// DayLine is one thing that somebody did.
type DayLine struct {
	At       time.Time `json:"at"`
	Person   string    `json:"person"`
	Team     string    `json:"team"`
	Kind     string    `json:"kind" doc:"case, lead, task, object."`
	Event    string    `json:"event"`
	ZH       string    `json:"zh"`
	EN       string    `json:"en"`
	Subject  string    `json:"subject" doc:"Id of the case, lead or object."`
	Name     string    `json:"name" doc:"Its number or name."`
	Township string    `json:"township"`
}

// DayFilter chooses lines of a day; empty: all.
type DayFilter struct {
	Day    string // 2006-01-02, of the legal clock
	Person string // account
	Team   string
}

const mostLines = 5000

// Day is the day record (日志): what was done, in order.
func (o *Office) Day(ctx context.Context, f DayFilter) ([]DayLine, error) {
	from, err := time.ParseInLocation(time.DateOnly, f.Day, calendar.Shanghai())
	if err != nil {
		return nil, &registry.Refused{Field: "day", ZH: "日期应形如 2026-11-28", EN: "a day looks like 2026-11-28"}
	}
	rows, err := o.pool.Query(ctx, `SELECT x.at, a.name, a.team, x.kind, x.event, x.subject, x.name, x.township FROM (
			SELECT r.at, r.actor_id::text AS who, 'case' AS kind, r.event, c.id::text AS subject, coalesce(c.number, '') AS name, c.township
				FROM process_record r JOIN casefile c ON c.id = r.case_id WHERE r.actor_id IS NOT NULL AND r.at >= $1 AND r.at < $2
			UNION ALL SELECT e.at, e.by_whom, 'lead', e.event, l.id::text, l.number, l.township FROM lead_event e JOIN lead l ON l.id = e.lead_id WHERE e.at >= $1 AND e.at < $2
			UNION ALL SELECT t.done_at, t.done_by::text, 'task', t.result, t.subject::text, t.name, coalesce(o.township, c.township, '')
				FROM draw_task t LEFT JOIN object o ON o.id = t.subject LEFT JOIN casefile c ON c.id = t.subject WHERE t.done_at >= $1 AND t.done_at < $2
			UNION ALL SELECT v.at, v.by_whom, 'object', v.kind, o.id::text, o.name, o.township FROM object_event v JOIN object o ON o.id = v.object_id WHERE v.at >= $1 AND v.at < $2
		) x JOIN account a ON a.id::text = x.who WHERE ($3 = '' OR x.who = $3) AND ($4 = '' OR a.team = $4) ORDER BY x.at, x.kind, x.subject LIMIT $5`,
		from, from.AddDate(0, 0, 1), f.Person, f.Team, mostLines)
	if err != nil {
		return nil, fmt.Errorf("read the record of %s: %w", f.Day, err)
	}
	table := flow.New()
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l DayLine, err error) {
		err = row.Scan(&l.At, &l.Person, &l.Team, &l.Kind, &l.Event, &l.Subject, &l.Name, &l.Township)
		l.ZH, l.EN = label(table, l.Kind, l.Event)
		return l, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the record of %s: %w", f.Day, err)
	}
	return list, nil
}

// label says what was done.
func label(table *flow.Table, kind, event string) (zh, en string) {
	words := map[string][2]string{
		"lead/received": {"登记线索", "Lead registered"}, "lead/acknowledged": {"签收线索", "Lead acknowledged"}, "lead/dispatched": {"派单", "Lead dispatched"},
		"lead/done": {"办结线索", "Lead finished"}, "lead/transferred": {"移送线索", "Lead transferred"},
		"task/sound": {"完成抽查：未发现问题", "Check done: sound"}, "task/faulty": {"完成抽查：发现问题", "Check done: a fault"},
		"case/noted": {"备注入卷", "Note put in the file"},
	}
	if w, ok := words[kind+"/"+event]; ok {
		return w[0], w[1]
	}
	if kind == "case" {
		if zh, en = table.Label(flow.Event(event)); zh != "" {
			return zh, en
		}
	}
	if kind == "object" {
		return "记录对象情况（" + event + "）", "Recorded of an object (" + event + ")"
	}
	return event, event
}
