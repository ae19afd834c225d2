package measure

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/api"
	"offsite/casework/desk"
	"offsite/registry/account"
)

// asked are the answers' times by what was asked for.
type asked struct {
	mu   sync.Mutex
	took map[string][]time.Duration
	bad  int
	last string
}

// load asks the API for queue, search, case page and overview at a steady rate. A
// late answer does not hold the next question back, and its time counts from when it
// should have been asked.
func (m *measurement) load(ctx context.Context) (*asked, error) {
	token, err := m.signIn(ctx)
	if err != nil {
		return nil, err
	}
	handler, err := api.New(api.Options{Accounts: m.world.Accounts(), Registry: m.world.Registry(), Casework: m.world.Book(), Desk: desk.New(m.o.Pool, time.Now),
		Pages: fstest.MapFS{"index.html": {Data: []byte("<!doctype html>")}}, PublicURL: "http://127.0.0.1", Version: "measure", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	server := httptest.NewServer(handler.Handler())
	defer server.Close()
	questions, err := m.questions(ctx)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 30 * time.Second}
	a := &asked{took: map[string][]time.Duration{}}
	ask := func(q question, since time.Time) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/api/v1"+q.path, nil)
		if err == nil {
			r.Header.Set("Cookie", "offsite_session="+token)
			err = answered(client, r)
		}
		a.note(q.kind, time.Since(since), err)
	}
	for _, q := range questions[:min(len(questions), 2*m.o.Rate)] { // plans and pages are warm after two seconds
		ask(q, time.Now())
	}
	a.took, a.bad = map[string][]time.Duration{}, 0
	m.queries.record(true)
	defer m.queries.record(false)
	var all sync.WaitGroup
	began := time.Now()
	for i := range m.o.Rate * m.o.Seconds {
		at := began.Add(time.Duration(i) * time.Second / time.Duration(m.o.Rate))
		time.Sleep(time.Until(at))
		all.Go(func() { ask(questions[i%len(questions)], at) })
	}
	all.Wait()
	if a.bad > 0 {
		return a, fmt.Errorf("%d requests failed, the last with: %s", a.bad, a.last)
	}
	return a, ctx.Err()
}

func answered(client *http.Client, r *http.Request) error {
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %s: %.200s", r.URL.Path, answer.Status, body)
	}
	return err
}

func (a *asked) note(kind string, took time.Duration, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.took[kind] = append(a.took[kind], took)
	if err != nil {
		a.bad++
		a.last = err.Error()
	}
}

func (m *measurement) signIn(ctx context.Context) (string, error) {
	const password = "Quiet-Morning-at-41"
	accounts := m.world.Accounts()
	_, first, err := accounts.Create(ctx, "measure", account.Draft{Username: "measure", Name: "测量", Roles: []string{account.Supervisor}})
	if err != nil {
		return "", err
	}
	s, err := accounts.SignIn(ctx, account.Credentials{Username: "measure", Password: first, Address: "127.0.0.1"})
	if err != nil {
		return "", err
	}
	return s.Token, accounts.ChangePassword(ctx, s.Token, first, password)
}

type question struct{ kind, path string }

// questions are what a morning's work asks: half the queue, a quarter each search and
// case page, mixed; the overview now and then.
func (m *measurement) questions(ctx context.Context) ([]question, error) {
	rows, err := m.o.Pool.Query(ctx, `SELECT id::text, coalesce(number, ''), party, place FROM casefile TABLESAMPLE SYSTEM (0.5) WHERE state <> 'found' LIMIT 2000`)
	if err != nil {
		return nil, err
	}
	type known struct{ ID, Number, Party, Place string }
	cases, err := pgx.CollectRows(rows, pgx.RowToStructByPos[known])
	if err != nil {
		return nil, err
	}
	if len(cases) == 0 {
		return nil, fmt.Errorf("no case to ask for")
	}
	r := rand.New(rand.NewPCG(1, 2)) // #nosec G404 -- the same questions every time
	queues := []string{"/findings?state=found", "/findings?state=reviewed", "/cases", "/cases?state=proposed", "/cases?state=served", "/cases?state=archived"}
	var list []question
	for i := range 4000 {
		c := cases[r.IntN(len(cases))]
		switch {
		case i%200 == 199:
			list = append(list, question{"overview", "/overview"})
		case i%4 < 2:
			list = append(list, question{"queue", queues[r.IntN(len(queues))]})
		case i%4 == 2:
			text := c.Party
			if c.Number != "" && r.IntN(2) == 0 {
				text = c.Number
			}
			list = append(list, question{"search", "/cases?q=" + url.QueryEscape(text)})
		default:
			list = append(list, question{"case", "/cases/" + c.ID})
		}
	}
	return list, nil
}
