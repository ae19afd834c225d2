package onvif

import (
	"net/netip"
	"testing"
)

func TestTargets(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"10.0.8.15": 1, "10.0.8.15:80": 1, " 10.0.8.0/24 ": 256, "10.0.8.77/30": 4, "10.0.0.0/8": -1, "": -1, "camera": -1, "10.0.8.0/33": -1} {
		got, err := Targets([]string{text})
		if want < 0 && err == nil || want >= 0 && (err != nil || len(got) != want) {
			t.Errorf("%q: %d addresses, %v; want %d", text, len(got), err, want)
		}
	}
	if got, err := Targets([]string{"10.0.8.15"}); err != nil || got[0] != netip.MustParseAddrPort("10.0.8.15:3702") {
		t.Errorf("%v, %v", got, err)
	}
}

func FuzzMatches(f *testing.F) {
	allowed := func(a netip.Addr) bool { return a.IsLoopback() }
	f.Add([]byte(`<Envelope><Header><RelatesTo>id</RelatesTo></Header><Body><ProbeMatches><ProbeMatch><Scopes>onvif://www.onvif.org/name/A%20B</Scopes><XAddrs>http://192.0.2.1/ http://127.0.0.1:80/x</XAddrs></ProbeMatch></ProbeMatches></Body></Envelope>`))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, found := range matches(text, "id", allowed) {
			if !believable(found.Address, allowed) {
				t.Errorf("%q is believed", found.Address)
			}
		}
	})
}
