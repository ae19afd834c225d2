package ingest

import (
	"time"
)

// Phase is where a camera stands.
type Phase string

// The phases. A camera starts connecting; it is live once a picture that can be
// decoded has come, stalled when new pictures stop, failed when it cannot be
// reached or used. From each it goes back to live by itself when pictures come.
const (
	Connecting Phase = "connecting"
	Live       Phase = "live"
	Stalled    Phase = "stalled"
	Failed     Phase = "failed"
)

// State is where a camera stands and why.
type State struct {
	Phase     Phase
	Since     time.Time // our clock: when Phase began
	Why       *Problem  // nil while all is well; a live camera may carry a remark
	Transport string    // "tcp" or "udp" once pictures come
	Retry     time.Time // when the next attempt is made; zero unless waiting
}

// Clock says how the camera's time relates to ours.
type Clock struct {
	Source string        // "rtcp": Unit.At is the camera's time; "arrival": ours
	Offset time.Duration // camera minus ours at the latest sender report
	Known  bool          // whether Offset has been measured
}

// Counters only ever rise while a Reader runs.
type Counters struct {
	Units      uint64 // access units handed on
	Keys       uint64 // of them, key units
	Bytes      uint64 // of access units handed on
	Lost       uint64 // RTP packets that never came
	Damaged    uint64 // access units dropped because packets of them were missing
	Broken     uint64 // packets or parameter sets that could not be read
	Jumps      uint64 // jumps of the presentation time
	Reconnects uint64 // connections after the first
	Stalls     uint64 // times that new pictures stopped
}

// Handler takes what a Reader makes. Its methods are called one at a time per
// kind, must return soon, and must not call Stop. Units may be kept, never
// changed.
type Handler interface {
	OnUnit(Unit)
	OnState(State)
}
