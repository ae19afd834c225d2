package watch

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"offsite/pipeline/ingest"
)

// load takes up what was saved. A part that cannot be understood (another version, a
// disk error) is left aside with a log line: the camera is watched afresh. Only a
// folder that cannot be read at all is an error.
func (w *Watch) load() error {
	if w.o.Folder == "" {
		return nil
	}
	if err := os.MkdirAll(w.o.Folder, 0o700); err != nil {
		return fmt.Errorf("make the folder of its state: %w", err)
	}
	text, err := os.ReadFile(filepath.Join(w.o.Folder, stateFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("read its state: %w", err)
	}
	var s cameraState
	if err := json.Unmarshal(text, &s); err != nil {
		w.aside(stateFile, err)
		return nil
	}
	w.eye, w.records, w.owed = s.Eye, s.Records, s.Owed
	if w.drawnAs(s.Zones) {
		w.stance = s.Stance
	}
	if err := w.tracker.Restore(s.Tracks); err != nil {
		w.aside("tracks", err)
	}
	for _, z := range w.zones {
		kept, ok := s.Zones[z.zone.ID]
		if !ok {
			continue
		}
		if why := z.changed(kept); why != "" {
			w.log.Info("where a rule stood is not taken up", "camera", w.camera.ID, "zone", z.zone.ID, "why", why)
			continue
		}
		w.restore(z, kept)
	}
	if _, ok := w.needs["novelty"]; ok {
		w.loadBaseline()
	}
	return nil
}

// drawnAs says whether the zones are the kept ones, so that the registered view is theirs.
func (w *Watch) drawnAs(kept map[string]zoneState) bool {
	for _, z := range w.zones {
		if k, ok := kept[z.zone.ID]; !ok || !same(k.Zone, z.zone) {
			return false
		}
	}
	return len(w.zones) == len(kept)
}

func (w *Watch) aside(what string, err error) {
	w.log.Warn("a camera's kept state is not taken up", "camera", w.camera.ID, "what", what, "error", err)
}

// restore takes a zone's state up.
func (w *Watch) restore(z *zone, kept zoneState) {
	if err := z.rule.Restore(kept.State); err != nil {
		w.aside("rule of zone "+z.zone.ID, err)
		_ = z.rule.Restore(nil) // afresh cannot fail
		return
	}
	z.id, z.reserved, z.act, z.raised = kept.ID, kept.Reserved, kept.Act, kept.Raised
	if z.raised && z.act == "" { // kept by a version that knew no acts
		z.act = z.id
	}
	z.first, z.last, z.began = kept.First, kept.Last, kept.Began
	text, err := os.ReadFile(filepath.Join(w.o.Folder, framesFile(z.zone.ID)))
	if err != nil {
		return // none is held
	}
	var h heldFrames
	if err := json.Unmarshal(text, &h); err != nil {
		w.aside("pictures of zone "+z.zone.ID, err)
		return
	}
	z.before, z.start = frameOf(h.Before), frameOf(h.Start)
}

// frameOf makes a frame of kept units.
func frameOf(units []ingest.Unit) *frame {
	if len(units) == 0 {
		return nil
	}
	f := &frame{sub: units[0].Sub, units: units}
	for _, part := range [][]ingest.Unit{f.looked(), f.full()} {
		for i := range part { // one set for all of a stream, as a decoder knows them by their pointer
			part[i].Params = part[0].Params
		}
	}
	last := f.looked()[len(f.looked())-1]
	f.seq, f.at, f.received = last.Seq, last.At, last.Received
	return f
}

func (w *Watch) loadBaseline() {
	raw, err := os.ReadFile(filepath.Join(w.o.Folder, baselineFile))
	if err != nil {
		return // it forms anew
	}
	m, err := w.o.Engine.Manifest("novelty")
	if err != nil {
		return
	}
	b, err := parseBaseline(raw)
	if err == nil && (b.Width != m.Input.Width() || b.Height != m.Input.Height() || b.Columns != m.Output.Shape[3] || b.Rows != m.Output.Shape[2]) {
		err = errors.New("it was made for another model")
	}
	if err != nil {
		w.aside("baseline", err)
		return
	}
	w.base = b
}

func parseBaseline(raw []byte) (*baseline, error) {
	head, pixels, _ := bytes.Cut(raw, []byte("\n"))
	b := &baseline{}
	if err := json.Unmarshal(head, b); err != nil {
		return nil, fmt.Errorf("its head cannot be read: %w", err)
	}
	if b.Width < 1 || b.Height < 1 || len(b.Known) != b.Columns*b.Rows || len(pixels) != 12*b.Width*b.Height {
		return nil, fmt.Errorf("it has %d bytes of pixels for %d×%d", len(pixels), b.Width, b.Height)
	}
	b.Pixels = make([]int32, 3*b.Width*b.Height)
	for i := range b.Pixels {
		b.Pixels[i] = min(max(int32(binary.LittleEndian.Uint32(pixels[4*i:])), 0), 255*unit)
	}
	return b, nil
}
