package main

import (
	"errors"
	"fmt"
	"io/fs"

	"offsite/config"
	"offsite/evidence/seal"
)

// openKeys opens the sealing keys and enters the timestamp authorities' certificates
// into trust.json. A key is made only where none has ever sealed: a missing key
// that trust.json knows stops the start, since new evidence under another key must
// be somebody's decision.
func openKeys(c *config.Config, p *platform) (*seal.Ring, error) {
	ring, err := seal.OpenRing(c.Path("keys"), nil)
	if err != nil {
		return nil, err
	}
	_, err = ring.Current(seal.Ed25519)
	switch {
	case errors.Is(err, fs.ErrNotExist) && len(ring.List()) > 0:
		return nil, fmt.Errorf("%w, though %s says that one was in use; bring it back from the backup", err, trustPath(c))
	case errors.Is(err, fs.ErrNotExist):
		_, err = ring.Create(seal.Ed25519)
	}
	if err != nil {
		return nil, err
	}
	for _, a := range p.authorities {
		if err := ring.TrustAuthority(a.name, a.pem); err != nil {
			return nil, err
		}
	}
	return ring, nil
}

// trustPath is where what a verifier must know is kept, to be published.
func trustPath(c *config.Config) string { return c.Path("keys", "trust.json") }
