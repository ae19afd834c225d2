package district

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/exchange/webhook"
)

// Told is how many events the invented receiver was told of in the month before.
const Told = 60

const receiver = "城市运行中心" + mark

// told makes up what another system was told of the latest cases, and how it went: most
// was taken at once, some after it had failed, some was given up, and of these a part sent
// again by hand. The endpoint is disabled, and under a name that never is one: nothing of
// the demonstration goes anywhere.
func (l Loader) told(ctx context.Context, p *plan, until time.Time) error {
	hooks, err := webhook.New(webhook.Options{Pool: l.Pool, Secrets: l.Secrets, CheckURL: func(context.Context, string) error { return nil }, Now: func() time.Time { return l.Now }})
	if err != nil {
		return err
	}
	all, err := hooks.Endpoints(ctx)
	if err != nil || slices.ContainsFunc(all, func(e webhook.Endpoint) bool { return e.Name == receiver }) {
		return err
	}
	cases, err := l.latest(ctx)
	if err != nil {
		return err
	}
	draft := webhook.Draft{Name: receiver, URL: "https://receiver.demo.invalid/offsite", Kinds: []string{webhook.CaseChanged, webhook.LeadReceived}}
	endpoint, _, err := hooks.Create(ctx, by, draft)
	if err != nil {
		return err
	}
	if err := hooks.Change(ctx, by, endpoint.ID, draft); err != nil { // as it stands there: disabled
		return err
	}
	r := rand.New(rand.NewPCG(p.seed, 7)) // #nosec G404 -- invented data
	list := make([]webhook.Past, len(cases))
	for n, c := range cases {
		list[n] = webhook.Past{Kind: webhook.CaseChanged, At: until.Add(-time.Duration(len(cases)-n) * 11 * time.Hour), Data: map[string]string{"id": c.ID, "number": c.Number, "state": c.State}, Tries: tries(r, n)}
	}
	if err := hooks.AdoptPast(ctx, by, endpoint.ID, list); err != nil {
		return fmt.Errorf("make up what other systems were told: %w", err)
	}
	return nil
}

type lately struct{ ID, Number, State string }

func (l Loader) latest(ctx context.Context) ([]lately, error) {
	rows, err := l.Pool.Query(ctx, `SELECT id::text, number, state FROM casefile WHERE number LIKE '演示〔%' ORDER BY changed_at DESC, id LIMIT $1`, Told)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[lately])
}

// tries are the attempts of the n-th delivery.
func tries(r *rand.Rand, n int) []webhook.PastTry {
	quick := func() time.Duration { return time.Duration(20+r.IntN(200)) * time.Millisecond }
	taken := webhook.PastTry{Took: quick(), Status: http.StatusNoContent}
	busy := webhook.PastTry{Took: quick(), Status: http.StatusServiceUnavailable, Error: "503 Service Unavailable: 演示：接收方维护中"}
	lost := webhook.PastTry{Took: 5 * time.Second, Error: "演示：connection refused"}
	all := append(slices.Repeat([]webhook.PastTry{lost, busy}, 8), lost) // seventeen, over three days
	switch old := n < Told-7; {
	case old && n%15 == 7: // given up
		return all
	case old && n%15 == 12: // given up, and sent again by hand
		again := taken
		again.Replayed = true
		return append(all, again)
	case n%6 == 5:
		return []webhook.PastTry{busy, taken}
	}
	return []webhook.PastTry{taken}
}
