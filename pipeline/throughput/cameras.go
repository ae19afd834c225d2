package throughput

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"time"

	"offsite/bench"
	"offsite/detectors"
	"offsite/detectors/burning"
	"offsite/pipeline"
	"offsite/pipeline/decode"
	"offsite/pipeline/infer"
	"offsite/pipeline/look"
	"offsite/pipeline/replay"
)

// Options say what to measure with. All but Profile must be given.
type Options struct {
	Engine    *infer.Engine
	Detectors []detectors.Detector
	Scenes    []Scene
	Folder    string        // of the streams, kept from run to run
	Cameras   int           // watched at a time
	Soak      time.Duration // for how long
	Profile   string        // file for a pprof profile of the cameras being watched; "": none
	Tell      func(string)  // hears what is measured next
	// Serve plays each file as a camera, by another process, until stop is called.
	Serve func(ctx context.Context, files []string) (urls []string, stop func(), err error)
}

const (
	command = "make bench-cameras"
	settle  = 25 * time.Second
	short   = 20 * time.Second
	cores   = 2
)

// measurement is all that is measured.
type measurement struct {
	o     Options
	files []string
	names []string // of the models

	one, many, still          live          // one: each stream alone, all together
	nobody                    float64       // of a core, that a node without cameras takes
	sub                       live          // as many, looks from substreams
	ours, gated               time.Duration // per look, by replay; nothing is raised
	incident                  time.Duration // what one takes besides its looks
	limit, keys, full, every  time.Duration // per look
	inTurn                    time.Duration // the limit's parts in turn, per look
	model                     map[string]time.Duration
	looks, gatedLooks, spared int
	png, jpeg                 float64 // bytes of a still, and of the console's picture
}

// Cameras measures.
func Cameras(ctx context.Context, o Options) (bench.Set, error) {
	m := &measurement{o: o, model: map[string]time.Duration{}, names: o.Engine.Names()}
	var err error
	o.Tell("making the streams, unless they lie in " + o.Folder)
	if m.files, err = Streams(ctx, o.Folder, o.Scenes); err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{m.sizes, m.byTurns, m.watching, m.watchingSubstreams} {
		if err := step(ctx); err != nil {
			return nil, fmt.Errorf("measure cameras: %w", err)
		}
	}
	return m.figures(), nil
}

// sizes measures the pictures that are kept, on the first of each stream.
func (m *measurement) sizes(context.Context) error {
	for _, file := range m.files {
		p, err := decode.First(file)
		if err != nil {
			return err
		}
		defer p.Release()
		still, err := p.PNG()
		if err != nil {
			return err
		}
		const quality, width = 85, 1280
		shown, err := p.JPEG(quality, width)
		if err != nil {
			return err
		}
		m.png += float64(len(still)) / float64(len(m.files))
		m.jpeg += float64(len(shown)) / float64(len(m.files))
	}
	return nil
}

// byTurns measures a look: ours, the limit, the peer, file by file.
func (m *measurement) byTurns(ctx context.Context) error {
	b, err := newBare(m.names)
	if err != nil {
		return err
	}
	defer b.close()
	var sum sumOfTurns
	sum.model, sum.runs = map[string]time.Duration{}, map[string]uint64{}
	for _, file := range m.files {
		m.o.Tell("looking at " + filepath.Base(file) + ": ours, the limit, the peer")
		if err := m.turn(ctx, b, file, &sum); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(file), err)
		}
	}
	sum.into(m)
	return ctx.Err()
}

// sumOfTurns adds up what each turn took.
type sumOfTurns struct {
	turns             int
	ours, gated       time.Duration
	raising           time.Duration // what the looks take with incidents, less ours
	incidents         int
	looks, gatedLooks int
	spared            int
	keys, full        time.Duration
	inTurn            time.Duration
	model             map[string]time.Duration
	runs              map[string]uint64 // of each model, in ours
}

