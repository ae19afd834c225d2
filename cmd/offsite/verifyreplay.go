package main

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"sync"

	"offsite/config"
	"offsite/detectors/all"
	"offsite/evidence/verify"
	"offsite/pipeline/infer"
	"offsite/pipeline/replay"
)

// replayer makes findings again from sealed bundles.
type replayer struct {
	wanted  bool
	library config.ONNXRuntime

	once   sync.Once
	engine *infer.Engine // made when first needed
	err    error
	turn   sync.Mutex // a clip is large: one at a time
}

func (r *replayer) close() {
	if r.engine != nil {
		r.engine.Close()
	}
}

// replay adds to the report what came of it. A bundle that was tampered with is left
// alone: nothing in it is what it was.
func (r *replayer) replay(ctx context.Context, from source, report *verify.Report) error {
	if report.Exit() == 1 {
		return nil
	}
	if report.Kind != "incident" && report.Kind != "recheck" {
		report.Checks = append(report.Checks, verify.Check{Name: verify.CheckReplay, OK: true,
			ZH: "此类证据包不含机器的认定，无需重算", EN: "a bundle of this kind holds no finding to make again"})
		return nil
	}
	if from.name == "-" {
		return errors.New("--replay reads a bundle twice: give it as a file")
	}
	r.turn.Lock()
	defer r.turn.Unlock()
	r.once.Do(func() { r.engine, r.err = newEngine(r.library) })
	if r.err != nil {
		return r.err
	}
	files, err := payloadOf(ctx, from)
	if err != nil {
		return fmt.Errorf("replay %s: %w", from.name, err)
	}
	in, err := incidentOf(files)
	if err != nil {
		return fmt.Errorf("replay %s: %w", from.name, err)
	}
	steps, err := replay.Again(in, r.engine, all.All())
	if err != nil {
		return err
	}
	for _, s := range steps {
		report.Checks = append(report.Checks, verify.Check{Name: verify.CheckReplay, ZH: s.Why.ZH, EN: s.Why.EN,
			OK: s.Outcome == replay.Same || s.Outcome == replay.Near, Unchecked: s.Outcome == replay.Unknown})
	}
	return nil
}

// mostPayload is more than a bundle with a clip of minutes holds.
const mostPayload = 512 << 20

// payloadOf reads the payload of a bundle that was checked.
func payloadOf(ctx context.Context, from source) (map[string][]byte, error) {
	f, err := from.open(ctx)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	files, left := map[string][]byte{}, int64(mostPayload)
	for t := tar.NewReader(f); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		_, rest, _ := strings.Cut(path.Clean(h.Name), "/")
		if !strings.HasPrefix(rest, "data/") || strings.HasPrefix(rest, "data/overlays/") {
			continue
		}
		if left -= h.Size; left < 0 {
			return nil, fmt.Errorf("it holds more than %d MiB", mostPayload>>20)
		}
		if files[rest], err = io.ReadAll(t); err != nil {
			return nil, err
		}
	}
}
