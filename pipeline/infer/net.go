package infer

import (
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"

	ort "github.com/yalue/onnxruntime_go"

	"offsite/models"
)

// Source is a picture that can be scaled: *decode.Picture, or a baseline.
type Source interface {
	// Size returns width and height in pixels.
	Size() (w, h int)
	// RGB scales to w×h pixels into dst, three bytes a pixel, stride bytes a line.
	RGB(dst []byte, w, h, stride int) error
}

// net is one model and what it needs to run.
type net struct {
	manifest models.Manifest
	session  *ort.DynamicAdvancedSession
	table    [3][256]float32 // channel of the input, pixel value -> tensor value
	curves   []curve         // one per label, from the model's scores to probabilities

	runs atomic.Uint64 // pictures that went through it; twice what was looked at again

	mu   sync.Mutex
	idle map[size][]*job
}

// size is what a run takes at once: so many pictures, so many pixels high.
type size struct{ batch, height int }

// job holds the tensors of one run.
type job struct {
	in, out *ort.Tensor[float32]
	inputs  []ort.Value
	outputs []ort.Value
	pixels  []byte // RGB of one picture
}

func loadNet(fsys fs.FS, name string, threads int) (*net, error) {
	m, weights, err := models.Load(fsys, name)
	if err != nil {
		return nil, err
	}
	return openNet(m, weights, threads)
}

func openNet(m models.Manifest, weights []byte, threads int) (*net, error) {
	n := &net{manifest: m, curves: curvesOf(m), idle: map[size][]*job{}}
	n.fillTable()
	options, err := sessionOptions(threads)
	if err != nil {
		return nil, fmt.Errorf("loading model %s: set the session's options: %w", m.Name, err)
	}
	defer func() { _ = options.Destroy() }()
	n.session, err = ort.NewDynamicAdvancedSessionWithONNXData(weights, []string{m.Input.Name}, []string{m.Output.Name}, options)
	if err != nil {
		return nil, fmt.Errorf("loading model %s: ONNX Runtime refuses %s: %w", m.Name, m.File, err)
	}
	return n, nil
}

func sessionOptions(threads int) (*ort.SessionOptions, error) {
	o, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	err = errors.Join(
		o.SetIntraOpNumThreads(threads),
		o.SetInterOpNumThreads(1),
		o.SetExecutionMode(ort.ExecutionModeSequential),
		o.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"),
		o.AddSessionConfigEntry("session.inter_op.allow_spinning", "0"),
	)
	if err != nil {
		_ = o.Destroy()
		return nil, err
	}
	return o, nil
}

// fillTable computes what each pixel value becomes, per channel of the tensor.
func (n *net) fillTable() {
	in := n.manifest.Input
	for c := range 3 {
		for v := range 256 {
			n.table[c][v] = float32((float64(v)*in.Scale - in.Mean[c]) / in.Std[c])
		}
	}
}

func (n *net) close() {
	for _, jobs := range n.idle {
		for _, j := range jobs {
			j.close()
		}
	}
	if n.session != nil {
		_ = n.session.Destroy() // it frees memory; there is nothing to do about a failure
	}
}

func (j *job) close() {
	_ = j.in.Destroy()
	_ = j.out.Destroy()
}

// take returns tensors of a size, idle ones if there are.
func (n *net) take(s size) (*job, error) {
	n.mu.Lock()
	if idle := n.idle[s]; len(idle) > 0 {
		j := idle[len(idle)-1]
		n.idle[s] = idle[:len(idle)-1]
		n.mu.Unlock()
		return j, nil
	}
	n.mu.Unlock()
	inShape, outShape := n.manifest.Shapes(s.batch, s.height)
	in, err := ort.NewEmptyTensor[float32](inShape)
	if err != nil {
		return nil, err
	}
	out, err := ort.NewEmptyTensor[float32](outShape)
	if err != nil {
		_ = in.Destroy()
		return nil, err
	}
	return &job{in: in, out: out, inputs: []ort.Value{in}, outputs: []ort.Value{out},
		pixels: make([]byte, 3*n.manifest.Input.Width()*s.height)}, nil
}

func (n *net) give(s size, j *job) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.idle[s] = append(n.idle[s], j)
}

// run fills a batch by fill, runs the model, and hands each result to read. The
// slices are used again afterwards.
func (n *net) run(s size, fill func(i int, tensor []float32, pixels []byte) error, read func(i int, result []float32)) error {
	batch := s.batch
	j, err := n.take(s)
	if err != nil {
		return fmt.Errorf("run model %s: %w", n.manifest.Name, err)
	}
	defer n.give(s, j)
	in, out := j.in.GetData(), j.out.GetData()
	for i := range batch {
		if err := fill(i, in[i*len(in)/batch:(i+1)*len(in)/batch], j.pixels); err != nil {
			return fmt.Errorf("run model %s: %w", n.manifest.Name, err)
		}
	}
	if err := n.session.Run(j.inputs, j.outputs); err != nil {
		return fmt.Errorf("run model %s: %w", n.manifest.Name, err)
	}
	n.runs.Add(uint64(batch))
	for i := range batch {
		read(i, out[i*len(out)/batch:(i+1)*len(out)/batch])
	}
	return nil
}

// fill writes a picture into three channels of a tensor, as the input says, whose
// height is that of the run.
func (n *net) fill(in models.Input, src Source, tensor []float32, pixels []byte) error {
	w := in.Width()
	pw, ph := in.Scaled(src.Size())
	around := pixels[3*w*ph:] // below the picture
	if pw < w {
		around = pixels
	}
	for i := range around {
		around[i] = in.Pad
	}
	if err := src.RGB(pixels, pw, ph, 3*w); err != nil {
		return err
	}
	area := len(pixels) / 3
	red, green, blue := tensor[:area], tensor[area:2*area], tensor[2*area:3*area]
	ofRed, ofGreen, ofBlue := &n.table[0], &n.table[1], &n.table[2]
	if in.Color == "BGR" {
		red, blue, ofRed, ofBlue = blue, red, ofBlue, ofRed
	}
	for i := range red {
		p := pixels[3*i : 3*i+3 : 3*i+3]
		red[i], green[i], blue[i] = ofRed[p[0]], ofGreen[p[1]], ofBlue[p[2]]
	}
	return nil
}
