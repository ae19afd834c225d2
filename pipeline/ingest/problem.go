package ingest

import "fmt"

// Code names a kind of problem for programs.
type Code string

// The problems of a camera, from address to picture.
const (
	BadAddress        Code = "bad_address"
	HostUnknown       Code = "host_unknown"
	Refused           Code = "refused"
	Unreachable       Code = "unreachable"
	NoAnswer          Code = "no_answer"
	NotRTSP           Code = "not_rtsp"
	TLSFailed         Code = "tls"
	Unauthorized      Code = "unauthorized"
	NotFound          Code = "not_found"
	ServerError       Code = "server_error"
	NoVideo           Code = "no_video"
	UnknownCodec      Code = "unknown_codec"
	UDPBlocked        Code = "udp_blocked"
	NoKeyUnit         Code = "no_key_unit"
	Closed            Code = "closed"
	NoPictures        Code = "stalled"
	Frozen            Code = "frozen"
	ResolutionChanged Code = "resolution_changed"
	TimeJumped        Code = "time_jumped"
	ClockOff          Code = "clock_off"
)

// Problem says what is wrong with a camera and what to do, in one sentence each.
// It never holds credentials.
type Problem struct {
	Code   Code   `json:"code"`
	ZH     string `json:"zh"`
	EN     string `json:"en"`
	Detail string `json:"detail,omitempty"` // the underlying error, scrubbed
}

// Error implements error with the English sentence.
func (p *Problem) Error() string {
	if p.Detail == "" {
		return p.EN
	}
	return fmt.Sprintf("%s (%s)", p.EN, p.Detail)
}
