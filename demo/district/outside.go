package district

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework"
	"offsite/exchange/lead"
	"offsite/exchange/transfer"
)

// How much came from outside in the month before, and how far the rota reaches.
const (
	Leads      = 42
	rotaBefore = 30 // days
	rotaAfter  = 14
)

// clock is the time of what is being made up.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// outside makes up a month of leads, the rota of who saw to them, and what was handed to
// other authorities.
func (l Loader) outside(ctx context.Context, p *plan, until time.Time) error {
	at := &clock{until}
	leads := lead.New(lead.Options{Pool: l.Pool, Secrets: l.Secrets, Now: at.now})
	if err := l.rota(ctx, leads, at, until); err != nil {
		return err
	}
	handed := transfer.New(transfer.Options{Pool: l.Pool, Leads: leads, Bureau: l.Bureau, Now: at.now})
	police, err := l.authority(ctx, handed, transfer.AuthorityDraft{Name: "公安机关" + mark, Kind: "police"})
	if err != nil {
		return err
	}
	neighbour, err := l.authority(ctx, handed, transfer.AuthorityDraft{Name: "邻区城市管理行政执法局" + mark, Kind: "district"})
	if err != nil {
		return err
	}
	for n := range Leads {
		r := rand.New(rand.NewPCG(p.seed, 100+uint64(n))) // #nosec G404 G115 -- invented data, the same whichever are there already
		if err := l.lead(ctx, r, n, at, until, leads, handed, neighbour); err != nil {
			return fmt.Errorf("make up lead %d: %w", n+1, err)
		}
	}
	return l.handed(ctx, handed, at, until, police)
}

// rota puts the two officers on duty in turn, from eight to eight.
func (l Loader) rota(ctx context.Context, leads *lead.Desk, at *clock, until time.Time) error {
	begins := time.Date(until.Year(), until.Month(), until.Day(), 8, 0, 0, 0, until.Location()).AddDate(0, 0, -rotaBefore)
	var known bool
	if err := l.Pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM duty_shift WHERE by_whom = $1)`, by).Scan(&known); err != nil || known {
		return err
	}
	for n := range rotaBefore + rotaAfter {
		who := []casework.Actor{l.Staff.Officer, l.Staff.Officer2}[n%2]
		at.at = begins.AddDate(0, 0, n-1) // put on the list the day before
		if _, err := leads.AddShift(ctx, by, lead.ShiftDraft{AccountID: who.ID, StartsAt: begins.AddDate(0, 0, n), EndsAt: begins.AddDate(0, 0, n+1)}); err != nil {
			return err
		}
	}
	return nil
}

func (l Loader) authority(ctx context.Context, handed *transfer.Desk, w transfer.AuthorityDraft) (id string, err error) {
	all, err := handed.Authorities(ctx)
	if err != nil {
		return "", err
	}
	for _, a := range all {
		if a.Name == w.Name {
			return a.ID, nil
		}
	}
	made, err := handed.AddAuthority(ctx, transfer.By{ID: by, Name: by}, w)
	return made.ID, err
}

// lead makes one up and takes it as far as leads of its age are.
func (l Loader) lead(ctx context.Context, r *rand.Rand, n int, at *clock, until time.Time, leads *lead.Desk, handed *transfer.Desk, neighbour string) error {
	there, road := pick(r, towns()), pick(r, roads())
	told := pick(r, []struct{ source, name string }{{"hotline", "12345 热线"}, {"bureau", "绿化市容部门"}, {"police", "交警部门"}, {"patrol", "网格巡查"}})
	what := pick(r, []struct{ kind, text string }{{lead.Waste, "渣土车沿途洒落，疑似偷倒建筑垃圾"}, {"stall", "路口有人设摊，影响通行"}, {"crossdoor", "店铺占道摆放商品"}, {"soil", "工地裸土未覆盖，扬尘较大"}, {"burning", "有人露天焚烧秸秆"}, {"building", "疑似新搭违建"}})
	d := lead.Draft{Source: told.source, SourceName: told.name + mark, SourceRef: fmt.Sprintf("DEMO-L-%04d", n+1), Kind: what.kind, What: what.text + mark,
		Place: "崇明区" + there.name + road, Township: there.name, Urgent: r.IntN(6) == 0}
	if d.Kind == lead.Waste {
		d.Plate, d.Hauler, d.Site = fmt.Sprintf("沪DEMO%02d", n), "演示运输公司"+mark, there.name+"1号地块工地"+mark
	}
	wait, minutes := r.IntN(8), 20+r.IntN(180)
	left := Leads - n
	at.at = until.Add(-time.Duration(left)*17*time.Hour - time.Duration(minutes)*time.Minute)
	if left <= 2 { // nobody has seen it yet
		at.at = until.Add(-time.Duration(left) * 4 * time.Minute)
	}
	made, fresh, err := leads.Receive(ctx, lead.By{ID: by, Name: by}, d)
	if err != nil || !fresh {
		return err
	}
	who := lead.By{ID: l.Staff.Officer.ID, Name: l.Staff.Officer.Name}
	step := func(after time.Duration, do func() error) error {
		if err != nil || at.at.Add(after).After(until) { // it has not come to that yet
			return err
		}
		at.at = at.at.Add(after)
		err = do()
		return err
	}
	if left <= 2 {
		return nil
	}
	_ = step(time.Duration(1+wait)*time.Minute, func() error { return leads.Acknowledge(ctx, who, made.ID, 0) })
	if n%14 == 13 {
		return step(20*time.Minute, func() error {
			_, err := handed.Send(ctx, who, transfer.Draft{SubjectKind: transfer.OfLead, Subject: made.ID, AuthorityID: neighbour, Reason: "演示数据：行为发生在邻区"})
			return err
		})
	}
	if left <= 4 {
		return err
	}
	_ = step(10*time.Minute, func() error { return leads.Dispatch(ctx, who, made.ID, 0, l.Staff.Officer2.ID) })
	if left <= 7 {
		return err
	}
	result := pick(r, []string{"corrected", "corrected", "unfounded"})
	return step(time.Duration(minutes)*time.Minute, func() error {
		return leads.Finish(ctx, who, made.ID, 0, lead.Outcome{Result: result, Note: "演示数据：已到场处置"})
	})
}

// handed gives the cases that were transferred to the police.
func (l Loader) handed(ctx context.Context, desk *transfer.Desk, at *clock, until time.Time, police string) error {
	rows, err := l.Pool.Query(ctx, `SELECT c.id::text, c.changed_at FROM casefile c WHERE c.state = 'transferred' AND c.number LIKE '演示〔%' AND NOT EXISTS (SELECT FROM transfer t WHERE t.subject = c.id) ORDER BY c.changed_at`)
	if err != nil {
		return err
	}
	type done struct {
		ID string
		At time.Time
	}
	cases, err := pgx.CollectRows(rows, pgx.RowToStructByPos[done])
	if err != nil {
		return err
	}
	for _, c := range cases {
		if at.at = c.At.Add(time.Hour); at.at.After(until) {
			continue
		}
		head := transfer.By{ID: l.Staff.Head.ID, Name: l.Staff.Head.Name}
		if _, err := desk.Send(ctx, head, transfer.Draft{SubjectKind: transfer.OfCase, Subject: c.ID, AuthorityID: police, Reason: "演示数据：涉嫌犯罪，依法移送"}); err != nil {
			return err
		}
	}
	return nil
}
