package doctor

import (
	"fmt"
	"io"
	"strings"
)

// State is how grave a finding is.
type State string

// The states.
const (
	OK   State = "ok"
	Warn State = "warn" // it works, and will not for long, or not well
	Fail State = "fail" // Offsite cannot work like this
)

// Text is a sentence in both languages.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// Finding is what one check has found.
type Finding struct {
	Check  string `json:"check"` // "memory", "store_lock"
	State  State  `json:"state"`
	What   Text   `json:"what"`
	Remedy *Text  `json:"remedy,omitempty"` // what to do; nil where it is ok
}

// Findings are those of one examination, in its order.
type Findings []Finding

// Worst is the gravest state; OK where nothing was looked at.
func (f Findings) Worst() State {
	worst := OK
	for _, one := range f {
		if one.State == Fail || one.State == Warn && worst == OK {
			worst = one.State
		}
	}
	return worst
}

// Write prints the findings for a person, in both languages.
func (f Findings) Write(w io.Writer) error {
	var b strings.Builder
	for _, one := range f {
		fmt.Fprintf(&b, "%-4s  %-12s %s\n%19s%s\n", one.State, one.Check, one.What.EN, "", one.What.ZH)
		if one.Remedy != nil {
			fmt.Fprintf(&b, "%19s→ %s\n%19s→ %s\n", "", one.Remedy.EN, "", one.Remedy.ZH)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (f *Findings) ok(check string, what Text) {
	*f = append(*f, Finding{Check: check, State: OK, What: what})
}

func (f *Findings) warn(check string, what, remedy Text) {
	*f = append(*f, Finding{check, Warn, what, &remedy})
}

func (f *Findings) fail(check string, what, remedy Text) {
	*f = append(*f, Finding{check, Fail, what, &remedy})
}

// say formats both languages with the same values.
func say(zh, en string, values ...any) Text {
	return Text{fmt.Sprintf(zh, values...), fmt.Sprintf(en, values...)}
}
