package hsm

import (
	"crypto"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/pkcs11"

	"offsite/evidence/seal"
)

// The token of the tests: SoftHSM reads where it lies once per process.
const module = "/usr/lib/softhsm/libsofthsm2.so"

var pinFile string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	seal.RegisterTokens(Tokens())
	dir, err := os.MkdirTemp("", "softhsm")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	config := filepath.Join(dir, "softhsm2.conf")
	pinFile = filepath.Join(dir, "pin")
	for path, text := range map[string]string{config: "directories.tokendir = " + dir + "\nlog.level = ERROR\n", pinFile: "4711\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			panic(err)
		}
	}
	os.Setenv("SOFTHSM2_CONF", config)
	out, err := exec.Command("softhsm2-util", "--init-token", "--free", "--label", "the bureau", "--pin", "4711", "--so-pin", "0815").CombinedOutput()
	if err != nil {
		fmt.Fprintf(os.Stderr, "make a SoftHSM token: %v, %s; install softhsm2, as make setup does\n", err, out)
		return 1
	}
	return m.Run()
}

func token() string {
	return "pkcs11:token=the%20bureau?module-path=" + module + "&pin-source=file:" + pinFile
}

func ring(t *testing.T, dir string) *seal.Ring {
	t.Helper()
	r, err := seal.OpenRing(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// seals tells whether the ring's keys in force make seals that trust.json holds to.
func seals(t *testing.T, dir string) {
	t.Helper()
	r := ring(t, dir)
	s, err := r.Sealer()
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup // as the keeper's workers do
	for i := range 8 {
		all.Go(func() {
			message := fmt.Appendf(nil, "manifest %d", i)
			signed, err := s.Sign(message)
			if err != nil {
				t.Error(err)
				return
			}
			for _, one := range signed {
				if k, _ := r.Trust().Key(one.KeyID); !k.Verify(message, one.Bytes) {
					t.Errorf("the seal of key %s does not hold", one.KeyID)
				}
			}
		})
	}
	all.Wait()
}

func TestKeyNeverLeavesItsToken(t *testing.T) {
	dir := t.TempDir()
	r := ring(t, dir)
	r.MakeIn(token())
	first, err := r.Create(seal.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "seal.pem"))
	if err != nil || !strings.HasPrefix(string(text), "pkcs11:token=the%20bureau;object=offsite-seal-") {
		t.Fatalf("%s %v", text, err)
	}
	seals(t, dir)

	// Its successor is made where it lies, and the one after where it is said.
	r = ring(t, dir)
	second, err := r.Rotate(seal.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	seals(t, dir)
	if old, err := seal.Open(filepath.Join(dir, "retired-"+first.ID+".pem")); err != nil || old.ID() != first.ID {
		t.Fatalf("the retired key: %v", err)
	}
	r = ring(t, dir)
	r.MakeIn(seal.InFile)
	third, err := r.Rotate(seal.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	seals(t, dir)
	text, err = os.ReadFile(filepath.Join(dir, "seal.pem"))
	if err != nil || !strings.Contains(string(text), "PRIVATE KEY") || third.ID == second.ID || second.ID == first.ID {
		t.Fatalf("back in a file: %s %v", text, err)
	}
	r.MakeIn(token())
	if _, err := r.Create(seal.SM2); err == nil || !strings.Contains(err.Error(), "PKCS#11 has no sm2") {
		t.Errorf("an SM2 key in a token: %v", err)
	}
	if !second.ValidFrom.Before(time.Now().Add(time.Minute)) {
		t.Error("the second key counts from a wrong time")
	}
}

func TestWhatIsWrongWithATokenIsSaid(t *testing.T) {
	wrongPIN, openPIN := filepath.Join(t.TempDir(), "pin"), filepath.Join(t.TempDir(), "pin")
	for path, mode := range map[string]os.FileMode{wrongPIN: 0o600, openPIN: 0o644} {
		if err := os.WriteFile(path, []byte("0000"), mode); err != nil {
			t.Fatal(err)
		}
	}
	logOut(t)
	for uri, want := range map[string]string{
		token() + "&pin-value=4711":                          "a PIN does not belong in it",
		strings.Replace(token(), "the%20bureau", "other", 1): `there is no PKCS#11 token "other"`,
		strings.Replace(token(), module, "/no/module.so", 1): "load the PKCS#11 module /no/module.so",
		strings.Replace(token(), pinFile, wrongPIN, 1):       "log in to PKCS#11 token",
		strings.Replace(token(), pinFile, openPIN, 1):        "others can read it (mode 0644)",
		strings.Replace(token(), pinFile, "/no/pin", 1):      "no such file",
		"pkcs11:token=x":                                      "add module-path=",
		"pkcs11:?module-path=/x&pin-source=/y":                "it names no token",
		"pkcs11:token=a;token=b?module-path=/x&pin-source=/y": "stands there twice",
		"pkcs11:colour=red":                                   "is not known here",
		"http://x":                                            "is no PKCS#11 URI",
	} {
		r := ring(t, t.TempDir())
		r.MakeIn(uri)
		if _, err := r.Create(seal.Ed25519); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", uri, err, want)
		}
	}
	path := filepath.Join(t.TempDir(), "seal.pem")
	for uri, want := range map[string]string{
		token(): "it names no key",
		strings.Replace(token(), "?", ";object=x;id=%01%02?", 1): "has 0 keys of the id 0102",
	} {
		if err := os.WriteFile(path, []byte(uri), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := seal.Open(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", uri, err, want)
		}
	}
}

// A token that was unplugged, or a module that was reset, has lost the session.
func TestLostSessionIsOpenedAgain(t *testing.T) {
	m := &modules{loaded: map[string]*pkcs11.Ctx{}}
	_, signer, err := m.Generate(token())
	if err != nil {
		t.Fatal(err)
	}
	k := signer.(*key)
	logOut(t)
	if _, err := k.Sign(nil, []byte("manifest"), crypto.Hash(0)); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Sign(nil, make([]byte, 32), crypto.SHA256); err == nil {
		t.Error("a digest is signed as if it were the message")
	}
}

// logOut ends all sessions of this process, so that the next one needs the PIN.
func logOut(t *testing.T) {
	t.Helper()
	n, err := parse(token())
	if err != nil {
		t.Fatal(err)
	}
	k := &key{modules: &modules{loaded: map[string]*pkcs11.Ctx{}}, name: n}
	if err := k.begin(); err != nil {
		t.Fatal(err)
	}
	slot, err := k.slot()
	if err == nil {
		err = k.ctx.CloseAllSessions(slot)
	}
	if err != nil {
		t.Fatal(err)
	}
}
