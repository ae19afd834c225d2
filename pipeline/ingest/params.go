package ingest

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h265"
)

// naluType returns the type of a NAL unit, -1 for an empty one.
func naluType(codec string, nalu []byte) int {
	switch {
	case len(nalu) == 0:
		return -1
	case codec == H265:
		return int(nalu[0]>>1) & 0x3f
	default:
		return int(nalu[0] & 0x1f)
	}
}

// isPicture says whether a NAL unit holds a part of the picture itself (VCL).
func isPicture(codec string, nalu []byte) bool {
	t := naluType(codec, nalu)
	if codec == H265 {
		return t >= 0 && t < 32
	}
	return t >= int(h264.NALUTypeNonIDR) && t <= int(h264.NALUTypeIDR)
}

// isKey says whether decoding can start at this unit: at an IDR picture, at a picture
// of an open group that says it needs none before it, and at any IRAP of H.265.
func isKey(codec string, nalus [][]byte) bool {
	if codec == MJPEG {
		return true
	}
	return slices.ContainsFunc(nalus, func(nalu []byte) bool {
		t := naluType(codec, nalu)
		if codec == H265 {
			return t >= int(h265.NALUType_BLA_W_LP) && t <= int(h265.NALUType_CRA_NUT)
		}
		return t == int(h264.NALUTypeIDR) || t == int(h264.NALUTypeSEI) && recoversAtOnce(nalu[1:])
	})
}

// recoversAtOnce looks in an SEI's messages for a recovery point (H.264, D.1.8) that is
// exact with its own picture. Intra refresh names a later one: decoding cannot start
// there with a whole picture.
func recoversAtOnce(messages []byte) bool {
	const recoveryPoint = 6
	number := func() (n int, ok bool) {
		for i, b := range messages {
			n += int(b)
			if b != 0xff {
				messages = messages[i+1:]
				return n, true
			}
		}
		return 0, false
	}
	for {
		kind, ok := number()
		size, whole := number()
		if !ok || !whole || size > len(messages) {
			return false
		}
		if kind == recoveryPoint && size > 0 {
			return messages[0]&0x80 != 0 // recovery_frame_cnt, an Exp-Golomb 0
		}
		messages = messages[size:]
	}
}

// paramSets returns the first parameter sets within a unit, nil where absent.
func paramSets(codec string, nalus [][]byte) (vps, sps, pps []byte) {
	first := func(have, nalu []byte) []byte {
		if have != nil {
			return have
		}
		return nalu
	}
	for _, nalu := range nalus {
		t := naluType(codec, nalu)
		switch {
		case codec == H264 && t == int(h264.NALUTypeSPS), codec == H265 && t == int(h265.NALUType_SPS_NUT):
			sps = first(sps, nalu)
		case codec == H264 && t == int(h264.NALUTypePPS), codec == H265 && t == int(h265.NALUType_PPS_NUT):
			pps = first(pps, nalu)
		case codec == H265 && t == int(h265.NALUType_VPS_NUT):
			vps = first(vps, nalu)
		}
	}
	return vps, sps, pps
}

func hasParams(codec string, nalus [][]byte) bool {
	_, sps, _ := paramSets(codec, nalus)
	return sps != nil
}

// NewParams reads what the parameter sets say. It fails where the SPS cannot be
// parsed; missing sets (all nil) are no error, they may follow within the stream.
func NewParams(codec string, vps, sps, pps []byte) (*Params, error) {
	p := &Params{Codec: codec, VPS: bytes.Clone(vps), SPS: bytes.Clone(sps), PPS: bytes.Clone(pps)}
	if len(sps) == 0 {
		return p, nil
	}
	switch codec {
	case H264:
		var s h264.SPS
		if err := s.Unmarshal(sps); err != nil {
			return nil, fmt.Errorf("read the H.264 sequence parameter set: %w", err)
		}
		p.Width, p.Height, p.FPS = s.Width(), s.Height(), saneFPS(s.FPS())
		p.Profile = fmt.Sprintf("%s %.1f", h264Profile(s.ProfileIdc), float64(s.LevelIdc)/10)
	case H265:
		var s h265.SPS
		if err := s.Unmarshal(sps); err != nil {
			return nil, fmt.Errorf("read the H.265 sequence parameter set: %w", err)
		}
		p.Width, p.Height, p.FPS = s.Width(), s.Height(), saneFPS(s.FPS())
		p.Profile = fmt.Sprintf("%s %.1f", h265Profile(s.ProfileTierLevel.GeneralProfileIdc),
			float64(s.ProfileTierLevel.GeneralLevelIdc)/30)
	}
	if p.Width <= 0 || p.Height <= 0 || p.Width > 16384 || p.Height > 16384 {
		return nil, fmt.Errorf("read the sequence parameter set: impossible picture of %d×%d", p.Width, p.Height)
	}
	return p, nil
}

