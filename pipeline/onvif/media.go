package onvif

import (
	"cmp"
	"context"
	"net/url"

	"offsite/pipeline/ingest"
)

// secondMedia is the namespace of the media service of profile T. The first one cannot
// name H.265.
const secondMedia = "http://www.onvif.org/ver20/media/wsdl"

// media is a media service of a device.
type media struct {
	at     *url.URL
	second bool
}

// encoder is what a profile sends.
type encoder struct {
	Encoding  string
	Width     int     `xml:"Resolution>Width"`
	Height    int     `xml:"Resolution>Height"`
	FrameRate float64 `xml:"RateControl>FrameRateLimit"`
	BitRate   int     `xml:"RateControl>BitrateLimit"`
}

// streams asks the second media service where there is one, the first where not, or where
// the second names no stream. Why it does not is of no interest: old devices answer a
// question that they don't know in many ways, and the first service says what is wrong.
func (s *session) streams(ctx context.Context) ([]Stream, error) {
	if at, err := s.secondMedia(ctx); err == nil && at != nil {
		if second, err := s.streamsOf(ctx, media{at, true}); err == nil && len(second) > 0 {
			return second, nil
		}
	}
	var can struct {
		Media string `xml:"Capabilities>Media>XAddr"`
	}
	if err := s.call(ctx, s.device, `<tds:GetCapabilities><tds:Category>Media</tds:Category></tds:GetCapabilities>`, "GetCapabilitiesResponse", &can); err != nil {
		return nil, err
	}
	if can.Media == "" {
		return nil, &Problem{Code: ingest.NoVideo, ZH: "该设备没有视频服务，可能不是摄像机", EN: "the device has no media service; it may be no camera"}
	}
	first, err := s.streamsOf(ctx, media{at: s.near(can.Media)})
	if err == nil && len(first) == 0 {
		err = &Problem{Code: ingest.NoVideo, ZH: "该设备没有给出 RTSP 码流：请在设备上启用 RTSP", EN: "the device names no RTSP stream: switch RTSP on"}
	}
	return first, err
}

// secondMedia is where the second media service is, nil where there is none.
func (s *session) secondMedia(ctx context.Context) (*url.URL, error) {
	var list struct {
		Services []struct {
			Namespace string
			At        string `xml:"XAddr"`
		} `xml:"Service"`
	}
	if err := s.call(ctx, s.device, `<tds:GetServices><tds:IncludeCapability>false</tds:IncludeCapability></tds:GetServices>`, "GetServicesResponse", &list); err != nil {
		return nil, err
	}
	for _, one := range list.Services {
		if one.Namespace == secondMedia {
			return s.near(one.At), nil
		}
	}
	return nil, nil
}

// streamsOf lists the streams of one service.
func (s *session) streamsOf(ctx context.Context, m media) ([]Stream, error) {
	var list struct {
		Profiles []struct {
			Token  string `xml:"token,attr"`
			Name   string
			First  *encoder `xml:"VideoEncoderConfiguration"`
			Second *encoder `xml:"Configurations>VideoEncoder"`
		}
	}
	if err := s.call(ctx, m.at, m.profiles(), "GetProfilesResponse", &list); err != nil {
		return nil, err
	}
	var all []Stream
	for _, p := range list.Profiles {
		if len(all) == mostStreams {
			break
		}
		e := cmp.Or(p.First, p.Second, &encoder{})
		one := Stream{Profile: p.Token, Name: p.Name, Codec: e.Encoding, Width: e.Width, Height: e.Height, FPS: e.FrameRate, Kbps: e.BitRate}
		told, err := s.address(ctx, m, m.stream(p.Token), "GetStreamUriResponse")
		if err != nil {
			return nil, err
		}
		if one.URL = s.stream(told); one.URL == "" {
			continue
		}
		if told, err = s.address(ctx, m, m.snapshot(p.Token), "GetSnapshotUriResponse"); err == nil && told != "" {
			one.Snapshot = s.near(told).String()
		}
		all = append(all, one)
	}
	return all, nil
}

// address asks for the address of a stream or a snapshot.
func (s *session) address(ctx context.Context, m media, question, answer string) (string, error) {
	var uri struct {
		First  string `xml:"MediaUri>Uri"`
		Second string `xml:"Uri"`
	}
	err := s.call(ctx, m.at, question, answer, &uri)
	return cmp.Or(uri.First, uri.Second), err
}

func (m media) profiles() string {
	if m.second {
		return `<tr2:GetProfiles><tr2:Type>VideoEncoder</tr2:Type></tr2:GetProfiles>`
	}
	return `<trt:GetProfiles/>`
}

func (m media) stream(profile string) string {
	if m.second {
		return `<tr2:GetStreamUri><tr2:Protocol>RTSP</tr2:Protocol><tr2:ProfileToken>` + escaped(profile) + `</tr2:ProfileToken></tr2:GetStreamUri>`
	}
	return `<trt:GetStreamUri><trt:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol></tt:Transport></trt:StreamSetup>` +
		`<trt:ProfileToken>` + escaped(profile) + `</trt:ProfileToken></trt:GetStreamUri>`
}

func (m media) snapshot(profile string) string {
	if m.second {
		return `<tr2:GetSnapshotUri><tr2:ProfileToken>` + escaped(profile) + `</tr2:ProfileToken></tr2:GetSnapshotUri>`
	}
	return `<trt:GetSnapshotUri><trt:ProfileToken>` + escaped(profile) + `</trt:ProfileToken></trt:GetSnapshotUri>`
}
