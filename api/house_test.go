package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/api"
	"offsite/api/guard"
	"offsite/api/idempotency"
	"offsite/api/wire"
	"offsite/casework"
	"offsite/casework/credit"
	"offsite/casework/desk"
	"offsite/casework/supervision"
	"offsite/casework/team"
	"offsite/evidence/seal"
	"offsite/evidence/translog/proof"
	"offsite/evidence/translog/sample"
	"offsite/exchange/bulk"
	"offsite/exchange/gateway"
	"offsite/exchange/key"
	"offsite/exchange/lead"
	"offsite/exchange/push"
	"offsite/exchange/transfer"
	"offsite/exchange/webhook"
	"offsite/privacy"
	"offsite/registry"
	"offsite/registry/account"
	"offsite/registry/grade"
	"offsite/registry/intake"
	"offsite/registry/keyorder"
	"offsite/registry/model"
	"offsite/store"
	"offsite/store/storetest"
)

// house is the API over a database of its own.
type house struct {
	t         *testing.T
	url       string
	pool      *pgxpool.Pool
	registry  *registry.Registry
	accounts  *account.Accounts
	intake    *intake.Intake
	keys      *key.Keys
	transfers *transfer.Desk
	hooks     *webhook.Webhooks
	book      *casework.Book
	api       *api.API
	log       *safeBuffer
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// open starts a house; change may alter its options.
func open(t *testing.T, change ...func(*api.Options)) *house {
	t.Helper()
	return openBook(t, func(*casework.Options) {}, change...)
}

// openBook starts a house whose casework has other options.
func openBook(t *testing.T, keep func(*casework.Options), change ...func(*api.Options)) *house {
	t.Helper()
	h := &house{t: t, pool: storetest.Open(t), log: &safeBuffer{}}
	secrets, err := registry.OpenSecrets(filepath.Join(t.TempDir(), "secrets"))
	if err != nil {
		t.Fatal(err)
	}
	h.registry = registry.New(h.pool, secrets)
	party, err := account.Party("http://localhost:8080", "局")
	if err != nil {
		t.Fatal(err)
	}
	h.accounts = account.New(h.pool, account.WithCheapHashing(), account.WithFactors(secrets, party))
	h.intake = intake.New(h.pool, h.registry, secrets, time.Now)
	options := bookOptions(t, h)
	keep(&options)
	book, err := casework.New(options)
	if err != nil {
		t.Fatal(err)
	}
	h.book = book
	addresses, err := guard.New([]string{"127.0.0.0/8", "10.0.0.0/8"})
	if err != nil {
		t.Fatal(err)
	}
	outward, err := guard.NewOutward([]string{"127.0.0.0/8"})
	if err != nil {
		t.Fatal(err)
	}
	hooks, err := webhook.New(webhook.Options{Pool: h.pool, Secrets: secrets, CheckURL: outward.Check, Control: outward.Control})
	if err != nil {
		t.Fatal(err)
	}
	h.hooks, h.keys = hooks, key.New(h.pool, time.Now)
	leads := lead.New(lead.Options{Pool: h.pool, Secrets: secrets, Now: time.Now})
	h.transfers = transfer.New(transfer.Options{Pool: h.pool, Leads: leads, Bureau: "局", Now: time.Now, Answered: func(ctx context.Context, tx pgx.Tx, x transfer.Answer) error {
		return h.book.AnnotationAnswered(ctx, tx, casework.RegisterAnswer(x))
	}})
	bureauModels, err := model.New(h.pool, model.Store{Endpoint: "http://127.0.0.1:1"}, time.Now) // whose weights nobody asks for
	if err != nil {
		t.Fatal(err)
	}
	o := api.Options{
		Bell: push.New(push.Options{Pool: h.pool, Secrets: secrets, CheckURL: outward.Check, Control: outward.Control, Sender: "https://localhost"}),
		Keys: h.keys, Webhooks: hooks, Exports: bulk.New(h.pool), Leads: leads, Transfers: h.transfers,
		Privacy:  privacy.New(privacy.Options{Pool: h.pool, Log: noLog{}, Now: time.Now, Identity: h.registry.PartyIdentity}),
		Credit:   credit.New(credit.Options{Pool: h.pool, Law: book.Rules(), Tell: hooks.Tell, Now: time.Now}),
		Accounts: h.accounts, Registry: h.registry, Casework: book, Answers: idempotency.New(h.pool, now),
		Intake: h.intake, Grades: grade.New(h.pool, time.Now), History: h.registry, Samples: sample.New(h.pool, time.Now),
		Teams:     team.New(h.pool, time.Now),
		Sees:      func(ctx context.Context, e store.Event) (bool, error) { return store.Sees(ctx, h.pool, e) },
		Draws:     supervision.New(supervision.Options{Pool: h.pool, Law: book.Rules(), Now: time.Now}),
		Rules:     book.Rules(),
		Desk:      desk.New(h.pool, time.Now),
		KeyOrders: keyorder.New(h.pool, time.Now),
		Models:    bureauModels,
		Gateways: gateway.New(h.pool, []gateway.Service{
			{Key: "store", Address: "s3.example", Try: func(ctx context.Context) (gateway.Sentence, error) {
				return gateway.Sentence{ZH: "数据库可以连接", EN: "the database answers"}, h.pool.Ping(ctx)
			}},
			{Key: "payment"},
		}, time.Now),
		Trust:        func(context.Context) (*seal.Trust, error) { return seal.OpenTrust("missing.json") },
		Probe:        func(context.Context, string, string) (wire.Probe, error) { return wire.Probe{}, nil },
		CheckAddress: addresses.Check,
		Events:       func(ctx context.Context) <-chan store.Event { return store.Events(ctx, h.pool) },
		Ready:        map[string]func(context.Context) error{"database": h.pool.Ping},
		Passkeys:     true,
		Pages:        fstest.MapFS{"index.html": {Data: []byte("<!doctype html>page")}},
		Logger:       slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, f := range change {
		f(&o)
	}
	if h.api, err = api.New(o); err != nil {
		t.Fatal(err)
	}
	if err := h.api.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.api.Stop)
	server := httptest.NewServer(h.api.Handler())
	t.Cleanup(server.Close)
	t.Cleanup(h.api.Stop) // before the server, which waits for streams
	h.url = server.URL
	return h
}

// noLog stands where a test enters nothing in the transparency log.
type noLog struct{}

func (noLog) Record(context.Context, proof.Entry) ([]byte, error) { return nil, errNobody }

// person is somebody with a browser.
type person struct {
	h    *house
	http *http.Client
	csrf string
}

func (h *house) stranger() *person {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &person{h: h, http: &http.Client{Jar: jar}}
}

const password = "a long enough password 7"

// staff makes an account with the roles and signs it in, its password changed.
func (h *house) staff(roles ...string) *person {
	h.t.Helper()
	return h.member(strings.Join(roles, "-"), account.Reach{}, roles...)
}

// member is staff under a name of its own, that sees what its reach says.
func (h *house) member(name string, reach account.Reach, roles ...string) *person {
	h.t.Helper()
	_, once, err := h.accounts.Create(context.Background(), "test", account.Draft{Username: name, Name: name, Roles: roles, LicenceNo: "No 1", Reach: reach})
	if err != nil {
		h.t.Fatal(err)
	}
	p := h.stranger()
	p.signIn(name, once)
	if r := p.do("POST", "/session/password", wire.PasswordChange{Current: once, New: password}); r.status != http.StatusNoContent {
		h.t.Fatalf("change the password of %s: %s", name, r)
	}
	return p
}

func (p *person) signIn(username, password string) {
	p.h.t.Helper()
	r := p.do("POST", "/session", wire.SignIn{Username: username, Password: password})
	if r.status != http.StatusOK {
		p.h.t.Fatalf("sign in as %s: %s", username, r)
	}
	var s wire.Session
	r.into(p.h.t, &s)
	p.csrf = s.CSRF
}

// reply is what the server answered.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (r reply) String() string { return fmt.Sprintf("%d %s", r.status, bytes.TrimSpace(r.body)) }

func (r reply) into(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal(r.body, v); err != nil {
		t.Fatalf("read %s: %v", r, err)
	}
}

// do sends a request; headers are "Name: value".
func (p *person) do(method, path string, body any, headers ...string) reply {
	p.h.t.Helper()
	var content io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		content = strings.NewReader(b)
	default:
		text, err := json.Marshal(b)
		if err != nil {
			p.h.t.Fatal(err)
		}
		content = bytes.NewReader(text)
	}
	if strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") {
		path = "/api/v1" + path
	} else {
		path = strings.TrimPrefix(path, "//")
	}
	req, err := http.NewRequestWithContext(p.h.t.Context(), method, p.h.url+path, content)
	if err != nil {
		p.h.t.Fatal(err)
	}
	if content != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if p.csrf != "" {
		req.Header.Set("X-CSRF-Token", p.csrf)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
		if value == "" {
			req.Header.Del(name)
		}
	}
	res, err := p.http.Do(req)
	if err != nil {
		p.h.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		p.h.t.Fatal(err)
	}
	if !strings.HasPrefix(req.Header.Get("Content-Type"), "application/json") {
		body = nil // a file is no example
	}
	seenAnswer(method, req.URL.Path, body, res, text)
	return reply{res.StatusCode, res.Header, text}
}
