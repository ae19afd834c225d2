package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"offsite/api/wire"
	"offsite/detectors"
	"offsite/detectors/hindsight"
)

// goodsFor are looks, two seconds from one to the next, with goods and somebody by them.
func goodsFor(camera string, from time.Time, long time.Duration) []detectors.Look {
	var looks []detectors.Look
	for at := from; at.Before(from.Add(long)); at = at.Add(2 * time.Second) {
		track := func(id uint64, label string, b detectors.Box) detectors.Track {
			return detectors.Track{ID: id, Detection: detectors.Detection{Label: label, Score: .8, Box: b}, First: from, Last: at, Anchored: from}
		}
		looks = append(looks, detectors.Look{Camera: camera, At: at, Light: .4, Tracks: []detectors.Track{
			track(1, "goods", detectors.Box{X1: .4, Y1: .4, X2: .5, Y2: .5}), track(2, "person", detectors.Box{X1: .51, Y1: .3, X2: .55, Y2: .5}),
		}})
	}
	return looks
}

func TestARuleIsTriedOnTheLastHour(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.staff("operator")
	var c wire.Camera
	p.do("POST", "/cameras", cameraDraftText).into(t, &c)
	draft := wire.ZoneDraft{NameZH: "人行道", NameEN: "Pavement", Detector: "stall", Params: map[string]float64{"dwell_s": 300},
		Polygon: []detectors.Point{{X: .1, Y: .1}, {X: .9, Y: .1}, {X: .9, Y: .9}, {X: .1, Y: .9}}}
	var z detectors.Zone
	p.do("POST", "/cameras/"+c.ID+"/zones", draft).into(t, &z)
	try := func(zone string, d wire.ZoneDraft) (got wire.Hindsight) {
		t.Helper()
		r := p.do("POST", "/cameras/"+c.ID+"/hindsight", wire.HindsightRequest{Zone: zone, Draft: d})
		if r.status != http.StatusOK {
			t.Fatalf("try: %s", r)
		}
		r.into(t, &got)
		return got
	}
	if got := try(z.ID, draft); got.Looks != 0 || got.From != nil || len(got.Drafted) != 0 {
		t.Errorf("before the first look: %+v", got)
	}
	began := time.Now().Add(-30 * time.Minute).UTC().Truncate(time.Second)
	for _, looks := range [][]detectors.Look{goodsFor(c.ID, began, 2*time.Minute), goodsFor(c.ID, began.Add(10*time.Minute), 4*time.Minute)} {
		text, err := hindsight.Encode(hindsight.Part{Models: []string{"objects"}, Looks: looks})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.registry.SaveLooks(t.Context(), "node", map[string][]byte{c.ID: text}); err != nil {
			t.Fatal(err)
		}
	}
	draft.Params["dwell_s"] = 60
	got := try(z.ID, draft)
	if got.Looks != 180 || !got.From.Equal(began) || len(got.Unseen) != 1 || len(got.Standing) != 0 || len(got.Drafted) != 1 {
		t.Fatalf("tried: %+v", got)
	}
	if r := got.Drafted[0]; !r.Raised.Equal(began.Add(time.Minute)) || !strings.Contains(r.Why.ZH, "60 秒") || r.Why.EN == "" {
		t.Errorf("it would have raised %+v", r)
	}
	if got := try("", draft); len(got.Standing) != 0 || len(got.Drafted) != 1 {
		t.Errorf("as a new zone: %+v", got)
	}
	burning := draft
	burning.Detector, burning.Params = "burning", nil
	if got := try("", burning); len(got.Lacking) != 1 || got.Lacking[0] != "burning" || len(got.Drafted) != 0 {
		t.Errorf("by a model that did not run: %+v", got)
	}
	draft.Params["dwell_s"] = 1
	if r := p.do("POST", "/cameras/"+c.ID+"/hindsight", wire.HindsightRequest{Zone: z.ID, Draft: draft}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("a parameter out of bounds: %s", r)
	}
	for zone, camera := range map[string]string{nobody: c.ID, "": nobody} {
		if r := p.do("POST", "/cameras/"+camera+"/hindsight", wire.HindsightRequest{Zone: zone, Draft: draft}); r.status != http.StatusNotFound {
			t.Errorf("zone %q of camera %s: %s", zone, camera, r)
		}
	}
	if r := h.staff("reviewer").do("POST", "/cameras/"+c.ID+"/hindsight", wire.HindsightRequest{Draft: draft}); r.status != http.StatusForbidden {
		t.Errorf("a reviewer: %s", r)
	}
	if zones := func() int { p.do("GET", "/cameras/"+c.ID, nil).into(t, &c); return c.Zones[0].Version }(); zones != 1 {
		t.Errorf("trying has changed the zone: version %d", zones)
	}
}
