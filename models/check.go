package models

import (
	"fmt"
	"math"
	"regexp"
	"slices"
)

var (
	nameForm    = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)
	versionForm = regexp.MustCompile(`^20\d\d\.\d\d\.\d\d(\.\d{1,3})?$`)
	fileForm    = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]{0,62}\.onnx$`)
	digestForm  = regexp.MustCompile(`^[0-9a-f]{64}$`)
	tensorForm  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]{0,63}$`)
)

// maxSide bounds an input's height and width, in pixels, and an output's rows.
const (
	maxSide   = 2048
	maxRows   = 1 << 17
	maxLabels = 256
)

// check names the first field that cannot be.
func (m Manifest) check() error {
	for _, f := range []struct {
		field, value string
		form         *regexp.Regexp
	}{
		{"name", m.Name, nameForm},
		{"version", m.Version, versionForm},
		{"file", m.File, fileForm},
		{"sha256", m.SHA256, digestForm},
		{"input.name", m.Input.Name, tensorForm},
		{"output.name", m.Output.Name, tensorForm},
	} {
		if !f.form.MatchString(f.value) {
			return fmt.Errorf("%s is %q, which does not match %s", f.field, f.value, f.form)
		}
	}
	if m.Licence == "" || m.TrainedWith == "" || m.Metrics.Split == "" || len(m.Data) == 0 {
		return fmt.Errorf("licence, trained_with, metrics.split and data must be given")
	}
	for _, step := range []func() error{m.checkLabels, m.checkInput, m.checkOutput, m.checkThresholds, m.checkCalibration, m.checkAgain, m.checkFigures} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (m Manifest) checkLabels() error {
	if len(m.Labels) == 0 || len(m.Labels) > maxLabels {
		return fmt.Errorf("labels: there are %d, not 1 to %d", len(m.Labels), maxLabels)
	}
	for i, l := range m.Labels {
		if !nameForm.MatchString(l) {
			return fmt.Errorf("labels: %q does not match %s", l, nameForm)
		}
		if slices.Contains(m.Labels[:i], l) {
			return fmt.Errorf("labels: %q is there twice", l)
		}
	}
	return nil
}

func (m Manifest) checkInput() error {
	in, channels := m.Input, 3
	if m.Task == Novelty {
		channels = 6
	}
	if len(in.Shape) != 4 || in.Shape[0] != -1 || in.Shape[1] != channels {
		return fmt.Errorf("input.shape is %v, not [-1 %d height width]", in.Shape, channels)
	}
	for _, side := range in.Shape[2:] {
		if side < 32 || side > maxSide {
			return fmt.Errorf("input.shape: a side of %d is not in 32..%d", side, maxSide)
		}
	}
	if in.Rows != 0 && (in.Rows < 8 || in.Height()%in.Rows != 0 || in.Resize != "letterbox" || m.Task != Detect) {
		return fmt.Errorf("input.rows is %d: it divides the height %d into steps of 8 at least, for task detect with resize letterbox", in.Rows, in.Height())
	}
	for _, f := range []struct {
		field, value string
		known        []string
	}{
		{"input.layout", in.Layout, []string{"NCHW"}},
		{"input.color", in.Color, []string{"RGB", "BGR"}},
		{"input.resize", in.Resize, []string{"letterbox", "stretch"}},
	} {
		if !slices.Contains(f.known, f.value) {
			return fmt.Errorf("%s is %q, not one of %q", f.field, f.value, f.known)
		}
	}
	if !(in.Scale > 0 && in.Scale <= 1) {
		return fmt.Errorf("input.scale is %v, not in 0..1", in.Scale)
	}
	if len(in.Mean) != 3 || len(in.Std) != 3 {
		return fmt.Errorf("input.mean and input.std need three values each")
	}
	for c := range 3 {
		if math.Abs(in.Mean[c]) > 255 || !(in.Std[c] > 0 && in.Std[c] <= 255) {
			return fmt.Errorf("input.mean or input.std of channel %d is out of bounds: %v, %v", c, in.Mean[c], in.Std[c])
		}
	}
	return nil
}

func (m Manifest) checkOutput() error {
	var kind string
	var dims []int
	switch h, w := m.Input.Height()/4, m.Input.Width()/4; m.Task {
	case Detect:
		kind, dims = "boxes", []int{-1, 1, 5 + len(m.Labels)}
	case Segment:
		kind, dims = "classmap", []int{-1, len(m.Labels), h, w}
	case Novelty:
		kind, dims = "probability", []int{-1, 1, h, w}
		if len(m.Labels) != 1 {
			return fmt.Errorf("labels: task novelty has one, not %d", len(m.Labels))
		}
	default:
		return fmt.Errorf("task is %q, not one of %q", m.Task, []Task{Detect, Segment, Novelty})
	}
	if m.Output.Kind != kind {
		return fmt.Errorf("output.kind is %q, but task %s gives %q", m.Output.Kind, m.Task, kind)
	}
	got := m.Output.Shape
	if m.Task == Detect && len(got) == 3 && got[1] > 0 && got[1] <= maxRows {
		dims[1] = got[1] // any number of anchors
	}
	if steps := m.Input.Height() / max(1, m.Input.Rows); m.Input.Rows > 0 && len(got) == 3 && got[1]%steps != 0 {
		return fmt.Errorf("output.shape has %d boxes, which the %d steps of input.rows do not divide", got[1], steps)
	}
	if !slices.Equal(got, dims) {
		return fmt.Errorf("output.shape is %v, but task %s with this input and %d labels gives %v", got, m.Task, len(m.Labels), dims)
	}
	return nil
}

func (m Manifest) checkThresholds() error {
	want := m.Labels
	if m.Task == Segment {
		want = nil
	}
	for _, l := range want {
		if _, ok := m.Thresholds[l]; !ok {
			return fmt.Errorf("thresholds: label %q has none", l)
		}
	}
	for l, v := range m.Thresholds {
		if !slices.Contains(want, l) {
			return fmt.Errorf("thresholds: %q is no label that needs one", l)
		}
		if !(v > 0 && v < 1) {
			return fmt.Errorf("thresholds: %s is %v, not between 0 and 1", l, v)
		}
	}
	if m.Task == Detect && !(m.NMSIoU > 0 && m.NMSIoU < 1) {
		return fmt.Errorf("nms_iou is %v, not between 0 and 1", m.NMSIoU)
	}
	if m.Task != Detect && m.NMSIoU != 0 {
		return fmt.Errorf("nms_iou is %v, but task %s has no boxes", m.NMSIoU, m.Task)
	}
	return nil
}

func (m Manifest) checkCalibration() error {
	for label, points := range m.Calibration {
		if !slices.Contains(m.Labels, label) || m.Task == Segment {
			return fmt.Errorf("calibration: %q is no label that has scores", label)
		}
		if n := len(points); n < 2 || n > maxLabels || points[0] != [2]float64{} || points[n-1] != [2]float64{1, 1} {
			return fmt.Errorf("calibration: %s needs 2 to %d points from [0 0] to [1 1]", label, maxLabels)
		}
		for i, p := range points {
			if i > 0 && !(p[0] > points[i-1][0] && p[1] > points[i-1][1]) {
				return fmt.Errorf("calibration: point %d of %s, %v, does not rise", i, label, p)
			}
		}
	}
	return nil
}

func (m Manifest) checkAgain() error {
	a := m.Again
	if a == nil {
		return nil
	}
	if m.Task != Detect || m.Input.Resize != "letterbox" {
		return fmt.Errorf("again: a second look is for task detect with resize letterbox")
	}
	if a.Side < 8 || a.Side >= min(m.Input.Width(), m.Input.Height()) {
		return fmt.Errorf("again.side is %d, not from 8 to less than the input's", a.Side)
	}
	if !(a.From >= 0 && a.From < 1) {
		return fmt.Errorf("again.from is %v, not in 0..1", a.From)
	}
	for _, l := range a.Labels {
		if !slices.Contains(m.Labels, l) {
			return fmt.Errorf("again.labels: %q is no label", l)
		}
	}
	if len(a.Labels) == 0 {
		return fmt.Errorf("again.labels: there is none")
	}
	return nil
}

func (m Manifest) checkFigures() error {
	for _, d := range m.Data {
		if d.Source == "" || d.Licence == "" || d.Pictures < 1 {
			return fmt.Errorf("data: %+v needs a source, a licence and a count of pictures", d)
		}
	}
	return nil
}
