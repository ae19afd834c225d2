package keep

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync"

	"offsite/evidence/bundle"
	"offsite/evidence/spool"
)

// chains know the newest sealed bundle of each camera, so that the next names
// it. What is on the disk may be behind by those that are sealed and still in
// the spool.
type chains struct {
	spool *spool.Spool

	mu       sync.Mutex
	byCamera map[string]*chain
}

// chain is one camera's. Its lock is held while a bundle of the camera is sealed.
type chain struct {
	spool *spool.Spool
	name  string

	mu      sync.Mutex
	loaded  bool
	head    head
	dirty   bool   // the disk does not know head yet
	pending string // bundle of which it is unknown whether its seal was written
	found   []sealed
}

// head is what the disk says of a chain.
type head struct {
	Camera         string `json:"camera"`
	Bundle         string `json:"bundle"`
	ManifestSHA256 string `json:"manifest_sha256"`
}

// sealed is a bundle that an earlier process sealed and did not carry on.
type sealed struct{ bundle, manifestSHA256, previous string }

func (c *chains) of(camera string) *chain {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byCamera[camera] == nil {
		sum := sha256.Sum256([]byte(camera))
		c.byCamera[camera] = &chain{spool: c.spool, name: "chain-" + hex.EncodeToString(sum[:16]), head: head{Camera: camera}}
	}
	return c.byCamera[camera]
}

// load reads the disk once.
func (c *chain) load() error {
	if c.loaded {
		return nil
	}
	text, err := c.spool.State(c.name)
	if err != nil {
		return err
	}
	if text != "" {
		if err := json.Unmarshal([]byte(text), &c.head); err != nil {
			return fmt.Errorf("read the chain of camera %s (spool state %s): %w; restore the file, or remove it to begin a new chain", c.head.Camera, c.name, err)
		}
	}
	c.loaded = true
	return nil
}

func (c *chain) save() error {
	if !c.dirty {
		return nil
	}
	text, err := json.Marshal(c.head)
	if err != nil {
		return err
	}
	if err := c.spool.SetState(c.name, string(text)); err != nil {
		return err
	}
	c.dirty = false
	return nil
}

// next seals the camera's next bundle: write is given the previous one, and
// returns the digest of the manifest that it brought to the disk. Where it fails,
// the camera's other bundles wait until this one's seal is known to be written or
// not.
func (c *chain) next(id string, write func(previous *bundle.Link) (manifestSHA256 string, err error)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pending != "" && c.pending != id {
		return fmt.Errorf("it waits for bundle %s of the same camera, whose seal could not be written", c.pending)
	}
	if err := c.load(); err != nil {
		return err
	}
	var previous *bundle.Link
	if c.head.Bundle != "" {
		previous = &bundle.Link{Bundle: c.head.Bundle, ManifestSHA256: c.head.ManifestSHA256}
	}
	c.pending = id
	digest, err := write(previous)
	if err != nil {
		return err
	}
	return c.advance(id, digest)
}

func (c *chain) advance(id, digest string) error {
	c.head.Bundle, c.head.ManifestSHA256 = id, digest
	c.dirty, c.pending = true, ""
	return c.save()
}

// forgo lets the camera's other bundles go on without this one, which has no seal on the
// disk and is to have none.
func (c *chain) forgo(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pending == id {
		c.pending = ""
	}
}

// settle makes sure that the disk knows the bundle, before it is carried on.
func (c *chain) settle(id, digest string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pending == id {
		return c.advance(id, digest)
	}
	return c.save()
}

// takeUp notes what an earlier process has sealed.
func (c *chains) takeUp(w *work) error {
	has, err := w.entry.Has(sealFile)
	if err != nil || !has {
		return err
	}
	m, digest, err := w.manifest()
	if err != nil {
		return err
	}
	s := sealed{bundle: m.Bundle, manifestSHA256: digest}
	if m.Previous != nil {
		s.previous = m.Previous.Bundle
	}
	ch := c.of(m.Camera)
	ch.found = append(ch.found, s)
	return nil
}

// mend brings the chains up to what has been sealed.
func (c *chains) mend() error {
	for _, ch := range c.byCamera {
		if err := ch.mend(); err != nil {
			return err
		}
	}
	return nil
}

func (c *chain) mend() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.load(); err != nil {
		return err
	}
	for grown := true; grown; {
		grown = false
		for _, s := range c.found {
			if s.previous == c.head.Bundle && s.bundle != c.head.Bundle {
				c.head.Bundle, c.head.ManifestSHA256 = s.bundle, s.manifestSHA256
				c.dirty, grown = true, true
			}
		}
	}
	c.found = nil
	return c.save()
}
