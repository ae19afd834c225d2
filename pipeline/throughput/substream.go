package throughput

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"offsite/bench"
	"offsite/pipeline/look"
	"offsite/pipeline/node"
)

// The second stream that cameras offer of the same view.
const (
	subWidth, subHeight = 640, 360 // pixels
	subRate             = "512k"
	subSuffix           = "-sub"
)

// Substreams makes of each stream the second one that a camera would send beside it:
// 640×360 pixels, 25 pictures and 512 kbit a second, H.264 with a key picture each 2 s. What
// lies there from an earlier run is taken as it is.
func Substreams(ctx context.Context, files []string) ([]string, error) {
	var subs []string
	for _, file := range files {
		sub := strings.TrimSuffix(file, ".mp4") + subSuffix + ".mp4"
		subs = append(subs, sub)
		if _, err := os.Stat(sub); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		part := sub + ".part"
		// #nosec G204 -- arguments of our own making
		cmd := exec.CommandContext(ctx, "ffmpeg", "-nostdin", "-loglevel", "error", "-i", file,
			"-vf", fmt.Sprintf("scale=%d:%d", subWidth, subHeight), "-r", "25",
			"-c:v", "libx264", "-preset", "superfast", "-b:v", subRate, "-maxrate", subRate, "-bufsize", subRate, "-pix_fmt", "yuv420p",
			"-g", "50", "-keyint_min", "50", "-sc_threshold", "0", "-bf", "0", "-an", "-f", "mp4", "-y", part)
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("make the substream of %s with ffmpeg (apt-get install ffmpeg): %w: %s", file, errors.Join(err, os.RemoveAll(part)), out)
		}
		if err := os.Rename(part, sub); err != nil {
			return nil, fmt.Errorf("make the substream of %s: %w", file, err)
		}
	}
	return subs, nil
}

// watchingSubstreams watches the same cameras, looks taken from their substreams.
func (m *measurement) watchingSubstreams(ctx context.Context) error {
	subs, err := Substreams(ctx, m.files)
	if err != nil {
		return err
	}
	mains, err := m.link()
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(filepath.Dir(mains[0])) }()
	links := mains
	for i, main := range mains {
		target, err := filepath.Abs(subs[i%len(subs)])
		if err != nil {
			return err
		}
		link := strings.TrimSuffix(main, ".mp4") + subSuffix + ".mp4"
		if err := os.Symlink(target, link); err != nil {
			return err
		}
		links = append(links, link)
	}
	urls, stop, err := m.o.Serve(ctx, links)
	if err != nil {
		return err
	}
	defer stop()
	t := trial{o: m.o, cadence: look.DefaultCadence, settle: settle, span: m.o.Soak}
	for _, url := range urls {
		if strings.HasSuffix(url, subSuffix) {
			t.subs = append(t.subs, url)
		} else {
			t.urls = append(t.urls, url)
		}
	}
	m.o.Tell(fmt.Sprintf("watching %d cameras for %s, looks from their substreams", len(t.urls), settle+t.span))
	m.sub, err = t.watch(ctx)
	return err
}

// fromSubstreams is an error unless every camera that names a substream is looked at there.
func (t trial) fromSubstreams(n *node.Node) error {
	if len(t.subs) == 0 {
		return nil
	}
	for _, s := range n.Status() {
		if s.Substream == nil || s.Substream.State != node.SubstreamLooked {
			return fmt.Errorf("watch cameras: %s is not looked at by its substream after %s: %+v", s.CameraID, t.settle, s.Substream)
		}
	}
	return nil
}

// substreamFigures sets looks from substreams beside those from the main streams.
func (m *measurement) substreamFigures() bench.Set {
	watched := fmt.Sprintf("%d cameras, looks from %d×%d at %sbit/s, the main stream as before", m.sub.cameras, subWidth, subHeight, subRate)
	f := func(v float64, unit, against string) bench.Figure {
		return bench.Figure{Value: v, Unit: unit, Peer: against, Command: command}
	}
	perLook, main := m.sub.perLook(), m.many.perLook()
	return bench.Set{
		"cameras_two_cores_substream": f(cores/m.sub.share(), "cameras", "by the cost of "+watched),
		"look_live_substream_cpu_ms":  f(float64(perLook)/float64(time.Millisecond), "ms", "all that we do, RTSP of both streams included, per look"),
		"substream_ratio_to_main":     f(main.Seconds()/perLook.Seconds(), "×", "a look from the main stream, the same run"),
		"oldest_look_substream_s":     f(m.sub.oldest.Seconds(), "s", watched),
		"looks_dropped_substream":     f(float64(m.sub.dropped), "looks", watched),
		"units_lost_substream":        f(float64(m.sub.lost), "units or packets", watched),
	}
}
