package infer

import (
	"testing"

	"offsite/models"
)

// plain is a picture that is at hand in every size.
type plain struct{}

func (plain) Size() (w, h int) { return 1920, 1080 }

func (plain) RGB([]byte, int, int, int) error { return nil }

// BenchmarkFill writes a scaled picture of 1080p into a model's tensor.
func BenchmarkFill(b *testing.B) {
	m, _, err := models.Load(models.Shipped(), "objects")
	if err != nil {
		b.Fatal(err)
	}
	n := &net{manifest: m}
	n.fillTable()
	h := m.Input.HeightFor(1920, 1080)
	pixels, tensor := make([]byte, 3*m.Input.Width()*h), make([]float32, 3*m.Input.Width()*h)
	b.SetBytes(int64(len(pixels)))
	for b.Loop() {
		if err := n.fill(m.Input, plain{}, tensor, pixels); err != nil {
			b.Fatal(err)
		}
	}
}
