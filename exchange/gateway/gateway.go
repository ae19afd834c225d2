// Package gateway tries the services outside that the bureau depends on: payment
// provider, SMS gateway, mail server, timestamp authorities, object store. A trial is a real round
// trip with the configured address and key that does no harm; who asked for it, when,
// and what came of it is kept.
package gateway

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrUnknown says that there is no such service, or that it is not configured.
var ErrUnknown = errors.New("no such service is configured")

// patience bounds a trial.
const patience = 15 * time.Second

// Sentence is one in both languages.
type Sentence struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// Service is something outside.
type Service struct {
	Key     string // "payment", "messages", "mail", "timestamps", "timestamps.2", "store"
	Name    Sentence
	Does    Sentence // what a trial does, and why it does no harm
	Setting string   // that names it: "payment.url"
	Address string   // host; "": one of the data folder, or not configured
	// Try goes there and back, and says what came of it. nil: it is not configured.
	Try func(ctx context.Context) (Sentence, error)
}

// Trial is one that was made.
type Trial struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"` // name
	OK     bool      `json:"ok"`
	TookMS int       `json:"took_ms"`
	Said   Sentence  `json:"said"`
}

// Standing is a service and its latest trial.
type Standing struct {
	Key        string   `json:"key"`
	Name       Sentence `json:"name"`
	Does       Sentence `json:"does"`
	Setting    string   `json:"setting"`
	Address    string   `json:"address,omitempty" doc:"None: it is one of the data folder, or not configured."`
	Configured bool     `json:"configured"`
	Latest     *Trial   `json:"latest,omitempty"`
}

// Office knows the services and keeps their trials.
type Office struct {
	pool     *pgxpool.Pool
	services []Service
	now      func() time.Time
}

// New makes the office of these services.
func New(pool *pgxpool.Pool, services []Service, now func() time.Time) *Office {
	return &Office{pool, services, now}
}

// List tells of every service and its latest trial.
func (o *Office) List(ctx context.Context) ([]Standing, error) {
	rows, err := o.pool.Query(ctx, `SELECT DISTINCT ON (gateway) gateway, at, by_name, ok, took_ms, zh, en FROM gateway_trial ORDER BY gateway, id DESC`)
	if err != nil {
		return nil, fmt.Errorf("read the trials of services: %w", err)
	}
	latest := map[string]*Trial{}
	var key string
	var t Trial
	_, err = pgx.ForEachRow(rows, []any{&key, &t.At, &t.By, &t.OK, &t.TookMS, &t.Said.ZH, &t.Said.EN}, func() error {
		latest[key] = new(t)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the trials of services: %w", err)
	}
	all := make([]Standing, 0, len(o.services))
	for _, s := range o.services {
		all = append(all, Standing{s.Key, s.Name, s.Does, s.Setting, s.Address, s.Try != nil, latest[s.Key]})
	}
	return all, nil
}

// Try makes a trial on behalf of a person and keeps it, however it ends. Errors wrap
// ErrUnknown.
func (o *Office) Try(ctx context.Context, byID, byName, key string) (Trial, error) {
	i := slices.IndexFunc(o.services, func(s Service) bool { return s.Key == key && s.Try != nil })
	if i < 0 {
		return Trial{}, fmt.Errorf("try service %s: %w", key, ErrUnknown)
	}
	trying, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	began := time.Now() // its monotonic part measures
	said, err := o.services[i].Try(trying)
	t := Trial{At: o.now().UTC().Truncate(time.Microsecond), By: byName, OK: err == nil, TookMS: int(time.Since(began).Milliseconds()), Said: said}
	if err != nil {
		t.Said = Sentence{"未成功：" + plain(err), "It failed: " + plain(err)}
	}
	// Whoever has gone meanwhile has tried it all the same.
	_, err = o.pool.Exec(context.WithoutCancel(ctx), `INSERT INTO gateway_trial (gateway, at, by_id, by_name, ok, took_ms, zh, en) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		key, t.At, byID, byName, t.OK, t.TookMS, t.Said.ZH, t.Said.EN)
	if err != nil {
		return t, fmt.Errorf("keep the trial of service %s: %w", key, err)
	}
	return t, nil
}

const mostSaid = 500 // letters of what went wrong

// plain is an error's text as the database takes it.
func plain(err error) string {
	text := []rune(strings.ReplaceAll(strings.ToValidUTF8(err.Error(), "�"), "\x00", "�"))
	if len(text) > mostSaid {
		text = append(text[:mostSaid], '…')
	}
	return string(text)
}
