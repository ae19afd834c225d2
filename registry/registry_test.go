package registry_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/detectors"
	"offsite/registry"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const by = "collector-1"

// noon is the time of all tests.
func noon() time.Time { return time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC) }

func open(t *testing.T, options ...registry.Option) (*registry.Registry, *pgxpool.Pool) {
	t.Helper()
	pool := storetest.Open(t)
	return registry.New(pool, secrets(t), append([]registry.Option{registry.WithClock(noon)}, options...)...), pool
}

func secrets(t *testing.T) *registry.Secrets {
	t.Helper()
	s, err := registry.OpenSecrets(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// must returns v, and fails on an error.
func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func draft(name string) registry.CameraDraft {
	day := "2026-01-31"
	return registry.CameraDraft{CameraChange: registry.CameraChange{Name: name, Place: "八一路", LegalReviewNo: "L1", TechnicalReviewNo: "T1", PublishedOn: &day},
		URL: "rtsp://admin:hush-hush@192.0.2.7:554/main"}
}

func camera(t *testing.T, r *registry.Registry) registry.Camera {
	t.Helper()
	return must[registry.Camera](t)(r.CreateCamera(t.Context(), by, draft("路口")))
}

func zone(camera string) detectors.Zone {
	return detectors.Zone{Camera: camera, Detector: "stall", NameZH: "人行道", Polygon: detectors.Polygon{{X: .1, Y: .1}, {X: .9, Y: .1}, {X: .5, Y: .9}}}
}

// refused checks that an error names a field, in both languages.
func refused(t *testing.T, err error, field string) {
	t.Helper()
	var r *registry.Refused
	if !errors.As(err, &r) || r.Field != field || r.ZH == "" || r.EN == "" || !errors.Is(err, registry.ErrInvalid) {
		t.Errorf("the error %v refuses not %s in both languages", err, field)
	}
}

func TestCameraFromRegistrationToRemoval(t *testing.T) {
	t.Parallel()
	r, _ := open(t)
	ctx := t.Context()
	c := camera(t, r)
	if c.Version != 1 || c.URL != "rtsp://192.0.2.7:554/main" || *c.PublishedOn != "2026-01-31" {
		t.Fatalf("registered as %+v", c)
	}
	if got := must[registry.Camera](t)(r.Camera(ctx, c.ID)); got.Name != "路口" || got.URL != c.URL || *got.PublishedOn != *c.PublishedOn || !got.ChangedAt.Equal(c.ChangedAt) {
		t.Errorf("read as %+v", got)
	}
	if got := must[string](t)(r.CameraAddress(ctx, c.ID)); got != draft("").URL {
		t.Errorf("the address is %s", got)
	}
	change := c.CameraChange
	change.Place = "新址"
	if got := must[registry.Camera](t)(r.ChangeCamera(ctx, by, c.ID, 1, change)); got.Version != 2 || got.Place != "新址" {
		t.Errorf("changed to %+v", got)
	}
	if _, err := r.ChangeCamera(ctx, by, c.ID, 1, change); !errors.Is(err, registry.ErrConflict) {
		t.Errorf("the older version is changed: %v", err)
	}
	moved := must[registry.Camera](t)(r.MoveCamera(ctx, by, c.ID, 2, "rtsps://u:p@192.0.2.8/x", "tcp"))
	if moved.URL != "rtsps://192.0.2.8/x" || must[string](t)(r.CameraAddress(ctx, c.ID)) != "rtsps://u:p@192.0.2.8/x" {
		t.Errorf("moved to %+v", moved)
	}
	z := must[detectors.Zone](t)(r.SaveZone(ctx, by, zone(c.ID)))
	if err := r.RemoveCamera(ctx, by, c.ID, moved.Version); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Camera(ctx, c.ID); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("a removed camera is read: %v", err)
	}
	if _, err := r.Zone(ctx, z.ID, z.Version); err != nil {
		t.Errorf("the zone of a removed camera is lost: %v", err)
	}
	if all := must[[]registry.Watched](t)(r.Watched(ctx)); len(all) != 0 {
		t.Errorf("a removed camera is watched: %v", all)
	}
	var actions []string
	for _, h := range must[[]registry.Change](t)(r.History(ctx, "camera", c.ID)) {
		actions = append(actions, h.Action)
	}
	if got := strings.Join(actions, " "); got != "remove address change create" {
		t.Errorf("its history is %q", got)
	}
}

func TestNoSecretReachesTheDatabaseInClear(t *testing.T) {
	t.Parallel()
	r, pool := open(t)
	ctx := t.Context()
	camera(t, r)
	p := must[registry.Party](t)(r.SaveParty(ctx, by, registry.Party{Kind: "person", Name: "张三", Identity: "11010519491231002X", Phone: "13800000000"}))
	p.Identity = "440524188001010014"
	must[registry.Party](t)(r.SaveParty(ctx, by, p))
	for _, table := range []string{"camera", "party", "change_log"} {
		var text string
		if err := pool.QueryRow(ctx, `SELECT coalesce(string_agg(t::text, ' '), '') FROM `+table+` t`).Scan(&text); err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"hush-hush", "19491231", "188001010014"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds %s: %s", table, secret, text)
			}
		}
	}
}

