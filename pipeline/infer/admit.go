package infer

import (
	"errors"
	"fmt"
	"math"
	"time"

	ort "github.com/yalue/onnxruntime_go"

	"offsite/models"
)

// ErrUnfit says that a model file does what its manifest does not say. The message
// names the first thing; correct manifest or file, then add it again.
var ErrUnfit = errors.New("model refused")

// slowest is the longest that one look of one picture may take on one thread. A
// model that takes longer would let every camera fall behind.
const slowest = 2 * time.Second

// Admit tries a model that somebody brings, without keeping it: reads manifest and
// weights, compares inputs and outputs, and runs it on pictures that are black, white
// and noise, alone and two at a time. It returns the manifest and what a look takes.
// The engine must be open, since it holds the library. Errors wrap ErrUnfit or those
// of package models, and say what does not fit.
func (e *Engine) Admit(manifest, weights []byte) (models.Manifest, time.Duration, error) {
	m, err := models.ParseManifest(manifest)
	if err != nil {
		return m, 0, err
	}
	if err := m.CheckWeights(weights); err != nil {
		return m, 0, fmt.Errorf("model %s: %w", m.Name, err)
	}
	if err := compareGraph(m, weights); err != nil {
		return m, 0, fmt.Errorf("%w: %s: %w", ErrUnfit, m.File, err)
	}
	n, err := openNet(m, weights, 1)
	if err != nil {
		return m, 0, fmt.Errorf("%w: %w", ErrUnfit, err)
	}
	defer n.close()
	took, err := n.rehearse()
	if err != nil {
		return m, 0, fmt.Errorf("%w: %s: %w", ErrUnfit, m.File, err)
	}
	return m, took, nil
}

// compareGraph checks names, types and shapes of what the file declares.
func compareGraph(m models.Manifest, weights []byte) error {
	in, out, err := ort.GetInputOutputInfoWithONNXData(weights)
	if err != nil {
		return fmt.Errorf("ONNX Runtime cannot load it (an unknown operator, or no ONNX file): %w", err)
	}
	if len(in) != 1 || len(out) != 1 {
		return fmt.Errorf("it has %d inputs and %d outputs, not one of each", len(in), len(out))
	}
	if err := compareTensor("input", in[0], m.Input.Name, m.Input.Shape, m.Input.Rows); err != nil {
		return err
	}
	return compareTensor("output", out[0], m.Output.Name, m.Output.Shape, 0)
}

func compareTensor(what string, got ort.InputOutputInfo, name string, dims []int, rows int) error {
	if got.Name != name {
		return fmt.Errorf("its %s is called %q, the manifest says %q", what, got.Name, name)
	}
	if got.OrtValueType != ort.ONNXTypeTensor || got.DataType != ort.TensorElementDataTypeFloat {
		return fmt.Errorf("its %s is %s, not a tensor of float32", what, got.DataType)
	}
	if len(got.Dimensions) != len(dims) {
		return fmt.Errorf("its %s has shape %v, the manifest says %v", what, got.Dimensions, dims)
	}
	for i, d := range got.Dimensions {
		switch {
		case i == 0 && d > 0:
			return fmt.Errorf("its %s takes %d pictures at once only; the first axis must be free: export it with a dynamic batch axis", what, d)
		case i > 0 && d < 1 && what == "output":
			continue // exporters often leave it open; the run tells
		case i == 2 && d < 1 && rows > 0:
			continue // as the manifest says
		case i > 0 && d < 1:
			return fmt.Errorf("axis %d of its %s is free; only the first may be: export it with fixed height and width", i, what)
		case i > 0 && int(d) != dims[i]:
			return fmt.Errorf("its %s has shape %v, the manifest says %v", what, got.Dimensions, dims)
		}
	}
	return nil
}

