package casework_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/casework"
	"offsite/casework/calendar"
	"offsite/casework/document"
	"offsite/casework/matter"
	"offsite/detectors"
	"offsite/evidence"
	"offsite/evidence/timestamp"
	"offsite/evidence/vault"
	"offsite/registry"
	"offsite/registry/account"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// clock is one that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.at }
func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// to moves the clock just past a time.
func (c *clock) to(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at.Add(2 * time.Second)
}

// house is a bureau with a camera before a shop, its people and its gateways.
type house struct {
	*casework.Book
	last     string // bundle that was put into the vault
	t        *testing.T
	pool     *pgxpool.Pool
	clock    *clock
	registry *registry.Registry
	outside  *outside
	camera   registry.Camera
	zone     detectors.Zone
	shop     registry.Object
	party    registry.Party
	areaM2   float64
	staff    map[string]casework.Actor
	vault    *vault.Vault // where bundles are put; nil: nowhere
}

// working is a Tuesday morning.
var working = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

type want struct {
	detector string // stall
	party    registry.Party
	noParty  bool
	unlawful bool
	noObject bool
	areaM2   float64
	at       time.Time // zero: working
	log      casework.Log
	vault    *vault.Vault
	sealer   casework.Sealer // nil: documents are not signed
	stampers []timestamp.Stamper
	retainer casework.Retainer // in place of a vault

	messenger func(casework.Messenger) casework.Messenger // before the gateway; nil: nothing
	mailer    casework.Mailer                             // nil: no e-mail
	caller    func(casework.Caller) casework.Caller       // before the gateway; nil: nobody is called
	matters   *matter.Catalogue                           // nil: those of the repository

	annotations casework.Annotations // zero: nothing is annotated
}

func open(t *testing.T, w want) *house {
	t.Helper()
	h := &house{t: t, pool: storetest.Open(t), clock: &clock{at: working}, areaM2: w.areaM2, vault: w.vault, staff: map[string]casework.Actor{}}
	if !w.at.IsZero() {
		h.clock.at = w.at
	}
	secrets, err := registry.OpenSecrets(filepath.Join(t.TempDir(), "secrets"))
	h.must(err)
	h.registry = registry.New(h.pool, secrets, registry.WithClock(h.clock.now))
	accounts := account.New(h.pool, account.WithClock(h.clock.now), account.WithCheapHashing())
	h.outside = h.gateways()
	h.Book = h.book(accounts, w)
	for _, one := range [][3]string{{"r1", "reviewer", ""}, {"r2", "reviewer", ""}, {"o1", "officer", "沪-001"}, {"o2", "officer", "沪-002"}, {"o3", "officer", "沪-003"},
		{"unlicensed", "officer", ""}, {"legal", "legal", ""}, {"head", "head", ""}, {"admin", "admin", ""}, {"auditor", "auditor", ""}} {
		a, _, err := accounts.Create(t.Context(), "test", account.Draft{Username: one[0], Name: "人员" + one[0], Roles: []string{one[1]}, LicenceNo: one[2]})
		if one[0] == "unlicensed" && err != nil {
			continue // the registry refuses it itself
		}
		h.must(err)
		h.staff[one[0]] = casework.Actor{ID: a.ID, Name: a.Name, Roles: a.Roles, LicenceNo: a.LicenceNo}
	}
	h.register(w)
	return h
}

// press sets the papers of all houses: its fonts are large.
var press = sync.OnceValues(func() (*document.Press, error) { return document.New(document.DebianFonts()) })

func (h *house) book(accounts *account.Accounts, w want) *casework.Book {
	h.t.Helper()
	days, err := calendar.Default()
	h.must(err)
	matters := w.matters
	if matters == nil {
		matters, err = matter.Default()
		h.must(err)
	}
	var messages casework.Messenger = h.outside.messages
	if w.messenger != nil {
		messages = w.messenger(messages)
	}
	press, err := press()
	h.must(err)
	o := casework.Options{Pool: h.pool, Registry: h.registry, Accounts: accounts, Calendar: days, Matters: matters, Press: press,
		Payment: h.outside.payment, Messenger: messages, Mailer: w.mailer, PublicURL: h.outside.callbacks.URL, LinkKey: make([]byte, 32), Now: h.clock.now, Log: w.log, Sealer: w.sealer, Stampers: w.stampers, Annotations: w.annotations,
		Bureau: casework.Bureau{Name: "上海市崇明区城市管理行政执法局", ShortNo: "沪崇城管", Phone: "021-12345678", Address: "崇明区某路1号", Contact: "某科",
			Treasury: "崇明区财政局国库", Court: "上海市崇明区人民法院", Superior: "上海市崇明区人民政府", Demo: true}}
	o.Retainer = w.retainer
	if w.caller != nil {
		o.Caller, o.CallAfter = w.caller(h.outside.messages), 5*time.Minute
	}
	if w.vault != nil {
		o.Retainer = w.vault
	}
	b, err := casework.New(o)
	h.must(err)
	return b
}