func TestTwoChangeTheSameCamera(t *testing.T) {
	t.Parallel()
	r, _ := open(t)
	c := camera(t, r)
	var mu sync.Mutex
	outcomes := map[bool]int{}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			_, err := r.ChangeCamera(t.Context(), by, c.ID, c.Version, c.CameraChange)
			if err != nil && !errors.Is(err, registry.ErrConflict) {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			outcomes[err == nil]++
		})
	}
	wait.Wait()
	if outcomes[true] != 1 || outcomes[false] != 7 {
		t.Errorf("of eight changes of one version %d are made", outcomes[true])
	}
}

func TestCameraIsRefused(t *testing.T) {
	t.Parallel()
	r, _ := open(t)
	high, east := 91.0, 121.0
	bad := "31.01.2026"
	for field, spoil := range map[string]func(*registry.CameraDraft){
		"name":         func(d *registry.CameraDraft) { d.Name = " " },
		"place":        func(d *registry.CameraDraft) { d.Place = strings.Repeat("长", 301) },
		"url":          func(d *registry.CameraDraft) { d.URL = "http://192.0.2.1/" },
		"protocol":     func(d *registry.CameraDraft) { d.Protocol = "quic" },
		"longitude":    func(d *registry.CameraDraft) { d.Longitude, d.Latitude = &east, &high },
		"published_on": func(d *registry.CameraDraft) { d.PublishedOn = &bad },
		"cadence":      func(d *registry.CameraDraft) { d.Cadence = "1ms" },
	} {
		d := draft("n")
		spoil(&d)
		_, err := r.CreateCamera(t.Context(), by, d)
		refused(t, err, field)
	}
	_, err := r.CreateCamera(t.Context(), by, registry.CameraDraft{CameraChange: registry.CameraChange{Name: "n"}, URL: "rtsp://u:hush@[::/x"})
	refused(t, err, "url")
	if strings.Contains(err.Error(), "hush") {
		t.Errorf("the error tells the password: %v", err)
	}
	if _, err = r.Camera(t.Context(), "no-id"); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("what is no id: %v", err)
	}
}

func TestAddressesAreShownWithoutCredentials(t *testing.T) {
	t.Parallel()
	r, _ := open(t)
	for url, want := range map[string]string{
		"rtsp://u:p@192.0.2.1/a?b=1":                              "rtsp://192.0.2.1/a?b=1",
		"rtsp://192.0.2.1/user=admin&password=hush&channel=1.sdp": "rtsp://192.0.2.1/user=***&password=***&channel=1.sdp",
		"rtsp://192.0.2.1/s?Token=hush&x=1":                       "rtsp://192.0.2.1/s?Token=***&x=1",
		"rtsp://u:p%40ss@[2001:db8::1]:8554/":                     "rtsp://[2001:db8::1]:8554/",
	} {
		d := draft("n")
		d.URL = url
		if c := must[registry.Camera](t)(r.CreateCamera(t.Context(), by, d)); c.URL != want {
			t.Errorf("%s is shown as %s", url, c.URL)
		}
	}
}

func TestLawfulIsFromTheDayOfPublicationInShanghai(t *testing.T) {
	t.Parallel()
	c := draft("n").CameraChange // published 2026-01-31
	for at, want := range map[string]bool{"2026-01-30T15:59:59Z": false, "2026-01-30T16:00:00Z": true, "2026-03-01T00:00:00Z": true} {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil || c.Lawful(when) != want {
			t.Errorf("at %s it is lawful: %v", at, !want)
		}
	}
	c.LegalReviewNo = ""
	if c.Lawful(noon()) {
		t.Error("lawful without legal review")
	}
}

