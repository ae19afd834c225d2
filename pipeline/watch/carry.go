package watch

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"offsite/pipeline"
)

// CarriedVersion is of the encoding of Carried. Another version is not taken up.
const CarriedVersion = 1

// Carried is what another node needs to go on where this one stands: JSON, and pixels,
// packed by flate. A part that is nil is as it was said before.
type Carried struct {
	Camera   string
	State    []byte // cameraState: eye, tracks, rules, and the looks of a suspicion under way
	Frames   []byte // the pictures held for stills, by zone; empty: none
	Baseline []byte // a line of JSON, then RGB
}

const (
	carryMany     = 10 * time.Second // apart, where many looks are to be carried
	manyRecords   = 200
	carryBaseline = 10 * time.Minute // apart; its light changes slowly
	carryFrames   = 10 * time.Second // how long a suspicion stands until its pictures are worth it

	mostState    = 1 << 20 // bytes, packed; the table's bounds
	mostFrames   = 2 << 20
	mostUnpacked = 64 << 20
)

// carrying is what is still to be said.
type carrying struct {
	news     bool // rules or tracks of a suspicion changed
	frames   bool // the held pictures changed
	held     bool // pictures were said to be held
	at       time.Time
	baseline time.Time
}

// Carry tells what has changed since it was last asked, nil where nothing has; everything
// where whole is set, as after what was said is lost. A camera without suspicions says
// nothing but its baseline, now and then.
func (w *Watch) Carry(whole bool) (*Carried, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil, nil
	}
	now := w.o.Now()
	if whole {
		w.carry = carrying{news: true, frames: true, held: true}
	}
	due := w.carry.news && (len(w.records) <= manyRecords || now.Sub(w.carry.at) >= carryMany)
	clean := w.base != nil && w.base.ready() && now.Sub(w.carry.baseline) >= carryBaseline
	if !due && !clean {
		return nil, nil
	}
	c := &Carried{Camera: w.camera.ID}
	err := w.carryState(c)
	if err == nil && w.carry.frames {
		err = w.carryFrames(c, whole)
	}
	if err == nil && clean {
		c.Baseline, err = w.base.packed()
		w.carry.baseline = now
	}
	if err != nil {
		return nil, fmt.Errorf("carry the state of camera %s: %w", w.camera.ID, err)
	}
	w.carry.news, w.carry.at = false, now
	return c, nil
}

// carryState packs where the rules stand. The id of an incident to come stays here: what
// two nodes raise of one act are two bundles of it.
func (w *Watch) carryState(c *Carried) error {
	s, err := w.kept()
	if err != nil {
		return err
	}
	for id, z := range s.Zones {
		z.Reserved = ""
		s.Zones[id] = z
	}
	s.Records = w.undecided()
	if c.State, err = packJSON(s); err != nil || len(c.State) <= mostState {
		return err
	}
	s.Records = nil
	c.State, err = packJSON(s)
	return err
}

// undecided are the looks since the earliest suspicion that is not raised yet: the
// evidence will tell of them.
func (w *Watch) undecided() []pipeline.LookRecord {
	var since time.Time
	for _, z := range w.zones {
		if (!z.raised || z.pin != nil) && z.rule.Presence().Open && (since.IsZero() || z.first.Before(since)) {
			since = z.first
		}
	}
	if since.IsZero() {
		return nil
	}
	return w.looksSince(since.Add(-preRoll))
}

// carryFrames packs the pictures of suspicions that have stood for a while.
func (w *Watch) carryFrames(c *Carried, whole bool) error {
	held, young := map[string]heldFrames{}, false
	for _, z := range w.zones {
		switch {
		case z.raised && z.pin == nil || z.before == nil && z.start == nil:
		case !whole && w.lastLook().Sub(z.first) < carryFrames:
			young = true
		default:
			held[z.zone.ID] = z.held()
		}
	}
	w.carry.frames = young
	if len(held) == 0 && !w.carry.held {
		return nil
	}
	w.carry.held = len(held) > 0
	c.Frames = []byte{}
	if len(held) == 0 {
		return nil
	}
	packed, err := packJSON(held)
	if err == nil && len(packed) <= mostFrames {
		c.Frames = packed
	}
	return err
}

// lastLook is when the latest picture was, by the camera's clock.
func (w *Watch) lastLook() time.Time {
	if n := len(w.records); n > 0 {
		return w.records[n-1].At
	}
	return time.Time{}
}

