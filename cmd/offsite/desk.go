package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"offsite/api"
	"offsite/api/crowd"
	"offsite/api/guard"
	"offsite/api/idempotency"
	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/casework"
	"offsite/casework/calendar"
	"offsite/casework/credit"
	casedesk "offsite/casework/desk"
	"offsite/casework/document"
	"offsite/casework/matter"
	"offsite/casework/room"
	"offsite/casework/supervision"
	"offsite/casework/team"
	"offsite/config"
	"offsite/evidence/seal"
	"offsite/evidence/translog/sample"
	"offsite/evidence/vault"
	"offsite/exchange/bulk"
	"offsite/exchange/gateway"
	"offsite/exchange/key"
	"offsite/exchange/lead"
	"offsite/exchange/push"
	"offsite/exchange/transfer"
	"offsite/exchange/webhook"
	"offsite/pipeline/decode"
	"offsite/pipeline/live"
	"offsite/pipeline/probe"
	"offsite/privacy"
	"offsite/registry"
	"offsite/registry/account"
	"offsite/registry/account/elsewhere"
	"offsite/registry/grade"
	"offsite/registry/intake"
	"offsite/registry/keyorder"
	"offsite/registry/model"
	ground "offsite/registry/place"
	"offsite/store"
	"offsite/tracing"
	"offsite/web"
)

// desk is what people work at: registry, accounts, cases, API and console.
type desk struct {
	config    *config.Config
	pool      *pgxpool.Pool
	registry  *registry.Registry
	secrets   *registry.Secrets
	accounts  *account.Accounts
	passkeys  *webauthn.WebAuthn // nil: the public URL is none for passkeys
	intake    *intake.Intake
	grades    *grade.Grader
	book      *casework.Book
	rooms     *room.Shared // of inquiries by video
	office    *supervision.Office
	hooks     *webhook.Webhooks
	bell      *push.Bell
	leads     *lead.Desk
	transfers *transfer.Desk
	credit    *credit.Office
	privacy   *privacy.Office
	gateways  *gateway.Office
	models    *model.Registry
	vault     *vault.Vault
	metrics   *prometheus.Registry
	log       *slog.Logger
	views     *live.Views  // nil before there is a handler
	addresses *guard.Guard // of cameras
	district  *ground.Map  // nil: none is configured

	publicLog *publicLog
}

// atDesk starts the services, opens keys and desk, lets do work there, and takes all
// down again. private: services of the data folder serve where none are configured;
// keeps and grace as for openDesk.
func atDesk(ctx context.Context, c *config.Config, private, keeps bool, grace time.Duration, log *slog.Logger, do func(*platform, *seal.Ring, *desk) error) error {
	untrace, err := tracing.Start(ctx, version, log.With("part", "traces"))
	if err != nil {
		return err
	}
	defer untrace()
	p, err := startPlatform(ctx, c, private, log)
	if err != nil {
		return err
	}
	defer p.Stop()
	ring, err := openKeys(c, p)
	if err != nil {
		return err
	}
	d, err := openDesk(ctx, c, p, ring, keeps, grace, log)
	if err != nil {
		return err
	}
	defer d.Close()
	return do(p, ring, d)
}

// openDesk connects to the platform and brings the database up to date. keeps says
// that this process may keep the transparency log; grace, if not zero, shortens
// every grace period, for demonstrations.
func openDesk(ctx context.Context, c *config.Config, p *platform, ring *seal.Ring, keeps bool, grace time.Duration, log *slog.Logger) (*desk, error) {
	if err := store.Migrate(ctx, p.databaseURL, log.With("part", "database")); err != nil {
		return nil, err
	}
	pool, err := store.Open(ctx, p.databaseURL, store.WithLog(log.With("part", "database"), time.Second))
	if err != nil {
		return nil, err
	}
	d := &desk{config: c, pool: pool, metrics: prometheus.NewRegistry(), log: log}
	d.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if d.publicLog, err = openPublicLog(ctx, c, pool, ring, keeps, log); err != nil {
		pool.Close()
		return nil, err
	}
	if err := d.join(ctx, p, ring, grace); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// readDistrict reads the bureau's own map; nil where no file is named.
func readDistrict(file string) (*ground.Map, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("bureau.map: %w", err)
	}
	m, err := ground.ReadMap(text)
	if err != nil {
		return nil, fmt.Errorf("bureau.map %s: %w", file, err)
	}
	return m, nil
}

// Close lets log and database go.
func (d *desk) Close() {
	d.publicLog.Stop()
	d.pool.Close()
}

