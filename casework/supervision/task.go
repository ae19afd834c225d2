package supervision

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/casework/calendar"
)

func shanghai() *time.Location { return calendar.Shanghai() }

// Question is a line of a check list.
type Question struct {
	Key string `json:"key"`
	ZH  string `json:"zh"`
	EN  string `json:"en"`
}

// Questions is the check list of a kind.
func Questions(kind string) []Question {
	switch kind {
	case ProcessRecord: // Penalty Law art. 47
		return []Question{
			{"steps", "启动、调查取证、审核、决定、送达、执行各环节均有文字记录", "Every step from the beginning to execution has its record in writing"},
			{"pictures", "音像记录清晰连续，与文字记录相符", "Pictures and sound are clear, without gaps, and agree with what is written"},
			{"who", "人员、时间、地点记录准确，执法证号齐全", "Who, when and where is right, with the licence numbers"},
			{"proof", "过程记录和证据包经核验未被改动", "Record and bundles were verified and are unchanged"},
			{"kept", "归档及时，可随时调阅", "It was archived in time and can be called up"},
		}
	case Inspection:
		return []Question{
			{"front", "门前无占道、无跨门经营", "Nothing in the street or outside the door"},
			{"waste", "生活垃圾、餐厨垃圾分类投放，协议齐全", "Waste is sorted; contracts are there"},
			{"signs", "店招、户外广告符合规定", "Signs and advertising are as allowed"},
			{"records", "主体、电话、电子送达信息与登记一致", "Owner, telephone and consent are as registered"},
		}
	}
	return []Question{
		{"facts", "违法事实清楚，证据确实充分", "The facts are clear, the evidence suffices"},
		{"law", "适用法律准确，裁量适当", "The right law, a fitting fine"},
		{"procedure", "程序合法，时限、回避、告知完整", "Lawful procedure: time limits, recusal, notices"},
		{"record", "音视频与文字全过程记录完整可回溯", "The record of pictures and text is complete and traceable"},
		{"documents", "文书规范、送达有据", "Documents are in order and service is proved"},
	}
}

// Task is something drawn, and what came of it.
type Task struct {
	ID          string            `json:"id"`
	DrawID      string            `json:"draw_id"`
	Kind        string            `json:"kind"`
	Rank        int               `json:"rank"`
	Subject     string            `json:"subject"`
	Name        string            `json:"name"`
	Inspectors  []string          `json:"inspectors" doc:"Names."`
	DueOn       string            `json:"due_on"`
	Result      string            `json:"result" doc:"sound, faulty; empty until it is entered."`
	Answers     map[string]string `json:"answers"`
	Note        string            `json:"note"`
	DoneAt      *time.Time        `json:"done_at,omitempty"`
	DoneBy      string            `json:"done_by,omitempty"`
	RectifyBy   string            `json:"rectify_by,omitempty"`
	RectifiedAt *time.Time        `json:"rectified_at,omitempty"`
	Rectified   string            `json:"rectified,omitempty" doc:"What was done about it."`
}

// TaskFilter chooses tasks; its zero value chooses all of the newest draws.
type TaskFilter struct {
	DrawID    string
	Open      bool   // nothing entered yet, or a fault not yet put right
	Inspector string // account
}

const (
	taskQuery = `SELECT t.id::text, t.draw_id::text, d.kind, t.rank, t.subject::text, t.name,
		ARRAY(SELECT a.name FROM account a WHERE a.id = ANY (t.inspectors) ORDER BY a.name), to_char(t.due_on, 'YYYY-MM-DD'), t.result, t.answers, t.note, t.done_at,
		coalesce((SELECT a.name FROM account a WHERE a.id = t.done_by), ''), coalesce(to_char(t.rectify_by, 'YYYY-MM-DD'), ''), t.rectified_at, t.rectified
		FROM draw_task t JOIN draw d ON d.id = t.draw_id `
	tasksShown = 500
)

