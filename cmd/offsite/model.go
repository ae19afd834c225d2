package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"offsite/config"
	"offsite/models"
	"offsite/pipeline/decode"
	"offsite/pipeline/infer"
	"offsite/pipeline/infer/evaluate"
	"offsite/registry/model"
)

// modelCmd is about the models in the program, and those that the bureau brings.
type modelCmd struct {
	List     modelListCmd     `cmd:"" help:"List the models with version, size and digest."`
	Show     modelShowCmd     `cmd:"" help:"Print a model's manifest."`
	Predict  modelPredictCmd  `cmd:"" help:"Run a model on pictures, as on a camera's."`
	Eval     modelEvalCmd     `cmd:"" help:"Measure a model on held-out pictures; fails where it is worse than its manifest says."`
	Add      modelAddCmd      `cmd:"" help:"Register a model that the bureau brings, after it was tried."`
	Activate modelActivateCmd `cmd:"" help:"Bring a registered version into force; takes two people."`
	Shadow   modelShadowCmd   `cmd:"" help:"Run a version beside the one in force, and tell how they differ."`
	Feedback modelFeedbackCmd `cmd:"" help:"Export what reviewers confirmed and rejected, to train on."`
}

// registered are the bureau's own models, where a database is configured.
type registered struct {
	Settings settings `embed:""`
}

// list tells the registered versions; none where no database is named.
func (r registered) list(ctx context.Context, file *config.File) ([]model.Version, error) {
	if r.Settings.Database.URL == "" {
		return nil, nil
	}
	if err := r.Settings.Check(file); err != nil {
		return nil, err
	}
	s, err := openModels(ctx, &r.Settings.Config)
	if err != nil {
		return nil, err
	}
	defer s.close()
	return s.List(ctx)
}

type modelListCmd struct {
	Registered registered `embed:""`
	JSON       bool       `help:"Print each as one JSON line."`
}

// Help is shown by `offsite model list --help`.
func (modelListCmd) Help() string {
	return "Registered models are listed too where database.url and s3.endpoint are set.\n\n  offsite model list\n  offsite model list --config /var/lib/offsite/offsite.yaml"
}

// Run lists the models.
func (c *modelListCmd) Run(ctx context.Context, file *config.File) error {
	own, err := c.Registered.list(ctx, file)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	if !c.JSON {
		fmt.Fprintln(t, "name\tversion\ttask\tinput\tKiB\tlabels\tsha256\tuse")
	}
	line := func(m models.Manifest, size int64, use string) {
		fmt.Fprintf(t, "%s\t%s\t%s\t%dx%d\t%d\t%s\t%s\t%s\n", m.Name, m.Version, m.Task, m.Input.Width(), m.Input.Height(),
			size/1024, strings.Join(m.Labels, ","), short(m.SHA256), use)
	}
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
		line(m, int64(len(weights)), useOfShipped(m, own))
	}
	for _, v := range own {
		if c.JSON {
			if err := printLine(v.Manifest); err != nil {
				return err
			}
			continue
		}
		var uses []string
		for _, u := range v.Uses {
			uses = append(uses, string(u))
		}
		line(v.Manifest, v.Size, cmp.Or(strings.Join(uses, ","), "-"))
	}
	return t.Flush()
}

// useOfShipped says whether a model of the program is in force.
func useOfShipped(m models.Manifest, own []model.Version) string {
	if slices.ContainsFunc(own, func(v model.Version) bool { return v.Manifest.Name == m.Name && slices.Contains(v.Uses, model.Active) }) {
		return "replaced"
	}
	return string(model.Active)
}

type modelShowCmd struct {
	Registered registered `embed:""`
	Name       string     `arg:"" help:"Model, as in offsite model list."`
	Version    string     `arg:"" optional:"" help:"Its version; default: the one in the program."`
}

// Run prints the manifest.
func (c *modelShowCmd) Run(ctx context.Context, file *config.File) error {
	own, err := c.Registered.list(ctx, file)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(own, func(v model.Version) bool { return v.Manifest.Name == c.Name && v.Manifest.Version == c.Version }); i >= 0 {
		return printJSON(own[i])
	}
	m, _, err := models.Load(models.Shipped(), c.Name)
	if err != nil {
		return fmt.Errorf("%w; the models are %s", err, strings.Join(models.Names(), ", "))
	}
	if c.Version != "" && c.Version != m.Version {
		return fmt.Errorf("there is no version %s of %s; see offsite model list", c.Version, c.Name)
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
	return `Boxes are in pixels of the picture, areas in shares of it. A picture that its file wants turned (EXIF
orientation) is turned first: width, height and boxes are those of what a viewer shows. Transparency is left out.
Read are JPEG, PNG, WebP, BMP, TIFF and the first picture of a GIF or video. Lines come in the order of the pictures;
what cannot be read is named on standard error, the others are done, and the status is 1.

  offsite model predict burning field.jpg --min-score 0.1 --json`
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
		if baseline, err = decode.First(c.Baseline); err != nil {
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
	picture, err := decode.First(path)
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

type modelEvalCmd struct {
	Names       []string           `arg:"" optional:"" help:"Models; default: all."`
	All         bool               `help:"All models, which is so where none is named."`
	Out         string             `help:"Folder for the curves, NAME.svg, and the 24 worst pictures, NAME-worst.jpg." placeholder:"DIR"`
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
	if c.All || len(names) == 0 {
		names = engine.Names()
	}
	var reports []*evaluate.Report
	var fallen []error
	for _, name := range names {
		report, err := evaluate.Evaluate(ctx, engine, name, evaluate.Options{Folders: c.Data, AtHand: true})
		if err != nil {
			return err
		}
		if len(report.Figures) == 0 {
			return fmt.Errorf("measure model %s: %s", name, strings.Join(report.LeftOut, "; "))
		}
		if c.Out != "" {
			if err := draw(report, c.Out); err != nil {
				return err
			}
		}
		if c.JSON {
			if err := printLine(report); err != nil {
				return err
			}
		}
		reports = append(reports, report)
		fallen = append(fallen, report.Check())
	}
	if !c.JSON {
		if err := evaluate.WriteTable(os.Stdout, reports...); err != nil {
			return err
		}
	}
	return errors.Join(fallen...)
}

// draw writes curves and worst pictures of a model into a folder.
func draw(r *evaluate.Report, folder string) error {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return fmt.Errorf("draw the figures of %s: %w", r.Model, err)
	}
	if _, err := r.WriteSVG(filepath.Join(folder, r.Model+".svg")); err != nil {
		return err
	}
	_, err := r.WriteSheet(filepath.Join(folder, r.Model+"-worst.jpg"))
	return err
}
