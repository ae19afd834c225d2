package casework

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"
)

const decodedMost = 500 // dossiers

// decoded keeps the dossiers that lists have read: a page mostly shows what the page
// before has shown, and reading the JSON is most of what a list costs. A dossier is taken
// from here only where its bytes are the same; what is given is shared, so that lists
// read it and change nothing.
type decoded struct {
	mu   sync.Mutex
	kept map[string]kept // by case
}

type kept struct {
	text []byte
	d    dossier
}

func (k *decoded) read(caseID string, text []byte) (dossier, error) {
	k.mu.Lock()
	known, ok := k.kept[caseID]
	k.mu.Unlock()
	if ok && bytes.Equal(known.text, text) {
		return known.d, nil
	}
	d, err := readDossier(text)
	if err != nil {
		return d, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil || len(k.kept) >= decodedMost {
		k.kept = map[string]kept{}
	}
	k.kept[caseID] = kept{text, d}
	return d, nil
}

func readDossier(text []byte) (d dossier, err error) {
	if err := json.Unmarshal(text, &d); err != nil {
		return d, fmt.Errorf("read the dossier: %w", err)
	}
	return d, nil
}
