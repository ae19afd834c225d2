package throughput

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/asticode/go-astiav"
	ort "github.com/yalue/onnxruntime_go"

	"offsite/models"
	"offsite/pipeline/ingest"
	"offsite/pipeline/look"
	"offsite/pipeline/recording"
)

// bare is what peer and limit are made of: libavcodec and ONNX Runtime with nothing
// around. The library must be loaded, by an engine that is open.
type bare struct {
	sessions map[string]*session
}

// session is one model with tensors that never change.
type session struct {
	run     *ort.DynamicAdvancedSession
	in, out *ort.Tensor[float32]
}

func newBare(names []string) (*bare, error) {
	b := &bare{sessions: map[string]*session{}}
	for _, name := range names {
		s, err := newSession(name)
		if err != nil {
			b.close()
			return nil, fmt.Errorf("open model %s: %w", name, err)
		}
		b.sessions[name] = s
	}
	return b, nil
}

func newSession(name string) (*session, error) {
	m, weights, err := models.Load(models.Shipped(), name)
	if err != nil {
		return nil, err
	}
	options, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	defer func() { _ = options.Destroy() }() // it frees memory; there is nothing to do about a failure
	if err := errors.Join(options.SetIntraOpNumThreads(1), options.SetInterOpNumThreads(1)); err != nil {
		return nil, err
	}
	s := &session{}
	if s.run, err = ort.NewDynamicAdvancedSessionWithONNXData(weights, []string{m.Input.Name}, []string{m.Output.Name}, options); err != nil {
		return nil, err
	}
	in, out := m.Shapes(1, m.Input.HeightFor(width, height))
	if s.in, err = ort.NewEmptyTensor[float32](in); err == nil {
		s.out, err = ort.NewEmptyTensor[float32](out)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	for i, data := 0, s.in.GetData(); i < len(data); i++ {
		data[i] = float32(i%255) / 255
	}
	return s, nil
}

func (s *session) close() {
	_ = s.run.Destroy()
	if s.in != nil {
		_ = s.in.Destroy()
	}
	if s.out != nil {
		_ = s.out.Destroy()
	}
}

func (b *bare) close() {
	for _, s := range b.sessions {
		s.close()
	}
}

// model runs a model n times and tells what one run takes.
func (b *bare) model(name string, n int) (time.Duration, error) {
	s := b.sessions[name]
	began := spent()
	for range n {
		if err := s.run.Run([]ort.Value{s.in}, []ort.Value{s.out}); err != nil {
			return 0, fmt.Errorf("run model %s: %w", name, err)
		}
	}
	return (spent() - began) / time.Duration(n), nil
}

// inTurn gives what is to be done after each key picture for models to run as often as
// shares, by name, of the pictures say.
func (b *bare) inTurn(shares map[string]float64) func() error {
	due := schedule(shares)
	return func() error {
		for _, name := range due() {
			if _, err := b.model(name, 1); err != nil {
				return err
			}
		}
		return nil
	}
}

// schedule tells, each time, which names are due so that each comes in its share of the times.
func schedule(shares map[string]float64) func() []string {
	owed := map[string]float64{}
	return func() (due []string) {
		for _, name := range slices.Sorted(maps.Keys(shares)) {
			if owed[name] += shares[name]; owed[name] > 1-1e-6 {
				owed[name]--
				due = append(due, name)
			}
		}
		return due
	}
}

// keys decodes the key units of a file that looks are due for, does what is to be done after
// each, and tells what one takes with that.
func keys(ctx context.Context, file string, every time.Duration, then func() error) (time.Duration, error) {
	v, err := recording.Open(file)
	if err != nil {
		return 0, err
	}
	defer func() { _ = v.Close() }() // it was only read
	params, err := ingest.NewParams(v.Codec, v.VPS, v.SPS, v.PPS)
	if err != nil {
		return 0, err
	}
	codec := astiav.FindDecoder(astiav.CodecIDH264)
	decoder := astiav.AllocCodecContext(codec)
	defer decoder.Free()
	decoder.SetThreadCount(1)
	decoder.SetFlags(astiav.NewCodecContextFlags(astiav.CodecContextFlagLowDelay))
	if err := decoder.Open(codec, nil); err != nil {
		return 0, fmt.Errorf("open libavcodec's H.264 decoder: %w", err)
	}
	packet, frame := astiav.AllocPacket(), astiav.AllocFrame()
	defer packet.Free()
	defer frame.Free()
	cadence, looks := look.Cadence{Every: every}, 0
	var took time.Duration
	for i, s := range v.Samples {
		u := ingest.Unit{Codec: v.Codec, Key: s.Key, Received: time.Unix(1, 0).Add(s.DTS), Params: params}
		if !cadence.Due(u) || ctx.Err() != nil {
			continue
		}
		if u.NALUs, err = v.NALUs(i); err != nil {
			return 0, err
		}
		bits := u.AnnexB()
		began := spent()
		if err := packet.FromData(bits); err != nil {
			return 0, err
		}
		if err := errors.Join(decoder.SendPacket(packet), decoder.ReceiveFrame(frame)); err != nil {
			return 0, fmt.Errorf("decode picture %d of %s: %w", i, file, err)
		}
		packet.Unref()
		frame.Unref()
		if err := then(); err != nil {
			return 0, err
		}
		took += spent() - began
		looks++
	}
	if looks == 0 {
		return 0, errors.Join(ctx.Err(), fmt.Errorf("%s has no key picture that a look is due for", file))
	}
	return took / time.Duration(looks), nil
}

// full decodes all of a file with ffmpeg, on one thread, and takes a picture each
// cadence: what the peer does. It tells what that takes per picture that it gave.
func full(ctx context.Context, file string, every time.Duration) (time.Duration, error) {
	v, err := recording.Open(file)
	if err != nil {
		return 0, err
	}
	looks := max(1, int(v.Duration/every))
	_ = v.Close() // it was only read
	// #nosec G204 -- arguments of our own making
	cmd := exec.CommandContext(ctx, "ffmpeg", "-nostdin", "-loglevel", "error", "-threads", "1", "-i", file,
		"-vf", fmt.Sprintf("fps=%.4f", 1/every.Seconds()), "-pix_fmt", "rgb24", "-f", "rawvideo", "-")
	cmd.Stdout = io.Discard
	var problem strings.Builder
	cmd.Stderr = &problem
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("run the peer, ffmpeg (apt-get install ffmpeg): %w: %s", err, problem.String())
	}
	return (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()) / time.Duration(looks), nil
}
