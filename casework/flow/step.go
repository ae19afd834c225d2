package flow

// Step is one row of the table: an event in the states that it leaves.
type Step struct {
	Event   Event
	From    []State
	To      State // "": the state stays
	Roles   []Role
	ZH, EN  string
	Article string
	Needs   []string // fields that must be given
	Papers  bool     // pictures and scans may come with it
	Guards  []Guard
	Effects []Effect
	Issues  []string // kinds of document, as casework/document names them
	// Next chooses another state than To; Branches lists what it may choose.
	Next     func(Facts) State
	Branches []State
}

// Target is the state that the step leads to.
func (s Step) Target(f Facts) State {
	if s.Next != nil {
		if next := s.Next(f); next != "" {
			return next
		}
	}
	if s.To == "" {
		return f.State
	}
	return s.To
}

// Effect is what else a step does, in its own transaction.
type Effect string

// The effects. Those that send become jobs inserted with the transition.
const (
	SendReminder  Effect = "send_reminder"
	SendNotice    Effect = "send_notice"
	SendProposal  Effect = "send_proposal"
	SendHearing   Effect = "send_hearing"
	SendDecision  Effect = "send_decision" // electronic service only
	SendDemand    Effect = "send_demand"
	SendTerms     Effect = "send_terms"     // a deferral or instalments were granted
	SendRoom      Effect = "send_room"      // the officers wait in the room of an inquiry by video
	CloseRoom     Effect = "close_room"     // what was recorded there is sealed
	Recheck       Effect = "recheck"        // after the grace period
	Retain        Effect = "retain"         // keep the evidence as long as the archive says, and held while a suit is pending
	PublishResult Effect = "publish"        // put the decision on the public list
	Withdraw      Effect = "withdraw"       // take it off again, with the reason
	Refund        Effect = "refund"         // what was paid is owed back
	VoidOrder     Effect = "void_order"     // an open payment order no longer counts
	CountHistory  Effect = "count_history"  // towards "first" of art. 33
	ServiceProof  Effect = "service_proof"  // the proof goes into the receipt
	NumberCase    Effect = "number_case"    // 案号
	AskConsent    Effect = "ask_consent"    // offer electronic service in the portal
	StartPayments Effect = "start_payments" // the 15 days run
)
