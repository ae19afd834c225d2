package bundle

import (
	"hash"

	"github.com/emmansun/gmsm/sm3"
)

const (
	largeFile = 1 << 20 // a file from this size on is digested beside reading it
	ahead     = 4       // chunks that may wait
)

// digester takes SM3 of one file after the other. It is several times slower than
// SHA-256 where processors have instructions for that, so large files are
// digested by a goroutine of their own. A nil one does nothing.
type digester struct {
	sum    hash.Hash
	chunks chan []byte // nil for small files
	free   chan []byte
	done   chan struct{}
}

func newDigester() *digester { return &digester{sum: sm3.New()} }

// begin begins a file; end must follow.
func (d *digester) begin(size int64) {
	if d == nil {
		return
	}
	d.sum.Reset()
	if size < largeFile {
		return
	}
	d.chunks, d.done = make(chan []byte, ahead), make(chan struct{})
	if d.free == nil {
		d.free = make(chan []byte, ahead+2)
	}
	go func(chunks <-chan []byte, done chan<- struct{}) {
		defer close(done)
		for c := range chunks {
			d.sum.Write(c)
			d.free <- c
		}
	}(d.chunks, d.done)
}

func (d *digester) write(p []byte) {
	switch {
	case d == nil:
	case d.chunks == nil:
		d.sum.Write(p)
	default:
		var c []byte
		select {
		case c = <-d.free:
		default:
		}
		d.chunks <- append(c[:0], p...)
	}
}

// end returns the file's digest.
func (d *digester) end() (sum [32]byte) {
	if d == nil {
		return sum
	}
	if d.chunks != nil {
		close(d.chunks)
		<-d.done
		d.chunks = nil
	}
	d.sum.Sum(sum[:0])
	return sum
}
