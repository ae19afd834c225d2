package throughput

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"offsite/bench"
	"offsite/detectors"
	"offsite/pipeline"
	"offsite/pipeline/decode"
	"offsite/pipeline/infer"
	"offsite/pipeline/ingest"
	"offsite/pipeline/look"
	"offsite/pipeline/recording"
	"offsite/pipeline/replay"
)

// Options say what to measure with. Engine and Detectors must be given.
type Options struct {
	Engine    *infer.Engine
	Detectors []detectors.Detector
	File      string        // an MP4 with key pictures 2 s apart; "": a test pattern, 1080p25, 4 Mbit/s, made with ffmpeg
	Cadence   time.Duration // default 2 s
}

// command gives the figures again.
const command = "make bench-looks"

// Looks measures, and takes about half a minute.
func Looks(ctx context.Context, o Options) (bench.Set, error) {
	if o.Cadence <= 0 {
		o.Cadence = look.DefaultCadence
	}
	if o.File == "" {
		folder, err := os.MkdirTemp("", "offsite-bench-")
		if err != nil {
			return nil, fmt.Errorf("measure looks: %w", err)
		}
		defer func() { _ = os.RemoveAll(folder) }()
		if o.File, err = pattern(ctx, folder); err != nil {
			return nil, fmt.Errorf("measure looks: %w", err)
		}
	}
	m := &measure{o: o}
	for _, step := range []func(context.Context) error{m.ours, m.gated, m.limit, m.peer} {
		if err := step(ctx); err != nil {
			return nil, fmt.Errorf("measure looks on %s: %w", filepath.Base(o.File), err)
		}
	}
	return m.figures(), nil
}

// pattern makes the stream that issue 5 names.
func pattern(ctx context.Context, folder string) (string, error) {
	file := filepath.Join(folder, "1080p25.mp4")
	// #nosec G204 -- arguments of our own making
	cmd := exec.CommandContext(ctx, "ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi",
		"-i", "testsrc2=size=1920x1080:rate=25:duration=20", "-vf", "noise=alls=4:allf=t",
		"-c:v", "libx264", "-preset", "veryfast", "-b:v", "4M", "-maxrate", "5M", "-bufsize", "4M", "-pix_fmt", "yuv420p",
		"-g", "50", "-keyint_min", "50", "-sc_threshold", "0", "-bf", "0", "-an", "-y", file)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("make a test pattern with ffmpeg (apt-get install ffmpeg): %w: %s", err, out)
	}
	return file, nil
}

// measure is processor time, in all and per look.
type measure struct {
	o     Options
	video time.Duration
	width int

	oursCPU, gatedCPU, limitCPU, decodeCPU, modelsCPU, fullCPU time.Duration
	looks                                                      int
}