func (m *measurement) turn(ctx context.Context, b *bare, file string, sum *sumOfTurns) error {
	before := m.o.Engine.Runs()
	each, took, err := m.replay(ctx, file, 1, calm(zones(m.o.Detectors)))
	if err != nil {
		return err
	}
	once := took
	sum.looks, sum.ours = sum.looks+len(each.Looks), sum.ours+once
	shares := map[string]float64{}
	for name, n := range m.o.Engine.Runs() {
		sum.runs[name] += n - before[name]
		shares[name] = float64(n-before[name]) / float64(len(each.Looks))
	}
	key, err := keys(ctx, file, look.DefaultCadence, func() error { return nil })
	if err != nil {
		return err
	}
	inTurn, err := keys(ctx, file, look.DefaultCadence, b.inTurn(shares))
	if err != nil {
		return err
	}
	sum.keys, sum.inTurn = sum.keys+key, sum.inTurn+inTurn
	for _, name := range m.names {
		const runs = 6
		one, err := b.model(name, runs)
		if err != nil {
			return err
		}
		sum.model[name] += one
	}
	whole, err := full(ctx, file, look.DefaultCadence)
	if err != nil {
		return err
	}
	sum.full += whole
	gated, took, err := m.replay(ctx, file, 0, calm(zones(m.o.Detectors)))
	if err != nil {
		return err
	}
	sum.gatedLooks, sum.gated, sum.spared = sum.gatedLooks+len(gated.Looks), sum.gated+took, sum.spared+gated.Unchanged
	raising, took, err := m.replay(ctx, file, 1, zones(m.o.Detectors))
	if n := len(raising.Incidents); n > 0 {
		sum.incidents += n
		sum.raising += took - once
	}
	sum.turns++
	return err
}

// replay runs a file through our way and tells what that took.
func (m *measurement) replay(ctx context.Context, file string, regardless int, watched []detectors.Zone) (r replay.Result, took time.Duration, err error) {
	camera := pipeline.Camera{ID: "bench", Zones: watched}
	began := spent()
	r, err = replay.Run(ctx, file, replay.Options{Engine: m.o.Engine, Detectors: m.o.Detectors, Camera: camera, Regardless: regardless})
	if err == nil && len(r.Looks) == 0 {
		err = errors.New("no look could be taken of it")
	}
	return r, spent() - began, err
}

// calm lets no fire be sure enough to be raised, which is all that these short streams
// raise: a look is measured apart from incidents, which come thousands of times as often
// here as in a street.
func calm(zones []detectors.Zone) []detectors.Zone {
	for i := range zones {
		if zones[i].Detector == burning.New().Key() {
			zones[i].Params = map[string]float64{"sure": 1}
		}
	}
	return zones
}

// into makes means of the sums. The limit runs each model as often as ours did.
func (s *sumOfTurns) into(m *measurement) {
	n := time.Duration(s.turns)
	m.looks, m.gatedLooks, m.spared = s.looks, s.gatedLooks, s.spared
	m.incident = s.raising / time.Duration(max(1, s.incidents))
	m.ours, m.gated = s.ours/time.Duration(s.looks), s.gated/time.Duration(s.gatedLooks)
	m.keys, m.full, m.inTurn = s.keys/n, s.full/n, s.inTurn/n
	m.limit = m.keys
	for name, took := range s.model {
		m.model[name] = took / n
		m.every += took / n
		m.limit += time.Duration(float64(took/n) * float64(s.runs[name]) / float64(s.looks))
	}
}

