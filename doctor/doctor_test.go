package doctor

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offsite/embedded/tsa"
	"offsite/evidence/seal"
	"offsite/evidence/timestamp"
	"offsite/evidence/vault"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// state is the state of the last finding of that check, "" where it has none.
func (f Findings) state(check string) State {
	var s State
	for _, one := range f {
		if one.Check == check {
			s = one.State
		}
	}
	return s
}

// folder is a data folder with a key, and a spool whose only entry is this old.
func folder(t *testing.T, waited time.Duration) string {
	t.Helper()
	data := t.TempDir()
	ring, err := seal.OpenRing(filepath.Join(data, "keys"), nil)
	if err == nil {
		_, err = ring.Create(seal.Ed25519)
	}
	if err != nil {
		t.Fatal(err)
	}
	entry := filepath.Join(data, "spool", "entries", "a")
	if err := os.MkdirAll(entry, 0o700); err != nil {
		t.Fatal(err)
	}
	then := time.Now().Add(-waited)
	if err := os.Chtimes(entry, then, then); err != nil {
		t.Fatal(err)
	}
	return data
}

func TestDataFolder(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(t *testing.T, data string)
		waited time.Duration
		check  string
		want   State
	}{
		"a sound key":                {check: "keys", want: OK},
		"a key that others can read": {change: func(t *testing.T, data string) { chmod(t, filepath.Join(data, "keys", "seal.pem"), 0o644) }, check: "keys", want: Fail},
		"no key":                     {change: func(t *testing.T, data string) { remove(t, filepath.Join(data, "keys", "seal.pem")) }, check: "keys", want: Fail},
		"evidence on its way":        {check: "spool", want: OK},
		"evidence that waits":        {waited: time.Hour, check: "spool", want: Warn},
		"no folder":                  {change: func(t *testing.T, data string) { remove(t, data) }, check: "disk", want: Fail},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := folder(t, tc.waited)
			if tc.change != nil {
				tc.change(t, data)
			}
			var f Findings
			o := Options{Data: data, Now: time.Now}
			f.keys(t.Context(), o)
			f.spool(t.Context(), o)
			f.disk(t.Context(), o)
			if got := f.state(tc.check); got != tc.want {
				t.Errorf("%s is %q, want %q: %+v", tc.check, got, tc.want, f)
			}
		})
	}
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

func TestServices(t *testing.T) {
	t.Parallel()
	authority, err := tsa.Start(t.Context(), tsa.Options{Dir: t.TempDir(), Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer authority.Stop()
	ask := func(url string) *timestamp.Client {
		c, err := timestamp.New(timestamp.Options{URL: url, Roots: authority.Roots()})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	nowhere := &vault.Options{Endpoint: "http://127.0.0.1:1", AccessKey: "a", SecretKey: "b", Bucket: "evidence"}
	for name, tc := range map[string]struct {
		o     Options
		check string
		want  State
	}{
		"a database":              {Options{DatabaseURL: storetest.Database(t)}, Database, OK},
		"an empty database":       {Options{DatabaseURL: storetest.Empty(t)}, Database, Warn},
		"no database":             {Options{DatabaseURL: "postgres://o@127.0.0.1:1/o"}, Database, Fail},
		"an authority":            {Options{Authority: ask(authority.URL())}, Timestamp, OK},
		"no authority":            {Options{Authority: ask("http://127.0.0.1:1")}, Timestamp, Fail},
		"no store":                {Options{Store: nowhere}, StoreLock, Fail},
		"a proxy that is away":    {Options{PublicURL: "https://127.0.0.1:1"}, "certificate", Warn},
		"a provider that is away": {Options{Outside: map[string]string{"payment.url": "http://127.0.0.1:1"}}, "payment.url", Warn},
		"a provider":              {Options{Outside: map[string]string{"payment.url": authority.URL()}}, "payment.url", OK},
		"what does not start":     {Options{Broken: map[string]error{Database: os.ErrPermission}}, Database, Fail},
	} {
		tc.o.Now = time.Now
		var f Findings
		f.broken(t.Context(), tc.o)
		f.database(t.Context(), tc.o)
		f.store(t.Context(), tc.o)
		f.authority(t.Context(), tc.o)
		f.certificate(t.Context(), tc.o)
		f.outside(t.Context(), tc.o)
		if got := f.state(tc.check); got != tc.want {
			t.Errorf("%s: %s is %q, want %q: %+v", name, tc.check, got, tc.want, f)
		}
		for _, one := range f {
			if one.State != OK && (one.Remedy == nil || one.Remedy.ZH == "" || one.Remedy.EN == "") {
				t.Errorf("%s has no remedy in both languages", name)
			}
		}
	}
}

func TestCertificatesAreToldBeforeTheyEnd(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	cert := x509.Certificate{NotAfter: now.Add(20 * 24 * time.Hour)}
	for ahead, want := range map[time.Duration]State{-60 * 24 * time.Hour: OK, 0: Warn, 21 * 24 * time.Hour: Fail} {
		var f Findings
		f.validity("certificate", "a.example", cert.NotAfter, Options{Now: func() time.Time { return now.Add(ahead) }})
		if got := f.Worst(); got != want {
			t.Errorf("%s later it is %s, want %s", ahead, got, want)
		}
	}
}

func TestFindingsAreWrittenInBothLanguages(t *testing.T) {
	t.Parallel()
	var f Findings
	f.ok("a", Text{"好", "fine"})
	f.warn("b", Text{"慢", "slow"}, Text{"加快", "hurry"})
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"好", "fine", "慢", "slow", "→ 加快", "→ hurry"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, &out)
		}
	}
	text, err := json.Marshal(f)
	if err != nil || !strings.Contains(string(text), `"remedy":{"zh":"加快","en":"hurry"}`) {
		t.Errorf("as JSON: %s %v", text, err)
	}
}
