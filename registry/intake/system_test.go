package intake_test

import (
	"fmt"
	"strings"
	"testing"

	"offsite/registry/intake"
	"offsite/registry/place"
)

// district is a map with two townships side by side, 0.02° wide, and a street across both.
const district = `{"type":"FeatureCollection","features":[
	{"type":"Feature","properties":{"kind":"township","name":"甲镇"},"geometry":{"type":"Polygon","coordinates":[[[121.40,31.60],[121.42,31.60],[121.42,31.62],[121.40,31.62],[121.40,31.60]]]}},
	{"type":"Feature","properties":{"kind":"township","name":"乙镇"},"geometry":{"type":"Polygon","coordinates":[[[121.42,31.60],[121.44,31.60],[121.44,31.62],[121.42,31.62],[121.42,31.60]]]}},
	{"type":"Feature","properties":{"kind":"street","name":"人民路"},"geometry":{"type":"LineString","coordinates":[[121.41,31.60],[121.41,31.62]]}},
	{"type":"Feature","properties":{"kind":"street","name":"人民路支路"},"geometry":{"type":"MultiLineString","coordinates":[[[121.43,31.60],[121.43,31.62]]]}},
	{"type":"Feature","properties":{"kind":"street","name":"无形路"},"geometry":{"type":"Point","coordinates":[121.43,31.60]}}]}`

// The first file of a district is compared with what its map draws: in which system it is
// shows by the streets and townships that its rows name.
func TestTheFirstFileIsHeldToTheMap(t *testing.T) {
	t.Parallel()
	m, err := place.ReadMap([]byte(district))
	if err != nil || len(m.Townships) != 2 || len(m.Streets) != 2 {
		t.Fatalf("%+v, %v", m, err)
	}
	at := func(lon, lat float64) place.Position { return place.Position{Longitude: lon, Latitude: lat} }
	inStreet := []place.Position{at(121.4102, 31.605), at(121.4098, 31.61), at(121.4101, 31.615)}
	inBranch := []place.Position{at(121.4302, 31.605), at(121.4298, 31.61), at(121.4301, 31.615)}
	atBorder := []place.Position{at(121.4195, 31.605), at(121.4193, 31.61), at(121.4196, 31.615)}
	otherBorder := []place.Position{at(121.4004, 31.605), at(121.4006, 31.61), at(121.4005, 31.615)}
	inMiddle := []place.Position{at(121.4105, 31.609), at(121.4108, 31.61), at(121.411, 31.611)}
	file := func(columns, cells string, places []place.Position, shown bool) []byte {
		var b strings.Builder
		b.WriteString("名称,经度,纬度," + columns + "\n")
		for i, p := range places {
			if shown {
				p = p.GCJ02()
			}
			fmt.Fprintf(&b, "店%d,%.6f,%.6f,%s\n", i, p.Longitude, p.Latitude, cells)
		}
		return []byte(b.String())
	}
	const asGCJ, asWGS, unknown = "像是 GCJ-02", "像是 WGS 84", "无法核对坐标系"
	for name, c := range map[string]struct {
		columns, cells string
		places         []place.Position
		shown          bool // on a GCJ-02 map
		system         string
		without        bool // a map
		want           string
	}{
		"by its street":                     {"地址", "人民路8号", inStreet, true, intake.WGS84, false, asGCJ},
		"honest, by its street":             {"地址", "人民路8号", inStreet, false, intake.WGS84, false, ""},
		"by the longest name":               {"地址", "人民路支路8号", inBranch, true, intake.WGS84, false, asGCJ},
		"honest, by the longest name":       {"地址", "人民路支路8号", inBranch, false, intake.WGS84, false, ""},
		"by its township":                   {"乡镇", "甲镇", atBorder, true, intake.WGS84, false, asGCJ},
		"honest, by its township":           {"乡镇", "甲镇", otherBorder, false, intake.WGS84, false, ""},
		"converted as it should":            {"地址", "人民路8号", inStreet, true, intake.GCJ02, false, ""},
		"converted though it is WGS 84":     {"地址", "人民路8号", inStreet, false, intake.GCJ02, false, asWGS},
		"too few to say":                    {"地址", "人民路8号", inStreet[:2], true, intake.WGS84, false, ""},
		"nothing that tells them apart":     {"乡镇", "甲镇", inMiddle, false, intake.WGS84, false, unknown},
		"neither map nor anything to go by": {"地址", "人民路8号", inStreet, true, intake.WGS84, true, unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var options []intake.Option
			if !c.without {
				options = append(options, intake.WithMap(m))
			}
			s := open(t, options...)
			b := s.preview(t, "a.csv", file(c.columns, c.cells, c.places, c.shown), intake.Options{System: c.system})
			var said []string
			for _, w := range b.Warnings {
				said = append(said, w.ZH)
			}
			if text := strings.Join(said, "; "); c.want == "" && text != "" || !strings.Contains(text, c.want) {
				t.Errorf("warned of %q, want %q", text, c.want)
			}
		})
	}
	s := open(t)
	if b := s.preview(t, "a.csv", []byte("名称,地址\n店,人民路8号\n"), intake.Options{}); len(b.Warnings) != 0 {
		t.Errorf("a file without positions: %+v", b.Warnings)
	}
	s.apply(t, s.preview(t, "a.csv", file("地址", "一路1号", inStreet[:1], false), intake.Options{}))
	others := strings.ReplaceAll(string(file("地址", "一路1号", []place.Position{inStreet[0], inStreet[0], inStreet[0]}, true)), "店", "邻")
	if b := s.preview(t, "b.csv", []byte(others), intake.Options{}); len(b.Warnings) != 1 || !strings.Contains(b.Warnings[0].ZH, asGCJ) {
		t.Errorf("others at the address of what is registered: %+v", b.Warnings)
	}
}
