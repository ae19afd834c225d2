package flow

import "fmt"

// Kind says why a step is refused.
type Kind int

// The kinds of refusal.
const (
	Unlawful  Kind = iota + 1 // the law or the state forbids it now
	Forbidden                 // this person may not do it
	Invalid                   // a field is missing or wrong
)

// Refusal says in both languages why a step cannot be taken and which article
// says so. The caller shows it; retrying unchanged is of no use.
type Refusal struct {
	Kind    Kind
	Event   Event
	State   State
	Field   string // Invalid: which field
	Guard   string // the guard that does not hold, by name; "" where no guard was asked
	ZH, EN  string
	Article string
}

func (r *Refusal) Error() string {
	if r.Article == "" {
		return fmt.Sprintf("%s in state %s: %s", r.Event, r.State, r.EN)
	}
	return fmt.Sprintf("%s in state %s: %s (%s)", r.Event, r.State, r.EN, r.Article)
}
