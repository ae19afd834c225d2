package measure_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"offsite/bench"
)

// The goal: so many authenticated reads a second, at this 99th percentile.
const (
	goalRate = 2000
	goalP99  = 100 * time.Millisecond
)

// TestLoad reads what people read, as everybody in turn, at rates that rise until the
// server no longer keeps the goal; the highest rate that kept it is the figure.
func TestLoad(t *testing.T) {
	s := serve(t)
	targets := s.reads(t)
	fastest, at := 0, vegeta.Metrics{}
	for rate := 250; rate <= 8000; rate += rate / 2 {
		m := attack(targets, rate, 10*time.Second)
		t.Logf("%d/s: answered %.0f/s, p50 %s, p99 %s, success %.4f", rate, m.Throughput, m.Latencies.P50, m.Latencies.P99, m.Success)
		if m.Success < 1 || m.Latencies.P99 > goalP99 {
			break
		}
		fastest, at = rate, m
	}
	over, cost := s.cost(t, func() vegeta.Metrics { return attack(targets, goalRate, 10*time.Second) })
	row := s.bare(t)
	_, bare := s.cost(t, func() vegeta.Metrics { return attack(row, goalRate, 10*time.Second) })
	const command = "make bench-api"
	set := bench.Set{
		"reads_per_second_within_goal": {Value: float64(fastest), Unit: "reads/s", Goal: "≥ 2000 at p99 ≤ 100 ms", Command: command},
		"p99_at_that_rate":             {Value: at.Latencies.P99.Seconds() * 1000, Unit: "ms", Command: command},
		"p50_at_that_rate":             {Value: at.Latencies.P50.Seconds() * 1000, Unit: "ms", Command: command},
		"p99_at_2000_per_second":       {Value: over.Latencies.P99.Seconds() * 1000, Unit: "ms", Goal: "≤ 100", Command: command},
		"errors_at_2000_per_second":    {Value: (1 - over.Success) * float64(over.Requests), Unit: "answers", Goal: "= 0", Command: command},
		// What else runs on the machine does not count in these.
		"processor_ms_per_read":          {Value: cost.Seconds() * 1000, Unit: "ms of server and database", Goal: "≤ 1: two cores, 2000 reads/s", Command: command},
		"processor_ms_per_read_at_least": {Value: bare.Seconds() * 1000, Unit: "ms of net/http, pgx and the same database, for one row by its key", Command: command},
		"times_the_least":                {Value: float64(cost) / float64(bare), Unit: "times", Command: command},
	}
	if err := set.Write(*figures, "api"); err != nil {
		t.Fatal(err)
	}
	if err := set.Table(os.Stdout); err != nil {
		t.Fatal(err)
	}
}

// cost is the processor time that an answer takes of server and database together, and of
// what else this test has started.
func (s *served) cost(t *testing.T, load func() vegeta.Metrics) (vegeta.Metrics, time.Duration) {
	t.Helper()
	before := s.spent(t)
	m := load()
	answered := m.Success * float64(m.Requests)
	return m, time.Duration((s.spent(t) - before) / answered * float64(time.Second))
}

// spent is the processor time of server, database and bare handler so far, in seconds.
func (s *served) spent(t *testing.T) (seconds float64) {
	t.Helper()
	for _, pid := range []int{s.pid, s.barePID} {
		if pid == 0 {
			continue
		}
		u, err := bench.Tree(pid)
		if err != nil {
			t.Fatal(err)
		}
		seconds += u.CPUSecond
	}
	return seconds
}

// reads are the first requests of the console's pages: who is signed in, then the page's
// list; one in twelve is the first page, which asks for the most. They are asked by enough
// people that none of them reaches the limit of one account.
func (s *served) reads(t *testing.T) vegeta.Targeter {
	t.Helper()
	const each = 6
	var all []vegeta.Target
	for as, paths := range map[string][]string{
		"reviewer": {"/session", "/findings?limit=20"}, "officer": {"/cases?limit=20", "/overview"}, "head": {"/session", "/quotas"},
		"operator": {"/session", "/cameras"}, "collector": {"/objects?limit=20", "/parties"}, "auditor": {"/findings?limit=20", "/cases?limit=20"},
	} {
		for n := range each {
			cookie := s.hire(t, as, n).cookie
			for _, path := range paths {
				all = append(all, vegeta.Target{Method: http.MethodGet, URL: s.url + "/api/v1" + path, Header: http.Header{"Cookie": {cookie}}})
			}
		}
	}
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var mu sync.Mutex
	next := 0
	return func(target *vegeta.Target) error {
		mu.Lock()
		defer mu.Unlock()
		*target = all[next%len(all)]
		next++
		return nil
	}
}

// hire makes an account with a role and signs it in.
func (s *served) hire(t *testing.T, role string, n int) who {
	t.Helper()
	name := fmt.Sprintf("%s-of-%d", role, n)
	var made struct{ Password string }
	s.change(t, "administrator", "/users", map[string]any{"username": name, "name": name, "roles": []string{role}, "licence_no": "31"}, &made)
	s.staff[name] = s.open(t, "/session", map[string]string{"username": name, "password": made.Password})
	s.change(t, name, "/session/password", map[string]string{"current": made.Password, "new": "a long enough phrase"}, nil)
	return s.staff[name]
}

func attack(targets vegeta.Targeter, rate int, lasts time.Duration) (m vegeta.Metrics) {
	attacker := vegeta.NewAttacker(vegeta.Connections(100), vegeta.Timeout(10*time.Second))
	for result := range attacker.Attack(targets, vegeta.Rate{Freq: rate, Per: time.Second}, lasts, "") {
		m.Add(result)
	}
	m.Close()
	return m
}
