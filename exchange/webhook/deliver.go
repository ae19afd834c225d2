package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const (
	mostTries  = 17 // with Pause: at once, and then for three days
	firstPause = 5 * time.Second
	mostPause  = 24 * time.Hour
	jitter     = 0.1 // of a pause, so that what failed together does not come back together
	claimFor   = time.Minute
)

// Pause is the time after the n-th failure in a row: five seconds, doubled each time, a
// day at most.
func Pause(n int) time.Duration {
	pause := firstPause
	for range n - 1 {
		pause = min(2*pause, mostPause)
	}
	return pause + time.Duration(rand.Float64()*jitter*float64(pause)) // #nosec G404 -- spreads load, guards nothing
}

// parcel is one attempt: what goes where.
type parcel struct {
	event, endpoint string
	url, body       string
	secrets         []string
	disabled        bool
	tries           int
}

// outcome is what became of an attempt.
type outcome struct {
	status int // 0: there was no answer
	err    string
	took   time.Duration
}

func (o outcome) taken() bool { return o.status/100 == 2 }

// Deliver makes the attempt that is due; again is how long to wait for the next, 0
// where none is left to make.
func (w *Webhooks) Deliver(ctx context.Context, event, endpoint string) (again time.Duration, err error) {
	p, wait, err := w.claim(ctx, event, endpoint)
	if p == nil || err != nil {
		return wait, err
	}
	if p.disabled {
		return 0, w.settle(ctx, p, "failed", outcome{err: "the endpoint is disabled"}, 0)
	}
	out := w.attempt(ctx, p)
	if ctx.Err() != nil && !out.taken() { // we are being stopped: it was no failure of theirs
		return 0, errors.Join(ctx.Err(), w.release(context.WithoutCancel(ctx), p))
	}
	switch {
	case out.taken():
		return 0, w.settle(ctx, p, "delivered", out, 0)
	case out.status == http.StatusGone:
		return 0, errors.Join(w.disable(ctx, p), w.settle(ctx, p, "failed", out, 0))
	case p.tries+1 >= mostTries:
		return 0, w.settle(ctx, p, "failed", out, 0)
	}
	again = w.o.Pause(p.tries + 1)
	return again, w.settle(ctx, p, "waiting", out, again)
}

// claim takes a delivery that waits, for a minute; nil where it waits no more, or wait
// where somebody else is at it or its time has not come.
func (w *Webhooks) claim(ctx context.Context, event, endpoint string) (p *parcel, wait time.Duration, err error) {
	p = &parcel{event: event, endpoint: endpoint}
	now := w.now()
	var secret, previous []byte
	var until *time.Time
	err = w.o.Pool.QueryRow(ctx, `UPDATE webhook_delivery d SET claimed_until = $3 FROM webhook_event v, webhook_endpoint e
		WHERE d.event_id = $1 AND d.endpoint_id = $2 AND d.state = 'waiting' AND (d.claimed_until IS NULL OR d.claimed_until <= $4) AND d.next_at <= $4
		AND v.id = d.event_id AND e.id = d.endpoint_id
		RETURNING e.url, v.body, v.kind <> $5 AND e.disabled_at IS NOT NULL, d.tries, e.secret, e.previous, e.previous_until`,
		event, endpoint, now.Add(claimFor), now, test).Scan(&p.url, &p.body, &p.disabled, &p.tries, &secret, &previous, &until)
	if errors.Is(err, pgx.ErrNoRows) {
		wait, err = w.waits(ctx, event, endpoint)
		return nil, wait, err
	}
	if err != nil {
		return nil, 0, fmt.Errorf("take up delivery of %s to %s: %w", event, endpoint, err)
	}
	sealed := [][]byte{secret}
	if until != nil && now.Before(*until) {
		sealed = append(sealed, previous)
	}
	for _, s := range sealed {
		text, err := w.o.Secrets.Unseal(purpose(endpoint), s)
		if err != nil {
			return nil, 0, fmt.Errorf("read the secret of webhook endpoint %s: %w", endpoint, err)
		}
		p.secrets = append(p.secrets, text)
	}
	return p, 0, nil
}

