package flow

import "strings"

// Sought lists the states in which somebody has to find out a party that nobody knows, where
// it was seen (当事人待查): from the second review on, until it is identified or the case ends
// without.
func Sought() []State { return []State{Reviewed, Verified, Filed} }

// UnknownParty is the condition of a row of casefile, by its name in the query, that its party
// is sought.
func UnknownParty(row string) string {
	var states []string
	for _, s := range Sought() {
		states = append(states, "'"+string(s)+"'")
	}
	return row + ".party_id IS NULL AND " + row + ".state IN (" + strings.Join(states, ", ") + ")"
}