// spent tells the processor time of this process, of all its threads.
func spent(who int) time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(who, &u) != nil {
		return 0 // cannot fail for these arguments
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// ours replays with every look examined: units into the ring, key units decoded, gate,
// models, tracks, rules.
func (m *measure) ours(ctx context.Context) error {
	began := spent(syscall.RUSAGE_SELF)
	r, err := m.replay(ctx, 1)
	if err != nil {
		return err
	}
	m.oursCPU, m.video, m.looks = spent(syscall.RUSAGE_SELF)-began, r.Video, len(r.Looks)
	if m.looks == 0 {
		return errors.New("no look could be taken of it")
	}
	return nil
}

// gated is the same with the change gate.
func (m *measure) gated(ctx context.Context) error {
	began := spent(syscall.RUSAGE_SELF)
	_, err := m.replay(ctx, 0)
	m.gatedCPU = spent(syscall.RUSAGE_SELF) - began
	return err
}

func (m *measure) replay(ctx context.Context, regardless int) (replay.Result, error) {
	whole := detectors.Polygon{{X: .05, Y: .05}, {X: .95, Y: .05}, {X: .95, Y: .95}, {X: .05, Y: .95}}
	camera := pipeline.Camera{ID: "bench", Cadence: m.o.Cadence}
	for _, d := range m.o.Detectors {
		camera.Zones = append(camera.Zones, detectors.Zone{ID: d.Key(), Version: 1, Detector: d.Key(), Polygon: whole})
	}
	return replay.Run(ctx, m.o.File, replay.Options{Engine: m.o.Engine, Detectors: m.o.Detectors, Camera: camera, Regardless: regardless})
}

// limit decodes key units and runs the models on them, and does nothing else.
func (m *measure) limit(ctx context.Context) error {
	v, err := recording.Open(m.o.File)
	if err != nil {
		return err
	}
	defer func() { _ = v.Close() }() // it was only read
	params, err := ingest.NewParams(v.Codec, v.VPS, v.SPS, v.PPS)
	if err != nil {
		return err
	}
	m.width = params.Width
	d := decode.New()
	defer d.Close()
	cadence := look.Cadence{Every: m.o.Cadence}
	start := time.Unix(1, 0)
	for i, s := range v.Samples {
		u := ingest.Unit{Seq: uint64(i) + 1, Codec: v.Codec, Key: s.Key, PTS: s.PTS, Received: start.Add(s.DTS), Params: params}
		if !cadence.Due(u) || ctx.Err() != nil {
			continue
		}
		if u.NALUs, err = v.NALUs(i); err != nil {
			return err
		}
		began := spent(syscall.RUSAGE_SELF)
		p, err := d.Decode(u)
		if err != nil {
			return err
		}
		decoded := spent(syscall.RUSAGE_SELF)
		err = m.models(p)
		p.Release()
		if err != nil {
			return err
		}
		m.decodeCPU += decoded - began
		m.modelsCPU += spent(syscall.RUSAGE_SELF) - decoded
	}
	m.limitCPU = m.decodeCPU + m.modelsCPU
	return ctx.Err()
}

// models runs every model that the detectors read, once.
func (m *measure) models(p infer.Source) error {
	done := map[string]bool{}
	for _, d := range m.o.Detectors {
		for _, name := range d.Models() {
			if done[name] || !m.o.Engine.Has(name) {
				continue
			}
			done[name] = true
			if err := m.model(name, p); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *measure) model(name string, p infer.Source) error {
	var err error
	switch name {
	case "ground":
		_, err = m.o.Engine.ClassMap(name, p)
	case "novelty":
		_, err = m.o.Engine.Novelty(name, infer.Pair{Baseline: p, Current: p})
	default:
		_, err = m.o.Engine.Boxes(name, p)
	}
	return err
}

// peer decodes all of it with ffmpeg, on one thread, and gives a picture each cadence.
func (m *measure) peer(ctx context.Context) error {
	rate := fmt.Sprintf("fps=%.4f", 1/m.o.Cadence.Seconds())
	// #nosec G204 -- arguments of our own making
	cmd := exec.CommandContext(ctx, "ffmpeg", "-nostdin", "-loglevel", "error", "-threads", "1", "-i", m.o.File,
		"-vf", rate, "-pix_fmt", "rgb24", "-f", "rawvideo", "-")
	cmd.Stdout = io.Discard
	var problem strings.Builder
	cmd.Stderr = &problem
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("run the peer, ffmpeg: %w: %s", err, problem.String())
	}
	m.fullCPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return nil
}

// figures sets ours beside peer and limit.
func (m *measure) figures() bench.Set {
	perLook := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 / float64(m.looks) }
	peer := m.fullCPU + m.modelsCPU
	cores := func(d time.Duration) float64 { return m.video.Seconds() / d.Seconds() }
	stream := fmt.Sprintf("%d pixels wide, a look each %s, all detectors", m.width, m.o.Cadence)
	f := func(v float64, unit, goal, against string) bench.Figure {
		return bench.Figure{Value: v, Unit: unit, Goal: goal, Peer: against, Command: command}
	}
	return bench.Set{
		"look_cpu_ms":          f(perLook(m.oursCPU), "ms", "", stream),
		"look_cpu_gated_ms":    f(perLook(m.gatedCPU), "ms", "", "the same, with the change gate"),
		"models_cpu_ms":        f(perLook(m.modelsCPU), "ms", "≤ 30", "all models of a look, decoding apart"),
		"decode_key_cpu_ms":    f(perLook(m.decodeCPU), "ms", "", "libavcodec, the key picture alone"),
		"decode_full_cpu_ms":   f(perLook(m.fullCPU), "ms", "", "ffmpeg, every picture, per look"),
		"ratio_to_peer":        f(peer.Seconds()/m.oursCPU.Seconds(), "×", "≥ 5", "full decode by ffmpeg and the same models"),
		"ratio_to_peer_gated":  f(peer.Seconds()/m.gatedCPU.Seconds(), "×", "≥ 5", "full decode by ffmpeg and the same models, on every look"),
		"ratio_decode_to_peer": f(m.fullCPU.Seconds()/m.decodeCPU.Seconds(), "×", "", "full decode by ffmpeg"),
		"ratio_to_limit":       f(m.oursCPU.Seconds()/m.limitCPU.Seconds(), "×", "≤ 1.15", "bare libavcodec on key pictures and bare ONNX Runtime"),
		"cameras_per_core":     f(cores(m.oursCPU), "cameras", "", "looks alone, without receiving; peer "+fmt.Sprintf("%.1f", cores(peer))),
	}
}
