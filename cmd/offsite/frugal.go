package main

// #include <malloc.h>
import "C"

import "runtime/debug"

const (
	garbage    = 50      // % of what is in use, until the collector runs
	ownMapping = 1 << 20 // bytes from which a piece of C's memory has a mapping of its own
)

// frugal keeps a node's memory down, at which the number of its cameras ends. What a watch
// keeps are pictures and streams, through which the collector need not look: it runs at
// half as much garbage as it would. And libavcodec's pictures go back to the system when
// they are freed; glibc raises by itself the size from which that is so, up to 32 MiB, and
// then keeps holes of many pictures (160 stills encoded: 61 MiB with that, 13 MiB without).
func frugal() {
	debug.SetGCPercent(garbage)
	C.mallopt(C.M_MMAP_THRESHOLD, ownMapping)
}