func (d *desk) join(ctx context.Context, p *platform, ring *seal.Ring, grace time.Duration) error {
	secrets, err := registry.OpenSecrets(d.config.Path("keys", "secrets.key"))
	if err != nil {
		return err
	}
	if d.passkeys, err = account.Party(d.config.Public(), d.config.Bureau.NameZH); err != nil {
		return err
	}
	d.secrets = secrets
	d.accounts = account.New(d.pool, account.WithFactors(secrets, d.passkeys))
	d.registry = registry.New(d.pool, secrets, registry.WithZoneCheck(checkZone))
	if d.addresses, err = guard.New(d.config.Cameras.Networks); err != nil {
		return err
	}
	if d.district, err = readDistrict(d.config.Bureau.Map); err != nil {
		return err
	}
	d.intake = intake.New(d.pool, d.registry, secrets, time.Now, intake.WithAddressCheck(refusing(d.addresses)), intake.WithMap(d.district))
	d.grades = grade.New(d.pool, time.Now)
	days, err := calendar.Default()
	if err != nil {
		return err
	}
	links, err := casework.OpenLinkKey(d.config.Path("keys", "links.key"))
	if err != nil {
		return err
	}
	pay, remind, err := outside(d.config)
	if err != nil {
		return err
	}
	letters, err := mailServer(d.config)
	if err != nil {
		return err
	}
	matters, err := matter.Default()
	if err != nil {
		return err
	}
	if err := d.publicLog.enact(ctx, matters); err != nil {
		return err
	}
	press, err := document.New(document.Fonts{Song: d.config.Documents.Song, Kai: d.config.Documents.Kai})
	if err != nil {
		return err
	}
	if d.vault, err = vault.Open(ctx, p.store); err != nil {
		return err
	}
	d.gateways = gateway.New(d.pool, tried(d.config, p, d.vault, pay, remind, letters), time.Now)
	if d.models, err = model.New(d.pool, weightsIn(p.store), time.Now); err != nil {
		return err
	}
	if err = d.outward(); err != nil {
		return err
	}
	d.leads = lead.New(lead.Options{Pool: d.pool, Secrets: secrets, Tell: d.hooks.Tell, Now: time.Now})
	d.privacy = privacy.New(privacy.Options{Pool: d.pool, Log: d.publicLog, Bureau: d.config.Bureau.NameZH, Now: time.Now,
		Identity: d.registry.PartyIdentity, Live: processors(d.config)})
	d.rooms = room.NewShared(d.pool, d.log.With("part", "inquiries"))
	o := casework.Options{
		Pool: d.pool, Registry: d.registry, Accounts: d.accounts, Calendar: days, Matters: matters, Press: press,
		Payment: pay, Messenger: remind, Retainer: d.vault, Rooms: d.rooms, Log: d.publicLog, Tell: d.hooks.Tell,
		Bureau: casework.Bureau{
			Name: d.config.Bureau.NameZH, ShortNo: d.config.Bureau.Prefix, Phone: d.config.Bureau.Phone, Address: d.config.Bureau.Place,
			Contact: d.config.Bureau.NameZH, Treasury: d.config.Bureau.Treasury, Court: d.config.Bureau.Court, Superior: d.config.Bureau.Superior,
			Demo: grace > 0,
		},
		PublicURL: d.config.Public(), LinkKey: links, Logger: d.log.With("part", "casework"), DemonstrationGrace: grace,
		FullCopyDays: d.config.Bureau.FullCopyDays, PartyDays: d.config.Bureau.PartyDays,
		Annotations: casework.Annotations{Structure: d.config.Bureau.AnnotationStructure, Unperformed: d.config.Bureau.AnnotationUnperformed, LiftDays: d.config.Bureau.LiftDays,
			Send: d.askRegister},
		Sealer: sync.OnceValues(ring.Sealer), // not before there is something to seal: commands that mend keys come this way too
	}
	for _, a := range p.authorities {
		o.Stampers = append(o.Stampers, a.client)
	}
	if caller, ok := remind.(casework.Caller); ok && d.config.Reminder.Calls {
		o.Caller, o.CallAfter = caller, d.config.Reminder.CallAfter
	}
	if letters != nil {
		o.Mailer = letters
	}
	if d.book, err = casework.New(o); err != nil {
		return err
	}
	d.transfers = transfer.New(transfer.Options{Pool: d.pool, Leads: d.leads, Bureau: d.config.Bureau.NameZH, Tell: d.hooks.Tell, Now: time.Now,
		Answered: d.registerAnswered})
	d.credit = credit.New(credit.Options{Pool: d.pool, Law: d.book.Rules(), Tell: d.hooks.Tell, Now: time.Now})
	d.office = supervision.New(supervision.Options{Pool: d.pool, Law: d.book.Rules(), Inspected: d.grades.Inspected, Due: d.due, Now: time.Now})
	return nil
}

