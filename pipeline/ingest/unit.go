package ingest

import "time"

// The codecs, as Unit.Codec and Params.Codec name them.
const (
	H264  = "h264"
	H265  = "h265"
	MJPEG = "mjpeg"
)

// Unit is one access unit: all the bits of one picture, still compressed.
type Unit struct {
	Seq      uint64 // per camera, rising by one, never reused within a process
	Codec    string // "h264", "h265", "mjpeg"
	NALUs    [][]byte
	Key      bool          // decoding can start here
	PTS      time.Duration // stream time, from 0; rises but for B-frames, also over jumps
	At       time.Time     // the camera's wall-clock time (RTCP), else arrival
	Received time.Time     // our clock when the last packet came in
	NTP      time.Time     // the camera's wall-clock time as it says; zero if it does not
	Gap      bool          // packets or units before this one are missing
	Sub      bool          `json:",omitempty"` // of the camera's substream; numbers of the two streams may be alike
	Params   *Params       // the parameter sets in force; shared, never changed
}

// Params are the parameter sets of a stream and what they say. A new set makes a
// new Params: compare pointers to see a change.
type Params struct {
	Codec   string
	VPS     []byte // H.265 only
	SPS     []byte
	PPS     []byte  // the first one; further ones stay within the units
	Width   int     // pixels, cropped
	Height  int     // pixels, cropped
	FPS     float64 // pictures per second; 0 if the stream does not say
	Profile string  // "High 4.0"; "" for MJPEG
}

// Size returns the number of bytes of the unit, without framing.
func (u Unit) Size() int {
	n := 0
	for _, nalu := range u.NALUs {
		n += len(nalu)
	}
	return n
}

// AnnexB returns the bits as a decoder takes them: start codes before each NAL
// unit, and before a key unit without parameter sets those in force. For MJPEG it
// is the JPEG file.
func (u Unit) AnnexB() []byte {
	const room = 256 // for parameter sets
	return u.AppendAnnexB(make([]byte, 0, u.Size()+4*len(u.NALUs)+room))
}

// AppendAnnexB appends to dst what AnnexB returns.
func (u Unit) AppendAnnexB(dst []byte) []byte {
	if u.Codec == MJPEG {
		for _, part := range u.NALUs {
			dst = append(dst, part...)
		}
		return dst
	}
	if u.Key && u.Params != nil && !hasParams(u.Codec, u.NALUs) {
		for _, set := range [][]byte{u.Params.VPS, u.Params.SPS, u.Params.PPS} {
			if len(set) > 0 {
				dst = append(append(dst, 0, 0, 0, 1), set...)
			}
		}
	}
	for _, nalu := range u.NALUs {
		dst = append(append(dst, 0, 0, 0, 1), nalu...)
	}
	return dst
}
