package account

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// settles is how long an account counts as in the hand of the administrator who made it,
// let its owner in anew or gave it its roles: whoever waits that long is seen in the change log.
const settles = 7 * 24 * time.Hour

// Apart refuses a decision by two that is one's alone, or by two accounts that one person
// may hold: each hand goes back over the administrators of the last days, and the two must
// not meet in one account. Without it an administrator who makes a second account is two
// people. Whatever takes two people asks it. Errors wrap ErrInvalid.
func Apart(ctx context.Context, db querier, one, other string, at time.Time) error {
	if one == other {
		return refuse("id", "须由提出人以外的另一人同意", "another person than the one who proposed it must agree to it")
	}
	rows, err := db.Query(ctx, `WITH RECURSIVE hand (of, who) AS (
			VALUES ($1::text, $1::text), ($2, $2)
			UNION
			SELECT h.of, c.by_whom FROM hand h JOIN change_log c ON c.kind = 'account' AND c.subject = h.who AND c.at > $3
			WHERE c.action IN ('create', 'reset password', 'forget second factors')
				OR c.action = 'change' AND (c.before->'roles' IS DISTINCT FROM c.after->'roles' OR c.before->'disabled' IS DISTINCT FROM c.after->'disabled'))
		SELECT EXISTS (SELECT FROM hand a JOIN hand b USING (who) WHERE a.of = $1 AND b.of = $2
			AND EXISTS (SELECT FROM account WHERE id::text = who))`, one, other, at.Add(-settles))
	if err != nil {
		return fmt.Errorf("see whether two accounts are two people's: %w", err)
	}
	met, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[bool])
	if err != nil {
		return fmt.Errorf("see whether two accounts are two people's: %w", err)
	}
	if met {
		return refuse("id", "其中一人的账号近七日内由另一人或同一名管理员开设、重置或授予角色，不能算作两人共同决定；请另换一人，或满七日后再办",
			"one of the two accounts was made, let in anew or given its roles by the other, or both by one administrator, within seven days: these don't count as two people. Let somebody else decide, or wait")
	}
	return nil
}
