package infer

import (
	"os"
	"path/filepath"

	ort "github.com/yalue/onnxruntime_go"
)

// Runtime names the library and its version, as evidence keeps it.
func (e *Engine) Runtime() string { return e.runtime }

// Providers are the execution providers that can be used on this machine, CPU first.
// Models run on CPU; the others are told for planning.
func (e *Engine) Providers() []string {
	names := []string{"CPU"}
	for _, p := range []struct {
		name    string
		library string // that lies beside the runtime's; "": it is built in
		add     func(*ort.SessionOptions) error
	}{
		{"XNNPACK", "", func(o *ort.SessionOptions) error { return o.AppendExecutionProvider("XNNPACK", nil) }},
		{"OpenVINO", "libonnxruntime_providers_openvino.so", func(o *ort.SessionOptions) error { return o.AppendExecutionProviderOpenVINO(nil) }},
		{"CUDA", "libonnxruntime_providers_cuda.so", addCUDA},
		{"TensorRT", "libonnxruntime_providers_tensorrt.so", addTensorRT},
	} {
		if p.library != "" { // asking for what is not there writes to standard error
			if _, err := os.Stat(filepath.Join(filepath.Dir(e.library), p.library)); err != nil {
				continue
			}
		}
		if offered(p.add) {
			names = append(names, p.name)
		}
	}
	return names
}

func addCUDA(o *ort.SessionOptions) error {
	cuda, err := ort.NewCUDAProviderOptions()
	if err != nil {
		return err
	}
	defer func() { _ = cuda.Destroy() }()
	return o.AppendExecutionProviderCUDA(cuda)
}

func addTensorRT(o *ort.SessionOptions) error {
	rt, err := ort.NewTensorRTProviderOptions()
	if err != nil {
		return err
	}
	defer func() { _ = rt.Destroy() }()
	return o.AppendExecutionProviderTensorRT(rt)
}

// offered tells whether the library takes a provider, by asking it.
func offered(add func(*ort.SessionOptions) error) bool {
	options, err := ort.NewSessionOptions()
	if err != nil {
		return false
	}
	defer func() { _ = options.Destroy() }()
	return add(options) == nil
}
