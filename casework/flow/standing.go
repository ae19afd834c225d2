package flow

import "slices"

// What stands between a case and a fine follows from the steps that exist. Queries take
// these lists as they are, so that a state that is added is in them, or is not, by its steps.

// Undecided lists the states from which a decision may yet be reached.
func (t *Table) Undecided() []State {
	return t.where(func(s State) bool { return !slices.Contains(t.Fined(), s) && slices.Contains(t.after(s), Decided) })
}

// Fined lists the states in which a fine stands: the decision and what follows it, but
// not its revocation.
func (t *Table) Fined() []State {
	after := t.after(Decided)
	return t.where(func(s State) bool { return s != Revoked && slices.Contains(after, s) })
}

// Unfined lists the states in which a case ended and no fine stands: evidence of what nobody
// confirmed aside, since that goes by itself.
func (t *Table) Unfined() []State {
	fined := t.Fined()
	return t.where(func(s State) bool { return t.Info(s).End && s != Rejected && !slices.Contains(fined, s) })
}

// Pursued lists the states from the filing on in which a fine stands or may yet be
// decided (art. 29).
func (t *Table) Pursued() []State {
	filed, counts := t.after(Filed), append(t.Undecided(), t.Fined()...)
	return t.where(func(s State) bool { return slices.Contains(filed, s) && slices.Contains(counts, s) })
}

// Counted lists the states in which the act counts among what the party did before
// (art. 33): a fine stands, or the case ended with a step that counts.
func (t *Table) Counted() []State {
	fined := t.Fined()
	return t.where(func(state State) bool {
		return slices.Contains(fined, state) || slices.ContainsFunc(t.Steps, func(s Step) bool {
			return slices.Contains(s.Effects, CountHistory) && slices.Contains(s.Targets(), state)
		})
	})
}

// where lists the states that are so, in the table's order.
func (t *Table) where(so func(State) bool) []State {
	var list []State
	for _, s := range t.States {
		if so(s.State) {
			list = append(list, s.State)
		}
	}
	return list
}

// after lists a state and all that may follow it.
func (t *Table) after(from State) []State {
	list := []State{from}
	for i := 0; i < len(list); i++ {
		for _, s := range t.Steps {
			if !slices.Contains(s.From, list[i]) {
				continue
			}
			for _, to := range s.Targets() {
				if to != "" && !slices.Contains(list, to) {
					list = append(list, to)
				}
			}
		}
	}
	return list
}
