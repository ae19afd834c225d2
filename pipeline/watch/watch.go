package watch

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"offsite/detectors"
	"offsite/pipeline"
	"offsite/pipeline/decode"
	"offsite/pipeline/infer"
	"offsite/pipeline/ingest"
	"offsite/pipeline/look"
	"offsite/pipeline/ring"
	"offsite/pipeline/track"
)

// Options say what a watch needs. Engine, Detectors, Decoders and Camera must be given.
type Options struct {
	Engine    *infer.Engine
	Detectors []detectors.Detector
	Decoders  *decode.Pool // shared with other cameras
	Camera    pipeline.Camera
	Ring      *ring.Ring // clips are cut from; nil: incidents have none
	Sub       *ring.Ring // of the substream, if looks are taken from one
	Folder    string     // where the state is kept; "": nowhere
	// Source tells what the camera sends and how its clock relates to ours.
	Source func() (pipeline.Stream, pipeline.Clock)
	// Substream tells the same of the substream; needed with Sub.
	Substream func() pipeline.Substream
	// Regardless is the n of "every n-th look is examined though nothing changed".
	Regardless int
	// Looked is told what the rules observed, look by look, and which models the zones
	// have run; optional. It must neither wait nor change anything.
	Looked func(models []string, l detectors.Look)
	Logger *slog.Logger
	Now    func() time.Time
}

// Watch is one camera under watch. Its methods may be called from any goroutine;
// looks follow one another.
type Watch struct {
	o   Options
	log *slog.Logger

	mu      sync.Mutex
	camera  pipeline.Camera
	zones   []*zone
	closed  bool
	needs   map[string]*need // by model
	decoder *decode.Decoder  // where key units alone are not enough; else nil
	sub     bool             // that decoder is in the substream
	gate    *look.Gate
	eye     look.Eye
	stance  look.Stance
	tracker *track.Tracker
	base    *baseline
	last    *examined
	recent  []*frame // looked at, oldest first
	records []pipeline.LookRecord
	asks    []ask
	ended   []Ended // of zones that were taken away, for the next outcome
	owed    []Ended // that the sink has not been told yet
	saved   savedAt
	carry   carrying

	faults atomic.Pointer[[]ZoneFault] // apart from mu: a status must not wait for a look
}

// ZoneFault says why a zone is not watched: its model is missing, or its rule
// refuses it.
type ZoneFault struct {
	ZoneID string                `json:"zone_id"`
	Why    detectors.Explanation `json:"why"`
}

// OpenZone is a zone with a suspicion.
type OpenZone struct {
	ZoneID   string    `json:"zone_id"`
	Detector string    `json:"detector"`
	Raised   bool      `json:"raised"`
	Incident string    `json:"incident,omitempty"`
	First    time.Time `json:"first"`
}

// Ended tells that a raised incident is over.
type Ended struct {
	ID   string    `json:"id"`   // of the act
	Last time.Time `json:"last"` // latest look that supported it
}

// Outcome is what came of a look.
type Outcome struct {
	Health   look.Health
	Why      detectors.Explanation // where it is not clear
	Examined bool                  // the models ran; else nothing had changed
	Still    int                   // looks in a row that showed nothing new; 0 where it is not clear
	Record   pipeline.LookRecord
	Raised   []pipeline.Incident
	Ended    []Ended
	Open     []OpenZone
}

// New makes a watch and takes up the state in its folder. A zone that cannot be
// watched is no error but a fault (Faults); a state that cannot be read is.
func New(o Options) (*Watch, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Source == nil {
		o.Source = func() (pipeline.Stream, pipeline.Clock) { return pipeline.Stream{}, pipeline.Clock{} }
	}
	w := &Watch{o: o, log: o.Logger, gate: look.NewGate(o.Regardless), tracker: track.New()}
	w.faults.Store(&[]ZoneFault{})
	w.set(o.Camera)
	if err := w.load(); err != nil {
		w.Close()
		return nil, fmt.Errorf("watch camera %s: %w", o.Camera.ID, err)
	}
	return w, nil
}

// ErrClosed says that the watch has ended; there is nothing to do.
var ErrClosed = errors.New("the camera is not watched any more")

// Close frees what the watch holds, after a look under way. Later ones fail with
// ErrClosed.
func (w *Watch) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return
	}
	w.closed = true
	if w.decoder != nil {
		w.decoder.Close()
	}
	w.gate.Close()
	for _, f := range w.recent {
		f.release()
	}
	w.recent = nil
	for _, z := range w.zones {
		z.letGo()
	}
	for _, a := range w.asks {
		close(a.answer)
	}
	w.asks = nil
}

