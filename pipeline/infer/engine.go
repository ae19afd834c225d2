package infer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	ort "github.com/yalue/onnxruntime_go"

	"offsite/models"
	"offsite/pipeline"
)

var (
	// ErrLibrary says that ONNX Runtime's library cannot be loaded: run make setup,
	// or set OFFSITE_ONNXRUNTIME to its path.
	ErrLibrary = errors.New("ONNX Runtime cannot be loaded")
	// ErrNoModel says that the engine holds no model of that name and task: name one
	// that `offsite model list` shows.
	ErrNoModel = errors.New("there is no such model")
)

// LibraryVariable is the environment variable that says where the library is.
const LibraryVariable = "OFFSITE_ONNXRUNTIME"

// defaultLibrary is where make setup puts it, from the project's folder.
const defaultLibrary = ".tools/onnxruntime/libonnxruntime.so.1"

// Options say what an engine holds.
type Options struct {
	// Library is the path of libonnxruntime.so.1; default $OFFSITE_ONNXRUNTIME, then
	// .tools/onnxruntime/libonnxruntime.so.1.
	Library string
	// Models is the folder of manifests and weights; default the shipped ones.
	Models fs.FS
	// Names are the models to load; default all in the folder.
	Names []string
	// Threads that one run of a model may use; default 1.
	Threads int
}

// Engine runs the models. Its methods may be called from any goroutine.
type Engine struct {
	nets    map[string]*net
	names   []string
	runtime string
	library string // its path
	threads int
	shadows map[string]*shadow // by the name of the model they run beside
}

// New loads the library and the models. Errors wrap ErrLibrary or those of
// package models.
func New(o Options) (*Engine, error) {
	if o.Models == nil {
		o.Models = models.Shipped()
	}
	if o.Names == nil {
		o.Names = models.NamesIn(o.Models)
	}
	if o.Threads < 1 {
		o.Threads = 1
	}
	library, err := loadLibrary(o.Library)
	if err != nil {
		return nil, err
	}
	e := &Engine{
		nets: map[string]*net{}, shadows: map[string]*shadow{}, threads: o.Threads,
		runtime: "onnxruntime " + ort.GetVersion() + " cpu", library: library,
	}
	for _, name := range o.Names {
		n, err := loadNet(o.Models, name, o.Threads)
		if err != nil {
			e.Close()
			return nil, err
		}
		e.nets[name] = n
		e.names = append(e.names, name)
	}
	slices.Sort(e.names)
	return e, nil
}

// loadLibrary loads it and returns its path.
func loadLibrary(path string) (string, error) {
	if path == "" {
		path = os.Getenv(LibraryVariable)
	}
	if path == "" {
		path = defaultLibrary
	}
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%w: %w; run make setup, or set %s to the path of libonnxruntime.so.1", ErrLibrary, err, LibraryVariable)
	}
	if ort.IsInitialized() {
		return "", fmt.Errorf("%w: an engine is open already in this process; close it first", ErrLibrary)
	}
	ort.SetSharedLibraryPath(path)
	if err := ort.InitializeEnvironment(ort.WithLogLevelError()); err != nil {
		return "", fmt.Errorf("%w from %s: %w", ErrLibrary, path, err)
	}
	return path, nil
}

// Close frees all models and the library. No run may be under way.
func (e *Engine) Close() {
	for _, n := range e.nets {
		n.close()
	}
	for _, s := range e.shadows {
		s.close()
	}
	e.nets, e.names, e.shadows = nil, nil, nil
	if ort.IsInitialized() {
		_ = ort.DestroyEnvironment() // nothing can be done about it, and nothing depends on it
	}
}

// Names lists the models in alphabetical order.
func (e *Engine) Names() []string { return slices.Clone(e.names) }

// Has says whether the engine holds a model.
func (e *Engine) Has(name string) bool { return e.nets[name] != nil }

// Runs tells how many pictures each model has examined, second looks counted too.
func (e *Engine) Runs() map[string]uint64 {
	runs := map[string]uint64{}
	for name, n := range e.nets {
		runs[name] = n.runs.Load()
	}
	return runs
}

// Manifest returns a model's manifest.
func (e *Engine) Manifest(name string) (models.Manifest, error) {
	n := e.nets[name]
	if n == nil {
		return models.Manifest{}, fmt.Errorf("%w: %q; there are %q", ErrNoModel, name, e.names)
	}
	return n.manifest, nil
}

// Uses names the models exactly, as evidence keeps them; names limits them.
func (e *Engine) Uses(names ...string) []pipeline.ModelUse {
	var uses []pipeline.ModelUse
	for _, name := range e.names {
		if len(names) > 0 && !slices.Contains(names, name) {
			continue
		}
		m := e.nets[name].manifest
		shape := []int64{1}
		for _, n := range m.Input.Shape[1:] {
			shape = append(shape, int64(n))
		}
		uses = append(uses, pipeline.ModelUse{
			Name: m.Name, Version: m.Version, SHA256: m.SHA256, Runtime: e.runtime,
			InputShape: shape, Thresholds: m.Thresholds,
		})
	}
	return uses
}

// net returns the model of that name if it does that task.
func (e *Engine) net(name string, task models.Task) (*net, error) {
	n := e.nets[name]
	if n == nil || n.manifest.Task != task {
		return nil, fmt.Errorf("%w: %q for task %s; there are %q", ErrNoModel, name, task, e.names)
	}
	return n, nil
}
