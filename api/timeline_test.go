package api

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"offsite/casework"
	"offsite/registry"
)

func TestTimeline(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	at := func(hour float64) time.Time { return day.Add(time.Duration(hour * float64(time.Hour))) }
	gap := func(from, to float64, cause string, goesOn bool) casework.Gap {
		return casework.Gap{Bundle: cause, From: at(from), To: at(to), Cause: cause, GoesOn: goesOn, Why: casework.Text{ZH: "因", EN: "why"}}
	}
	said := func(hour float64, state, status string) *registry.Live {
		return &registry.Live{State: state, Status: json.RawMessage(status), UpdatedAt: at(hour)}
	}
	for name, c := range map[string]struct {
		gaps []casework.Gap // the latest first
		last *registry.Live
		off  bool
		want string
		sum  float64 // hours watched
	}{
		"watched all day":            {nil, said(24, "live", `{"health":"clear"}`), false, "watched 0-24", 24},
		"away at noon":               {[]casework.Gap{gap(12, 13, "failed", false)}, said(24, "live", `{}`), false, "watched 0-12, failed 12-13, watched 13-24", 23},
		"away since before":          {[]casework.Gap{gap(-2, 3, "stalled", false)}, said(24, "live", `{}`), false, "stalled 0-3, watched 3-24", 21},
		"two gaps that are one":      {[]casework.Gap{gap(6, 7, "failed", false), gap(5, 6, "failed", true)}, said(24, "live", `{}`), false, "watched 0-5, failed 5-7, watched 7-24", 22},
		"away now":                   {nil, said(24, "failed", `{"since":"2026-11-28T22:00:00Z","why":{"zh":"断","en":"cut"}}`), false, "watched 0-22, failed 22-24", 22},
		"away now for hours":         {[]casework.Gap{gap(20, 21, "failed", true)}, said(24, "connecting", `{"since":"2026-11-28T23:00:00Z"}`), false, "watched 0-20, failed 20-21, connecting 21-24", 20},
		"dark now":                   {nil, said(24, "live", `{"health":"dark"}`), false, "watched 0-24", 24},
		"its node is silent":         {nil, said(20, "live", `{}`), false, "watched 0-20, unknown 20-24", 20},
		"no node ever":               {nil, nil, false, "unknown 0-24", 0},
		"not to be watched":          {nil, nil, true, "off 0-24", 0},
		"a node that ended at a gap": {[]casework.Gap{gap(3, 4, "stopped", false)}, nil, false, "watched 0-3, stopped 3-4, unknown 4-24", 3},
	} {
		got, err := timeline(c.gaps, c.last, c.off, at(0), at(24), at(24))
		if err != nil {
			t.Fatal(err)
		}
		var spans []string
		for i, s := range got.Spans {
			spans = append(spans, s.State+" "+s.From.Sub(day).Round(time.Minute).String()+"-"+s.To.Sub(day).Round(time.Minute).String())
			if i > 0 && !got.Spans[i-1].To.Equal(s.From) {
				t.Errorf("%s: a hole before %s", name, spans[i])
			}
		}
		text := strings.NewReplacer("h0m0s", "", "0s", "0").Replace(strings.Join(spans, ", "))
		if text != c.want || got.WatchedS != c.sum*3600 {
			t.Errorf("%s: %s, watched %.1f h; want %s, %.1f h", name, text, got.WatchedS/3600, c.want, c.sum)
		}
	}
}
