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

	runs atomic.Uint64 // pictures that went through it

	mu   sync.Mutex
	idle map[int][]*job // by batch size
}

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
	n := &net{manifest: m, curves: curvesOf(m), idle: map[int][]*job{}}
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

// take returns tensors for a batch, idle ones if there are.
func (n *net) take(batch int) (*job, error) {
	n.mu.Lock()
	if idle := n.idle[batch]; len(idle) > 0 {
		j := idle[len(idle)-1]
		n.idle[batch] = idle[:len(idle)-1]
		n.mu.Unlock()
		return j, nil
	}
	n.mu.Unlock()
	m := n.manifest
	in, err := ort.NewEmptyTensor[float32](shape(batch, m.Input.Shape))
	if err != nil {
		return nil, err
	}
	out, err := ort.NewEmptyTensor[float32](shape(batch, m.Output.Shape))
	if err != nil {
		_ = in.Destroy()
		return nil, err
	}
	return &job{in: in, out: out, inputs: []ort.Value{in}, outputs: []ort.Value{out},
		pixels: make([]byte, 3*m.Input.Width()*m.Input.Height())}, nil
}

func (n *net) give(batch int, j *job) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.idle[batch] = append(n.idle[batch], j)
}

func shape(batch int, dims []int) ort.Shape {
	s := ort.Shape{int64(batch)}
	for _, d := range dims[1:] {
		s = append(s, int64(d))
	}
	return s
}

// run fills a batch by fill, runs the model, and hands each result to read. The
// slices are used again afterwards.
func (n *net) run(batch int, fill func(i int, tensor []float32, pixels []byte) error, read func(i int, result []float32)) error {
	j, err := n.take(batch)
	if err != nil {
		return fmt.Errorf("run model %s: %w", n.manifest.Name, err)
	}
	defer n.give(batch, j)
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

// fill writes a picture into three channels of a tensor, as the manifest says. It
// returns by how much the picture was scaled (letterbox alone).
func (n *net) fill(src Source, tensor []float32, pixels []byte) (scale float64, err error) {
	in := n.manifest.Input
	w, h := in.Width(), in.Height()
	pw, ph := w, h
	if in.Resize == "letterbox" {
		sw, sh := src.Size()
		scale = min(float64(w)/float64(sw), float64(h)/float64(sh))
		pw, ph = clamp(int(float64(sw)*scale+0.5), w), clamp(int(float64(sh)*scale+0.5), h)
		if pw < w || ph < h {
			for i := range pixels {
				pixels[i] = in.Pad
			}
		}
	}
	if err := src.RGB(pixels, pw, ph, 3*w); err != nil {
		return 0, err
	}
	order := [3]int{0, 1, 2}
	if in.Color == "BGR" {
		order = [3]int{2, 1, 0}
	}
	area := w * h
	for c := range 3 {
		table, from, to := &n.table[c], pixels[order[c]:], tensor[c*area:(c+1)*area]
		for i := range to {
			to[i] = table[from[3*i]]
		}
	}
	return scale, nil
}

func clamp(v, most int) int { return max(1, min(v, most)) }
