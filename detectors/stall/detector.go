package stall

import (
	"fmt"
	"time"

	"offsite/detectors"
)

// Version of the rule.
const Version = "stall 2026.11.24"

// Detector makes the rules of this package.
type Detector struct{}

// New makes the detector.
func New() Detector { return Detector{} }

// Key is "stall".
func (Detector) Key() string { return "stall" }

// Version changes whenever the same looks could give other signals.
func (Detector) Version() string { return Version }

// Models names what the rule reads.
func (Detector) Models() []string { return []string{"objects"} }

// Parameters that may be set per zone.
func (Detector) Parameters() []detectors.Parameter {
	return []detectors.Parameter{
		detectors.DwellTime(180),
		{Key: "person_share", NameZH: "有人看守的画面占比", NameEN: "looks with a person staying by it",
			Unit: "share", Default: 0.4, Min: 0, Max: 1},
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
	return &rule{zone: z, set: s, times: detectors.DwellTimes{
		Dwell: dwell, Gap: detectors.Gap(dwell), Rearm: s.Seconds("rearm_s"), Share: 0.5,
	}}, nil
}

// explain says why in one sentence.
func (r *rule) explain(what string, dwell time.Duration, share float64) detectors.Explanation {
	return detectors.Explanation{
		ZH: fmt.Sprintf("“%s”内有%s在原处停留 %.0f 秒（设定 %.0f 秒），其间 %.0f%% 的画面有人在旁看守（设定 %.0f%%）。",
			r.zone.NameZH, wordZH(what), dwell.Seconds(), r.set["dwell_s"], share*100, r.set["person_share"]*100),
		EN: fmt.Sprintf("In “%s” %s stood still for %.0f s (set: %.0f s), with a person staying by in %.0f %% of looks (set: %.0f %%).",
			r.zone.NameEN, wordEN(what), dwell.Seconds(), r.set["dwell_s"], share*100, r.set["person_share"]*100),
	}
}

func wordZH(label string) string {
	switch label {
	case "goods":
		return "货物"
	case "cart":
		return "手推车或三轮车"
	case "table":
		return "桌台"
	case "umbrella":
		return "遮阳伞"
	}
	return "物品"
}

func wordEN(label string) string {
	switch label {
	case "goods":
		return "goods"
	case "cart":
		return "a cart or tricycle"
	case "table":
		return "a table"
	case "umbrella":
		return "an umbrella"
	}
	return "a thing"
}
