package seal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"time"
)

// The files of a ring.
const (
	currentFile = "seal.pem"
	currentSM2  = "seal-sm2.pem"
	nextSuffix  = ".next" // a key that is about to take its place
	trustFile   = "trust.json"
)

// Ring is the bureau's folder of sealing keys: seal.pem and, where the bureau uses
// SM2, seal-sm2.pem are in force, retired-ID.pem were, and trust.json tells
// verifiers of all.
type Ring struct {
	dir   string
	now   func() time.Time
	trust *Trust
	token string // where new keys are made: the URI of a PKCS#11 token, InFile, or "": where the old one is
}

// OpenRing opens the folder and completes what a killed process had begun. It
// makes no key: Create does.
func OpenRing(dir string, now func() time.Time) (*Ring, error) {
	if now == nil {
		now = time.Now
	}
	trust, err := OpenTrust(filepath.Join(dir, trustFile))
	if err != nil {
		return nil, err
	}
	r := &Ring{dir: dir, now: now, trust: trust}
	for _, algorithm := range []string{Ed25519, SM2} {
		if err := r.complete(algorithm); err != nil {
			return nil, fmt.Errorf("open keys in %s: %w", dir, err)
		}
	}
	return r, nil
}

// InFile makes new keys in files.
const InFile = "file"

// MakeIn says where new keys are made: InFile, or the URI (RFC 7512) of a PKCS#11
// token. Otherwise a key is made where the one is that it replaces.
func (r *Ring) MakeIn(place string) { r.token = place }

// Trust is what verifiers are told.
func (r *Ring) Trust() *Trust { return r.trust }

// List are all keys that were ever in force, oldest first.
func (r *Ring) List() []TrustedKey { return append([]TrustedKey(nil), r.trust.Keys...) }

// Current is the key of the algorithm that seals now; fs.ErrNotExist where there
// is none.
func (r *Ring) Current(algorithm string) (*Key, error) {
	k, err := Open(r.path(algorithm))
	if err != nil {
		return nil, err
	}
	if k.algorithm != algorithm {
		return nil, fmt.Errorf("signing key %s: it is an %s key", r.path(algorithm), k.algorithm)
	}
	return k, nil
}

// Sealer seals with the keys in force.
func (r *Ring) Sealer() (*Sealer, error) {
	var keys []*Key
	for _, algorithm := range []string{Ed25519, SM2} {
		k, err := r.Current(algorithm)
		if errors.Is(err, fs.ErrNotExist) && algorithm == SM2 {
			continue
		}
		if err != nil {
			return nil, err
		}
		if t, ok := r.trust.Key(k.id); !ok || !t.CountsAt(r.now()) {
			return nil, fmt.Errorf("signing key %s (%s): trust.json does not say that it is in force; run offsite key rotate", r.path(algorithm), k.id)
		}
		keys = append(keys, k)
	}
	return NewSealer(keys...)
}

// Create makes the first key of the algorithm.
func (r *Ring) Create(algorithm string) (TrustedKey, error) {
	for _, k := range r.trust.Keys {
		if k.Algorithm == algorithm {
			return k, fmt.Errorf("make %s key: there was one already (%s); run offsite key rotate, or bring its file back from the backup", algorithm, k.ID)
		}
	}
	return r.begin(algorithm)
}

// Rotate puts a new key in place of the one in force, which goes on counting for
// Overlap. Running processes take the new key at their next start.
func (r *Ring) Rotate(algorithm string) (TrustedKey, error) {
	if _, err := r.Current(algorithm); err != nil {
		return TrustedKey{}, fmt.Errorf("rotate %s key: %w", algorithm, err)
	}
	return r.begin(algorithm)
}

// Revoke takes a key out of trust for cause. Seals that a timestamp proves to be
// older than since go on counting; zero is none. A key in force is rotated first.
func (r *Ring) Revoke(id, why string, since time.Time) error {
	if why == "" {
		return fmt.Errorf("revoke key %s: say why", id)
	}
	for i := range r.trust.Keys {
		k := &r.trust.Keys[i]
		if k.ID != id {
			continue
		}
		if current, err := r.Current(k.Algorithm); err == nil && current.id == id {
			return fmt.Errorf("revoke key %s: it is in force; run offsite key rotate first, so that sealing goes on", id)
		}
		k.Revoked, k.RevokedSince = why, nil
		if !since.IsZero() {
			since = since.UTC().Truncate(time.Second)
			k.RevokedSince = &since
		}
		return r.trust.Write(filepath.Join(r.dir, trustFile))
	}
	return fmt.Errorf("revoke key %s: trust.json has no such key; offsite key list shows them", id)
}

// TrustAuthority enters a timestamp authority's certificate into trust.json, once.
func (r *Ring) TrustAuthority(name string, certificatePEM []byte) error {
	if !r.trust.AddAuthority(name, certificatePEM) {
		return nil
	}
	return r.trust.Write(filepath.Join(r.dir, trustFile))
}

// TrustLog enters the transparency log into trust.json.
func (r *Ring) TrustLog(l TrustedLog) error {
	if r.trust.Log != nil && reflect.DeepEqual(*r.trust.Log, l) {
		return nil
	}
	if r.trust.Log != nil && r.trust.Log.Origin == l.Origin && r.trust.Log.Verifier != l.Verifier {
		return fmt.Errorf("enter transparency log %s: trust.json has another key for it; bring the log's key back from the backup, or give the log a new name", l.Origin)
	}
	r.trust.Log = &l
	return r.trust.Write(filepath.Join(r.dir, trustFile))
}

func (r *Ring) path(algorithm string) string {
	if algorithm == SM2 {
		return filepath.Join(r.dir, currentSM2)
	}
	return filepath.Join(r.dir, currentFile)
}

// begin makes the next key, tells verifiers of it, and only then puts it in
// place, so that a kill in between leaves nothing that seals unknown to them.
func (r *Ring) begin(algorithm string) (TrustedKey, error) {
	k, err := r.makeNext(algorithm)
	if err != nil {
		return TrustedKey{}, err
	}
	r.trust.Add(k, r.now())
	if err := r.trust.Write(filepath.Join(r.dir, trustFile)); err != nil {
		return TrustedKey{}, err
	}
	t, _ := r.trust.Key(k.id)
	return t, r.complete(algorithm)
}

// makeNext makes the next key in a file or in a token.
func (r *Ring) makeNext(algorithm string) (*Key, error) {
	next, place := r.path(algorithm)+nextSuffix, r.token
	if place == "" {
		var err error
		if place, err = placeOf(r.path(algorithm)); err != nil {
			return nil, err
		}
	}
	if place == InFile {
		return Create(next, algorithm)
	}
	return createInToken(next, place, algorithm)
}

// complete puts the next key in place if verifiers know of it, and removes it if
// they do not.
func (r *Ring) complete(algorithm string) error {
	next := r.path(algorithm) + nextSuffix
	k, err := Open(next)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, known := r.trust.Key(k.id); !known {
		return os.Remove(next)
	}
	old, err := Open(r.path(algorithm))
	if err == nil {
		err = os.Rename(r.path(algorithm), filepath.Join(r.dir, "retired-"+old.id+".pem"))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(next, r.path(algorithm)); err != nil {
		return fmt.Errorf("put key %s in place: %w", k.id, err)
	}
	d, err := os.Open(r.dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