// measureOutput runs the model without saying how much comes out, and compares.
func (n *net) measureOutput(s size) error {
	inShape, outShape := n.manifest.Shapes(s.batch, s.height)
	in, err := ort.NewEmptyTensor[float32](inShape)
	if err != nil {
		return err
	}
	defer func() { _ = in.Destroy() }() // it frees memory; there is nothing to do about a failure
	outputs := []ort.Value{nil}
	if err := n.session.Run([]ort.Value{in}, outputs); err != nil {
		return fmt.Errorf("it does not run on %d pictures of %d rows: %w", s.batch, s.height, err)
	}
	defer func() { _ = outputs[0].Destroy() }() // as above
	if got, want := outputs[0].GetShape(), ort.Shape(outShape); !got.Equals(want) {
		return fmt.Errorf("for %d pictures of %d rows its output has shape %v, the manifest says %v", s.batch, s.height, got, want)
	}
	return nil
}

// lower lists one picture of each lower height that the manifest allows.
func (n *net) lower() []size {
	var list []size
	if step := n.manifest.Input.Rows; step > 0 {
		for h := step; h < n.manifest.Input.Height(); h += step {
			list = append(list, size{1, h})
		}
	}
	return list
}

// rehearse runs the model on made-up pictures, and checks what comes out.
func (n *net) rehearse() (time.Duration, error) {
	whole := n.manifest.Input.Height()
	for _, s := range append(n.lower(), size{1, whole}, size{2, whole}) {
		if err := n.measureOutput(s); err != nil {
			return 0, err
		}
	}
	var took time.Duration
	for _, batch := range []int{1, 2, 1} {
		for _, paint := range []func(i int) float32{
			func(int) float32 { return n.table[0][0] },
			func(int) float32 { return n.table[0][255] },
			func(i int) float32 { return n.table[0][(i*2654435761>>7)&255] },
		} {
			start := time.Now()
			var wrong error
			err := n.run(size{batch, whole},
				func(_ int, tensor []float32, _ []byte) error {
					for i := range tensor {
						tensor[i] = paint(i)
					}
					return nil
				},
				func(_ int, result []float32) { wrong = errors.Join(wrong, n.sane(result)) })
			if err != nil {
				return 0, err
			}
			if wrong != nil {
				return 0, wrong
			}
			took = time.Since(start) / time.Duration(batch) // of the last, warm one
		}
	}
	if took > slowest {
		return 0, fmt.Errorf("one look takes %v on one core, more than %v", took.Round(time.Millisecond), slowest)
	}
	return took, nil
}

// sane checks that a result means what doc.go of package models says.
func (n *net) sane(result []float32) error {
	for _, v := range result {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return errors.New("its output holds values that are no numbers (NaN or infinite)")
		}
	}
	switch n.manifest.Task {
	case models.Detect:
		return saneBoxes(result, 5+len(n.manifest.Labels))
	case models.Segment:
		return saneShares(result, len(n.manifest.Labels))
	}
	for _, v := range result {
		if v < 0 || v > 1 {
			return fmt.Errorf("its output holds the probability %v, not in 0..1", v)
		}
	}
	return nil
}

func saneBoxes(rows []float32, width int) error {
	for ; len(rows) >= width; rows = rows[width:] {
		greatest := float32(0)
		for _, v := range rows[5:width] {
			if v < 0 || v > 1 {
				return fmt.Errorf("its output holds the score %v, not in 0..1: put the sigmoid into the graph", v)
			}
			greatest = max(greatest, v)
		}
		if math.Abs(float64(rows[4]-greatest)) > 1e-4 {
			return fmt.Errorf("column 4 of its output is %v, but the greatest score of that row is %v", rows[4], greatest)
		}
	}
	return nil
}

func saneShares(result []float32, classes int) error {
	cells := len(result) / classes
	for i := range cells {
		sum := float32(0)
		for c := range classes {
			sum += result[c*cells+i]
		}
		if math.Abs(float64(sum)-1) > 1e-2 {
			return fmt.Errorf("the classes of a cell sum to %v, not 1: put the softmax into the graph", sum)
		}
	}
	return nil
}
