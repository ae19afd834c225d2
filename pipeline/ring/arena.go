package ring

import (
	"runtime"
	"syscall"
)

// reserve makes room for n bytes outside of Go's heap; memory is taken as they are
// written. Rings are most of a node's memory, and the collector lets the heap grow to
// twice what is in use, so that as much again would lie there as garbage. The room goes
// back with the ring.
func reserve(r *Ring, n int) []byte {
	room, err := syscall.Mmap(-1, 0, n, syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_NORESERVE)
	if err != nil { // the system allows no more mappings
		return make([]byte, n)
	}
	runtime.AddCleanup(r, func(room []byte) { _ = syscall.Munmap(room) }, room) // it cannot fail for what Mmap gave
	return room
}
