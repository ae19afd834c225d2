package watch

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"offsite/detectors"
	"offsite/pipeline"
	"offsite/pipeline/ingest"
	"offsite/pipeline/look"
)

const (
	saveEvery     = 10 * time.Second // while nothing happens
	baselineEvery = 2 * time.Minute
)

// savedAt is when what was saved last, by our clock.
type savedAt struct{ state, baseline time.Time }

// cameraState is state.json.
type cameraState struct {
	Camera  string                `json:"camera"`
	Eye     look.Eye              `json:"eye"`
	Stance  look.Stance           `json:"stance,omitzero"`
	Tracks  json.RawMessage       `json:"tracks"`
	Zones   map[string]zoneState  `json:"zones"`
	Owed    []Ended               `json:"owed,omitempty"`
	Records []pipeline.LookRecord `json:"records,omitempty"`
}

// zoneState is what is kept of a zone. A state of another zone version or rule is not
// taken up.
type zoneState struct {
	Zone     detectors.Zone        `json:"zone"`
	Rule     string                `json:"rule"` // version
	State    json.RawMessage       `json:"state"`
	ID       string                `json:"id,omitempty"`
	Reserved string                `json:"reserved,omitempty"`
	Act      string                `json:"act,omitempty"`
	Raised   bool                  `json:"raised,omitempty"`
	First    time.Time             `json:"first,omitzero"`
	Last     time.Time             `json:"last,omitzero"`
	Began    []detectors.Detection `json:"began,omitempty"`
}

// heldFrames is frames-<zone>.json.
type heldFrames struct {
	Before []ingest.Unit `json:"before,omitempty"`
	Start  []ingest.Unit `json:"start,omitempty"`
}

// state tells what to keep of the zone, with the rule's state as given.
func (z *zone) state(rule json.RawMessage) zoneState {
	return zoneState{Zone: z.zone, Rule: z.detector.Version(), State: rule, ID: z.id, Reserved: z.reserved, Act: z.act,
		Raised: z.raised, First: z.first, Last: z.last, Began: z.began}
}

// Save writes the state to the folder.
func (w *Watch) Save() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.saved.baseline = time.Time{}
	return w.save()
}

// saveDue saves at once if something happened, else from time to time.
func (w *Watch) saveDue(happened bool) error {
	for _, z := range w.zones {
		happened = happened || z.fresh && z.pin == nil
	}
	if !happened && w.o.Now().Sub(w.saved.state) < saveEvery {
		return nil
	}
	return w.save()
}

func (w *Watch) save() error {
	if w.o.Folder == "" {
		return nil
	}
	w.saved.state = w.o.Now()
	for _, z := range w.zones {
		if z.fresh {
			if err := w.saveFrames(z); err != nil {
				return err
			}
		}
	}
	s, err := w.kept()
	if err != nil {
		return fmt.Errorf("save the state of camera %s: %w", w.camera.ID, err)
	}
	if len(w.open()) > 0 {
		s.Records = w.records
	}
	if err := w.write(stateFile, s); err != nil {
		return err
	}
	return w.saveBaseline()
}

// kept is what is to be kept of the camera, apart from its looks.
func (w *Watch) kept() (cameraState, error) {
	s := cameraState{Camera: w.camera.ID, Eye: w.eye, Stance: w.stance, Zones: map[string]zoneState{}, Owed: w.owed}
	var err error
	if s.Tracks, err = w.tracker.State(); err != nil {
		return s, err
	}
	for _, z := range w.zones {
		if z.pin != nil {
			s.Zones[z.zone.ID] = *z.pin
			continue
		}
		rule, err := z.rule.State()
		if err != nil {
			return s, fmt.Errorf("zone %s: %w", z.zone.ID, err)
		}
		s.Zones[z.zone.ID] = z.state(rule)
	}
	return s, nil
}

// saveFrames keeps the pictures held for a zone's stills while a suspicion stands or
// is not safe, and removes them after.
func (w *Watch) saveFrames(z *zone) error {
	name := framesFile(z.zone.ID)
	if z.before == nil && z.start == nil {
		if z.pin != nil {
			return nil // later
		}
		z.fresh = false
		if err := os.Remove(filepath.Join(w.o.Folder, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("save the state of zone %s: %w", z.zone.ID, err)
		}
		return nil
	}
	z.fresh = false
	return w.write(name, z.held())
}

// saveBaseline writes baseline.bin now and then: a line of JSON, then the pixels.
func (w *Watch) saveBaseline() error {
	now := w.o.Now()
	if w.base == nil || !w.base.ready() || now.Sub(w.saved.baseline) < baselineEvery {
		return nil
	}
	w.saved.baseline = now
	head, err := json.Marshal(w.base)
	if err != nil {
		return fmt.Errorf("save the baseline of camera %s: %w", w.camera.ID, err)
	}
	out := append(head, '\n')
	for _, v := range w.base.Pixels {
		out = appendPixel(out, v)
	}
	return w.writeBytes(baselineFile, out)
}

func appendPixel(to []byte, v int32) []byte { return binary.LittleEndian.AppendUint32(to, uint32(v)) }

func (w *Watch) write(name string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("save %s of camera %s: %w", name, w.camera.ID, err)
	}
	return w.writeBytes(name, text)
}

// writeBytes replaces a file in one step that a crash cannot halve.
func (w *Watch) writeBytes(name string, content []byte) error {
	if err := replaceFile(filepath.Join(w.o.Folder, name), content); err != nil {
		return fmt.Errorf("save the state of camera %s: %w; free disk space or mend the folder's rights", w.camera.ID, err)
	}
	return nil
}

func replaceFile(name string, content []byte) error {
	folder := filepath.Dir(name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncFolder(folder)
}

func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
