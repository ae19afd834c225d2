package supervision

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"offsite/casework/calendar"
	"offsite/store"
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
	rows, err := o.o.Pool.Query(ctx, taskQuery+`WHERE ($1 = '' OR t.draw_id = $5) AND (NOT $2 OR t.done_at IS NULL OR t.rectify_by IS NOT NULL AND t.rectified_at IS NULL)
		AND ($3 = '' OR $6 = ANY (t.inspectors)) ORDER BY t.due_on, t.draw_id, t.rank LIMIT $4`, f.DrawID, f.Open, f.Inspector, tasksShown, store.ID(f.DrawID), store.ID(f.Inspector))
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
	if !store.IsID(taskID) {
		return fmt.Errorf("enter the result of task %q: %w", taskID, ErrNotFound)
	}
	t := task{id: taskID}
	var sound bool
	at := o.now()
	err := pgx.BeginFunc(ctx, o.o.Pool, func(tx pgx.Tx) error {
		var done *time.Time
		err := tx.QueryRow(ctx, `SELECT d.kind, t.subject::text, d.seed, t.inspectors::text[], t.done_at FROM draw_task t JOIN draw d ON d.id = t.draw_id
			WHERE t.id = $1::uuid FOR UPDATE OF t`, taskID).Scan(&t.kind, &t.subject, &t.seed, &t.inspectors, &done)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		if done != nil {
			return refuse("answers", "结果已经录入，不能更改", "the result is entered already and stays")
		}
		if err := inProcess(ctx, tx, t); err != nil {
			return err
		}
		if err := o.o.Law.FreshIn(ctx, tx); err != nil {
			return err
		}
		batch := &pgx.Batch{}
		if sound, err = o.take(batch, by, t, r, at); err != nil {
			return err
		}
		return tx.SendBatch(ctx, batch).Close()
	})
	if err != nil {
		return fmt.Errorf("enter the result of task %s: %w", taskID, err)
	}
	if t.kind != Inspection || o.o.Inspected == nil {
		return nil
	}
	return o.o.Inspected(ctx, by, t.subject, sound, at, Found{TaskID: taskID}.Source(), r.Note)
}

// inProcess refuses a review in process of a case whose investigation has ended: it could change
// nothing there any more, and the plan counts it where it comes before. The case counts as not reviewed.
func inProcess(ctx context.Context, tx pgx.Tx, t task) error {
	if t.kind != During {
		return nil
	}
	var open bool
	if err := tx.QueryRow(ctx, `SELECT `+investigated+` FROM casefile c WHERE c.id = $1::uuid FOR SHARE`, t.subject).Scan(&open); err != nil {
		return err
	}
	if !open {
		return refuse("answers", "案件调查已经终结，不能再作事中评查；该案计为未作事中评查，可作事后评查",
			"the investigation of this case has ended: it can't be reviewed in process any more and counts as not reviewed; it may be reviewed after closure")
	}
	return nil
}

// task is one as its result is entered.
type task struct {
	id, kind, subject string
	seed              string // of its draw
	inspectors        []string
}

// take judges a result and queues what keeps it; the batch fails where somebody may not
// enter it. The calendar is to be fresh.
func (o *Office) take(batch *pgx.Batch, by string, t task, r Result, at time.Time) (sound bool, err error) {
	result, err := r.judge(t.kind)
	if err != nil {
		return false, err
	}
	if err := may(batch, by, t); err != nil {
		return false, err
	}
	var until *string
	if result == "faulty" {
		end, err := o.o.Law.AddWorkingDays(at, cmp.Or(r.Days, rectifyDefault))
		if err != nil {
			return false, err
		}
		day := end.In(shanghai()).Format(time.DateOnly)
		until = &day
	}
	batch.Queue(`UPDATE draw_task SET result = $2, answers = $3, note = $4, done_at = $5, done_by = $6, rectify_by = $7::text::date WHERE id = $1`,
		t.id, result, r.Answers, r.Note, at, by, until)
	if t.kind == Inspection {
		return result == "sound", nil
	}
	id, err := uuid.NewV7()
	if err != nil {
		return false, err
	}
	batch.Queue(`INSERT INTO case_check (id, case_id, kind, at, by_whom, seed, result, note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		id.String(), t.subject, t.kind, at, by, t.seed, result, r.Note)
	return result == "sound", nil
}

func may(batch *pgx.Batch, by string, t task) error {
	if t.kind == Inspection {
		if !slices.Contains(t.inspectors, by) {
			return ErrNotYours
		}
		return nil
	}
	batch.Queue(`SELECT EXISTS (SELECT FROM process_record WHERE case_id = $1::uuid AND actor_id = $2::uuid),
		EXISTS (SELECT FROM account WHERE id = $2::uuid AND roles && ARRAY['legal', 'supervisor'])`, t.subject, by).QueryRow(func(row pgx.Row) error {
		var acted, checker bool
		err := row.Scan(&acted, &checker)
		switch {
		case err != nil:
			return err
		case !checker:
			return ErrNotYours
		case acted:
			return refuse("answers", "参与过本案的人不得检查、评查本案", "who has acted in the case does not check it")
		}
		return nil
	})
	return nil
}

// Rectify keeps what was done about a fault.
func (o *Office) Rectify(ctx context.Context, taskID, what string) error {
	if !store.IsID(taskID) {
		return fmt.Errorf("keep what was done about task %q: %w", taskID, ErrNotFound)
	}
	batch := &pgx.Batch{}
	if err := rectify(batch, taskID, what, o.now()); err != nil {
		return err
	}
	if err := o.o.Pool.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("keep what was done about task %s: %w", taskID, err)
	}
	return nil
}

func rectify(batch *pgx.Batch, taskID, what string, at time.Time) error {
	if what = strings.TrimSpace(what); what == "" {
		return refuse("rectified", "请写明整改情况", "say what was done about it")
	}
	batch.Queue(`UPDATE draw_task SET rectified_at = $2, rectified = $3 WHERE id = $1::uuid AND rectify_by IS NOT NULL AND rectified_at IS NULL`, taskID, at, what).Exec(func(done pgconn.CommandTag) error {
		if done.RowsAffected() == 0 {
			return refuse("rectified", "该任务没有待整改的问题", "the task has no fault that waits to be put right")
		}
		return nil
	})
	return nil
}
