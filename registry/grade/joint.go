package grade

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Kinds of events that other bureaux tell of what they supervise together with us
// (综合监管), as rural guesthouses (乡村民宿). They are no inspections of ours: none falls due
// or is done by them, and they count in a grade where the formula has a factor for them.
const (
	JointPassed = "joint_passed" // 其他部门检查合格
	JointFailed = "joint_failed" // 其他部门检查不合格
)

// Joint is an object that several bureaux supervise, with what each found last.
type Joint struct {
	ObjectID string       `json:"object_id"`
	Name     string       `json:"name"`
	Address  string       `json:"address"`
	Business string       `json:"business"`
	Township string       `json:"township"`
	Grade    string       `json:"grade"`
	Failed   int          `json:"failed"` // how many bureaux found it wanting last
	Checks   []JointCheck `json:"-"`      // each with its bureau's name where it is shown
}

// JointCheck is what a bureau found last.
type JointCheck struct {
	By     string    `json:"by"` // id of the key of its system
	At     time.Time `json:"at"`
	Passed bool      `json:"passed"`
	Source string    `json:"source"`
	Note   string    `json:"note"`
}

// jointQuery chooses the objects first, by their business or by there being a check of
// them, and looks up the checks of these alone.
const jointQuery = `WITH o AS MATERIALIZED (SELECT id, name, address, business, township, grade FROM object WHERE removed_at IS NULL AND CASE WHEN $1 <> '' THEN strpos(business, $1) > 0
		ELSE id IN (SELECT object_id FROM object_event WHERE kind IN ('joint_passed', 'joint_failed')) END)
	SELECT o.id::text, o.name, o.address, o.business, o.township, o.grade, coalesce(c.failed, 0), coalesce(c.checks, '[]') FROM o
	LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE l.kind = 'joint_failed') AS failed,
			jsonb_agg(jsonb_build_object('by', l.by_whom, 'at', l.at, 'passed', l.kind = 'joint_passed', 'source', l.source, 'note', l.note) ORDER BY l.at DESC, l.by_whom) AS checks
		FROM (SELECT DISTINCT ON (v.by_whom) v.by_whom, v.at, v.kind, v.source, v.note FROM object_event v
			WHERE v.object_id = o.id AND v.kind IN ('joint_passed', 'joint_failed')
				AND NOT EXISTS (SELECT FROM object_event w WHERE w.object_id = v.object_id AND w.kind = 'withdrawn' AND w.source = v.source)
			ORDER BY v.by_whom, v.at DESC, v.id DESC) l) c ON true
	ORDER BY coalesce(c.failed, 0) DESC, o.name, o.id LIMIT $2`

// Joint lists the objects in whose business a word stands, with what each bureau found
// last; "": those of which any bureau has told. Those that most find wanting come first.
func (g *Grader) Joint(ctx context.Context, business string, most int) ([]Joint, error) {
	rows, err := g.pool.Query(ctx, jointQuery, business, most)
	if err != nil {
		return nil, fmt.Errorf("list what is supervised together: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Joint])
	if err != nil {
		return nil, fmt.Errorf("list what is supervised together: %w", err)
	}
	return all, nil
}
