package bundle

import (
	"hash"
	"sync"

	"github.com/emmansun/gmsm/sm3"
)

const (
	largeFile  = 1 << 20   // a file from this size on is digested beside reading it
	chunkBytes = 128 << 10 // half a millisecond of SM3, beside which waking a goroutine is nothing
	ahead      = 6         // chunks that are read or wait
)

// chunks are reused, since many bundles are read in a row.
var chunks = sync.Pool{New: func() any { return new([chunkBytes]byte) }}

// digester takes SM3 of one file after the other. It is several times slower than
// SHA-256 where processors have instructions for that, so it sets the pace: large
// files are digested by a goroutine of their own, which shares each chunk with the
// reader and is given it first. A nil one does nothing.
type digester struct {
	sum   hash.Hash
	given chan []byte // nil for small files
	free  chan *[chunkBytes]byte
	done  chan struct{}
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
	d.given, d.done = make(chan []byte, ahead), make(chan struct{})
	d.free = make(chan *[chunkBytes]byte, ahead)
	for range ahead {
		d.free <- nil // taken from the pool when needed
	}
	go func() {
		defer close(d.done)
		for c := range d.given {
			d.sum.Write(c)
			d.free <- (*[chunkBytes]byte)(c[:chunkBytes])
		}
	}()
}

// room returns where the next bytes of the file are to be read to, and the caller
// may not change them after write. own is for small files.
func (d *digester) room(own []byte) []byte {
	if d == nil || d.given == nil {
		return own
	}
	c := <-d.free
	if c == nil {
		c = chunks.Get().(*[chunkBytes]byte)
	}
	return c[:]
}

// write takes bytes that lie in what room returned.
func (d *digester) write(p []byte) {
	switch {
	case d == nil:
	case d.given == nil:
		d.sum.Write(p)
	default:
		d.given <- p
	}
}

// end returns the file's digest.
func (d *digester) end() (sum [32]byte) {
	if d == nil {
		return sum
	}
	if d.given != nil {
		close(d.given)
		<-d.done
		d.given = nil
		close(d.free)
		for c := range d.free {
			if c != nil {
				chunks.Put(c)
			}
		}
	}
	d.sum.Sum(sum[:0])
	return sum
}
