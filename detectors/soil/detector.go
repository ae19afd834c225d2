package soil

import (
	"fmt"
	"time"

	"offsite/detectors"
)

// Version of the rule.
const Version = "soil 2026.11.24"

// Detector makes the rules of this package.
type Detector struct{}

// New makes the detector.
func New() Detector { return Detector{} }

// Key is "soil".
func (Detector) Key() string { return "soil" }

// Version changes whenever the same looks could give other signals.
func (Detector) Version() string { return Version }

// Models names what the rule reads.
func (Detector) Models() []string { return []string{"ground"} }

// Parameters that may be set per zone.
func (Detector) Parameters() []detectors.Parameter {
	return []detectors.Parameter{
		{Key: "min_share", NameZH: "裸土占比", NameEN: "share of bare soil", Unit: "share", Default: 0.3, Min: 0.05, Max: 1},
		{Key: "span_s", NameZH: "观察时段", NameEN: "observed over", Unit: "s", Default: 7200, Min: 10, Max: 86400},
		{Key: "min_light", NameZH: "日间最低亮度", NameEN: "least brightness of daylight", Unit: "share", Default: 0.15, Min: 0, Max: 1},
		detectors.Rearm(),
	}
}

// Every tells how far apart the ground is looked at: twenty times within the span at
// least, and once a minute. Earth does not move.
func (Detector) Every(_ string, s detectors.Settings, _ bool) time.Duration {
	return min(s.Seconds("span_s")/20, time.Minute)
}

// NewRule makes the rule of a zone. Errors wrap detectors.ErrZone.
func (d Detector) NewRule(z detectors.Zone) (detectors.Rule, error) {
	if err := z.Check(); err != nil {
		return nil, err
	}
	s, err := z.Effective(d.Parameters())
	if err != nil {
		return nil, err
	}
	span := s.Seconds("span_s")
	r := &rule{zone: z, set: s, times: detectors.DwellTimes{
		Dwell: span, Gap: max(span/4, detectors.Gap(span)), Rearm: s.Seconds("rearm_s"), Share: 0.8,
	}}
	if z.Homography != nil {
		g, err := z.Homography.Ground()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", detectors.ErrZone, err)
		}
		r.ground = &g
	}
	return r, nil
}

// explain says why in one sentence.
func (r *rule) explain(v map[string]float64) detectors.Explanation {
	zh := fmt.Sprintf("“%s”范围内裸露土地占 %.0f%%（设定 %.0f%%）", r.zone.NameZH, v["share"]*100, r.set["min_share"]*100)
	en := fmt.Sprintf("In “%s” bare soil covers %.0f %% (set: %.0f %%)", r.zone.NameEN, v["share"]*100, r.set["min_share"]*100)
	if area, ok := v["area_m2"]; ok {
		zh += fmt.Sprintf("，约 %.0f 平方米", area)
		en += fmt.Sprintf(", about %.0f m²", area)
	}
	return detectors.Explanation{
		ZH: zh + fmt.Sprintf("，日间 %.0f 次画面、历时 %.0f 秒均如此（设定至少 3 次、%.0f 秒），未见有效覆盖。", v["looks"], v["span_s"], r.set["span_s"]),
		EN: en + fmt.Sprintf(", in %.0f looks by daylight over %.0f s (set: 3 looks or more over %.0f s), and is not covered.", v["looks"], v["span_s"], r.set["span_s"]),
	}
}
