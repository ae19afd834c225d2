package onvif

import (
	"fmt"
	"net/netip"
	"strings"

	"offsite/pipeline/ingest"
)

// MostTargets is how many addresses may be asked at a time.
const MostTargets = 1024

// Targets reads whom to ask: addresses, with a port where it is not Port, and networks
// such as 10.0.8.0/24, whose every host is asked. The error is a *Problem.
func Targets(texts []string) ([]netip.AddrPort, error) {
	var all []netip.AddrPort
	for _, text := range texts {
		text = strings.TrimSpace(text)
		one, err := targets(text)
		if err != nil || len(one) == 0 {
			return nil, &Problem{Code: ingest.BadAddress, ZH: fmt.Sprintf("“%s”不是 IP 地址或网段：请写成 10.0.8.15、10.0.8.15:3702 或 10.0.8.0/24", text),
				EN: fmt.Sprintf("%q is neither an IP address nor a network: write it as in 10.0.8.15, 10.0.8.15:3702 or 10.0.8.0/24", text)}
		}
		all = append(all, one...)
		if len(all) > MostTargets {
			return nil, &Problem{Code: ingest.BadAddress, ZH: fmt.Sprintf("一次最多查询 %d 个地址：请缩小网段", MostTargets),
				EN: fmt.Sprintf("at most %d addresses are asked at a time: name smaller networks", MostTargets)}
		}
	}
	return all, nil
}

func targets(text string) (all []netip.AddrPort, err error) {
	if !strings.Contains(text, "/") {
		if one, err := netip.ParseAddrPort(text); err == nil {
			return []netip.AddrPort{one}, nil
		}
		a, err := netip.ParseAddr(text)
		return []netip.AddrPort{netip.AddrPortFrom(a, Port)}, err
	}
	network, err := netip.ParsePrefix(text)
	if err != nil {
		return nil, err
	}
	network = network.Masked()
	for a := network.Addr(); network.Contains(a) && len(all) <= MostTargets; a = a.Next() {
		all = append(all, netip.AddrPortFrom(a, Port))
	}
	return all, nil
}
