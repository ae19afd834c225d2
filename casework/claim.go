package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/evidence"
)

const (
	claimLapses = 5 * time.Minute     // after which the claim of a node that does not live is open again
	claimKept   = 30 * 24 * time.Hour // longer than anything unsealed waits in a spool
)

// claimSQL takes the claim ($1 act, $2 bundle, $3 node) where nobody has it, this bundle
// has, or the node that has it does not live. known: the act has a recorded bundle.
const claimSQL = `WITH said AS (
		SELECT EXISTS (SELECT FROM casefile WHERE id = $1)
			OR EXISTS (SELECT FROM act_claim a JOIN evidence e USING (bundle) WHERE a.act = $1 AND a.bundle <> $2) AS known),
	taken AS (
		INSERT INTO act_claim AS a (act, bundle, node, claimed_at) SELECT $1, $2, $3, clock_timestamp() FROM said WHERE NOT known
		ON CONFLICT (act) DO UPDATE SET bundle = excluded.bundle, node = excluded.node, claimed_at = excluded.claimed_at
		WHERE a.bundle = excluded.bundle OR a.claimed_at < clock_timestamp() - $4::interval
			AND NOT EXISTS (SELECT FROM watch_node n WHERE n.node = a.node AND n.until > clock_timestamp())
		RETURNING act)
	SELECT known, EXISTS (SELECT FROM taken) FROM said`

// Claim says whether a node may seal a bundle of an act; see evidence.Claims.
func (b *Book) Claim(ctx context.Context, node, act, bundle string) error {
	var known, taken bool
	err := pgx.BeginFunc(ctx, b.o.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM act_claim WHERE claimed_at < clock_timestamp() - $1::interval`, claimKept); err != nil {
			return err
		}
		return tx.QueryRow(ctx, claimSQL, act, bundle, node, claimLapses).Scan(&known, &taken)
	})
	switch {
	case err == nil && known:
		err = evidence.ErrKnown
	case err == nil && !taken:
		err = evidence.ErrClaimed
	}
	if err != nil {
		return fmt.Errorf("claim act %s for bundle %s: %w", act, bundle, err)
	}
	return nil
}
