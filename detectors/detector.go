package detectors

import (
	"encoding/json"
	"time"
)

// Homography maps four points of the picture to four points of the ground, so
// that areas can be told in square metres.
type Homography struct {
	Picture [4]Point `json:"picture"`  // normalised
	GroundM [4]Point `json:"ground_m"` // metres
}

// Hours is a daily span of local time (Asia/Shanghai) in minutes after
// midnight; a span whose end is not after its start runs over midnight.
type Hours struct {
	Weekdays []time.Weekday `json:"weekdays,omitempty"` // empty: every day
	FromMin  int            `json:"from_min"`
	ToMin    int            `json:"to_min"`
}

// Zone is the part of a camera's picture that one detector watches.
type Zone struct {
	ID         string             `json:"id"`
	Version    int                `json:"version"`
	Camera     string             `json:"camera"`
	Detector   string             `json:"detector"` // Detector.Key
	NameZH     string             `json:"name_zh"`
	NameEN     string             `json:"name_en"`
	Polygon    Polygon            `json:"polygon"`
	DoorLine   []Point            `json:"door_line,omitempty"`  // crossdoor: two points or more
	Homography *Homography        `json:"homography,omitempty"` // nil: areas in share of picture only
	Hours      []Hours            `json:"hours,omitempty"`      // when the matter applies; empty: always
	Params     map[string]float64 `json:"params,omitempty"`     // Parameter.Key -> value; missing: default
	Object     string             `json:"object,omitempty"`     // registered shop or site, "" if none
}

// Parameter is a number that an operator may set per zone.
type Parameter struct {
	Key     string  `json:"key"`
	NameZH  string  `json:"name_zh"`
	NameEN  string  `json:"name_en"`
	Unit    string  `json:"unit"` // "s", "m²", "share", …
	Default float64 `json:"default"`
	Min     float64 `json:"min"`
	Max     float64 `json:"max"`
}

// Phase says where a suspicion stands.
type Phase string

// The phases of a suspicion, in order.
const (
	Sighted  Phase = "sighted"  // something is there; its dwell runs
	Persists Phase = "persists" // the rule is met: this is an incident, raised once
	Ended    Phase = "ended"    // it has gone, or never came to be an incident
)

// Explanation says in one sentence why a rule fired, with its numbers.
type Explanation struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// Signal is what a rule says after a look.
type Signal struct {
	Phase   Phase              `json:"phase"`
	Zone    string             `json:"zone"`
	First   time.Time          `json:"first"` // when the suspicion began
	Last    time.Time          `json:"last"`  // latest look that supports it
	Boxes   []Detection        `json:"boxes"` // what the rule stands on, in this look
	Why     Explanation        `json:"why"`
	Values  map[string]float64 `json:"values"`  // the numbers of the sentence: dwell_s, area_m2, share …
	Version string             `json:"version"` // of the rule
}

// Rule watches one zone. It is used by one goroutine at a time, keeps its state
// small, and gives the same signals for the same looks.
type Rule interface {
	// Observe takes the next look, in order of time, and says what changed.
	Observe(Look) []Signal
	// Presence tells what the latest look showed, and whether a suspicion stands.
	Presence() Presence
	// State and Restore move the rule to another node or process. Restore with
	// nil starts afresh.
	State() (json.RawMessage, error)
	Restore(json.RawMessage) error
}

// Detector is one kind of violation.
type Detector interface {
	Key() string // "stall", "crossdoor", "soil", "burning"
	// Version changes whenever the same looks could give other signals.
	Version() string
	// Models names the models whose output the rule reads: "objects",
	// "novelty", "ground", "burning".
	Models() []string
	Parameters() []Parameter
	// NewRule refuses a zone that lacks what the rule needs, saying what.
	NewRule(Zone) (Rule, error)
}

// Paced is a detector some of whose models need not run on every look.
type Paced interface {
	// Every tells how far apart a model may run for a zone, by its settings; 0: on every
	// look. Roused is from when the model has found something, or a suspicion of a rule
	// that reads it stands. Looks in between come without its output, and the rule passes
	// them over.
	Every(model string, s Settings, roused bool) time.Duration
}
