package webhook_test

import (
	"flag"
	"hash/maphash"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"offsite/bench"
	"offsite/exchange/webhook"
)

var figures = flag.String("figures", "", "folder to write webhooks.json to")

// ledger counts what a receiver took, and fails one request in five.
type ledger struct {
	mu    sync.Mutex
	asked map[string]int
	taken map[string]int
	fails int
	whole chan struct{} // closed when all are taken
	want  int
	seed  maphash.Seed
}

func (l *ledger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := r.Header.Get("webhook-id")
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked[id]++
	// One in five, by lot: each attempt of each event has a lot of its own.
	if maphash.Comparable(l.seed, struct {
		id string
		n  int
	}{id, l.asked[id]})%5 == 0 {
		l.fails++
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if l.taken[id]++; l.taken[id] == 1 && len(l.taken) == l.want {
		close(l.whole)
	}
}

func (l *ledger) count() (taken, twice, fails int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range l.taken {
		if n > 1 {
			twice++
		}
	}
	return len(l.taken), twice, l.fails
}

// TestFigures tells of 5,000 steps, each in a transaction, to a receiver that fails
// one request in five, with the pauses that we ship.
func TestFigures(t *testing.T) {
	if *figures == "" {
		t.Skip("measuring takes minutes: give -figures FOLDER")
	}
	const events, command = 5000, "make bench-webhooks"
	h := open(t, func(o *webhook.Options) { o.Now = time.Now })
	l := &ledger{asked: map[string]int{}, taken: map[string]int{}, whole: make(chan struct{}), want: events, seed: maphash.MakeSeed()}
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	h.endpoint(t, server.URL)
	workers := river.NewWorkers()
	h.AddWorkers(workers)
	client, err := river.NewClient(riverpgxv5.New(h.pool), &river.Config{Queues: h.Queues(), Workers: workers, FetchPollInterval: time.Second})
	must(t, err)
	must(t, client.Start(t.Context()))
	began := time.Now()
	minute := time.After(time.Minute)
	go func() {
		for range events {
			err := pgx.BeginFunc(t.Context(), h.pool, func(tx pgx.Tx) error {
				return h.Tell(t.Context(), tx, webhook.CaseChanged, map[string]string{"case_id": "7", "to": "filed"})
			})
			if err != nil {
				t.Error(err)
				return
			}
		}
	}()
	<-minute
	first, _, _ := l.count()
	<-l.whole
	took := time.Since(began)
	must(t, client.Stop(t.Context()))
	taken, twice, fails := l.count()
	set := bench.Set{
		"deliveries taken in the first minute, the receiver fails 20 %": {Value: float64(first), Unit: "1/min", Goal: "≥ 1,000", Command: command},
		"events of 5,000 taken in the end":                              {Value: float64(taken), Unit: "", Goal: "5,000", Command: command},
		"events taken more than once":                                   {Value: float64(twice), Unit: "", Goal: "0", Command: command},
		"requests that the receiver failed":                             {Value: float64(fails), Unit: "", Command: command},
		"until the last of 5,000 was taken, with pauses from 5 s on":    {Value: took.Seconds(), Unit: "s", Command: command},
	}
	must(t, set.Write(*figures, "webhooks"))
	must(t, set.Table(os.Stdout))
}
