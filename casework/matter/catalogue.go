package matter

import (
	"errors"
	"fmt"
	"io/fs"
	"time"
)

var (
	// ErrUnknown means that no matter has this key.
	ErrUnknown = errors.New("there is no such matter")
	// ErrNoVersion means that no law about the matter was in force on that day.
	ErrNoVersion = errors.New("no law about this matter was in force on that day")
	// ErrAwaited means that the bureau has yet to enter text or figures; enter them in
	// the matter's YAML file. No penalty can be proposed before.
	ErrAwaited = errors.New("this version is to be completed by the bureau first")
	// ErrNoBand means that the facts of a case fall into no discretion band.
	ErrNoBand = errors.New("no discretion band fits these facts")
)

// Catalogue is the bureau's list of enforcement matters.
type Catalogue struct {
	matters []Matter
}

// Condition is one condition of a band.
type Condition struct{ text string }

// Default is the catalogue in this repository.
func Default() (*Catalogue, error) { return &Catalogue{}, nil }

// Load reads every *.yaml of a folder. Later folders may replace matters of earlier ones.
func Load(folders ...fs.FS) (*Catalogue, error) { return &Catalogue{}, nil }

// All lists the matters by key.
func (c *Catalogue) All() []Matter { return c.matters }

// Matter is the matter with this key.
func (c *Catalogue) Matter(key string) (Matter, error) {
	for _, m := range c.matters {
		if m.Key == key {
			return m, nil
		}
	}
	return Matter{}, fmt.Errorf("matter %q: %w", key, ErrUnknown)
}

// At is the version in force on the day of the act, or the one in force on the day of
// the decision if that is milder (Penalty Law art. 37).
func (c *Catalogue) At(key string, act, decision time.Time) (Choice, error) {
	return Choice{}, errors.New("matter: not yet")
}

// Judge finds the band for the facts of a case.
func (c Choice) Judge(f Facts) (Verdict, error) { return Verdict{}, errors.New("matter: not yet") }
