package models

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// Limits of what is loaded, in bytes.
const (
	MaxManifestBytes = 64 << 10
	MaxWeightsBytes  = 8 << 20
)

var (
	// ErrManifest marks a manifest that cannot be used; the message names the field.
	// Write the manifest anew with the training scripts, or correct that field.
	ErrManifest = errors.New("model manifest refused")
	// ErrDigest marks weights that are not the ones the manifest was written for.
	// Fetch the file again, or write the manifest anew.
	ErrDigest = errors.New("model weights do not match their digest")
)

// Task is what a model is for; it fixes the meaning of its output.
type Task string

// The tasks; doc.go gives input and output of each.
const (
	Detect  Task = "detect"
	Segment Task = "segment"
	Novelty Task = "novelty"
)

// Manifest says what a model takes, gives and is worth.
type Manifest struct {
	Name    string `json:"name"`    // lower-case letters, digits and "_"
	Version string `json:"version"` // date of training, 2026.11.24 or 2026.11.24.2
	Task    Task   `json:"task"`
	File    string `json:"file"`    // ONNX file beside the manifest
	SHA256  string `json:"sha256"`  // of that file, lower-case hexadecimal
	Licence string `json:"licence"` // SPDX expression of the weights
	Input   Input  `json:"input"`
	Output  Output `json:"output"`
	// Labels are the classes in the order of the output's class axis.
	Labels []string `json:"labels"`
	// Thresholds are the scores, 0..1, from which a label counts (tasks detect and
	// novelty: every label has one; task segment: none).
	Thresholds map[string]float64 `json:"thresholds"`
	// Calibration turns the model's own scores into probabilities: for a label the
	// points [score, probability] of a rising line from [0, 0] to [1, 1]. Labels
	// without one are taken as they are. Thresholds are probabilities.
	Calibration map[string][][2]float64 `json:"calibration,omitempty"`
	// NMSIoU is the overlap, 0..1, from which the weaker of two boxes of a label
	// is dropped (task detect alone).
	NMSIoU float64 `json:"nms_iou,omitempty"`
	// Again is a second look at some pictures; nil: there is none.
	Again   *Again  `json:"again,omitempty"`
	Metrics Metrics `json:"metrics"`
	Data    []Data  `json:"data"`
	// TrainedWith is the command that made the weights.
	TrainedWith string `json:"trained_with"`
}

// Again says which pictures are looked at a second time, made smaller: what fills half of
// a picture is more like what a network was trained on when it is smaller (task detect
// with resize letterbox).
type Again struct {
	Side   int      `json:"side"`   // pixels of width and height that the picture then fits in, in the same input
	Labels []string `json:"labels"` // whose boxes the second look gives, in place of the first
	// From is the score of one of these labels, in the model's own scores, from which on a
	// picture is looked at again.
	From float64 `json:"from"`
}

// Input is the tensor that goes in; doc.go says how a picture becomes one.
type Input struct {
	Name   string `json:"name"`
	Shape  []int  `json:"shape"`  // -1, channels (3; 6 for novelty), height, width
	Layout string `json:"layout"` // NCHW
	Color  string `json:"color"`  // RGB or BGR
	Resize string `json:"resize"` // letterbox or stretch
	// Rows, above 0, says that the height may also be any lower multiple of it; the
	// boxes that come out are fewer in proportion (resize letterbox, task detect).
	Rows  int       `json:"rows,omitempty"`
	Pad   uint8     `json:"pad"`   // pixel value of letterbox borders
	Scale float64   `json:"scale"` // 1 or 1/255
	Mean  []float64 `json:"mean"`  // three, in colour order
	Std   []float64 `json:"std"`   // three, in colour order, above 0

	fit int // above 0: a letterbox's picture fits in so many pixels, not in all
}

// Channels, Height and Width of the input, in pixels.
func (in Input) Channels() int { return in.Shape[1] }

// Height of the input in pixels.
func (in Input) Height() int { return in.Shape[2] }

// Width of the input in pixels.
func (in Input) Width() int { return in.Shape[3] }

// Scaled is the size in pixels that a picture of w×h pixels takes in the input.
func (in Input) Scaled(w, h int) (pw, ph int) {
	if in.Resize != "letterbox" {
		return in.Width(), in.Height()
	}
	s := in.Factor(w, h)
	return clamp(int(float64(w)*s+0.5), in.Width()), clamp(int(float64(h)*s+0.5), in.Height())
}