// watching watches none, each stream alone, then all, then all without looking.
func (m *measurement) watching(ctx context.Context) error {
	links, err := m.link()
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(filepath.Dir(links[0])) }()
	urls, stop, err := m.o.Serve(ctx, links)
	if err != nil {
		return err
	}
	defer stop()
	all := trial{o: m.o, urls: urls, cadence: look.DefaultCadence, settle: settle, span: m.o.Soak}
	one, none := all, all
	one.span = short
	none.cadence, none.span = time.Hour, short
	m.o.Tell("watching nothing")
	if m.nobody, err = one.idle(ctx); err != nil {
		return err
	}
	for i := range min(len(m.files), len(urls)) { // one is dearer than another
		m.o.Tell("watching one camera: " + filepath.Base(m.files[i]))
		one.urls = urls[i : i+1]
		l, err := one.watch(ctx)
		if err != nil {
			return err
		}
		m.one = m.one.with(l)
	}
	m.o.Tell(fmt.Sprintf("watching %d cameras for %s", len(urls), settle+all.span))
	if m.many, err = m.profiled(ctx, all); err != nil {
		return err
	}
	m.o.Tell("receiving them without looking")
	m.still, err = none.watch(ctx)
	return err
}

// profiled watches with a profile, where one is wanted.
func (m *measurement) profiled(ctx context.Context, t trial) (live, error) {
	if m.o.Profile == "" {
		return t.watch(ctx)
	}
	file, err := os.Create(m.o.Profile)
	if err != nil {
		return live{}, fmt.Errorf("write the profile: %w", err)
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return live{}, errors.Join(err, file.Close())
	}
	l, err := t.watch(ctx)
	pprof.StopCPUProfile()
	return l, errors.Join(err, file.Close())
}

// link gives each camera a file of its own name; they share the videos in turn.
func (m *measurement) link() ([]string, error) {
	folder, err := os.MkdirTemp("", "offsite-cameras-")
	if err != nil {
		return nil, err
	}
	var links []string
	for i := range m.o.Cameras {
		target, err := filepath.Abs(m.files[i%len(m.files)])
		if err != nil {
			return nil, err
		}
		link := filepath.Join(folder, fmt.Sprintf("camera-%03d.mp4", i))
		if err := os.Symlink(target, link); err != nil {
			return nil, err
		}
		links = append(links, link)
	}
	return links, nil
}

// with adds the time and the looks of another run.
func (l live) with(o live) live {
	o.cpu, o.looks, o.span = o.cpu+l.cpu, o.looks+l.looks, o.span+l.span
	return o
}

// perLook is what a look takes, RTSP included.
func (l live) perLook() time.Duration {
	return time.Duration(float64(l.cpu) / float64(max(1, l.looks)))
}

// share is the part of a core that a camera takes if every look is done in time: what
// was dropped on a busy machine makes it no cheaper.
func (l live) share() float64 { return l.perLook().Seconds() / look.DefaultCadence.Seconds() }

// cameraSeconds is for how long all cameras together were watched.
func (l live) cameraSeconds() float64 { return l.span.Seconds() * float64(l.cameras) }

// idle is the same without looks.
func (l live) idle() float64 { return l.cpu.Seconds() / l.cameraSeconds() }