// waits is how long a delivery that could not be claimed has still to wait.
func (w *Webhooks) waits(ctx context.Context, event, endpoint string) (time.Duration, error) {
	var at time.Time
	err := w.o.Pool.QueryRow(ctx, `SELECT greatest(next_at, claimed_until) FROM webhook_delivery WHERE event_id = $1 AND endpoint_id = $2 AND state = 'waiting'`,
		event, endpoint).Scan(&at)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look at delivery of %s to %s: %w", event, endpoint, err)
	}
	return max(at.Sub(w.now()), time.Millisecond), nil
}

// attempt sends the body once.
func (w *Webhooks) attempt(ctx context.Context, p *parcel) outcome {
	began := time.Now()
	r, err := w.request(ctx, p)
	if err != nil {
		return outcome{err: err.Error()}
	}
	answer, err := w.client.Do(r)
	if err != nil {
		var where *url.Error
		if errors.As(err, &where) { // without the address, which may carry a token
			err = where.Err
		}
		return outcome{err: err.Error(), took: time.Since(began)}
	}
	defer answer.Body.Close()
	const shown = 300 // of what a receiver says
	text, _ := io.ReadAll(io.LimitReader(answer.Body, shown))
	out := outcome{status: answer.StatusCode, took: time.Since(began)}
	if !out.taken() {
		out.err = strings.ToValidUTF8(strings.ReplaceAll(answer.Status+": "+string(text), "\x00", ""), "")
	}
	return out
}

func (w *Webhooks) request(ctx context.Context, p *parcel) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, strings.NewReader(p.body))
	if err != nil {
		return nil, err
	}
	now := w.now()
	var signatures []string
	for _, secret := range p.secrets {
		hook, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			return nil, errors.New("the endpoint's secret is damaged; replace it")
		}
		signature, err := hook.Sign(p.event, now, []byte(p.body))
		if err != nil {
			return nil, err
		}
		signatures = append(signatures, signature)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "offsite-webhooks/1")
	r.Header.Set(standardwebhooks.HeaderWebhookID, p.event)
	r.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	r.Header.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	return r, nil
}

// settle writes down what became of an attempt.
func (w *Webhooks) settle(ctx context.Context, p *parcel, state string, out outcome, again time.Duration) error {
	now := w.now()
	var next *time.Time
	if state == "waiting" {
		at := now.Add(again)
		next = &at
	}
	// What was sent is noted also when we are being stopped, or it would go out twice.
	ctx = context.WithoutCancel(ctx)
	err := pgx.BeginFunc(ctx, w.o.Pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO webhook_attempt (event_id, endpoint_id, at, took_ms, status, error) VALUES ($1, $2, $3, $4, $5, $6)`,
			p.event, p.endpoint, now, out.took.Milliseconds(), out.status, out.err)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE webhook_delivery SET state = $3, attempts = attempts + 1, tries = tries + 1, changed_at = $4, next_at = $5, claimed_until = NULL, status = $6, error = $7
			WHERE event_id = $1 AND endpoint_id = $2`, p.event, p.endpoint, state, now, next, out.status, out.err)
		return err
	})
	if err != nil {
		return fmt.Errorf("note the delivery of %s to %s: %w", p.event, p.endpoint, err)
	}
	w.changed()
	return nil
}

func (w *Webhooks) release(ctx context.Context, p *parcel) error {
	_, err := w.o.Pool.Exec(ctx, `UPDATE webhook_delivery SET claimed_until = NULL WHERE event_id = $1 AND endpoint_id = $2`, p.event, p.endpoint)
	if err != nil {
		return fmt.Errorf("let go of the delivery of %s to %s: %w", p.event, p.endpoint, err)
	}
	return nil
}

// disable ends an endpoint that says it is gone, as the specification wants it.
func (w *Webhooks) disable(ctx context.Context, p *parcel) error {
	const why = "接收方答复已撤销（410） the receiver says it is gone (410)"
	_, err := w.o.Pool.Exec(ctx, `UPDATE webhook_endpoint SET disabled_at = $2, disabled_why = $3 WHERE id = $1 AND disabled_at IS NULL`, p.endpoint, w.now(), why)
	if err != nil {
		return fmt.Errorf("disable webhook endpoint %s: %w", p.endpoint, err)
	}
	return nil
}
