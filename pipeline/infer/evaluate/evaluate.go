package evaluate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"offsite/models"
	"offsite/pipeline/infer"
)

// Options say where pictures and lists are.
type Options struct {
	// Folders hold the pictures; a file is taken from the first that has it.
	Folders []string
	// Lists is the folder of lists; default the ones in the binary.
	Lists fs.FS
	// AtHand measures on the pictures that are there, and leaves out the parts of the
	// list whose pictures are missing; the report names them.
	AtHand bool
	// Progress is told how many pictures are done; it may be nil.
	Progress func(pictures int)
}

// run is one evaluation under way.
type run struct {
	engine   *infer.Engine
	manifest models.Manifest
	folders  folders
	report   *Report
	progress func(int)
	done     int
}

// Evaluate measures a model of the engine on its list. Errors wrap infer.ErrNoModel,
// ErrNoData, or the reader's, and name the file. The report's Check compares it with
// the manifest.
func Evaluate(ctx context.Context, engine *infer.Engine, model string, o Options) (*Report, error) {
	m, err := engine.Manifest(model)
	if err != nil {
		return nil, err
	}
	if o.Lists == nil {
		o.Lists = models.Lists()
	}
	l, err := readList(o.Lists, model)
	if err != nil {
		return nil, err
	}
	r := &run{engine: engine, manifest: m, folders: o.Folders, progress: o.Progress,
		report: &Report{Model: m.Name, Version: m.Version, SHA256: m.SHA256, Split: l.Split,
			Figures: map[string]float64{}, Recorded: m.Metrics.Figures}}
	for _, p := range l.Parts {
		err := r.part(ctx, p)
		if o.AtHand && errors.Is(err, ErrNoData) {
			r.report.LeftOut = append(r.report.LeftOut, err.Error())
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("measure model %s: %w", model, err)
		}
	}
	return r.report, nil
}

func (r *run) part(ctx context.Context, p part) error {
	switch p.Kind {
	case "boxes":
		return r.boxes(ctx, p)
	case "negative":
		return r.negative(ctx, p)
	case "masks":
		return r.masks(ctx, p)
	default:
		return r.pairs(ctx, p)
	}
}

// set notes a figure.
func (r *run) set(p part, name string, v float64) { r.report.Figures[p.Prefix+name] = v }

func (r *run) step(ctx context.Context) error {
	r.done++
	if r.progress != nil {
		r.progress(r.done)
	}
	return ctx.Err()
}
