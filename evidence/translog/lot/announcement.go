package lot

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"offsite/evidence/canonical"
	"offsite/evidence/translog/proof"
)

// Format is what an announcement calls its format.
const Format = "offsite-draw/1"

// Announcement says what will be drawn. It is public, so that it names nobody.
type Announcement struct {
	Format    string          `json:"format"`
	ID        string          `json:"id"`      // UUIDv7
	Purpose   string          `json:"purpose"` // whose draw it is: "evidence", "inspection"
	Terms     json.RawMessage `json:"terms"`   // what is drawn from and how much, by purpose
	Announced time.Time       `json:"announced"`
	Draws     time.Time       `json:"draws"` // when
}

// Bytes is the announcement as it is published: canonical JSON (RFC 8785).
func (a Announcement) Bytes() ([]byte, error) {
	a.Format, a.Announced, a.Draws = Format, instant(a.Announced), instant(a.Draws)
	text, err := canonical.Write(a)
	if err != nil {
		return nil, fmt.Errorf("write announcement %s: %w", a.ID, err)
	}
	return text, nil
}

// Parse reads an announcement. It takes only what Bytes writes.
func Parse(text []byte) (Announcement, error) {
	var a Announcement
	err := json.Unmarshal(text, &a)
	var again []byte
	if err == nil {
		again, err = a.Bytes()
	}
	if err == nil && !bytes.Equal(again, text) {
		err = errors.New("it is not written as " + Format)
	}
	if err != nil {
		return a, fmt.Errorf("read announcement: %w", err)
	}
	return a, nil
}

// Entries are the two that the log gets: of the announcement, and of the draw.
func (a Announcement) Entries() (announced, drawn proof.Entry, err error) {
	text, err := a.Bytes()
	if err != nil {
		return announced, drawn, err
	}
	sum := sha256.Sum256(text)
	announced = proof.Entry{Kind: proof.KindDraw, ID: a.ID, SHA256: hex.EncodeToString(sum[:]), At: a.Announced}
	drawn = announced
	drawn.At = a.Draws
	return announced, drawn, nil
}

// Seed is what is drawn by.
type Seed struct {
	Index uint64 `json:"index"` // of the draw's entry in the log
	Root  []byte `json:"root"`  // of the log at that entry
}

// Check finds the seed from the proofs of the two entries, offline.
func Check(a Announcement, announced, drawn []byte, trusted proof.Trusted) (Seed, error) {
	seed, err := check(a, announced, drawn, trusted)
	if err != nil {
		return Seed{}, fmt.Errorf("check draw %s: %w", a.ID, err)
	}
	return seed, nil
}

func check(a Announcement, announced, drawn []byte, trusted proof.Trusted) (Seed, error) {
	first, second, err := a.Entries()
	if err != nil {
		return Seed{}, err
	}
	if !a.Draws.After(a.Announced) {
		return Seed{}, errors.New("it was announced after it was drawn")
	}
	before, _, err := open(first, announced, trusted)
	if err != nil {
		return Seed{}, fmt.Errorf("the announcement: %w", err)
	}
	at, root, err := open(second, drawn, trusted)
	if err != nil {
		return Seed{}, fmt.Errorf("the draw: %w", err)
	}
	if before >= at {
		return Seed{}, fmt.Errorf("%w: the announcement is entry %d, the draw entry %d", proof.ErrBroken, before, at)
	}
	return Seed{at, root}, nil
}

func open(e proof.Entry, text []byte, trusted proof.Trusted) (index uint64, root []byte, err error) {
	entry, err := e.Bytes()
	if err != nil {
		return 0, nil, err
	}
	p, err := proof.Parse(text)
	if err != nil {
		return 0, nil, err
	}
	root, err = p.Then(entry, trusted)
	return p.Index, root, err
}

// instant is a time as announcement, log and database all hold it.
func instant(at time.Time) time.Time { return at.UTC().Truncate(time.Microsecond) }
