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
	"slices"
	"sync"
	"time"

	"offsite/pipeline"
)

// CarriedVersion is of the encoding of Carried. Another version is not taken up.
const CarriedVersion = 2

// Carried is what another node needs to go on where this one stands: JSON, and pixels,
// packed by flate. Parts are all that the state names; what is kept of others is of no
// use any more.
type Carried struct {
	Camera string
	State  []byte // carriedState
	Parts  []Part
}

// Part is what changes seldom or never: the registered view, the clean baseline, some
// looks of a suspicion, a picture held for stills.
type Part struct {
	Name    string
	Content []byte // nil: as it was said before
}

// carriedState is where the rules stand, and which parts belong to it.
type carriedState struct {
	cameraState                      // without outlines and looks
	Held        map[string]heldParts `json:"held,omitempty"`  // by zone
	Looks       []string             `json:"looks,omitempty"` // oldest first
}

// heldParts names the pictures that a zone holds.
type heldParts struct {
	Before string `json:"before,omitempty"`
	Start  string `json:"start,omitempty"`
}

// The parts of which there is one; those of looks and pictures bear numbers.
const (
	viewPart  = "view"
	cleanPart = "clean"
)

const (
	carrySeldom = 10 * time.Second // apart, of what is raised already, or where many looks are to be carried
	manyRecords = 200
	carryAgain  = 10 * time.Minute // apart, of view and baseline, which follow the light slowly
	carryFrames = 10 * time.Second // how long a suspicion stands until its pictures are worth it
	carryWhole  = 6 * time.Hour    // without a word after which all is said anew: it may be deleted by now
	joinLooks   = 16               // parts of looks that are made one

	mostPart     = 2 << 20 // bytes, packed; the tables' bounds
	mostUnpacked = 64 << 20
)

// carrying is what is still to be said, and what was.
type carrying struct {
	news  bool // rules or tracks of a suspicion changed
	soon  bool // it must not wait: something began, was raised, is safe, or ended
	at    time.Time
	said  map[string]time.Time // parts, and when
	looks []lookPart
	taken int // looks that were recorded ever
}

// lookPart is a part of some looks in a row, by their number since the watch began.
type lookPart struct {
	from, upto int // [from, upto)
	last       time.Time
	joined     bool
}

func (l lookPart) name() string { return fmt.Sprintf("looks-%d-%d", l.from, l.upto) }

// hurry notes that something began, was raised, is safe, or ended.
func (c *carrying) hurry() { c.news, c.soon = true, true }

// thinned notes that records were left out: their numbers are no more.
func (c *carrying) thinned() { c.looks = nil }

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
	if whole || now.Sub(w.carry.at) >= carryWhole {
		w.carry.said, w.carry.looks = nil, nil
	}
	running := !w.undecided().IsZero() && len(w.records) <= manyRecords
	due := whole || w.carry.news && (w.carry.soon || running || now.Sub(w.carry.at) >= carrySeldom)
	clean := w.base != nil && w.base.ready() && now.Sub(w.carry.said[cleanPart]) >= carryAgain
	if !due && !clean {
		return nil, nil
	}
	c, err := w.carried(now, whole)
	if err != nil {
		w.carry.said, w.carry.looks = nil, nil // who knows what comes of it
		return nil, fmt.Errorf("carry the state of camera %s: %w", w.camera.ID, err)
	}
	w.carry.news, w.carry.soon, w.carry.at = false, false, now
	return c, nil
}

// carried puts together where the rules stand, and packs the parts that were not said. The
// id of an incident to come stays here: what two nodes raise of one act are two bundles of
// it, of which one is sealed (evidence.Claims).
func (w *Watch) carried(now time.Time, whole bool) (*Carried, error) {
	kept, err := w.kept()
	if err != nil {
		return nil, err
	}
	for id, z := range kept.Zones {
		z.Reserved = ""
		kept.Zones[id] = z
	}
	s := carriedState{cameraState: kept, Held: map[string]heldParts{}}
	s.Stance.Edges = nil
	p := &parcel{now: now, said: w.carry.said, next: map[string]time.Time{}}
	if len(w.stance.Edges) > 0 {
		p.add(viewPart, carryAgain, func() ([]byte, error) { return pack(w.stance.Edges) })
	}
	if w.base != nil && w.base.ready() {
		p.add(cleanPart, carryAgain, w.base.packed)
	}
	for _, z := range w.zones {
		if z.raised && z.pin == nil || !whole && w.lastLook().Sub(z.first) < carryFrames {
			continue
		}
		if held := (heldParts{Before: p.picture(z.before), Start: p.picture(z.start)}); held != (heldParts{}) {
			s.Held[z.zone.ID] = held
		}
	}
	s.Looks = w.carryLooks(p)
	if p.err != nil {
		return nil, p.err
	}
	w.carry.said = p.next
	state, err := packJSON(s)
	return &Carried{Camera: w.camera.ID, State: state, Parts: p.parts}, err
}

