package api

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/semaphore"

	"offsite/api/hub"
	"offsite/api/limit"
	"offsite/api/pages"
	"offsite/api/problem"
	"offsite/registry/place"
	"offsite/store"
)

// Options are the parts that the API joins. Those marked optional may be nil.
type Options struct {
	Accounts     accounts
	Registry     base
	Casework     cases
	Vault        evidenceStore
	Answers      keptAnswers // optional: without it, Idempotency-Key is not heeded
	Intake       files       // optional: without it, no files are taken in
	Grades       grader      // optional: without it, no risk grades
	History      histories   // optional: without it, no history of objects
	Draws        draws       // optional: without it, nothing is drawn by lot
	Rules        shelf       // optional: without it, no matters and working days are entered
	Samples      sampler     // optional: without it, no samples of evidence
	Desk         notebook
	Map          *place.Map // optional: the bureau's own map
	Keys         keys       // of other systems
	Webhooks     webhooks   // what other systems are told
	Bell         bell       // optional: without it, nobody is told on devices
	Leads        leads      // from outside, and who is on duty
	Transfers    transfers  // to other authorities
	Credit       creditOffice
	Teams        teamOffice    // what people, teams and townships have done
	Privacy      privacyOffice // optional: without it, nothing is told of retention
	Exports      exports       // optional: without it, nothing is exported in bulk
	Gateways     services      // optional: without it, no service outside is tried
	KeyOrders    keyOrders     // optional: without it, nobody orders changes of sealing keys
	Models       modelShelf    // optional: without it, nothing is told of models
	Trust        Trust
	Probe        Prober
	Live         Viewer                                      // optional: without it, no live pictures
	Rooms        meetings                                    // optional: without it, no inquiries by video
	Discovery    finder                                      // optional: without it, no cameras are looked for
	CheckAddress func(ctx context.Context, url string) error // guard.Guard.Check
	Events       func(ctx context.Context) <-chan store.Event
	Sees         func(ctx context.Context, e store.Event) (bool, error) // store.Sees: whether a narrowed context sees what an event names
	Ready        map[string]func(ctx context.Context) error             // what /readyz asks; optional
	Log          http.Handler                                           // the transparency log, served under /log/; optional
	Pages        fs.FS                                                  // web.Files()
	Metrics      http.Handler                                           // /metrics; optional
	Registerer   prometheus.Registerer                                  // optional

	Elsewhere      provider // the bureau's identity provider; optional
	FactorDemanded bool     // nobody does anything without a second factor
	Passkeys       bool     // the public URL is one under which browsers make passkeys

	PublicURL       string         // under which browsers reach us; https makes cookies secure
	TrustedProxies  []netip.Prefix // whose X-Forwarded-For is believed
	MetricsNetworks []netip.Prefix // who may read /metrics; nil: this machine
	PerAccount      limit.Rate     // zero: 200 a second, bursts of 400
	PerAddress      limit.Rate     // without a session; zero: 10 a second, bursts of 60
	PerKey          limit.Rate     // of another system's key; zero: 20 a second, bursts of 100

	Version string
	Logger  *slog.Logger
	Now     func() time.Time
}

// API is everything under one address.
type API struct {
	o         Options
	log       *slog.Logger
	now       func() time.Time
	policy    map[string]access
	huma      huma.API
	router    *chi.Mux
	hub       *hub.Hub
	parties   parties
	byAccount *limit.Limiter
	byAddress *limit.Limiter
	byKey     *limit.Limiter
	drawing   *semaphore.Weighted // photographs that are drawn anew, each of which takes much memory
	metrics   *metrics
	secure    bool
}

const (
	limitedKeys = 100_000
	drawnAtOnce = 2
)

// New joins the parts. It fails where the pages cannot be read.
func New(o Options) (*API, error) {
	o.fill()
	public, err := url.Parse(o.PublicURL)
	if err != nil {
		return nil, fmt.Errorf("public_url %q: %w; write it as in https://enforcement.example.gov.cn", o.PublicURL, err)
	}
	a := &API{
		o: o, log: o.Logger, now: o.Now, policy: policy(), hub: hub.New(), metrics: newMetrics(o.Registerer),
		byAccount: limit.New(o.PerAccount, limitedKeys, o.Now), byAddress: limit.New(o.PerAddress, limitedKeys, o.Now),
		byKey:  limit.New(o.PerKey, limitedKeys, o.Now),
		secure: public.Scheme == "https", router: chi.NewMux(), drawing: semaphore.NewWeighted(drawnAtOnce),
	}
	a.router.Use(a.identify, a.guarded, a.logged, a.recovered)
	a.describe()
	a.operations()
	a.router.NotFound(a.notFound)
	a.router.MethodNotAllowed(a.wrongMethod)
	a.machines()
	site, err := pages.New(o.Pages, a.notices)
	if err != nil {
		return nil, err
	}
	a.router.Handle("/*", site)
	return a, nil
}

func (o *Options) fill() {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.PerAccount == (limit.Rate{}) {
		o.PerAccount = limit.Rate{PerSecond: 200, Burst: 400}
	}
	if o.PerAddress == (limit.Rate{}) {
		o.PerAddress = limit.Rate{PerSecond: 10, Burst: 60}
	}
	if o.PerKey == (limit.Rate{}) {
		o.PerKey = limit.Rate{PerSecond: 20, Burst: 100}
	}
	if o.MetricsNetworks == nil {
		o.MetricsNetworks = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	}
}

// operations registers all of them.
func (a *API) operations() {
	a.sessionOperations()
	a.signInOperations()
	a.factorOperations()
	a.noticeOperations()
	a.userOperations()
	a.cameraOperations()
	a.liveOperations()
	a.timelineOperations()
	a.discoveryOperations()
	a.zoneOperations()
	a.hindsightOperations()
	a.gatewayOperations()
	a.keyOrderOperations()
	a.signOperations()
	a.objectOperations()
	a.paperOperations()
	a.codeOperations()
	a.gradeOperations()
	a.intakeOperations()
	a.findingOperations()
	a.caseOperations()
	a.deskOperations()
	a.evidenceOperations()
	a.sampleOperations()
	a.overviewOperations()
	a.rulesOperations()
	a.areaOperations()
	a.supervisionOperations()
	a.teamOperations()
	a.brigadeOperations()
	a.exchangeOperations()
	a.leadOperations()
	a.transferOperations()
	a.creditOperations()
	a.privacyOperations()
	a.portalOperations()
	a.inquiryOperations()
	a.partyOperations()
	a.refundOperations()
	a.counterOperations()
	a.suggestionOperations()
	a.annotationOperations()
	a.publicOperations()
}

// Handler answers requests.
func (a *API) Handler() http.Handler { return a.router }

// Start begins to hand on events.
func (a *API) Start(ctx context.Context) error {
	if a.o.Events == nil {
		return nil
	}
	return a.hub.Start(ctx, a.o.Events)
}

// Stop ends the streams of events and waits.
func (a *API) Stop() { a.hub.Stop() }

func (a *API) notFound(w http.ResponseWriter, r *http.Request) {
	a.refuse(w, r, problem.NotFound("这个地址", "address"))
}

func (a *API) wrongMethod(w http.ResponseWriter, r *http.Request) {
	a.refuse(w, r, problem.New(http.StatusMethodNotAllowed, "此地址不支持该请求方法。", "This address does not take that method."))
}
