package model

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"offsite/embedded/s3"
	"offsite/models"
	"offsite/registry/account"
	"offsite/store/storetest"
)

// A process may have one object store.
var objects = sync.OnceValues(func() (Store, error) {
	dir, err := os.MkdirTemp("", "offsite-models-")
	if err != nil {
		return Store{}, err
	}
	credentials, err := s3.OpenCredentials(dir + "/s3.json")
	if err != nil {
		return Store{}, err
	}
	server, err := s3.Start(context.Background(), s3.Options{Dir: dir, Listen: "127.0.0.1:0", Credentials: credentials})
	if err != nil {
		return Store{}, err
	}
	started.Store(&running{server, dir})
	return Store{Endpoint: server.Endpoint(), AccessKey: credentials.AccessKey, SecretKey: credentials.SecretKey}, nil
})

type running struct {
	server *s3.Server
	dir    string
}

var started atomic.Pointer[running]

// run ends with the store that its tests started.
type run struct{ *testing.M }

func (r run) Run() int {
	code := r.M.Run()
	if s := started.Load(); s != nil {
		s.server.Stop()
		_ = os.RemoveAll(s.dir)
	}
	return code
}

func TestMain(m *testing.M) { storetest.Main(run{m}) }

// opened is a registry on a real database and store, with two people.
func opened(t *testing.T) *Registry {
	t.Helper()
	at, err := objects()
	if err != nil {
		t.Fatal(err)
	}
	at.Bucket = strings.ToLower(t.Name()) // one for each test
	pool := storetest.Open(t)
	r, err := New(pool, at, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.files.MakeBucket(t.Context(), r.bucket, minio.MakeBucketOptions{ObjectLocking: true}); err != nil {
		t.Fatal(err)
	}
	accounts := account.New(pool)
	for _, name := range []string{"anna", "bert"} {
		if _, _, err := accounts.Create(t.Context(), "test", account.Draft{Username: name, Name: name, Roles: []string{account.Admin}}); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// version is the shipped model of fire under another version.
func version(t *testing.T, change func(*models.Manifest)) (manifest, weights []byte) {
	t.Helper()
	m, weights, err := models.Load(models.Shipped(), "burning")
	if err != nil {
		t.Fatal(err)
	}
	m.Version = "2027.01.01"
	if change != nil {
		change(&m)
	}
	sum := sha256.Sum256(weights)
	m.SHA256 = hex.EncodeToString(sum[:])
	manifest, err = json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return manifest, weights
}

// One proposes, another agrees, and a process that starts finds the version; the
// store may be away then.
func TestActivationWantsTwoPeople(t *testing.T) {
	t.Parallel()
	r, ctx := opened(t), t.Context()
	manifest, weights := version(t, nil)
	for range 2 { // the same file again is no error
		if _, err := r.Add(ctx, manifest, weights, time.Millisecond, "anna"); err != nil {
			t.Fatal(err)
		}
	}
	if _, inForce, err := r.Activate(ctx, "burning", "2027.01.01", "anna"); err != nil || inForce {
		t.Fatalf("the first: in force %v, %v", inForce, err)
	}
	if _, _, err := r.Activate(ctx, "burning", "2027.01.01", "Anna"); !errors.Is(err, ErrRefused) {
		t.Fatalf("the same person again: %v", err)
	}
	if uses := usesOf(t, r); !slices.Equal(uses, []Use{Proposed}) {
		t.Errorf("uses %v", uses)
	}
	m, inForce, err := r.Activate(ctx, "burning", "2027.01.01", "bert")
	if err != nil || !inForce || m.SHA256 == "" {
		t.Fatalf("the second: in force %v, %v", inForce, err)
	}
	if uses := usesOf(t, r); !slices.Equal(uses, []Use{Active}) {
		t.Errorf("uses %v", uses)
	}
	if err := r.Shadow(ctx, "burning", "2027.01.01", "anna"); !errors.Is(err, ErrRefused) {
		t.Errorf("in force and in shadow: %v", err)
	}
	folder := t.TempDir()
	names, err := r.Fetch(ctx, Active, folder)
	if err != nil || !slices.Equal(names, []string{"burning"}) {
		t.Fatalf("%v, %v", names, err)
	}
	if got, _, err := models.Load(os.DirFS(folder), "burning"); err != nil || got.Version != "2027.01.01" {
		t.Errorf("fetched %s, %v", got.Version, err)
	}
	if err := r.files.RemoveObject(ctx, r.bucket, key(m), minio.RemoveObjectOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Fetch(ctx, Active, folder); err != nil {
		t.Errorf("what is there already was fetched again: %v", err)
	}
	if _, err := r.Fetch(ctx, Active, t.TempDir()); err == nil {
		t.Error("weights that are gone were fetched")
	}
	var changes int
	if err := r.pool.QueryRow(ctx, `SELECT count(*) FROM model_change`).Scan(&changes); err != nil || changes != 3 {
		t.Errorf("%d changes are noted, want 3 (%v)", changes, err)
	}
}

// The way back to the model in the program is the same.
func TestTheShippedVersionComesBack(t *testing.T) {
	t.Parallel()
	r, ctx := opened(t), t.Context()
	shipped, _, err := models.Load(models.Shipped(), "burning")
	if err != nil {
		t.Fatal(err)
	}
	manifest, weights := version(t, nil)
	if _, err := r.Add(ctx, manifest, weights, time.Millisecond, "anna"); err != nil {
		t.Fatal(err)
	}
	for _, v := range []string{"2027.01.01", shipped.Version} {
		for _, by := range []string{"anna", "bert"} {
			if _, _, err := r.Activate(ctx, "burning", v, by); err != nil {
				t.Fatal(err)
			}
		}
		folder := t.TempDir()
		if _, err := r.Fetch(ctx, Active, folder); err != nil {
			t.Fatal(err)
		}
		if m, _, err := models.Load(os.DirFS(folder), "burning"); err != nil || m.Version != v {
			t.Errorf("in force is %s, want %s (%v)", m.Version, v, err)
		}
	}
}

func usesOf(t *testing.T, r *Registry) []Use {
	t.Helper()
	list, err := r.List(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatalf("%d versions, %v", len(list), err)
	}
	return list[0].Uses
}

func TestShadowIsKeptAndCounted(t *testing.T) {
	t.Parallel()
	r, ctx := opened(t), t.Context()
	manifest, weights := version(t, nil)
	if _, err := r.Add(ctx, manifest, weights, time.Millisecond, "anna"); err != nil {
		t.Fatal(err)
	}
	if err := r.Shadow(ctx, "burning", "2027.01.01", "anna"); err != nil {
		t.Fatal(err)
	}
	if names, err := r.Fetch(ctx, Shadow, t.TempDir()); err != nil || len(names) != 1 {
		t.Errorf("%v, %v", names, err)
	}
	for range 2 {
		if err := r.Count(ctx, []Difference{{"burning", "2027.01.01", "2026.11.25", "smoke", 10, 3, 1, 2}}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := r.Differences(ctx, "burning")
	if err != nil || len(got) != 1 || got[0] != (Difference{"burning", "2027.01.01", "2026.11.25", "smoke", 20, 6, 2, 4}) {
		t.Errorf("%+v, %v", got, err)
	}
	r.stands(t, "burning", []Known{{Version: shippedVersion(t, "burning"), Use: Active, Shipped: true}, {Version: "2027.01.01", Use: Shadow}}, "shadow", "add")
	if err := r.Shadow(ctx, "burning", "", "anna"); err != nil {
		t.Fatal(err)
	}
	r.stands(t, "burning", []Known{{Version: shippedVersion(t, "burning"), Use: Active, Shipped: true}, {Version: "2027.01.01", Use: Kept}}, "end shadow", "shadow", "add")
	r.stands(t, "ground", []Known{{Version: shippedVersion(t, "ground"), Use: Active, Shipped: true}})
	if err := r.Shadow(ctx, "burning", "", "anna"); !errors.Is(err, ErrUnknown) {
		t.Errorf("ended twice: %v", err)
	}
}

func shippedVersion(t *testing.T, name string) string {
	t.Helper()
	m, _, err := models.Load(models.Shipped(), name)
	if err != nil {
		t.Fatal(err)
	}
	return m.Version
}

// stands holds what is told of a name against what is wanted: its versions, and what was
// done, the latest first.
func (r *Registry) stands(t *testing.T, name string, versions []Known, done ...string) {
	t.Helper()
	all, err := r.Standings(t.Context())
	if err != nil || len(all) != len(models.Names()) {
		t.Fatalf("%d names, %v", len(all), err)
	}
	s := all[slices.IndexFunc(all, func(s Standing) bool { return s.Name == name })]
	var got []Known
	for _, k := range s.Versions {
		if len(k.Labels) == 0 || len(k.SHA256) != 64 || k.Size == 0 || k.Licence == "" {
			t.Errorf("%s %s is told so: %+v", name, k.Version, k)
		}
		got = append(got, Known{Version: k.Version, Use: k.Use, Shipped: k.Shipped})
	}
	if !reflect.DeepEqual(got, versions) {
		t.Errorf("%s stands so: %+v, want %+v", name, got, versions)
	}
	var was []string
	for _, c := range s.Changes {
		was = append(was, c.What)
	}
	if !slices.Equal(was, done) {
		t.Errorf("with %s was done %v, want %v", name, was, done)
	}
}

func TestAddRefuses(t *testing.T) {
	t.Parallel()
	r, ctx := opened(t), t.Context()
	kept, weights := version(t, nil)
	if _, err := r.Add(ctx, kept, weights, 0, "anna"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		change func(*models.Manifest)
		by     string
		other  bool // weights
		says   string
	}{
		{"a name that no detector reads", func(m *models.Manifest) { m.Name = "dogs" }, "anna", false, "no detector reads"},
		{"another task's name", func(m *models.Manifest) { m.Name = "ground" }, "anna", false, "the detectors want"},
		{"a label too few", func(m *models.Manifest) {
			m.Labels = []string{"fire", "fog"}
			m.Thresholds, m.Calibration, m.Again = map[string]float64{"fire": 0.3, "fog": 0.3}, nil, nil
		}, "anna", false, `does not know "smoke"`},
		{"a stranger", nil, "carl", false, "no account"},
		{"other weights", nil, "anna", true, "SHA-256"},
	} {
		manifest, _ := version(t, c.change)
		raw := weights
		if c.other {
			raw = []byte("something else")
		}
		if _, err := r.Add(ctx, manifest, raw, 0, c.by); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want one that says %q", c.name, err, c.says)
		}
	}
	if _, _, err := r.Activate(ctx, "burning", "2027.02.02", "anna"); !errors.Is(err, ErrUnknown) {
		t.Errorf("a version that nobody added: %v", err)
	}
	if err := r.Shadow(context.Background(), "burning", "2027.02.02", "anna"); !errors.Is(err, ErrUnknown) {
		t.Errorf("a version that nobody added, in shadow: %v", err)
	}
}