// carryLooks adds the looks that the evidence of a suspicion will tell of, and names their
// parts: those that came since the last time are a part of their own, and of many small
// parts one is made.
func (w *Watch) carryLooks(p *parcel) []string {
	since := w.undecided()
	if since.IsZero() {
		w.carry.looks = nil
		return nil
	}
	since = since.Add(-preRoll)
	looks := slices.DeleteFunc(w.carry.looks, func(l lookPart) bool { return l.last.Before(since) })
	all := w.looksSince(since)
	next := lookPart{from: w.carry.taken - len(all), upto: w.carry.taken}
	if n := len(looks); n > 0 {
		next.from = looks[n-1].upto
	}
	if small := len(looks) - joinLooks; small >= 0 && !looks[small].joined {
		next.from, next.joined = looks[small].from, true
		looks = looks[:small]
	}
	if next.from < next.upto {
		next.last = w.lastLook()
		looks = append(looks, next)
	}
	w.carry.looks = looks
	var names []string
	for _, l := range looks {
		names = append(names, l.name())
		p.add(l.name(), 0, func() ([]byte, error) {
			first := w.carry.taken - len(w.records) // number of the oldest at hand
			return packJSON(w.records[max(0, l.from-first):max(0, l.upto-first)])
		})
	}
	return names
}

// undecided is when the earliest suspicion began that is not raised yet, zero where there
// is none.
func (w *Watch) undecided() time.Time {
	var since time.Time
	for _, z := range w.zones {
		if (!z.raised || z.pin != nil) && z.rule.Presence().Open && (since.IsZero() || z.first.Before(since)) {
			since = z.first
		}
	}
	return since
}

// parcel collects parts.
type parcel struct {
	now   time.Time
	said  map[string]time.Time
	next  map[string]time.Time // what will have been said
	parts []Part
	err   error
}

// add adds a part, made only if it was not said yet, or longer ago than again; 0: once is
// enough.
func (p *parcel) add(name string, again time.Duration, made func() ([]byte, error)) {
	if _, ok := p.next[name]; ok || p.err != nil {
		return
	}
	part, at := Part{Name: name}, p.said[name]
	if at.IsZero() || again > 0 && p.now.Sub(at) >= again {
		at = p.now
		if part.Content, p.err = made(); len(part.Content) > mostPart {
			part.Content = []byte{} // without it is better than not at all
		}
	}
	p.next[name] = at
	p.parts = append(p.parts, part)
}

// picture adds a picture that is held, and names it. What the machine looked at goes before
// what shows it in full.
func (p *parcel) picture(f *frame) string {
	if f == nil || len(f.units) == 0 {
		return ""
	}
	name := fmt.Sprintf("picture-%d-%t-%d", f.seq, f.sub, len(f.units))
	p.add(name, 0, func() ([]byte, error) {
		packed, err := packJSON(f.units)
		if err == nil && len(packed) > mostPart {
			packed, err = packJSON(f.looked())
		}
		return packed, err
	})
	return name
}

// lastLook is when the latest picture was, by the camera's clock.
func (w *Watch) lastLook() time.Time {
	if n := len(w.records); n > 0 {
		return w.records[n-1].At
	}
	return time.Time{}
}

// Adopt makes the folder of a camera what another node carried, so that a new Watch goes
// on from there. A part that is not there is done without; one that cannot be read is an
// error.
func Adopt(folder string, c Carried) error {
	files, err := c.files()
	if err != nil {
		return fmt.Errorf("take up the state of camera %s: %w", c.Camera, err)
	}
	state := files[stateFile]
	delete(files, stateFile)
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

// files makes of what is carried what is kept in a folder.
func (c Carried) files() (map[string][]byte, error) {
	var s carriedState
	if err := unpackJSON(c.State, &s); err != nil {
		return nil, err
	}
	parts, files := map[string][]byte{}, map[string][]byte{}
	for _, p := range c.Parts {
		if len(p.Content) > 0 {
			parts[p.Name] = p.Content
		}
	}
	var err error
	if view := parts[viewPart]; view != nil {
		if s.Stance.Edges, err = unpack(view); err != nil {
			return nil, fmt.Errorf("its view: %w", err)
		}
	}
	if clean := parts[cleanPart]; clean != nil {
		if files[baselineFile], err = unpackBaseline(clean); err != nil {
			return nil, fmt.Errorf("its baseline: %w", err)
		}
	}
	for _, name := range s.Looks {
		var some []pipeline.LookRecord
		if err := unpackPart(parts, name, &some); err != nil {
			return nil, err
		}
		s.Records = append(s.Records, some...)
	}
	for zone, held := range s.Held {
		var h heldFrames
		if err := errors.Join(unpackPart(parts, held.Before, &h.Before), unpackPart(parts, held.Start, &h.Start)); err != nil {
			return nil, err
		}
		if files[framesFile(zone)], err = json.Marshal(h); err != nil {
			return nil, err
		}
	}
	files[stateFile], err = json.Marshal(s.cameraState)
	return files, err
}

// unpackPart reads a part, if there is one of that name.
func unpackPart(parts map[string][]byte, name string, into any) error {
	packed := parts[name]
	if packed == nil {
		return nil
	}
	if err := unpackJSON(packed, into); err != nil {
		return fmt.Errorf("its part %s: %w", name, err)
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