// handler is the API with the console's pages.
func (d *desk) handler() (_ *api.API, err error) {
	o := api.Options{
		Accounts: d.accounts, Registry: d.registry, Casework: d.book, Vault: d.vault,
		Answers: idempotency.New(d.pool, time.Now), Intake: d.intake, Grades: d.grades, History: d.registry,
		Draws: d.office, Rules: d.book.Rules(), Samples: sample.New(d.pool, time.Now), Desk: casedesk.New(d.pool, time.Now),
		Keys: key.New(d.pool, time.Now), Webhooks: d.hooks, Bell: d.bell, Exports: bulk.New(d.pool), Leads: d.leads, Credit: d.credit, Privacy: d.privacy, Gateways: d.gateways, KeyOrders: keyorder.New(d.pool, time.Now), Models: d.models,
		Transfers: d.transfers,
		Trust:     func(ctx context.Context) (*seal.Trust, error) { return d.publicLog.trust(ctx, trustPath(d.config)) },
		Probe:     prober(d.addresses), Live: d.viewer(d.addresses), Discovery: newFinder(d.addresses), Rooms: d.rooms, CheckAddress: d.addresses.Check,
		Events:  func(ctx context.Context) <-chan store.Event { return store.Events(ctx, d.pool) },
		Sees:    func(ctx context.Context, e store.Event) (bool, error) { return store.Sees(ctx, d.pool, e) },
		Teams:   team.New(d.pool, time.Now),
		Ready:   map[string]func(context.Context) error{"database": d.pool.Ping},
		Log:     d.publicLog.Handler(),
		Pages:   web.Files(),
		Metrics: promhttp.HandlerFor(d.metrics, promhttp.HandlerOpts{}), Registerer: d.metrics,
		Map:            d.district,
		FactorDemanded: d.config.Accounts.SecondFactor == "required", Passkeys: d.passkeys != nil,
		PublicURL: d.config.Public(), TrustedProxies: d.proxies(), Version: version, Logger: d.log.With("part", "api"),
	}
	if d.config.OIDC.Issuer != "" {
		if o.Elsewhere, err = identityProvider(d.config); err != nil {
			return nil, err
		}
	}
	return api.New(o)
}

// proxies are the networks of the proxies in front, which the configuration's check has
// found right.
func (d *desk) proxies() (trusted []netip.Prefix) {
	for _, network := range d.config.Proxies {
		if p, err := netip.ParsePrefix(network); err == nil {
			trusted = append(trusted, p)
		}
	}
	return trusted
}

// outward prepares what other systems and people's devices are told, in the networks
// that the configuration allows.
func (d *desk) outward() error {
	allowed, err := guard.NewOutward(d.config.Webhooks.Networks)
	if err != nil {
		return err
	}
	d.hooks, err = webhook.New(webhook.Options{Pool: d.pool, Secrets: d.secrets, CheckURL: allowed.Check, Control: allowed.Control, Logger: d.log.With("part", "webhooks")})
	if err != nil {
		return err
	}
	sender := d.config.Public()
	if !strings.HasPrefix(sender, "https:") { // push services take no other; browsers sign up here on this machine alone
		sender = "https://localhost"
	}
	d.bell = push.New(push.Options{Pool: d.pool, Secrets: d.secrets, CheckURL: allowed.Check, Control: allowed.Control, Sender: sender, Now: time.Now, Logger: d.log.With("part", "notices")})
	return nil
}

// processors are those whom the configuration has process personal data.
func processors(c *config.Config) privacy.Live {
	authorities := append([]string{}, host(c.TSA.URL))
	for _, entry := range c.TSA.Further {
		further, _ := c.TSA.Authority(entry)
		authorities = append(authorities, host(further))
	}
	return privacy.Live{Store: host(c.S3.Endpoint), Messages: host(c.Reminder.URL), Mail: c.Mail.Host, Payment: host(c.Payment.URL), SignIn: host(c.OIDC.Issuer),
		Timestamps: slices.DeleteFunc(authorities, func(h string) bool { return h == "" }), FactorDemanded: c.Accounts.SecondFactor == "required"}
}

// host is the host of an address; "" of none.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// identityProvider is where staff signs in, by the configuration.
func identityProvider(c *config.Config) (*elsewhere.Provider, error) {
	secret, err := os.ReadFile(c.OIDC.ClientSecretFile)
	if err != nil {
		return nil, fmt.Errorf("oidc.client_secret_file: %w", err)
	}
	return elsewhere.New(elsewhere.Options{
		Issuer: c.OIDC.Issuer, ClientID: c.OIDC.ClientID, ClientSecret: strings.TrimSpace(string(secret)),
		RedirectURL: c.Public() + api.ElsewhereReturn, Scopes: c.OIDC.Scopes,
		RolesClaim: c.OIDC.RolesClaim, LicenceClaim: c.OIDC.LicenceClaim, Roles: c.OIDC.RoleMap(), TownshipsClaim: c.OIDC.TownshipsClaim, Townships: c.OIDC.TownshipMap(), Factors: c.OIDC.Factors,
	}), nil
}

