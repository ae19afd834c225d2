package intake

import (
	"fmt"
	"math"
	"strings"

	"offsite/registry/place"
)

// evidence is what tells in which coordinate system a file is: how many of its positions
// stand where they should as they are written, and how many only once they are moved as
// from a GCJ-02 map. Where neither or both do, a position tells nothing.
type evidence struct{ written, moved int }

const (
	enough     = 3    // positions that say the same
	compared   = 2000 // rows of a file at most with what is drawn on the map
	closeBy    = 60.0 // metres between two positions of one thing
	apart      = 100.0
	byStreet   = 80.0 // metres from the middle of a street to a shop in it
	offStreet  = 160.0
	outOfRange = math.MaxFloat64
)

// weigh compares a position, as it is written and as it is once moved.
func (e *evidence) weigh(given place.Position, metres func(place.Position) float64, near, far float64) {
	written, moved := metres(given), metres(given.FromGCJ02())
	switch {
	case written > far && moved < near:
		e.moved++
	case moved > far && written < near:
		e.written++
	}
}

// weighed compares a file's positions with the registered ones of the same things or at
// the same address, with the street that an address names, and with the township.
func (in *Intake) weighed(p *plan) evidence {
	var e evidence
	for _, pair := range p.pairs {
		e.weigh(pair[0], pair[1].Metres, closeBy, apart)
	}
	if in.drawn == nil {
		return e
	}
	for i := 0; i < len(p.rows); i += 1 + len(p.rows)/compared {
		r := &p.rows[i]
		if r.given == nil || r.wrong() {
			continue
		}
		address, township := r.draft.Object.Address, r.draft.Object.Township
		if c := r.draft.Camera; c != nil {
			address, township = c.Place, c.Township
		}
		if s, ok := streetOf(in.drawn.Streets, address); ok {
			e.weigh(*r.given, s.Metres, byStreet, offStreet)
			continue
		}
		e.weigh(*r.given, func(at place.Position) float64 { return within(in.drawn.Townships, township, at) }, closeBy, apart)
	}
	return e
}

// streetOf is the street that an address names: of several, that with the longest name.
func streetOf(streets []place.Way, address string) (named place.Way, ok bool) {
	for _, s := range streets {
		if len(s.Name) > len(named.Name) && strings.Contains(address, s.Name) {
			named, ok = s, true
		}
	}
	return named, ok
}

// within is 0 for a position in the township of that name, or, where none is drawn under
// it, in any; far away else.
func within(townships []place.Area, name string, at place.Position) float64 {
	drawn, inAny := false, false
	for _, a := range townships {
		holds := a.Holds(at)
		inAny = inAny || holds
		if a.Name != name {
			continue
		}
		if drawn = true; holds {
			return 0
		}
	}
	if !drawn && (inAny || len(townships) == 0) {
		return 0
	}
	return outOfRange
}

// warn says what the evidence says against the system that a file is said to be in, and
// where nothing tells, that nobody has checked it.
func (e evidence) warn(p *plan, system string) (Fault, bool) {
	placed := 0
	for i := range p.rows {
		if p.rows[i].given != nil && !p.rows[i].wrong() {
			placed++
		}
	}
	fault := func(zh, en string) (Fault, bool) { return Fault{Warning: true, ZH: zh, EN: en}, true }
	switch {
	case placed == 0:
		return Fault{}, false
	case system == WGS84 && e.moved >= enough && e.moved > e.written:
		return fault(fmt.Sprintf("%d行的坐标像是 GCJ-02（高德、腾讯地图）：照原样落在已登记位置、所写街道或乡镇之外，换算后才相符。请选择坐标系 GCJ-02 后重新预览", e.moved),
			fmt.Sprintf("the positions of %d rows look like GCJ-02 (as of Chinese web maps): as written they lie off what is registered, off the street or the township that the row names, and converted they do not; choose GCJ-02 and preview anew", e.moved))
	case system == GCJ02 && e.written >= enough && e.written > e.moved:
		return fault(fmt.Sprintf("%d行的坐标像是 WGS 84：照原样与已登记位置、所写街道或乡镇相符，换算后反而偏离。请选择坐标系 WGS 84 后重新预览", e.written),
			fmt.Sprintf("the positions of %d rows look like WGS 84: as written they lie where the row says, and converted they do not; choose WGS 84 and preview anew", e.written))
	case e.written+e.moved == 0:
		return fault(fmt.Sprintf("无法核对坐标系：已登记的位置、本局地图上的街道和乡镇都不能判断这%d行坐标是 WGS 84 还是 GCJ-02（相差约500米）。请在下方地图上核对后再导入", placed),
			fmt.Sprintf("the coordinate system could not be checked: nothing registered and nothing on the bureau's map tells whether its positions (%d) are WGS 84 or GCJ-02, some 500 m apart; look at them on the map below before they are taken in", placed))
	}
	return Fault{}, false
}
