package privacy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"offsite/registry"
	"offsite/registry/account"
)

// Order asks for a line of the schedule to hold for another number of days. Nothing
// changes before another person agrees.
type Order struct {
	ID       int64      `json:"id"`
	Rule     string     `json:"rule" doc:"Key of the line."`
	Days     int        `json:"days"`
	Reason   string     `json:"reason"`
	By       string     `json:"by"`
	At       time.Time  `json:"at"`
	AgreedBy string     `json:"agreed_by,omitempty"`
	AgreedAt *time.Time `json:"agreed_at,omitempty"`
	Open     bool       `json:"open" doc:"It waits for agreement, and no later order on the same line was given."`
}

// Person is who orders or agrees.
type Person struct{ ID, Name string }

// database is a pool or a transaction.
type database interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

const (
	mostReason = 500 // letters
	ordersMost = 100
)

// Schedule is the schedule as it holds now, by what two people ordered, with what it proposes:
// a line for each year of the archive whose evidence may go.
func (o *Office) Schedule(ctx context.Context) ([]Rule, error) { return o.schedule(ctx, o.o.Pool) }

func (o *Office) schedule(ctx context.Context, db database) ([]Rule, error) {
	rows, err := db.Query(ctx, `SELECT o.rule, o.days FROM retention_agreement a JOIN retention_order o ON o.id = a.order_id ORDER BY a.at, o.id`)
	if err != nil {
		return nil, fmt.Errorf("read the orders on retention: %w", err)
	}
	ordered := map[string]int{}
	var rule string
	var days int
	if _, err = pgx.ForEachRow(rows, []any{&rule, &days}, func() error {
		ordered[rule] = days
		return nil
	}); err != nil {
		return nil, fmt.Errorf("read the orders on retention: %w", err)
	}
	proposed, err := archived(ctx, db, o.now())
	if err != nil {
		return nil, err
	}
	all := append(Schedule(), proposed...)
	for i, r := range all {
		if n, ok := ordered[r.Key]; ok {
			all[i].Days = min(max(n, r.Least), r.Most) // as the bounds of today's program are
		}
	}
	return all, nil
}

// Order orders that a line holds for so many days. Errors wrap registry.ErrInvalid.
func (o *Office) Order(ctx context.Context, by Person, rule string, days int, reason string) (Order, error) {
	schedule, err := o.Schedule(ctx)
	if err != nil {
		return Order{}, err
	}
	reason = strings.TrimSpace(reason)
	i := slices.IndexFunc(schedule, func(r Rule) bool { return r.Key == rule })
	switch {
	case i < 0:
		return Order{}, refuse("rule", "保存期限表中没有这一项", "the retention schedule has no such line")
	case days < schedule[i].Least || days > schedule[i].Most:
		return Order{}, refuse("days", fmt.Sprintf("天数应在 %d 至 %d 之间", schedule[i].Least, schedule[i].Most), fmt.Sprintf("order between %d and %d days", schedule[i].Least, schedule[i].Most))
	case days == schedule[i].Days:
		return Order{}, refuse("days", "与现行期限相同", "that is what holds already")
	case reason == "" || utf8.RuneCountInString(reason) > mostReason:
		return Order{}, refuse("reason", "请填写理由，500 字以内", "give a reason, of 500 letters at most")
	}
	given := Order{Rule: rule, Days: days, Reason: reason, By: by.Name, At: o.now(), Open: true}
	err = o.o.Pool.QueryRow(ctx, `INSERT INTO retention_order (rule, days, reason, by_id, by_name, at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		rule, days, reason, by.ID, by.Name, given.At).Scan(&given.ID)
	if err != nil {
		return given, fmt.Errorf("order that %s is kept for %d days: %w", rule, days, err)
	}
	return given, nil
}

// Agree agrees to an order that is open; it holds from the next run of the schedule on.
// Errors wrap registry.ErrNotFound where it isn't open, and are those of account.Apart.
func (o *Office) Agree(ctx context.Context, by Person, id int64) error {
	err := pgx.BeginFunc(ctx, o.o.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(runLock)); err != nil {
			return err
		}
		all, err := orders(ctx, tx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(one Order) bool { return one.ID == id && one.Open })
		if i < 0 {
			return registry.ErrNotFound
		}
		var giver string
		if err := tx.QueryRow(ctx, `SELECT by_id::text FROM retention_order WHERE id = $1`, id).Scan(&giver); err != nil {
			return err
		}
		if err := account.Apart(ctx, tx, giver, by.ID, o.now()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO retention_agreement (order_id, by_id, by_name, at) VALUES ($1, $2, $3, $4)`, id, by.ID, by.Name, o.now()); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO change_log (at, by_whom, kind, subject, action, after) VALUES ($1, $2, 'retention', $3, 'change', jsonb_build_object('days', $4::int, 'order', $5::bigint))`,
			o.now(), by.ID, all[i].Rule, all[i].Days, id)
		return err
	})
	if errors.Is(err, registry.ErrNotFound) || err == nil {
		return err
	}
	return fmt.Errorf("agree to order %d on retention: %w", id, err)
}

// Orders lists the newest orders, the newest first.
func (o *Office) Orders(ctx context.Context) ([]Order, error) { return orders(ctx, o.o.Pool) }

func orders(ctx context.Context, db database) ([]Order, error) {
	rows, err := db.Query(ctx, `SELECT o.id, o.rule, o.days, o.reason, o.by_name, o.at, coalesce(a.by_name, ''), a.at,
		a.order_id IS NULL AND NOT EXISTS (SELECT FROM retention_order later WHERE later.rule = o.rule AND later.id > o.id)
		FROM retention_order o LEFT JOIN retention_agreement a ON a.order_id = o.id ORDER BY o.id DESC LIMIT $1`, ordersMost)
	if err != nil {
		return nil, fmt.Errorf("list the orders on retention: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Order])
	if err != nil {
		return nil, fmt.Errorf("list the orders on retention: %w", err)
	}
	return all, nil
}