// serve answers until ctx ends.
func (d *desk) serve(ctx context.Context, listener net.Listener) error {
	if err := holdRooms(ctx, d); err != nil {
		return err
	}
	defer d.rooms.Stop() // what was recorded is kept
	a, err := d.handler()
	if err != nil {
		return err
	}
	if err := a.Start(ctx); err != nil {
		return err
	}
	defer a.Stop()
	defer d.views.Stop()
	listening, ignore := context.WithCancel(ctx)
	var remembering sync.WaitGroup
	remembering.Go(func() { d.accounts.Remember(listening) })
	defer remembering.Wait()
	defer ignore()
	proxies := d.proxies()
	if len(proxies) == 0 && strings.HasPrefix(d.config.Public(), "https:") { // this program speaks http
		d.log.Warn("a proxy stands in front, since public_url begins with https; name its network in proxies, or its callers share the limits of one address")
	}
	server := crowd.Server(a.Handler(), d.log.With("part", "http"), proxies, d.metrics)
	server.RegisterOnShutdown(a.Stop) // ends the streams of events, which it would wait for
	server.RegisterOnShutdown(d.views.Stop)
	return serveAt(ctx, listener, server)
}

// cases tells the risk grades which cases count, and which no longer do.
func (d *desk) cases(ctx context.Context, since time.Time) ([]grade.Event, error) {
	list, err := d.book.ObjectCases(ctx, since)
	if err != nil {
		return nil, err
	}
	events := make([]grade.Event, 0, len(list))
	for _, c := range list {
		e := grade.Event{ObjectID: c.ObjectID, Kind: grade.Case, At: c.FiledAt, Source: c.Number}
		events = append(events, e)
		if c.Withdrawn {
			e.Kind = grade.Withdrawn
			events = append(events, e)
		}
	}
	return events, nil
}

// due gives the draws the objects whose inspection is due.
func (d *desk) due(ctx context.Context, at time.Time, township string, most int) ([]supervision.Ticket, error) {
	list, err := d.grades.DueInspections(ctx, at, township, most)
	if err != nil {
		return nil, err
	}
	tickets := make([]supervision.Ticket, len(list))
	for i, o := range list {
		tickets[i] = supervision.Ticket{ID: o.ObjectID, Name: o.Name, Chances: 1}
	}
	return tickets, nil
}

// refusing refuses the addresses of cameras in a file that lie outside the allowed
// networks.
func refusing(addresses *guard.Guard) func(context.Context, string) *registry.Refused {
	return func(ctx context.Context, url string) *registry.Refused {
		var p *problem.Problem
		if err := addresses.Check(ctx, url); errors.As(err, &p) {
			return &registry.Refused{Field: "url", ZH: p.DetailZH, EN: p.DetailEN}
		}
		return nil
	}
}

// prober is the console's first look at a camera, in the allowed networks alone.
func prober(addresses *guard.Guard) api.Prober {
	return func(ctx context.Context, url, protocol string) (wire.Probe, error) {
		return probeCamera(ctx, url, protocol, addresses)
	}
}

func probeCamera(ctx context.Context, url, protocol string, addresses *guard.Guard) (wire.Probe, error) {
	r, err := probe.Camera(ctx, url, protocol, addresses.Control)
	if err != nil {
		var p *probe.Problem
		if errors.As(err, &p) {
			return wire.Probe{}, problem.Invalid(p.ZH, p.EN)
		}
		return wire.Probe{}, err
	}
	const widest = 1280
	jpeg, err := decode.JPEG(widest, r.Key)
	if err != nil {
		return wire.Probe{}, fmt.Errorf("decode the camera's first picture: %w", err)
	}
	out := wire.Probe{Report: wire.ProbeReport{BitrateKbps: float64(r.BitRate) / 1000, ClockSource: r.ClockSource, Transport: r.Transport}, Picture: base64.StdEncoding.EncodeToString(jpeg)}
	out.Report.Codec, out.Report.Width, out.Report.Height, out.Report.FPS = r.Codec, r.Width, r.Height, r.FPS
	out.Report.GOPMS = int(r.GOPTime.Milliseconds())
	if r.Remark != nil {
		out.Report.RemarkZH, out.Report.RemarkEN = r.Remark.ZH, r.Remark.EN
	}
	return out, nil
}
