package burning

import (
	"fmt"
	"time"

	"offsite/detectors"
)

// Version of the rule.
const Version = "burning 2026.11.25"

// Detector makes the rules of this package.
type Detector struct{}

// New makes the detector.
func New() Detector { return Detector{} }

// Key is "burning".
func (Detector) Key() string { return "burning" }

// Version changes whenever the same looks could give other signals.
func (Detector) Version() string { return Version }

// Models names what the rule reads.
func (Detector) Models() []string { return []string{"burning"} }

// Every tells how far apart fire and smoke are looked for: at every second look of the usual
// cadence, and at each from when anything is seen, so that five looks running are judged.
func (Detector) Every(_ string, _ detectors.Settings, roused bool) time.Duration {
	if roused {
		return 0
	}
	return 3 * time.Second
}

// Parameters that may be set per zone.
func (Detector) Parameters() []detectors.Parameter {
	return []detectors.Parameter{
		{Key: "looks", NameZH: "最近五次画面中至少", NameEN: "of the latest five looks at least", Unit: "looks", Default: 3, Min: 2, Max: 5},
		{Key: "change", NameZH: "画面间最小变化", NameEN: "least change between looks", Unit: "share", Default: 0.06, Min: 0, Max: 1},
		{Key: "min_score", NameZH: "最低置信度", NameEN: "least score", Unit: "share", Default: 0, Min: 0, Max: 1},
		{Key: "sure", NameZH: "其中最高置信度至少", NameEN: "the best score of them at least", Unit: "share", Default: 0.5, Min: 0, Max: 1},
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
	return &rule{zone: z, set: s, times: detectors.DwellTimes{
		Dwell: 0, Gap: 20 * time.Second, Rearm: s.Seconds("rearm_s"), Share: 0,
	}}, nil
}

// explain says why in one sentence.
func (r *rule) explain(c chain) detectors.Explanation {
	zh, en := "烟", "smoke"
	if c.label == "fire" {
		zh, en = "明火", "open fire"
	}
	return detectors.Explanation{
		ZH: fmt.Sprintf("“%s”内最近 5 次画面中有 %d 次见%s（设定 %.0f 次），画面间变化 %.0f%%（设定 %.0f%%），最高置信度 %.2f（设定 %.2f）。",
			r.zone.NameZH, c.looks, zh, r.set["looks"], c.change*100, r.set["change"]*100, c.score, r.set["sure"]),
		EN: fmt.Sprintf("In “%s” %d of the latest 5 looks show %s (set: %.0f), changing by %.0f %% between looks (set: %.0f %%), best score %.2f (set: %.2f).",
			r.zone.NameEN, c.looks, en, r.set["looks"], c.change*100, r.set["change"]*100, c.score, r.set["sure"]),
	}
}