// Factor is what a letterbox scales a picture of w×h pixels by.
func (in Input) Factor(w, h int) float64 {
	width, height := in.Width(), in.Height()
	if in.fit > 0 {
		width, height = in.fit, in.fit
	}
	return min(float64(width)/float64(w), float64(height)/float64(h))
}

// Second is the input of the second look that Again speaks of.
func (m Manifest) Second() Input {
	in := m.Input
	in.fit = m.Again.Side
	return in
}

func clamp(v, most int) int { return max(1, min(v, most)) }

// HeightFor is the least height of the input that holds a picture of w×h pixels.
func (in Input) HeightFor(w, h int) int {
	if in.Rows == 0 {
		return in.Height()
	}
	_, ph := in.Scaled(w, h)
	return (ph + in.Rows - 1) / in.Rows * in.Rows
}

// Shapes are those of the tensors for a batch of inputs of that height.
func (m Manifest) Shapes(batch, height int) (in, out []int64) {
	in, out = []int64{int64(batch)}, []int64{int64(batch)}
	for _, d := range m.Input.Shape[1:] {
		in = append(in, int64(d))
	}
	for _, d := range m.Output.Shape[1:] {
		out = append(out, int64(d))
	}
	in[2] = int64(height)
	if m.Input.Rows > 0 {
		out[1] = out[1] * int64(height) / int64(m.Input.Height())
	}
	return in, out
}

// Output is the tensor that comes out.
type Output struct {
	Name  string `json:"name"`
	Shape []int  `json:"shape"` // -1 first
	Kind  string `json:"kind"`  // boxes, classmap or probability
}

// Metrics are the figures that training/evaluate.py measured.
type Metrics struct {
	Split   string             `json:"split"` // on which pictures, and how they were held out
	Figures map[string]float64 `json:"figures"`
}

// Data is one source of training pictures.
type Data struct {
	Source   string `json:"source"`
	Licence  string `json:"licence"`
	Pictures int    `json:"pictures"`
}

// ParseManifest reads and checks one manifest. Errors wrap ErrManifest.
func ParseManifest(raw []byte) (Manifest, error) {
	var m Manifest
	if len(raw) > MaxManifestBytes {
		return m, fmt.Errorf("%w: it has %d bytes, more than %d", ErrManifest, len(raw), MaxManifestBytes)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		return Manifest{}, fmt.Errorf("%w: %w", ErrManifest, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Manifest{}, fmt.Errorf("%w: something follows its closing brace", ErrManifest)
	}
	if err := m.check(); err != nil {
		return Manifest{}, fmt.Errorf("%w: %w", ErrManifest, err)
	}
	return m, nil
}

// Load reads <name>.json and the ONNX file it names from fsys, checks both and
// returns the manifest with the file's bytes. Errors wrap ErrManifest, ErrDigest
// or the file system's error, and name the file.
func Load(fsys fs.FS, name string) (Manifest, []byte, error) {
	if !nameForm.MatchString(name) {
		return Manifest{}, nil, fmt.Errorf("loading model %q: %w: a name has lower-case letters, digits and _", name, ErrManifest)
	}
	raw, err := fs.ReadFile(fsys, name+".json")
	if err != nil {
		return Manifest{}, nil, fmt.Errorf("loading model %s: %w", name, err)
	}
	m, err := ParseManifest(raw)
	if err != nil {
		return Manifest{}, nil, fmt.Errorf("loading model %s: %s.json: %w", name, name, err)
	}
	if m.Name != name {
		return Manifest{}, nil, fmt.Errorf("loading model %s: %s.json: %w: it calls itself %q", name, name, ErrManifest, m.Name)
	}
	weights, err := fs.ReadFile(fsys, m.File)
	if err != nil {
		return Manifest{}, nil, fmt.Errorf("loading model %s: %w", name, err)
	}
	if err := m.CheckWeights(weights); err != nil {
		return Manifest{}, nil, fmt.Errorf("loading model %s: %w", name, err)
	}
	return m, weights, nil
}

// CheckWeights tells whether the bytes are the file that the manifest was written
// for. The error wraps ErrDigest and names the file.
func (m Manifest) CheckWeights(weights []byte) error {
	if len(weights) > MaxWeightsBytes {
		return fmt.Errorf("%s: %w: it has %d bytes, more than %d", m.File, ErrDigest, len(weights), MaxWeightsBytes)
	}
	sum := sha256.Sum256(weights)
	if got := hex.EncodeToString(sum[:]); got != m.SHA256 {
		return fmt.Errorf("%s: %w: SHA-256 is %s, the manifest says %s", m.File, ErrDigest, got, m.SHA256)
	}
	return nil
}
