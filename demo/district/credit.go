package district

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework"
	"offsite/casework/credit"
	"offsite/casework/document"
)

// application is one for credit repair that is made up: days before today, 0: not yet.
type application struct {
	asked, reviewed, decided int
	grant                    bool
}

// applications are one granted, one refused, one that waits for the head, and one for
// its review.
func applications() []application {
	return []application{{30, 26, 24, true}, {20, 17, 15, false}, {6, 2, 0, true}, {1, 0, 0, false}}
}

// repairs makes up applications for the repair of the oldest credit records that allow it.
func (l Loader) repairs(ctx context.Context, until time.Time) error {
	var known bool
	if err := l.Pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM credit_repair WHERE text LIKE '演示数据：%')`).Scan(&known); err != nil || known {
		return err
	}
	wanted := applications()
	rows, err := l.Pool.Query(ctx, `SELECT c.id::text FROM credit_record r JOIN casefile c ON c.id = r.case_id
		WHERE c.number LIKE '演示〔%' AND c.state = 'archived' AND r.state = 'open' AND r.level = 'ordinary' AND r.repair_from < $1 ORDER BY r.decided_at, r.id LIMIT $2`,
		until.AddDate(0, 0, -wanted[0].asked), len(wanted))
	if err != nil {
		return err
	}
	cases, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	paper, err := l.Book.Paper(promise(until))
	if err != nil {
		return fmt.Errorf("make up a promise: %w", err)
	}
	for i, id := range cases {
		if err := l.repair(ctx, id, paper, wanted[i], until); err != nil {
			return err
		}
	}
	return nil
}

// promise is the paper of the party's that says what it has put right.
func promise(at time.Time) func(document.Bureau) document.Sheet {
	return func(b document.Bureau) document.Sheet {
		return document.Sheet{Bureau: b, Title: "整改承诺书" + mark, Number: "演示", Date: at,
			Parts: []document.Part{{Heading: "承诺", Text: []string{"演示数据：罚款已缴清，占道物品已清理，承诺今后依法经营。"}}}}
	}
}

func (l Loader) repair(ctx context.Context, caseID string, paper []byte, a application, until time.Time) error {
	at := &clock{until}
	ago := func(days int) { at.at = until.AddDate(0, 0, -days) }
	office := credit.New(credit.Options{Pool: l.Pool, Law: l.Book.Rules(), Now: at.now})
	ago(a.asked)
	if err := office.Ask(ctx, caseID, credit.Application{Text: "演示数据：已缴清罚款并完成整改，申请信用修复。", Papers: []string{base64.StdEncoding.EncodeToString(paper)}}); err != nil {
		return err
	}
	_, asked, err := office.OfCase(ctx, caseID)
	if err != nil || a.reviewed == 0 {
		return err
	}
	reason := map[bool]string{true: "演示数据：材料齐全，整改属实", false: "演示数据：现场复查仍有占道，整改未到位"}[a.grant]
	ago(a.reviewed)
	if err := office.Review(ctx, l.Staff.Legal.ID, asked.ID, credit.Verdict{Grant: a.grant, Reason: reason}); err != nil || a.decided == 0 {
		return err
	}
	ago(a.decided)
	return office.Decide(ctx, l.Staff.Head.ID, asked.ID, credit.Verdict{Grant: a.grant, Reason: reason})
}

// looked says who has looked at what was published of cases: at the newest nobody yet,
// and one was found wanting and withdrawn.
func looked(cases []casework.Past, staff Staff, until time.Time) {
	const unseen, after = 60, 50 * time.Hour // days, and how long after the service
	withdrawn := false
	for i := range cases {
		served := slices.IndexFunc(cases[i].Steps, func(s casework.PastStep) bool { return s.Event == "served" })
		if served < 0 {
			continue
		}
		at := cases[i].Steps[served].At.Add(after)
		if at.After(until.AddDate(0, 0, -unseen)) {
			continue
		}
		c := &casework.PastLook{At: at, By: staff.Legal, Sound: true}
		if !withdrawn && i > len(cases)/2 {
			c.Sound, c.Reason, withdrawn = false, "演示数据：公开文本含有当事人住址，撤下更正", true
		}
		cases[i].Looked = c
	}
}
