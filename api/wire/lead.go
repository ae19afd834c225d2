package wire

import (
	"time"

	"offsite/exchange/lead"
	"offsite/exchange/transfer"
)

// Made names something new.
type Made struct {
	ID string `json:"id"`
}

// LeadDraft is what somebody tells of.
type LeadDraft lead.Draft

// LeadPage is a lead with what became of it.
type LeadPage struct {
	Lead  lead.Lead   `json:"lead"`
	Steps []lead.Step `json:"steps"`
}

// Contact is who told of a lead.
type Contact struct {
	Contact string `json:"contact" doc:"Empty where nobody is known."`
}

// Dispatch hands a lead to an officer.
type Dispatch struct {
	Officer string `json:"officer" maxLength:"64" doc:"Account."`
}

// LeadOutcome is what came of a lead.
type LeadOutcome lead.Outcome

// Duty is who is on duty when.
type Duty struct {
	From   time.Time        `json:"from"`
	To     time.Time        `json:"to"`
	Shifts []lead.Shift     `json:"shifts"`
	Gaps   []lead.Uncovered `json:"gaps" doc:"When nobody is."`
}

// ShiftDraft is a shift to be made.
type ShiftDraft lead.ShiftDraft

// AuthorityDraft is an authority to be added.
type AuthorityDraft transfer.AuthorityDraft

// TransferDraft is what is to be handed over.
type TransferDraft transfer.Draft

// TransferPage is a transfer with its letter and its steps.
type TransferPage transfer.Detail

// SignedReceipt is a receipt that an authority's system signs.
type SignedReceipt transfer.Signed

// PaperReceipt is a receipt on paper, scanned.
type PaperReceipt transfer.Paper

// TransferStatus is what an authority says of what it took over.
type TransferStatus transfer.Status
