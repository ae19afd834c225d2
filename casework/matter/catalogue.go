package matter

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

var (
	// ErrUnknown means that no matter has this key.
	ErrUnknown = errors.New("there is no such matter")
	// ErrNoVersion means that no law about the matter was in force on that day.
	ErrNoVersion = errors.New("no law about this matter was in force on that day")
	// ErrAwaited means that the bureau has yet to enter text or figures; enter them in
	// the matter's YAML file. No penalty can be proposed before.
	ErrAwaited = errors.New("the law is to be entered by the bureau first")
)

//go:embed matters/*.yaml
var entered embed.FS

// Catalogue is the bureau's list of enforcement matters.
type Catalogue struct {
	matters []Matter // by key
}

// Default is the catalogue in this repository.
func Default() (*Catalogue, error) {
	folder, err := fs.Sub(entered, "matters")
	if err != nil {
		return nil, fmt.Errorf("matter: open the entered matters: %w", err)
	}
	return Load(folder)
}

// Load reads every *.yaml of the folders. A matter of a later folder takes the place of
// one with the same key before it, so that a bureau can keep its own beside ours.
func Load(folders ...fs.FS) (*Catalogue, error) {
	byKey := map[string]Matter{}
	for _, folder := range folders {
		names, err := fs.Glob(folder, "*.yaml")
		if err != nil {
			return nil, fmt.Errorf("matter: list the matters: %w", err)
		}
		seen := map[string]string{}
		for _, name := range names {
			data, err := fs.ReadFile(folder, name)
			if err != nil {
				return nil, fmt.Errorf("matter: read %s: %w", name, err)
			}
			m, err := Parse(name, data)
			if err != nil {
				return nil, err
			}
			if first, twice := seen[m.Key]; twice {
				return nil, fmt.Errorf("matter: %s: key: %q is in %s already", name, m.Key, first)
			}
			if want := strings.TrimSuffix(path.Base(name), ".yaml"); m.Key != want {
				return nil, fmt.Errorf("matter: %s: key: %q doesn't match the file's name; call one like the other", name, m.Key)
			}
			seen[m.Key] = name
			sum := sha256.Sum256(data)
			m.SHA256 = hex.EncodeToString(sum[:])
			byKey[m.Key] = m
		}
	}
	c := &Catalogue{}
	for _, m := range byKey {
		c.matters = append(c.matters, m)
	}
	slices.SortFunc(c.matters, func(a, b Matter) int { return strings.Compare(a.Key, b.Key) })
	return c, nil
}

// Source is the text of a matter that comes with the program.
func Source(key string) ([]byte, error) {
	text, err := entered.ReadFile("matters/" + path.Base(key) + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("matter %q: %w", key, ErrUnknown)
	}
	return text, nil
}

// With is the catalogue with a matter added or replaced.
func (c *Catalogue) With(m Matter) *Catalogue {
	list := slices.DeleteFunc(slices.Clone(c.matters), func(o Matter) bool { return o.Key == m.Key })
	list = append(list, m)
	slices.SortFunc(list, func(a, b Matter) int { return strings.Compare(a.Key, b.Key) })
	return &Catalogue{matters: list}
}

// All lists the matters by key.
func (c *Catalogue) All() []Matter { return slices.Clone(c.matters) }

// Matter is the matter with this key.
func (c *Catalogue) Matter(key string) (Matter, error) {
	i, ok := slices.BinarySearchFunc(c.matters, key, func(m Matter, key string) int { return strings.Compare(m.Key, key) })
	if !ok {
		return Matter{}, fmt.Errorf("matter %q: %w", key, ErrUnknown)
	}
	return c.matters[i], nil
}

// ForDetector lists the matters that a detector's findings may be on a day, the one
// named like the detector first, without those that are no offence any more.
func (c *Catalogue) ForDetector(detector string, on time.Time) []Matter {
	var found []Matter
	for _, m := range c.matters {
		v, ok := m.Current(on)
		if m.Detector != detector || !ok || v.NoOffence {
			continue
		}
		if m.Key == detector {
			found = slices.Insert(found, 0, m)
			continue
		}
		found = append(found, m)
	}
	return found
}
