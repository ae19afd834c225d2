package simulation

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/casework"
	"offsite/casework/calendar"
	"offsite/casework/document"
	"offsite/casework/matter"
	"offsite/detectors"
	"offsite/evidence/seal"
	"offsite/evidence/translog"
	"offsite/registry"
	"offsite/registry/account"
)

// bureau is the place that the simulation plays at: its people, cameras and parties.
type bureau struct {
	book     *casework.Book
	base     *registry.Registry
	accounts *account.Accounts
	pool     *pgxpool.Pool
	clock    *clock
	days     *calendar.Calendar
	matters  *matter.Catalogue
	treasury *treasury
	log      *translog.Log
	staff    map[string][]casework.Actor // by role
	spots    []spot
}

// spot is a zone before an object, with the party that is to be found there.
type spot struct {
	camera  registry.Camera
	zone    detectors.Zone
	object  string
	party   string // registered or, for a vendor, known to the officers
	vendor  bool
	unit    bool
	manners manners
	lane    int   // of all that happens to the party
	beside  *spot // where the party is seen at the same time; nil: nowhere else
	across  bool  // what is seen at this spot and the one beside are two matters
}

// manners are how a party takes things.
type manners struct {
	corrects float64 // per cent
	pays     paying
	consents bool
}

type paying int

const (
	atOnce paying = iota
	inTime
	late
	never
)

// perSpot is how many incidents a spot gets on average.
const perSpot = 4

// Of a hundred spots, at so many the party is in sight of a second camera, or does what
// two matters forbid.
const besides = 60

func open(ctx context.Context, o Options) (*bureau, error) {
	c := &clock{}
	c.set(Beginning)
	b := &bureau{pool: o.Pool, clock: c, staff: map[string][]casework.Actor{}}
	var err error
	if b.days, err = calendar.Default(); err != nil {
		return nil, err
	}
	if b.matters, err = matter.Default(); err != nil {
		return nil, err
	}
	press, err := document.New(document.DebianFonts())
	if err != nil {
		return nil, err
	}
	if b.treasury, err = newTreasury(c); err != nil {
		return nil, err
	}
	messages, err := newGateway(c)
	if err != nil {
		return nil, err
	}
	secrets, err := registry.OpenSecrets(filepath.Join(o.Dir, "secrets"))
	if err != nil {
		return nil, err
	}
	b.base = registry.New(o.Pool, secrets, registry.WithClock(c.now))
	b.accounts = account.New(o.Pool, account.WithClock(c.now), account.WithCheapHashing()) // nobody signs in
	b.log, err = translog.Open(ctx, translog.Options{Dir: filepath.Join(o.Dir, "log"), KeyFile: filepath.Join(o.Dir, "log.key"), Interval: 100 * time.Millisecond})
	if err != nil {
		return nil, err
	}
	keys, err := seal.OpenRing(filepath.Join(o.Dir, "keys"), c.now)
	if err == nil {
		_, err = keys.Create(seal.Ed25519)
	}
	if err != nil {
		return nil, fmt.Errorf("make the key that signs the papers: %w", err)
	}
	b.book, err = casework.New(casework.Options{
		Pool: o.Pool, Registry: b.base, Accounts: b.accounts, Calendar: b.days, Matters: b.matters, Press: &papers{press: press, every: int64(o.PaperEvery)},
		Payment: b.treasury, Messenger: messages, Log: b.log, Sealer: keys.Sealer, PublicURL: "https://simulation.invalid", LinkKey: make([]byte, 32), Now: c.now,
		Logger: slog.New(slog.DiscardHandler),
		Bureau: casework.Bureau{Name: "模拟区城市管理行政执法局", ShortNo: "模城管", Phone: "021-00000000", Address: "模拟区某路1号", Contact: "某科",
			Treasury: "模拟区财政局国库", Court: "模拟区人民法院", Superior: "模拟区人民政府", Demo: true},
	})
	if err != nil {
		return nil, err
	}
	r := rand.New(rand.NewPCG(o.Seed, 0)) // #nosec G404 -- a simulation, to be played again
	if err := b.hire(ctx); err != nil {
		return nil, err
	}
	return b, b.furnish(ctx, r, max(1, o.Cases/perSpot))
}

func (b *bureau) hire(ctx context.Context) error {
	for role, n := range map[string]int{account.Reviewer: 6, account.Officer: 10, account.Legal: 3, account.Head: 4, account.Admin: 1, account.Auditor: 1} {
		for i := range n {
			d := account.Draft{Username: fmt.Sprintf("%s%d", role, i+1), Name: fmt.Sprintf("%s%d", role, i+1), Roles: []string{role}}
			if role == account.Officer {
				d.LicenceNo = fmt.Sprintf("模-%03d", i+1)
			}
			a, _, err := b.accounts.Create(ctx, "simulation", d)
			if err != nil {
				return fmt.Errorf("hire %s: %w", d.Username, err)
			}
			b.staff[role] = append(b.staff[role], casework.Actor{ID: a.ID, Name: a.Name, Roles: a.Roles, LicenceNo: a.LicenceNo})
		}
	}
	return nil
}