// Look decodes units, the last of which is looked at and the first of which is a key
// unit, and examines the picture.
// Errors wrap those of decode, or tell which model failed, or that the state could
// not be saved; the outcome counts even then, and the watch goes on.
func (w *Watch) Look(units []ingest.Unit) (Outcome, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return Outcome{}, ErrClosed
	}
	begun := time.Now()
	p, err := w.decode(units)
	if err != nil {
		return Outcome{}, err
	}
	defer p.Release()
	return w.see(&frame{seq: p.Unit, sub: units[0].Sub, at: p.At, received: p.Received, units: units, course: pipeline.Course{Begun: begun}}, p)
}

// decode borrows a decoder for a key unit; a stream with few of those gets its own.
func (w *Watch) decode(units []ingest.Unit) (*decode.Picture, error) {
	if w.decoder != nil && len(units) > 0 && units[0].Sub != w.sub {
		w.decoder.Close()
		w.decoder = nil
	}
	if len(units) == 1 && w.decoder == nil {
		return w.o.Decoders.Decode(units[0])
	}
	if w.decoder == nil {
		w.decoder = decode.New()
		w.sub = len(units) > 0 && units[0].Sub
	}
	return w.decoder.Follow(units)
}

// See examines a picture that comes without its bits, as from a file.
func (w *Watch) See(p *decode.Picture) (Outcome, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return Outcome{}, ErrClosed
	}
	return w.see(&frame{seq: p.Unit, at: p.At, received: p.Received, picture: p.Retain()}, p)
}

// see is one look.
func (w *Watch) see(f *frame, p *decode.Picture) (Outcome, error) {
	out := Outcome{Ended: w.ended}
	w.ended = nil
	light, small, err := measure(p)
	if err != nil {
		f.release()
		return out, err
	}
	out.Health, out.Why = w.eye.Judge(light, f.at)
	if out.Health == look.Clear {
		if out.Health, out.Why, err = w.stance.Judge(small); err != nil {
			f.release()
			return out, err
		}
	}
	out.Record = pipeline.LookRecord{Unit: f.seq, Stream: f.stream(), At: f.at, Light: light.Mean}
	out.Open = w.open()
	if out.Health != look.Clear {
		f.release()
		return out, nil
	}
	open, err := w.gate.Open(small)
	out.Still = w.gate.Still()
	models := w.wanted(open || w.last == nil)
	all := len(models) == len(w.needs)
	maps.DeleteFunc(models, func(m string, _ bool) bool { return !w.due(m, f.at) })
	if err == nil && (all || len(models) > 0) {
		f.course.Inferred[0] = time.Now()
		err = w.examine(p, f.at, models, all)
		f.course.Inferred[1] = time.Now()
		out.Examined = err == nil
	}
	if err != nil {
		f.release()
		w.gate.Force()
		return out, err
	}
	l := w.last.look(w, f, light.Mean)
	out.Record = w.record(l, f.stream())
	w.remember(f)
	w.observe(l, f, p, &out)
	if w.o.Looked != nil {
		w.o.Looked(slices.Sorted(maps.Keys(w.needs)), l)
	}
	w.answer(f, p)
	out.Open = w.open()
	w.carry.news = w.carry.news || len(out.Open) > 0
	return out, w.saveDue(len(out.Raised)+len(out.Ended) > 0)
}

// measure takes the small pictures that eye and gate go by.
func measure(p *decode.Picture) (look.Light, []byte, error) {
	luma := make([]byte, look.EyeWidth*look.EyeHeight)
	if err := p.Luma(luma, look.EyeWidth, look.EyeHeight); err != nil {
		return look.Light{}, nil, err
	}
	light, err := look.Measure(luma)
	if err != nil {
		return light, nil, err
	}
	small, err := look.Small(luma)
	return light, small, err
}

// wanted lists the models that are to see this look: all if anything has changed or
// somebody has asked, else those that were passed over when something had, and those of
// zones in which a dwell runs, for what is held against somebody was seen each time.
func (w *Watch) wanted(all bool) map[string]bool {
	models := map[string]bool{}
	if all || len(w.asks) > 0 {
		for m := range w.needs {
			models[m] = true
		}
		return models
	}
	for m, n := range w.needs {
		if n.owed {
			models[m] = true
		}
	}
	for _, z := range w.zones {
		if !z.raised && z.rule.Presence().Open {
			for _, m := range z.detector.Models() {
				models[m] = true
			}
		}
	}
	return models
}

// Faults lists the zones that are not watched.
func (w *Watch) Faults() []ZoneFault { return slices.Clone(*w.faults.Load()) }
