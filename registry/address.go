package registry

import (
	"net/url"
	"regexp"
	"strings"
)

// address is a camera's address, whole and as it may be shown.
type address struct{ whole, shown string }

// inline finds credentials that some makers put into path or query
// ("/user=admin&password=x&channel=1").
var inline = regexp.MustCompile(`(?i)((?:user(?:name)?|usr|pass(?:word|wd)?|pwd|token|auth|secret|key)=)[^&/;?#]*`)

// readAddress checks an RTSP address.
func readAddress(raw, protocol string) (address, error) {
	raw = strings.TrimSpace(raw)
	if err := required("url", "视频地址", "the address", raw, 2000); err != nil {
		return address{}, err
	}
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.Opaque != "" { // err repeats the address with its password
		return address{}, refuse("url", "视频地址无法识别，应形如 rtsp://用户:口令@192.0.2.10:554/stream",
			"the address cannot be read; it looks like rtsp://user:password@192.0.2.10:554/stream")
	}
	if u.Scheme != "rtsp" && u.Scheme != "rtsps" {
		return address{}, refuse("url", "视频地址须以 rtsp:// 或 rtsps:// 开头", "the address must begin with rtsp:// or rtsps://")
	}
	if protocol != "" && protocol != "tcp" && protocol != "udp" {
		return address{}, refuse("protocol", "传输协议只能是 tcp、udp 或自动", `the protocol is "tcp", "udp" or "" for either`)
	}
	shown := *u
	shown.User = nil
	return address{whole: raw, shown: inline.ReplaceAllString(shown.String(), "${1}***")}, nil
}
