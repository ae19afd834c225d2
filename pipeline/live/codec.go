package live

import (
	"fmt"
	"math/bits"
	"strings"

	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"

	"offsite/pipeline/ingest"
)

// mediaType names what a stream is (RFC 6381), so that a browser can tell whether it
// plays that. It refuses what no browser's player takes.
func mediaType(u ingest.Unit) (string, error) {
	var codec string
	switch p := u.Params; {
	case p == nil || u.Codec != ingest.H264 && u.Codec != ingest.H265:
		return "", unplayable(u.Codec)
	case u.Codec == ingest.H264 && len(p.SPS) >= 4:
		codec = fmt.Sprintf("avc1.%02X%02X%02X", p.SPS[1], p.SPS[2], p.SPS[3])
	case u.Codec == ingest.H265:
		codec = hevc(p.SPS)
	}
	if codec == "" {
		return "", &ingest.Problem{Code: ingest.NoKeyUnit,
			ZH: "摄像机没有发送参数集，无法播放：请重启摄像机的视频编码后重试",
			EN: "the camera has sent no parameter sets and cannot be played: restart its encoder and try again"}
	}
	return `video/mp4; codecs="` + codec + `"`, nil
}

func unplayable(codec string) *ingest.Problem {
	name := strings.ToUpper(codec)
	return &ingest.Problem{Code: ingest.UnknownCodec,
		ZH: fmt.Sprintf("摄像机以 %s 编码，浏览器不能直接播放：请将码流改为 H.264；检测不受影响，画面仍定时刷新", name),
		EN: fmt.Sprintf("the camera sends %s, which browsers do not play as video: set its stream to H.264; detection is not affected, and pictures are renewed all the same", name)}
}

// hevc names an H.265 stream by the profile, tier and level of its sequence parameter
// set (ISO/IEC 14496-15, annex E.3); "" where the set is too short.
func hevc(sps []byte) string {
	const before, whole = 3, 12 // bytes before profile_tier_level, and of its general part
	sps = h264.EmulationPreventionRemove(sps)
	if len(sps) < before+whole {
		return ""
	}
	general := sps[before : before+whole]
	space := []string{"", "A", "B", "C"}[general[0]>>6]
	tier := map[bool]string{false: "L", true: "H"}[general[0]&0x20 != 0]
	compatible := uint32(general[1])<<24 | uint32(general[2])<<16 | uint32(general[3])<<8 | uint32(general[4])
	name := fmt.Sprintf("hvc1.%s%d.%X.%s%d", space, general[0]&0x1f, bits.Reverse32(compatible), tier, general[11])
	constraints := general[5:11]
	for len(constraints) > 0 && constraints[len(constraints)-1] == 0 {
		constraints = constraints[:len(constraints)-1]
	}
	for _, c := range constraints {
		name += fmt.Sprintf(".%X", c)
	}
	return name
}