// follow returns the parameters in force after a unit: the same pointer unless
// the unit brings other sets. A set that cannot be parsed changes nothing.
func (p *Params) follow(nalus [][]byte) (*Params, error) {
	vps, sps, pps := paramSets(p.Codec, nalus)
	same := func(have, now []byte) bool { return now == nil || bytes.Equal(have, now) }
	if same(p.VPS, vps) && same(p.SPS, sps) && same(p.PPS, pps) {
		return p, nil
	}
	keep := func(have, now []byte) []byte {
		if now == nil {
			return have
		}
		return now
	}
	next, err := NewParams(p.Codec, keep(p.VPS, vps), keep(p.SPS, sps), keep(p.PPS, pps))
	if err != nil {
		return p, err
	}
	return next, nil
}

// Same says whether two are of one codec and equal sets, so that a reconnection
// changes no pointer, and cameras of one kind share a decoder.
func (p *Params) Same(q *Params) bool {
	if p == nil || q == nil {
		return p == q
	}
	return p.Codec == q.Codec && bytes.Equal(p.VPS, q.VPS) && bytes.Equal(p.SPS, q.SPS) && bytes.Equal(p.PPS, q.PPS)
}

// followJPEG does the same by the size that a JPEG's frame header tells.
func (p *Params) followJPEG(jpeg []byte) (*Params, error) {
	w, h, ok := jpegSize(jpeg)
	if !ok {
		return p, fmt.Errorf("read a JPEG of %d bytes: no frame header", len(jpeg))
	}
	if w == p.Width && h == p.Height {
		return p, nil
	}
	return &Params{Codec: MJPEG, Width: w, Height: h}, nil
}

// jpegSize reads width and height from the first start-of-frame segment.
func jpegSize(b []byte) (w, h int, ok bool) {
	if len(b) < 4 || b[0] != 0xff || b[1] != 0xd8 {
		return 0, 0, false
	}
	for b = b[2:]; len(b) >= 4; {
		if b[0] != 0xff {
			return 0, 0, false
		}
		marker, n := b[1], int(b[2])<<8|int(b[3])
		isSOF := marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc
		if isSOF && len(b) >= 9 {
			h, w = int(b[5])<<8|int(b[6]), int(b[7])<<8|int(b[8])
			return w, h, w > 0 && h > 0
		}
		if marker == 0xda || n < 2 || len(b) < 2+n {
			return 0, 0, false
		}
		b = b[2+n:]
	}
	return 0, 0, false
}

func saneFPS(fps float64) float64 {
	if fps > 0 && fps <= 240 {
		return fps
	}
	return 0
}

func h264Profile(idc uint8) string {
	switch idc {
	case 66:
		return "Baseline"
	case 77:
		return "Main"
	case 88:
		return "Extended"
	case 100:
		return "High"
	case 110:
		return "High 10"
	case 122:
		return "High 4:2:2"
	case 244:
		return "High 4:4:4"
	default:
		return fmt.Sprintf("profile %d", idc)
	}
}

func h265Profile(idc uint8) string {
	switch idc {
	case 1:
		return "Main"
	case 2:
		return "Main 10"
	case 3:
		return "Main Still Picture"
	case 4:
		return "Range Extensions"
	default:
		return fmt.Sprintf("profile %d", idc)
	}
}