// furnish makes cameras, zones, objects and parties.
func (b *bureau) furnish(ctx context.Context, r *rand.Rand, n int) error {
	const perCamera = 12
	var here, opposite registry.Camera
	for i := range n {
		if i%perCamera == 0 {
			at := i/perCamera + 1
			var err error
			if here, err = b.camera(ctx, fmt.Sprintf("%d号点位", at), fmt.Sprintf("模拟路%d号前", at)); err != nil {
				return err
			}
			if opposite, err = b.camera(ctx, fmt.Sprintf("%d号点位对面", at), fmt.Sprintf("模拟路%d号对面", at)); err != nil {
				return err
			}
		}
		s, err := b.place(ctx, r, here, i)
		if err == nil && chance(r, besides) {
			err = b.placeBeside(ctx, r, opposite, &s)
		}
		if err != nil {
			return fmt.Errorf("furnish spot %d: %w", i+1, err)
		}
		b.spots = append(b.spots, s)
	}
	return nil
}

func (b *bureau) camera(ctx context.Context, name, place string) (registry.Camera, error) {
	published := "2023-12-01"
	c, err := b.base.CreateCamera(ctx, "simulation", registry.CameraDraft{URL: "rtsp://192.0.2.1:554/stream",
		CameraChange: registry.CameraChange{Name: name, Place: place, LegalReviewNo: "法审2023-1", TechnicalReviewNo: "技审2023-1", PublishedOn: &published}})
	if err != nil {
		return c, fmt.Errorf("put up a camera: %w", err)
	}
	return c, nil
}

func (b *bureau) place(ctx context.Context, r *rand.Rand, camera registry.Camera, i int) (s spot, err error) {
	detector := []string{"stall", "stall", "stall", "crossdoor", "crossdoor", "soil", "burning"}[i%7]
	s = spot{camera: camera, lane: i % lanes, unit: detector == "soil" || chance(r, 30), vendor: detector == "stall" && chance(r, 30)}
	s.manners = manners{corrects: 30 + 40*r.Float64(), consents: chance(r, 70), pays: []paying{atOnce, atOnce, atOnce, atOnce, atOnce, atOnce, inTime, inTime, late, never}[r.IntN(10)]}
	party := registry.Party{Kind: "person", Name: fmt.Sprintf("张%d", i+1), Phone: fmt.Sprintf("138%08d", r.IntN(1e8)), Address: fmt.Sprintf("模拟路%d弄%d号", i/100+1, i%100+1)}
	if s.unit {
		party.Kind, party.Name = "unit", fmt.Sprintf("模拟%d号公司", i+1)
	}
	if party, err = b.base.SaveParty(ctx, "simulation", party); err != nil {
		return s, err
	}
	s.party = party.ID
	if !s.vendor {
		kind := "shop"
		if detector == "soil" {
			kind = "site"
		}
		object, err := b.base.SaveObject(ctx, "simulation", registry.Object{Kind: kind, Name: fmt.Sprintf("模拟%d号", i+1), Address: party.Address, PartyID: party.ID, Grade: "green"})
		if err != nil {
			return s, err
		}
		s.object = object.ID
	}
	err = b.watch(ctx, &s, detector, fmt.Sprintf("%d号区域", i+1), fmt.Sprintf("zone %d", i+1))
	return s, err
}

// placeBeside makes the spot where the party of another is seen at the same time: from
// the camera opposite, or, at a shop, doing what another matter forbids.
func (b *bureau) placeBeside(ctx context.Context, r *rand.Rand, opposite registry.Camera, s *spot) error {
	other, detector := *s, s.zone.Detector
	if next, ok := map[string]string{"stall": "crossdoor", "crossdoor": "stall"}[detector]; ok && !s.vendor && chance(r, 50) {
		detector, other.across, s.across = next, true, true
	} else {
		other.camera = opposite
	}
	s.beside = &other
	return b.watch(ctx, &other, detector, s.zone.NameZH+"旁", s.zone.NameEN+", beside")
}

// watch draws the zone of a spot.
func (b *bureau) watch(ctx context.Context, s *spot, detector, zh, en string) (err error) {
	zone := detectors.Zone{Camera: s.camera.ID, Detector: detector, NameZH: zh, NameEN: en, Object: s.object,
		Polygon: detectors.Polygon{{X: 0.1, Y: 0.1}, {X: 0.9, Y: 0.1}, {X: 0.9, Y: 0.9}, {X: 0.1, Y: 0.9}}}
	if detector == "crossdoor" {
		zone.DoorLine = []detectors.Point{{X: 0.1, Y: 0.2}, {X: 0.9, Y: 0.2}}
	}
	s.zone, err = b.base.SaveZone(ctx, "simulation", zone)
	return err
}

// person is a member of staff, by account; nobody for "".
func (b *bureau) person(id string) casework.Actor {
	for _, list := range b.staff {
		for _, who := range list {
			if who.ID == id {
				return who
			}
		}
	}
	return casework.Actor{}
}

func newID() (string, error) {
	id, err := uuid.NewV7()
	return id.String(), err
}
