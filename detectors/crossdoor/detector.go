package crossdoor

import (
	"fmt"
	"time"

	"offsite/detectors"
)

// Version of the rule.
const Version = "crossdoor 2026.11.24"

// Detector makes the rules of this package.
type Detector struct{}

// New makes the detector.
func New() Detector { return Detector{} }

// Key is "crossdoor".
func (Detector) Key() string { return "crossdoor" }

// Version changes whenever the same looks could give other signals.
func (Detector) Version() string { return Version }

// Models names what the rule reads.
func (Detector) Models() []string { return []string{"objects", "novelty"} }

// Every tells how far apart goods are looked for: fifty times within the dwell at least, and
// at every third look of the usual cadence. Goods stand; who walks by is followed at each look.
func (Detector) Every(model string, s detectors.Settings, _ bool) time.Duration {
	if model != "novelty" {
		return 0
	}
	return min(s.Seconds("dwell_s")/50, 5*time.Second)
}

// Parameters that may be set per zone.
func (Detector) Parameters() []detectors.Parameter {
	return []detectors.Parameter{
		detectors.DwellTime(300),
		{Key: "min_area_m2", NameZH: "最小占地面积", NameEN: "least area", Unit: "m²", Default: 0.5, Min: 0.1, Max: 50},
		{Key: "min_share", NameZH: "最小占区域比例（未标定时）", NameEN: "least share of the zone (without homography)",
			Unit: "share", Default: 0.05, Min: 0.005, Max: 1},
		{Key: "novelty", NameZH: "新增物判定值", NameEN: "novelty from which a cell counts", Unit: "share", Default: 0.5, Min: 0.05, Max: 0.99},
		detectors.Rearm(),
	}
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
	dwell := s.Seconds("dwell_s")
	r := &rule{zone: z, set: s, times: detectors.DwellTimes{
		Dwell: dwell, Gap: detectors.Gap(dwell), Rearm: s.Seconds("rearm_s"), Share: 0.6,
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
func (r *rule) explain(seconds float64) detectors.Explanation {
	zh := fmt.Sprintf("“%s”门线以外新增物品占地 %.1f 平方米（设定 %.1f 平方米）", r.zone.NameZH, r.area, r.set["min_area_m2"])
	en := fmt.Sprintf("Beyond the door line of “%s” new things cover %.1f m² (set: %.1f m²)", r.zone.NameEN, r.area, r.set["min_area_m2"])
	if r.ground == nil {
		zh = fmt.Sprintf("“%s”门线以外新增物品占区域 %.0f%%（设定 %.0f%%）", r.zone.NameZH, r.share*100, r.set["min_share"]*100)
		en = fmt.Sprintf("Beyond the door line of “%s” new things cover %.0f %% of the zone (set: %.0f %%)", r.zone.NameEN, r.share*100, r.set["min_share"]*100)
	}
	return detectors.Explanation{
		ZH: zh + fmt.Sprintf("，持续 %.0f 秒（设定 %.0f 秒），行人和车辆已排除。", seconds, r.set["dwell_s"]),
		EN: en + fmt.Sprintf(" for %.0f s (set: %.0f s); people and vehicles are masked out.", seconds, r.set["dwell_s"]),
	}
}