// Tasks lists tasks: those due first come first, within a draw by rank.
func (o *Office) Tasks(ctx context.Context, f TaskFilter) ([]Task, error) {
	rows, err := o.o.Pool.Query(ctx, taskQuery+`WHERE ($1 = '' OR t.draw_id::text = $1) AND (NOT $2 OR t.done_at IS NULL OR t.rectify_by IS NOT NULL AND t.rectified_at IS NULL)
		AND ($3 = '' OR $3 = ANY (t.inspectors::text[])) ORDER BY t.due_on, t.draw_id, t.rank LIMIT $4`, f.DrawID, f.Open, f.Inspector, tasksShown)
	if err != nil {
		return nil, fmt.Errorf("list the tasks: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Task])
	if err != nil {
		return nil, fmt.Errorf("list the tasks: %w", err)
	}
	return list, nil
}

// Result is what somebody found.
type Result struct {
	Answers map[string]string `json:"answers" doc:"For each question of the check list: ok, fault or none (does not apply)."`
	Note    string            `json:"note" maxLength:"4000"`
	Days    int               `json:"days,omitempty" minimum:"0" maximum:"60" doc:"Working days to put faults right; 0: ten."`
}

const (
	ok             = "ok"
	fault          = "fault"
	none           = "none"
	rectifyDefault = 10
)

// judge checks the answers against the list and says whether there is a fault.
func (r Result) judge(kind string) (result string, err error) {
	result = "sound"
	for _, q := range Questions(kind) {
		switch r.Answers[q.Key] {
		case ok, none:
		case fault:
			result = "faulty"
		default:
			return "", refuse("answers", "请逐项填写检查结果：%s", "answer every question: %s", q.Key)
		}
	}
	if len(r.Answers) > len(Questions(kind)) {
		return "", refuse("answers", "含有清单以外的项目", "there are answers to questions that are not on the list")
	}
	if result == "faulty" && strings.TrimSpace(r.Note) == "" {
		return "", refuse("note", "发现问题须写明情况", "say what the fault is")
	}
	return result, nil
}

// Enter keeps what was found, once. An object's inspectors alone enter its result; a
// case is checked by legal reviewers and supervisors who have not acted in it.
func (o *Office) Enter(ctx context.Context, by, taskID string, r Result) error {
	var kind, subject, seed string
	var inspectors []string
	var sound bool
	at := o.now()
	err := pgx.BeginFunc(ctx, o.o.Pool, func(tx pgx.Tx) error {
		var done *time.Time
		err := tx.QueryRow(ctx, `SELECT d.kind, t.subject::text, d.seed, t.inspectors::text[], t.done_at FROM draw_task t JOIN draw d ON d.id = t.draw_id
			WHERE t.id::text = $1 FOR UPDATE OF t`, taskID).Scan(&kind, &subject, &seed, &inspectors, &done)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		if done != nil {
			return refuse("answers", "结果已经录入，不能更改", "the result is entered already and stays")
		}
		result, err := r.judge(kind)
		if err != nil {
			return err
		}
		sound = result == "sound"
		if err := o.may(ctx, tx, by, kind, subject, inspectors); err != nil {
			return err
		}
		if err := o.finish(ctx, tx, by, taskID, r, result, at); err != nil {
			return err
		}
		if kind == Inspection {
			return nil
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO case_check (id, case_id, kind, at, by_whom, seed, result, note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			id.String(), subject, kind, at, by, seed, result, r.Note)
		return err
	})
	if err != nil {
		return fmt.Errorf("enter the result of task %s: %w", taskID, err)
	}
	if kind != Inspection || o.o.Inspected == nil {
		return nil
	}
	return o.o.Inspected(ctx, by, subject, sound, at, "双随机-"+taskID, r.Note)
}

func (o *Office) may(ctx context.Context, tx pgx.Tx, by, kind, subject string, inspectors []string) error {
	if kind == Inspection {
		if !slices.Contains(inspectors, by) {
			return ErrNotYours
		}
		return nil
	}
	var acted, checker bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM process_record WHERE case_id::text = $1 AND actor_id::text = $2),
		EXISTS (SELECT FROM account WHERE id::text = $2 AND roles && ARRAY['legal', 'supervisor'])`, subject, by).Scan(&acted, &checker)
	switch {
	case err != nil:
		return err
	case !checker:
		return ErrNotYours
	case acted:
		return refuse("answers", "参与过本案的人不得检查、评查本案", "who has acted in the case does not check it")
	}
	return nil
}

func (o *Office) finish(ctx context.Context, tx pgx.Tx, by, taskID string, r Result, result string, at time.Time) error {
	var until *string
	if result == "faulty" {
		days := r.Days
		if days == 0 {
			days = rectifyDefault
		}
		if err := o.o.Law.FreshIn(ctx, tx); err != nil {
			return err
		}
		end, err := o.o.Law.AddWorkingDays(at, days)
		if err != nil {
			return err
		}
		day := end.In(shanghai()).Format(time.DateOnly)
		until = &day
	}
	_, err := tx.Exec(ctx, `UPDATE draw_task SET result = $2, answers = $3, note = $4, done_at = $5, done_by = $6, rectify_by = $7::text::date WHERE id = $1`,
		taskID, result, r.Answers, r.Note, at, by, until)
	return err
}

// Rectify keeps what was done about a fault.
func (o *Office) Rectify(ctx context.Context, taskID, what string) error {
	if what = strings.TrimSpace(what); what == "" {
		return refuse("rectified", "请写明整改情况", "say what was done about it")
	}
	done, err := o.o.Pool.Exec(ctx, `UPDATE draw_task SET rectified_at = $2, rectified = $3 WHERE id::text = $1 AND rectify_by IS NOT NULL AND rectified_at IS NULL`, taskID, o.now(), what)
	if err != nil {
		return fmt.Errorf("keep what was done about task %s: %w", taskID, err)
	}
	if done.RowsAffected() == 0 {
		return refuse("rectified", "该任务没有待整改的问题", "the task has no fault that waits to be put right")
	}
	return nil
}
