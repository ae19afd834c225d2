package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"offsite/config"
	"offsite/models"
	"offsite/pipeline/decode"
	"offsite/pipeline/infer"
	"offsite/pipeline/infer/evaluate"
)

// modelCmd looks at the shipped models.
type modelCmd struct {
	List    modelListCmd    `cmd:"" help:"List the models with version, size and digest."`
	Show    modelShowCmd    `cmd:"" help:"Print a model's manifest."`
	Predict modelPredictCmd `cmd:"" help:"Run a model on pictures, as on a camera's."`
	Eval    modelEvalCmd    `cmd:"" help:"Measure a model on held-out pictures; fails where it is worse than its manifest says."`
}

type modelListCmd struct {
	JSON bool `help:"Print each as one JSON line."`
}

// Run lists the models.
func (c *modelListCmd) Run() error {
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "name\tversion\ttask\tinput\tKiB\tlabels\tsha256")
	for _, name := range models.Names() {
		m, weights, err := models.Load(models.Shipped(), name)
		if err != nil {
			return err
		}
		if c.JSON {
			if err := printLine(m); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%dx%d\t%d\t%s\t%s\n", m.Name, m.Version, m.Task, m.Input.Width(), m.Input.Height(),
			len(weights)/1024, strings.Join(m.Labels, ","), m.SHA256[:16])
	}
	return t.Flush()
}

type modelShowCmd struct {
	Name string `arg:"" help:"Model, as in offsite model list."`
}

// Run prints the manifest.
func (c *modelShowCmd) Run() error {
	m, _, err := models.Load(models.Shipped(), c.Name)
	if err != nil {
		return fmt.Errorf("%w; the models are %s", err, strings.Join(models.Names(), ", "))
	}
	return printJSON(m)
}

type modelPredictCmd struct {
	Name        string             `arg:"" help:"Model, as in offsite model list."`
	Pictures    []string           `arg:"" help:"Pictures, of any kind that libavcodec reads."`
	MinScore    float64            `default:"-1" help:"Least score of a box, 0 to 1; default: the thresholds of the manifest." placeholder:"S"`
	Baseline    string             `help:"Picture of the same view before, for a model of novelty." placeholder:"FILE"`
	JSON        bool               `help:"Print a JSON line per picture."`
	ONNXRuntime config.ONNXRuntime `name:"onnxruntime" embed:"" prefix:"onnxruntime."`
}

// Help is shown by `offsite model predict --help`.
func (modelPredictCmd) Help() string {
	return "Boxes are in pixels of the picture, areas in shares of it.\n\n  offsite model predict burning field.jpg --min-score 0.1 --json"
}

// Run prints what the model sees. A picture that cannot be read is named, the
// others are done, and the status is 1.
func (c *modelPredictCmd) Run() error {
	if c.MinScore > 1 {
		return exitError{2, fmt.Errorf("--min-score %v: a score is between 0 and 1", c.MinScore)}
	}
	engine, err := newEngine(c.ONNXRuntime, c.Name)
	if err != nil {
		return err
	}
	defer engine.Close()
	var baseline *decode.Picture
	if c.Baseline != "" {
		if baseline, err = openPicture(c.Baseline); err != nil {
			return err
		}
		defer baseline.Release()
	}
	failed := 0
	for _, path := range c.Pictures {
		if err := c.one(engine, path, baseline); err != nil {
			fmt.Fprintln(os.Stderr, "offsite: "+err.Error())
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d pictures could not be examined", failed, len(c.Pictures))
	}
	return nil
}

func (c *modelPredictCmd) one(engine *infer.Engine, path string, baseline *decode.Picture) error {
	picture, err := openPicture(path)
	if err != nil {
		return err
	}
	defer picture.Release()
	var before infer.Source // stays a nil interface where there is no baseline
	if baseline != nil {
		before = baseline
	}
	p, err := engine.Predict(c.Name, picture, before, c.MinScore)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	p.File = path
	if c.JSON {
		return printLine(p)
	}
	fmt.Printf("%s %d×%d\n", path, p.Width, p.Height)
	for _, b := range p.Boxes {
		fmt.Printf("  %-12s %.2f  %.0f,%.0f – %.0f,%.0f\n", b.Label, b.Score, b.Box[0], b.Box[1], b.Box[2], b.Box[3])
	}
	for _, label := range slices.Sorted(maps.Keys(p.Areas)) {
		fmt.Printf("  %-12s %5.1f %%\n", label, p.Areas[label]*100)
	}
	return nil
}

func openPicture(path string) (*decode.Picture, error) {
	file, err := decode.Open(path, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	p, err := file.Next(time.Time{})
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("open %s: it holds no whole picture", path)
	}
	return p, err
}

type modelEvalCmd struct {
	Names       []string           `arg:"" optional:"" help:"Models; default: all."`
	Data        []string           `help:"Folders that hold the held-out pictures; see models/DATA.md." default:"models/lists,../shared/data" placeholder:"DIR"`
	JSON        bool               `help:"Print each report, curves included, as one JSON line."`
	ONNXRuntime config.ONNXRuntime `name:"onnxruntime" embed:"" prefix:"onnxruntime."`
}

// Run measures and compares.
func (c *modelEvalCmd) Run(ctx context.Context) error {
	engine, err := newEngine(c.ONNXRuntime)
	if err != nil {
		return err
	}
	defer engine.Close()
	names := c.Names
	if len(names) == 0 {
		names = engine.Names()
	}
	var fallen []error
	for _, name := range names {
		report, err := evaluate.Evaluate(ctx, engine, name, evaluate.Options{Folders: c.Data})
		if err != nil {
			return err
		}
		if c.JSON {
			err = printLine(report)
		} else {
			err = report.WriteTable(os.Stdout)
		}
		if err != nil {
			return err
		}
		fallen = append(fallen, report.Check())
	}
	return errors.Join(fallen...)
}