// register makes camera, zone, shop and party.
func (h *house) register(w want) {
	ctx := h.t.Context()
	var err error
	published := "2026-01-05"
	change := registry.CameraChange{Name: "八一路1号", Place: "八一路100号前", LegalReviewNo: "法审2026-1", TechnicalReviewNo: "技审2026-1", PublishedOn: &published}
	if w.unlawful {
		change.LegalReviewNo = ""
	}
	h.camera, err = h.registry.CreateCamera(ctx, "test", registry.CameraDraft{CameraChange: change, URL: "rtsp://127.0.0.1:8554/one"})
	h.must(err)
	if !w.noParty {
		p := w.party
		if p.Name == "" {
			p = registry.Party{Kind: "person", Name: "张三", Phone: "13800000001", Address: "崇明区城桥镇八一路100号"}
		}
		h.party, err = h.registry.SaveParty(ctx, "test", p)
		h.must(err)
	}
	if !w.noObject {
		h.shop, err = h.registry.SaveObject(ctx, "test", registry.Object{Kind: "shop", Name: "张记水果店", Address: "八一路100号", Business: "水果", PartyID: h.party.ID, Grade: "green"})
		h.must(err)
	}
	detector := w.detector
	if detector == "" {
		detector = "stall"
	}
	h.zone, err = h.registry.SaveZone(ctx, "test", detectors.Zone{Camera: h.camera.ID, Detector: detector, NameZH: "店前", NameEN: "before the shop", Object: h.shop.ID,
		Polygon: detectors.Polygon{{X: 0.1, Y: 0.1}, {X: 0.9, Y: 0.1}, {X: 0.9, Y: 0.9}, {X: 0.1, Y: 0.9}}})
	h.must(err)
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func id(t *testing.T) string {
	t.Helper()
	v, err := uuid.NewV7()
	if err != nil {
		t.Fatal(err)
	}
	return v.String()
}

// bundle is a sealed bundle of the zone, as evidence hands it over.
func (h *house) bundle(change func(*casework.Summary)) (evidence.Receipt, casework.Summary) {
	h.t.Helper()
	now := h.clock.now()
	s := casework.Summary{IncidentID: id(h.t), Kind: "incident", Detector: h.zone.Detector, CameraID: h.camera.ID, ZoneID: h.zone.ID, ZoneVersion: h.zone.Version,
		ObjectID: h.shop.ID, First: now.Add(-2 * time.Minute), Last: now.Add(-10 * time.Second), Raised: now.Add(-20 * time.Second),
		Why: casework.Text{ZH: "有人在店前设摊已停留100秒，超过规定的60秒", EN: "A stall has stood for 100 s, more than the 60 s allowed"}, Values: map[string]float64{"dwell_s": 100, "area_m2": h.areaM2},
		Rule: "stall/1", Stills: []casework.SummaryStill{{Name: "0001", Role: "before", At: now.Add(-3 * time.Minute)}, {Name: "0002", Role: "raised", At: now.Add(-20 * time.Second)}},
		Models: []casework.Model{{Name: "objects", Version: "1", SHA256: "ab"}}, Stream: casework.Stream{Codec: "h264", Width: 1280, Height: 720, FPS: 25, GOPMS: 2000},
		ClipFrom: now.Add(-30 * time.Second), ClipTo: now}
	if change != nil {
		change(&s)
	}
	r := evidence.Receipt{BundleID: s.IncidentID, Kind: s.Kind, Camera: s.CameraID, Bucket: "evidence", Key: "2026/11/" + s.IncidentID + "/bundle.tar", VersionID: "v1", SizeBytes: 1000,
		ManifestSHA256: fmt.Sprintf("%064x", 1), SealKeyID: "k1", SealedAt: now, TimestampAt: now, RetainUntil: now.AddDate(0, 0, 30),
		Files: []evidence.Entry{{Path: "data/clip.mp4", SizeBytes: 10}, {Path: "data/stills/0001.png", SizeBytes: 5}, {Path: "data/stills/0002.png", SizeBytes: 5}, {Path: "data/incident.json", SizeBytes: 5}}}
	return r, s
}

// find records an incident and gives the finding's id.
func (h *house) find(change func(*casework.Summary)) string {
	h.t.Helper()
	r, s := h.bundle(change)
	h.record(r, s)
	return s.IncidentID
}

func (h *house) record(r evidence.Receipt, s casework.Summary) {
	h.t.Helper()
	if h.vault != nil {
		h.put(&r)
	}
	raw, err := json.Marshal(s)
	h.must(err)
	h.must(h.RecordEvidence(h.t.Context(), r, raw))
}

// recheck records the outcome of the re-check of a case.
func (h *house) recheck(caseID string, present bool) {
	h.t.Helper()
	r, s := h.bundle(func(s *casework.Summary) { s.Kind, s.CaseID, s.Present = "recheck", caseID, present })
	h.record(r, s)
}

type fields = map[string]any

// do takes a step as somebody, on the case as it is now.
func (h *house) do(who, caseID, event string, f fields) error {
	h.t.Helper()
	c, err := h.Case(h.t.Context(), h.staff[who], caseID)
	h.must(err)
	return h.Apply(h.t.Context(), h.staff[who], caseID, c.Version, event, f)
}

func (h *house) state(caseID string) string {
	h.t.Helper()
	c, err := h.Case(h.t.Context(), h.staff["auditor"], caseID)
	h.must(err)
	return c.State
}

func (h *house) expect(caseID, state string) {
	h.t.Helper()
	if got := h.state(caseID); got != state {
		h.t.Fatalf("state %s, want %s", got, state)
	}
}

func (h *house) officers(names ...string) []any {
	var ids []any
	for _, n := range names {
		ids = append(ids, h.staff[n].ID)
	}
	return ids
}
