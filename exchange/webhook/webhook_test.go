package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"offsite/exchange/webhook"
	"offsite/registry"
	"offsite/store"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// house is the webhooks over a database of their own, with a clock.
type house struct {
	*webhook.Webhooks
	pool *pgxpool.Pool
	mu   sync.Mutex
	at   time.Time
}

func (h *house) now() time.Time { h.mu.Lock(); defer h.mu.Unlock(); return h.at }

func (h *house) pass(d time.Duration) { h.mu.Lock(); defer h.mu.Unlock(); h.at = h.at.Add(d) }

func open(t *testing.T, change ...func(*webhook.Options)) *house {
	t.Helper()
	h := &house{pool: storetest.Open(t), at: time.Now().UTC().Truncate(time.Microsecond)}
	secrets, err := registry.OpenSecrets(filepath.Join(t.TempDir(), "secrets"))
	must(t, err)
	o := webhook.Options{Pool: h.pool, Secrets: secrets, CheckURL: func(context.Context, string) error { return nil }, Now: h.now}
	for _, f := range change {
		f(&o)
	}
	h.Webhooks, err = webhook.New(o)
	must(t, err)
	return h
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tell tells of a case and gives the event's id.
func (h *house) tell(t *testing.T) string {
	t.Helper()
	must(t, pgx.BeginFunc(t.Context(), h.pool, func(tx pgx.Tx) error {
		return h.Tell(t.Context(), tx, webhook.CaseChanged, map[string]string{"case_id": "7"})
	}))
	var id string
	must(t, h.pool.QueryRow(t.Context(), `SELECT id::text FROM webhook_event ORDER BY id DESC LIMIT 1`).Scan(&id))
	return id
}

func (h *house) endpoint(t *testing.T, url string) (id, secret string) {
	t.Helper()
	e, secret, err := h.Create(t.Context(), "admin", webhook.Draft{Name: "城运", URL: url, Kinds: []string{webhook.CaseChanged}})
	must(t, err)
	return e.ID, secret
}

// receiver answers with what it is told to and checks signatures.
type receiver struct {
	*httptest.Server
	mu      sync.Mutex
	answers []int // used up one by one; then 204
	hook    *standardwebhooks.Webhook
	ids     []string
	forged  int
}

func receive(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		body, _ := io.ReadAll(q.Body)
		if r.hook.VerifyIgnoringTimestamp(body, q.Header) != nil {
			r.forged++
		}
		r.ids = append(r.ids, q.Header.Get("webhook-id"))
		status := http.StatusNoContent
		if len(r.answers) > 0 {
			status, r.answers = r.answers[0], r.answers[1:]
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) knows(t *testing.T, secret string) {
	t.Helper()
	hook, err := standardwebhooks.NewWebhook(secret)
	must(t, err)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hook = hook
}

func TestADeliveryIsTriedUntilItIsTaken(t *testing.T) {
	t.Parallel()
	ctx, h, r := t.Context(), open(t), receive(t)
	endpoint, secret := h.endpoint(t, r.URL)
	r.knows(t, secret)
	r.answers = []int{http.StatusInternalServerError, http.StatusFound}
	event := h.tell(t)
	for n, least := range []time.Duration{5 * time.Second, 10 * time.Second, 0} {
		again, err := h.Deliver(ctx, event, endpoint)
		if err != nil || again < least || again > least*11/10 {
			t.Fatalf("attempt %d: again in %s, %v; want %s", n+1, again, err, least)
		}
		if again == 0 {
			break
		}
		if early, err := h.Deliver(ctx, event, endpoint); err != nil || early <= 0 || early > again {
			t.Errorf("before its time: again in %s, %v", early, err)
		}
		h.pass(again)
	}
	if again, err := h.Deliver(ctx, event, endpoint); err != nil || again != 0 {
		t.Errorf("delivered once more: %s, %v", again, err)
	}
	d, err := h.Delivery(ctx, endpoint, event)
	must(t, err)
	if d.Delivery.State != "delivered" || d.Delivery.Attempts != 3 || len(d.Tries) != 3 || d.Tries[0].Status != 500 || d.Tries[0].Error == "" || d.Tries[2].Status != 204 {
		t.Errorf("%+v", d)
	}
	if len(r.ids) != 3 || r.ids[0] != event || r.ids[2] != event || r.forged > 0 {
		t.Errorf("received %v, %d forged; want %s three times", r.ids, r.forged, event)
	}
	if !strings.Contains(d.Body, `"type":"case.changed"`) {
		t.Errorf("body %s", d.Body)
	}
}

func TestConsolesAreToldOfDeliveriesOnceASecondAtMost(t *testing.T) {
	t.Parallel()
	ctx, h, r := t.Context(), open(t), receive(t)
	endpoint, secret := h.endpoint(t, r.URL)
	r.knows(t, secret)
	heard := store.Events(ctx, h.pool)
	if first := <-heard; first.Kind != store.KindGap {
		t.Fatalf("the first event is %s", first.Kind)
	}
	for range 10 {
		_, err := h.Deliver(ctx, h.tell(t), endpoint)
		must(t, err)
	}
	began := time.Now()
	for told := 0; ; told++ {
		select {
		case e := <-heard:
			if e.Kind != "webhook.changed" {
				t.Errorf("told of %s", e.Body)
			}
		case <-time.After(4 * time.Second):
			if most := 2 + int(time.Since(began).Seconds()); told == 0 || told > most {
				t.Errorf("told %d times, want 1 to %d", told, most)
			}
			return
		}
	}
}

func TestADeliveryIsGivenUpAfterThreeDaysAndReplayed(t *testing.T) {
	t.Parallel()
	ctx, h, r := t.Context(), open(t), receive(t)
	endpoint, secret := h.endpoint(t, r.URL)
	r.knows(t, secret)
	r.Close()
	event, began := h.tell(t), h.now()
	for {
		again, err := h.Deliver(ctx, event, endpoint)
		must(t, err)
		if again == 0 {
			break
		}
		h.pass(again)
	}
	if took := h.now().Sub(began); took < 68*time.Hour || took > 80*time.Hour {
		t.Errorf("given up after %s", took)
	}
	failed, err := h.Deliveries(ctx, webhook.Filter{Endpoint: endpoint, State: "failed", Limit: 10})
	must(t, err)
	if len(failed) != 1 || failed[0].Status != 0 || failed[0].Error == "" || strings.Contains(failed[0].Error, r.URL) {
		t.Fatalf("failed: %+v", failed)
	}
	if n, err := h.Replay(ctx, "admin", endpoint, "", h.now()); err != nil || n != 0 {
		t.Errorf("replayed %d since now, %v", n, err)
	}
	if n, err := h.Replay(ctx, "admin", endpoint, "", began); err != nil || n != 1 {
		t.Errorf("replayed %d, %v", n, err)
	}
	if again, err := h.Deliver(ctx, event, endpoint); err != nil || again > 6*time.Second || again == 0 {
		t.Errorf("the replay begins with a pause of %s, %v", again, err)
	}
	if _, err := h.Replay(ctx, "admin", endpoint, endpoint, time.Time{}); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("replayed what is not there: %v", err)
	}
	for _, wrong := range [][2]string{{"x", event}, {endpoint, "x"}, {event, endpoint}} {
		if _, err := h.Delivery(ctx, wrong[0], wrong[1]); !errors.Is(err, registry.ErrNotFound) {
			t.Errorf("delivery of %s to %s: %v", wrong[1], wrong[0], err)
		}
	}
	if list, err := h.Deliveries(ctx, webhook.Filter{Endpoint: "x", Limit: 10}); err != nil || len(list) != 0 {
		t.Errorf("deliveries to no endpoint: %+v, %v", list, err)
	}
}

func TestAReceiverThatIsGoneIsToldNoMore(t *testing.T) {
	t.Parallel()
	ctx, h, r := t.Context(), open(t), receive(t)
	endpoint, secret := h.endpoint(t, r.URL)
	r.knows(t, secret)
	r.answers = []int{http.StatusGone}
	first, second := h.tell(t), h.tell(t)
	for _, event := range []string{first, second} {
		if again, err := h.Deliver(ctx, event, endpoint); err != nil || again != 0 {
			t.Errorf("again in %s, %v", again, err)
		}
	}
	if len(r.ids) != 1 {
		t.Errorf("it was told %d times", len(r.ids))
	}
	all, err := h.Endpoints(ctx)
	must(t, err)
	if all[0].DisabledAt == nil || all[0].DisabledWhy == "" || all[0].Failed != 2 {
		t.Errorf("%+v", all[0])
	}
	var events int
	h.tellNobody(t)
	if err := h.pool.QueryRow(ctx, `SELECT count(*) FROM webhook_event`).Scan(&events); err != nil || events != 2 {
		t.Errorf("%d events are kept, %v", events, err)
	}
	must(t, h.Change(ctx, "admin", endpoint, webhook.Draft{Name: "城运", URL: r.URL, Kinds: []string{webhook.CaseChanged}, Enabled: true}))
	event := h.tell(t)
	if again, err := h.Deliver(ctx, event, endpoint); err != nil || again != 0 || len(r.ids) != 2 {
		t.Errorf("enabled again: again in %s, %v, told %d times", again, err, len(r.ids))
	}
}

func (h *house) tellNobody(t *testing.T) {
	t.Helper()
	must(t, pgx.BeginFunc(t.Context(), h.pool, func(tx pgx.Tx) error {
		return h.Tell(t.Context(), tx, webhook.CaseChanged, map[string]string{"case_id": "8"})
	}))
}

func TestAReplacedSecretStillSignsForADay(t *testing.T) {
	t.Parallel()
	ctx, h, r := t.Context(), open(t), receive(t)
	endpoint, old := h.endpoint(t, r.URL)
	fresh, err := h.Rotate(ctx, "admin", endpoint)
	must(t, err)
	for hours, good := range map[int]map[string]bool{0: {old: true, fresh: true}, 25: {old: false, fresh: true}} {
		h.pass(time.Duration(hours) * time.Hour)
		for secret, want := range good {
			r.knows(t, secret)
			r.forged = 0
			if _, err := h.Deliver(ctx, h.tell(t), endpoint); err != nil || r.forged == 0 != want {
				t.Errorf("after %d hours: %d forged, want good %t, %v", hours, r.forged, want, err)
			}
		}
		h.pass(-time.Duration(hours) * time.Hour)
	}
	var kept int
	if err := h.pool.QueryRow(ctx, `SELECT count(*) FROM webhook_endpoint e, change_log c WHERE e::text || c::text LIKE '%whsec%'`).Scan(&kept); err != nil || kept != 0 {
		t.Errorf("a secret is kept in clear, %v", err)
	}
}

func TestWhatIsRolledBackIsNotTold(t *testing.T) {
	t.Parallel()
	ctx, h := t.Context(), open(t)
	h.endpoint(t, "http://127.0.0.1:1")
	rolled := errors.New("no")
	err := pgx.BeginFunc(ctx, h.pool, func(tx pgx.Tx) error {
		if err := h.Tell(ctx, tx, webhook.CaseChanged, "x"); err != nil {
			return err
		}
		return rolled
	})
	var left int
	if qerr := h.pool.QueryRow(ctx, `SELECT (SELECT count(*) FROM webhook_event) + (SELECT count(*) FROM river_job)`).Scan(&left); !errors.Is(err, rolled) || qerr != nil || left != 0 {
		t.Errorf("%d rows are left, %v, %v", left, err, qerr)
	}
}

// TestJobsDeliverEachOnceByID is the whole way: River works while the receiver fails
// every fifth request.
func TestJobsDeliverEachOnceByID(t *testing.T) {
	t.Parallel()
	const events = 60
	h := open(t, func(o *webhook.Options) {
		o.Now, o.Pause = time.Now, func(int) time.Duration { return 50 * time.Millisecond }
	})
	var asked atomic.Int64
	taken, whole := map[string]int{}, make(chan struct{})
	var mu sync.Mutex
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1)%5 == 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		taken[r.Header.Get("webhook-id")]++
		if len(taken) == events {
			close(whole)
		}
	}))
	t.Cleanup(server.Close)
	endpoint, _ := h.endpoint(t, server.URL)
	workers := river.NewWorkers()
	h.AddWorkers(workers)
	client, err := river.NewClient(riverpgxv5.New(h.pool), &river.Config{Queues: h.Queues(), Workers: workers, FetchPollInterval: 100 * time.Millisecond})
	must(t, err)
	must(t, client.Start(t.Context()))
	for range events {
		h.tell(t)
	}
	select {
	case <-whole:
	case <-t.Context().Done():
	}
	must(t, client.Stop(t.Context()))
	for id, n := range taken {
		if n != 1 {
			t.Errorf("%s was taken %d times", id, n)
		}
	}
	left, err := h.Deliveries(t.Context(), webhook.Filter{Endpoint: endpoint, State: "waiting", Limit: 10})
	if err != nil || len(left) > 0 {
		t.Errorf("waiting: %v, %v", left, err)
	}
}

func TestEndpointsThatAreRefused(t *testing.T) {
	t.Parallel()
	outside := fmt.Errorf("outside: %w", registry.ErrInvalid)
	h := open(t, func(o *webhook.Options) {
		o.CheckURL = func(_ context.Context, url string) error {
			if url == "http://10.0.0.1" {
				return outside
			}
			return nil
		}
	})
	for field, d := range map[string]webhook.Draft{
		"name":  {Name: " ", URL: "https://a.example", Kinds: []string{webhook.CaseChanged}},
		"kinds": {Name: "a", URL: "https://a.example", Kinds: []string{"everything"}},
	} {
		var refused *registry.Refused
		if _, _, err := h.Create(t.Context(), "admin", d); !errors.As(err, &refused) || refused.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, _, err := h.Create(t.Context(), "admin", webhook.Draft{Name: "a", URL: "http://10.0.0.1", Kinds: []string{webhook.CaseChanged}}); !errors.Is(err, outside) {
		t.Errorf("a private address: %v", err)
	}
}
