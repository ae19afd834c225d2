package ring

import (
	"runtime"
	"syscall"
)

// newArena makes n bytes for the ring, outside of Go's heap: rings are most of a
// node's memory, and the collector lets the heap grow to twice what is in use, so that
// as much again would lie there as garbage. It goes back with the ring, or by the
// function returned.
func newArena(r *Ring, n int) (arena []byte, free func()) {
	arena, err := syscall.Mmap(-1, 0, n, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil { // the system allows no more mappings
		return make([]byte, n), func() {}
	}
	unmap := func(arena []byte) { _ = syscall.Munmap(arena) } // it cannot fail for what Mmap gave
	cleanup := runtime.AddCleanup(r, unmap, arena)
	return arena, func() {
		cleanup.Stop()
		unmap(arena)
	}
}