func TestZonesAreVersioned(t *testing.T) {
	t.Parallel()
	r, _ := open(t)
	ctx := t.Context()
	c := camera(t, r)
	first := must[detectors.Zone](t)(r.SaveZone(ctx, by, zone(c.ID)))
	if first.Version != 1 || first.ID == "" || first.NameEN != "人行道" {
		t.Fatalf("drawn as %+v", first)
	}
	next := first
	next.Polygon = detectors.Polygon{{X: 0, Y: 0}, {X: 1, Y: 0}, {X: 1, Y: 1}}
	second := must[detectors.Zone](t)(r.SaveZone(ctx, by, next))
	if second.Version != 2 {
		t.Fatalf("the second version is %d", second.Version)
	}
	if _, err := r.SaveZone(ctx, by, first); !errors.Is(err, registry.ErrConflict) {
		t.Errorf("a version is drawn over: %v", err)
	}
	for version, want := range map[int]float64{0: 0, 1: .1, 2: 0} {
		if z := must[detectors.Zone](t)(r.Zone(ctx, first.ID, version)); z.Polygon[0].X != want {
			t.Errorf("version %d is %v", version, z.Polygon)
		}
	}
	if got := must[registry.Camera](t)(r.Camera(ctx, c.ID)); got.ZoneCount != 1 || got.Zones[0].Version != 2 {
		t.Errorf("the camera has %+v", got.Zones)
	}
	if err := r.RemoveZone(ctx, by, first.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Zone(ctx, first.ID, 0); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("a removed zone is current: %v", err)
	}
	if z := must[detectors.Zone](t)(r.Zone(ctx, first.ID, 1)); z.Version != 1 {
		t.Errorf("an old version is lost")
	}
	if h := must[[]registry.Change](t)(r.History(ctx, "zone", first.ID)); len(h) != 3 || h[0].Before == nil || h[0].After != nil {
		t.Errorf("its history has %d entries", len(h))
	}
}

func TestZoneIsRefused(t *testing.T) {
	t.Parallel()
	r, _ := open(t, registry.WithZoneCheck(func(z detectors.Zone) error {
		if z.Detector != "stall" {
			return detectors.ErrZone
		}
		return nil
	}))
	ctx := t.Context()
	c := camera(t, r)
	z := zone(c.ID)
	z.Polygon = z.Polygon[:2]
	_, err := r.SaveZone(ctx, by, z)
	refused(t, err, "polygon")
	z = zone(c.ID)
	z.Detector = "unknown"
	_, err = r.SaveZone(ctx, by, z)
	refused(t, err, "polygon")
	z = zone(c.ID)
	z.Object = c.ID // no object
	_, err = r.SaveZone(ctx, by, z)
	refused(t, err, "object")
	z = zone("0198c5d8-0000-7000-8000-000000000000")
	if _, err = r.SaveZone(ctx, by, z); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("a zone of no camera: %v", err)
	}
}

func TestInATransactionOfTheCaller(t *testing.T) {
	t.Parallel()
	r, pool := open(t)
	ctx := t.Context()
	undone := errors.New("undone")
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		must[registry.Party](t)(r.In(tx).SaveParty(ctx, by, registry.Party{Kind: "person", Name: "张三"}))
		return undone
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	if left := must[[]registry.Party](t)(r.Parties(ctx, registry.PartyFilter{})); len(left) != 0 {
		t.Errorf("what was rolled back is there: %v", left)
	}
}

func TestRecordsAreNeverChanged(t *testing.T) {
	t.Parallel()
	r, pool := open(t)
	ctx := t.Context()
	camera(t, r)
	if err := r.RecordView(ctx, registry.View{By: by, What: "clip", Subject: "b1", Reason: "复核"}); err != nil {
		t.Fatal(err)
	}
	refused(t, r.RecordView(ctx, registry.View{By: by, What: "clip", Subject: "b1"}), "reason")
	for _, sql := range []string{`UPDATE change_log SET by_whom = 'x'`, `DELETE FROM change_log`, `TRUNCATE change_log`,
		`UPDATE access_record SET reason = 'x'`, `DELETE FROM access_record`} {
		if _, err := pool.Exec(ctx, sql); err == nil || !strings.Contains(err.Error(), "never changed") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestKeyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	var wait sync.WaitGroup
	sealed := make([][]byte, 8)
	for i := range sealed { // all use the one key, however many make it
		wait.Go(func() {
			s, err := registry.OpenSecrets(path)
			if err != nil {
				t.Error(err)
				return
			}
			if sealed[i], err = s.Seal("p", "text"); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	s := must[*registry.Secrets](t)(registry.OpenSecrets(path))
	for _, b := range sealed {
		if got := must[string](t)(s.Unseal("p", b)); got != "text" {
			t.Errorf("unsealed %q", got)
		}
	}
	for name, try := range map[string]func() (string, error){
		"another purpose": func() (string, error) { return s.Unseal("q", sealed[0]) },
		"another key":     func() (string, error) { return secrets(t).Unseal("p", sealed[0]) },
		"cut":             func() (string, error) { return s.Unseal("p", sealed[0][:5]) },
		"changed":         func() (string, error) { return s.Unseal("p", append([]byte{1, 9}, sealed[0][2:]...)) },
	} {
		if _, err := try(); !errors.Is(err, registry.ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := registry.OpenSecrets(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that others read: %v", err)
	}
	short := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(short, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := registry.OpenSecrets(short); err == nil || !strings.Contains(err.Error(), "5 bytes") {
		t.Errorf("a short key: %v", err)
	}
}

func TestCanceledContext(t *testing.T) {
	t.Parallel()
	r, _ := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.CreateCamera(ctx, by, draft("n")); !errors.Is(err, context.Canceled) {
		t.Errorf("not canceled: %v", err)
	}
}