// Adopt makes the folder of a camera what another node carried, so that a new Watch goes
// on from there.
func Adopt(folder string, c Carried) error {
	files := map[string][]byte{}
	state, err := unpack(c.State)
	if err != nil {
		return fmt.Errorf("take up the state of camera %s: %w", c.Camera, err)
	}
	if len(c.Frames) > 0 {
		var held map[string]heldFrames
		if err := unpackJSON(c.Frames, &held); err != nil {
			return fmt.Errorf("take up the pictures of camera %s: %w", c.Camera, err)
		}
		for zone, h := range held {
			text, err := json.Marshal(h)
			if err != nil {
				return fmt.Errorf("take up the pictures of camera %s: %w", c.Camera, err)
			}
			files[framesFile(zone)] = text
		}
	}
	if len(c.Baseline) > 0 {
		if files[baselineFile], err = unpackBaseline(c.Baseline); err != nil {
			return fmt.Errorf("take up the baseline of camera %s: %w", c.Camera, err)
		}
	}
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("take up the state of camera %s: %w", c.Camera, err)
	}
	for name, content := range files {
		if err := replaceFile(filepath.Join(folder, name), content); err != nil {
			return fmt.Errorf("take up the state of camera %s: %w", c.Camera, err)
		}
	}
	// Last: without it the others are not looked at.
	if err := replaceFile(filepath.Join(folder, stateFile), state); err != nil {
		return fmt.Errorf("take up the state of camera %s: %w", c.Camera, err)
	}
	return nil
}

// Stored says whether a folder holds a camera's state.
func Stored(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, stateFile))
	return err == nil
}

const (
	stateFile    = "state.json"
	baselineFile = "baseline.bin"
)

func framesFile(zoneID string) string { return "frames-" + url.PathEscape(zoneID) + ".json" }

// packed is the baseline with eight bits a colour.
func (b *baseline) packed() ([]byte, error) {
	head, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	n := len(head)
	out := make([]byte, n+1+len(b.Pixels))
	copy(out, head)
	out[n] = '\n'
	if err := b.RGB(out[n+1:], b.Width, b.Height, 3*b.Width); err != nil {
		return nil, err
	}
	return pack(out)
}

// unpackBaseline makes of a packed baseline what is kept in the folder.
func unpackBaseline(packed []byte) ([]byte, error) {
	raw, err := unpack(packed)
	if err != nil {
		return nil, err
	}
	head, pixels, found := bytes.Cut(raw, []byte("\n"))
	if !found {
		return nil, errors.New("it has no head")
	}
	out := append(bytes.Clone(head), '\n')
	for _, v := range pixels {
		out = appendPixel(out, int32(v)*unit)
	}
	_, err = parseBaseline(out)
	return out, err
}

// packers are kept: each takes some hundred KiB.
var packers = sync.Pool{New: func() any {
	p, err := flate.NewWriter(io.Discard, flate.BestSpeed)
	if err != nil {
		panic(err) // the level is one of its own
	}
	return p
}}

func pack(raw []byte) ([]byte, error) {
	var out bytes.Buffer
	p := packers.Get().(*flate.Writer)
	defer packers.Put(p)
	p.Reset(&out)
	_, err := p.Write(raw)
	err = errors.Join(err, p.Close())
	return out.Bytes(), err
}

func packJSON(v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return pack(raw)
}

func unpack(packed []byte) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), mostUnpacked))
	if err == nil && len(raw) == mostUnpacked {
		err = errors.New("it is too large")
	}
	return raw, err
}

func unpackJSON(packed []byte, into any) error {
	raw, err := unpack(packed)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

// held are the pictures of the zone, as they are kept.
func (z *zone) held() heldFrames {
	var h heldFrames
	if z.before != nil {
		h.Before = z.before.units
	}
	if z.start != nil {
		h.Start = z.start.units
	}
	return h
}

// changed tells why a kept state of the zone cannot be taken up, "" where it can.
func (z *zone) changed(kept zoneState) string {
	switch {
	case !same(kept.Zone, z.zone):
		return fmt.Sprintf("the zone was drawn anew: version %d, was %d", z.zone.Version, kept.Zone.Version)
	case kept.Rule != z.detector.Version():
		return fmt.Sprintf("the rule is %q, was %q", z.detector.Version(), kept.Rule)
	}
	return ""
}
