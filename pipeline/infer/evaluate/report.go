package evaluate

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"offsite/models"
)

// ErrFallen says that a model is worse than its manifest records. Find out what
// changed: weights, decoding, scaling; or train anew. Figures are never lowered to
// make it pass.
var ErrFallen = errors.New("a model is worse than its manifest says")

// slack is by how much a figure may be worse: other processors round otherwise.
const slack = 0.01

// Report is what a model is worth.
type Report struct {
	Model     string             `json:"model"`
	Version   string             `json:"version"`
	SHA256    string             `json:"sha256"`
	Split     string             `json:"split"`
	Figures   map[string]float64 `json:"figures"`
	Recorded  map[string]float64 `json:"recorded"` // of the manifest
	Curves    []Curve            `json:"curves,omitempty"`
	Confusion []*Confusion       `json:"confusion,omitempty"`
	Worst     []Worst            `json:"worst,omitempty"`
	LeftOut   []string           `json:"left_out,omitempty"` // parts without pictures, and which is missing
}

// Curve is how one label does over all thresholds.
type Curve struct {
	Name        string  `json:"name"` // prefix and label
	Threshold   float64 `json:"threshold"`
	Points      []Point `json:"points"`
	Reliability []Bin   `json:"reliability"`
}

// Worst is a picture that went wrong, and how far, 0..1.
type Worst struct {
	File  string  `json:"file"`
	At    string  `json:"at,omitempty"` // time in a video
	Why   string  `json:"why"`
	Error float64 `json:"error"`

	tile *tile
}

// mostWorst are kept.
const mostWorst = 24

func (r *Report) wrong(w Worst) {
	r.Worst = append(r.Worst, w)
	slices.SortStableFunc(r.Worst, func(a, b Worst) int { return cmp.Compare(b.Error, a.Error) })
	r.Worst = r.Worst[:min(len(r.Worst), mostWorst)]
}

// most is how many points of a curve are kept.
const most = 400

// thin keeps some of the points of a curve, its ends among them.
func thin(points []Point) []Point {
	if len(points) <= most {
		return points
	}
	kept := make([]Point, 0, most)
	for i := range most {
		kept = append(kept, points[i*(len(points)-1)/(most-1)])
	}
	return kept
}

// direction says whether more of a figure is better (1), worse (-1) or neither (0).
func direction(figure string) int {
	for _, s := range []string{"false", "error", "ece"} {
		if strings.Contains(figure, s) {
			return -1
		}
	}
	for _, s := range []string{"ap50", "precision", "recall", "f1", "iou"} {
		if strings.Contains(figure, s) {
			return 1
		}
	}
	return 0
}

// fallen tells whether a figure is worse than the recorded one.
func (r *Report) fallen(figure string) bool {
	recorded, ok := r.Recorded[figure]
	now, has := r.Figures[figure]
	return ok && has && float64(direction(figure))*(now-recorded) < -slack
}

// Check fails when a figure is worse than the manifest's. The error wraps ErrFallen
// and names each.
func (r *Report) Check() error {
	var worse []string
	for _, f := range slices.Sorted(maps.Keys(r.Recorded)) {
		if r.fallen(f) {
			worse = append(worse, fmt.Sprintf("%s %.4f, recorded %.4f", f, r.Figures[f], r.Recorded[f]))
		}
		if _, has := r.Figures[f]; !has && direction(f) != 0 && len(r.LeftOut) == 0 {
			worse = append(worse, fmt.Sprintf("%s is recorded but was not measured", f))
		}
	}
	if len(worse) > 0 {
		return fmt.Errorf("%w: %s %s: %s", ErrFallen, r.Model, r.Version, strings.Join(worse, "; "))
	}
	return nil
}

// WriteTable prints the figures of models beside the recorded ones, as one table.
func WriteTable(w io.Writer, reports ...*Report) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "model\tfigure\tmeasured\trecorded\t")
	for _, r := range reports {
		for _, f := range slices.Sorted(maps.Keys(r.Figures)) {
			recorded, note := "-", ""
			if v, ok := r.Recorded[f]; ok {
				recorded = fmt.Sprintf("%.4f", v)
			}
			if r.fallen(f) {
				note = "worse"
			}
			fmt.Fprintf(t, "%s %s\t%s\t%.4f\t%s\t%s\n", r.Model, r.Version, f, r.Figures[f], recorded, note)
		}
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("print the figures: %w", err)
	}
	for _, r := range reports {
		for _, left := range r.LeftOut {
			if _, err := fmt.Fprintf(w, "%s, left out: %s\n", r.Model, left); err != nil {
				return fmt.Errorf("print the figures: %w", err)
			}
		}
	}
	return nil
}

// Record writes the figures and the split into a manifest file.
func (r *Report) Record(file string) error {
	if len(r.LeftOut) > 0 {
		return fmt.Errorf("record the figures of %s: not all was measured: %s", r.Model, strings.Join(r.LeftOut, "; "))
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("record the figures of %s: %w", r.Model, err)
	}
	m, err := models.ParseManifest(raw)
	if err != nil {
		return fmt.Errorf("record the figures of %s in %s: %w", r.Model, file, err)
	}
	if m.SHA256 != r.SHA256 {
		return fmt.Errorf("record the figures of %s: %s is of other weights; measure those", r.Model, file)
	}
	m.Metrics = models.Metrics{Split: r.Split, Figures: map[string]float64{}}
	for f, v := range r.Figures {
		m.Metrics.Figures[f] = round(v)
	}
	raw, err = json.MarshalIndent(m, "", " ")
	if err != nil {
		return fmt.Errorf("record the figures of %s: %w", r.Model, err)
	}
	if err := os.WriteFile(file, append(raw, '\n'), 0o644); err != nil { // #nosec G306 -- a public file of the repository
		return fmt.Errorf("record the figures of %s: %w", r.Model, err)
	}
	return nil
}

func round(v float64) float64 { return float64(int(v*1e4+0.5)) / 1e4 }