// figures sets ours beside peer and limit.
func (m *measurement) figures() bench.Set {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	f := func(v float64, unit, goal, against string) bench.Figure {
		return bench.Figure{Value: v, Unit: unit, Goal: goal, Peer: against, Command: command}
	}
	perLook := m.many.perLook()
	peer := m.full + m.every
	watched := fmt.Sprintf("%d cameras, 1080p25, 4 Mbit/s, a look each %s, all detectors", m.many.cameras, look.DefaultCadence)
	set := bench.Set{
		"ratio_to_peer":              f(peer.Seconds()/perLook.Seconds(), "×", "≥ 5", "ffmpeg decoding in full and all models, per look, against all that we do, RTSP included"),
		"ratio_to_peer_each_look":    f(peer.Seconds()/m.ours.Seconds(), "×", "", "the same against ours without the change gate and RTSP"),
		"ratio_to_limit":             f(m.ours.Seconds()/m.limit.Seconds(), "×", "≤ 1.15", "bare libavcodec on key pictures and bare ONNX Runtime, the same runs"),
		"ratio_to_limit_in_turn":     f(m.ours.Seconds()/m.inTurn.Seconds(), "×", "", "the same libraries in turn, look by look, which share the caches as ours do"),
		"cameras_two_cores":          f(cores/m.many.share(), "cameras", "≥ 100", fmt.Sprintf("by the cost of %s; peer %.0f", watched, cores*look.DefaultCadence.Seconds()/peer.Seconds())),
		"cost_per_camera":            f(100*m.many.share(), "% of a core", "", watched),
		"cost_one_to_many":           f(m.many.share()/m.one.share(), "×", "0.9 – 1.1", "the cost of one camera alone in its process, mean of the streams"),
		"process_cpu":                f(100*m.nobody, "% of a core", "", "a node without cameras; the cost of one camera alone holds it"),
		"ingest_per_camera":          f(100*m.still.idle(), "% of a core", "≤ 1.5", "RTSP and ring alone, no looks"),
		"oldest_look_s":              f(m.many.oldest.Seconds(), "s", "≤ 4", watched),
		"look_delay_p99_s":           f(m.many.delay.Seconds(), "s", "≤ 1", "from a picture's arrival until its look is done, upper bound"),
		"looks_dropped":              f(float64(m.many.dropped), "looks", "0", watched),
		"units_lost":                 f(float64(m.many.lost), "units or packets", "0", watched),
		"rss_per_camera_mib":         f(m.many.memory, "MiB", "≤ 6", "besides its ring"),
		"ring_per_camera_mib":        f(m.many.ring, "MiB", "", "20 s of 4 Mbit/s"),
		"rss_growth_mib_per_min":     f(m.many.growth, "MiB/min", "", fmt.Sprintf("second half of %s", m.o.Soak)),
		"state_rows_per_s":           f(float64(m.many.handed)/m.many.cameraSeconds(), "rows/s", "", "per camera, written for a node that takes over"),
		"state_kib_per_s":            f(float64(m.many.bytes)/(1<<10)/m.many.cameraSeconds(), "KiB/s", "", "per camera, the same"),
		"still_mib":                  f(m.png/(1<<20), "MiB", "", "a still of an incident, PNG"),
		"picture_kib":                f(m.jpeg/(1<<10), "KiB", "", "the console's picture of a camera, JPEG"),
		"watched_s":                  f(m.many.span.Seconds(), "s", "", watched),
		"look_live_cpu_ms":           f(ms(perLook), "ms", "", "all that we do, RTSP included, per look"),
		"look_cpu_ms":                f(ms(m.ours), "ms", "", "every look examined, nothing raised"),
		"look_gated_cpu_ms":          f(ms(m.gated), "ms", "", "with the change gate"),
		"look_limit_cpu_ms":          f(ms(m.limit), "ms", "", "the limit"),
		"look_limit_in_turn_cpu_ms":  f(ms(m.inTurn), "ms", "", "the limit's parts in turn, look by look"),
		"look_peer_cpu_ms":           f(ms(peer), "ms", "", "the peer"),
		"incident_cpu_ms":            f(ms(m.incident), "ms", "", "stills, clip and records of an incident, besides its looks"),
		"decode_key_cpu_ms":          f(ms(m.keys), "ms", "", "bare libavcodec, the key picture alone"),
		"decode_full_cpu_ms":         f(ms(m.full), "ms", "", "ffmpeg, every picture, per look"),
		"looks_examined_share":       f(float64(m.many.examined)/float64(max(1, m.many.looks)), "", "", "the gate spares the others"),
		"looks_examined_share_alone": f(1-float64(m.spared)/float64(m.gatedLooks), "", "", "the same by replay"),
	}
	for _, name := range slices.Sorted(maps.Keys(m.model)) {
		set["model_"+name+"_cpu_ms"] = f(ms(m.model[name]), "ms", "", "bare ONNX Runtime, one picture")
	}
	maps.Copy(set, m.substreamFigures())
	return set
}
