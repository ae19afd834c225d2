package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"offsite/config"
	"offsite/evidence/seal"
)

// openSealer opens the sealing key and enters it, with the timestamp authority's
// certificate, into trust.json. A key is made only where none has ever sealed: a
// missing key with a trust.json beside it stops the start, since new evidence
// under another key must be somebody's decision.
func openSealer(c *config.Config, p *platform) (*seal.Sealer, error) {
	path := c.Path("keys", "seal.pem")
	_, keyErr := os.Stat(path)
	_, trustErr := os.Stat(trustPath(c))
	if errors.Is(keyErr, fs.ErrNotExist) && trustErr == nil {
		return nil, fmt.Errorf("the sealing key %s is missing, though %s says that one was in use; bring it back from the backup", path, trustPath(c))
	}
	key, err := seal.OpenOrCreate(path, seal.Ed25519)
	if err != nil {
		return nil, err
	}
	trust, err := seal.OpenTrust(trustPath(c))
	if err != nil {
		return nil, err
	}
	added := trust.Add(key, time.Now().UTC())
	authority := trust.AddAuthority(p.tsaName, p.tsaPEM)
	if added || authority {
		if err := trust.Write(trustPath(c)); err != nil {
			return nil, err
		}
	}
	return seal.NewSealer(key)
}

// trustPath is where what a verifier must know is kept, to be published.
func trustPath(c *config.Config) string { return c.Path("keys", "trust.json") }
