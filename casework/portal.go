package casework

import (
	"time"

	"offsite/evidence"
	"offsite/evidence/detached"
)

// PortalLogin is what a link's token is changed for, once per browser.
type PortalLogin struct {
	Cookie    string // opaque; kept by the browser alone, stored as SHA-256
	CSRF      string
	CaseID    string
	ExpiresAt time.Time
}

// PortalCase is what the party sees.
type PortalCase struct {
	Number      string           `json:"number"`
	State       string           `json:"state"`
	MatterZH    string           `json:"matter_zh"`
	MatterEN    string           `json:"matter_en"`
	BasisZH     string           `json:"basis_zh"`
	BasisEN     string           `json:"basis_en"`
	Place       string           `json:"place"`
	Object      string           `json:"object"`
	Party       string           `json:"party"`
	WhatZH      string           `json:"what_zh"`
	WhatEN      string           `json:"what_en"`
	At          time.Time        `json:"at"`
	FineFen     int64            `json:"fine_fen"`
	LateFen     int64            `json:"late_fen"`
	PaidFen     int64            `json:"paid_fen"`
	Instalments []Instalment     `json:"instalments"`
	ReceiptNo   string           `json:"receipt_no"`
	PaidAt      *time.Time       `json:"paid_at,omitempty"`
	Stills      []PortalStill    `json:"stills"`
	Clip        string           `json:"clip"`
	Copies      []PortalCopy     `json:"copies"` // sealed, of all evidence
	Documents   []PortalDocument `json:"documents"`
	Actions     []PortalAction   `json:"actions"`
	Progress    []PortalProgress `json:"progress"`
	Consented   bool             `json:"consented"`
	ByEmail     bool             `json:"by_email" doc:"E-mail can be sent: the consent may name an address."`
	Statements  []Statement      `json:"statements"`
	FullCopies  []FullCopy       `json:"full_copies" doc:"Requests to see the evidence uncovered, the newest first."`

	Phone         string `json:"phone" doc:"Where codes go, masked; empty: no number is known, and what binds is done on paper."`
	OfficeAddress string `json:"office_address"`
	OfficePhone   string `json:"office_phone"`
}

// PortalStill is a picture; Name goes to PortalFile.
type PortalStill struct {
	Name string    `json:"name"`
	Role string    `json:"role"`
	At   time.Time `json:"at"`
}

// PortalDocument is a document that the party may read.
type PortalDocument struct {
	ID       string    `json:"id"`
	TitleZH  string    `json:"title_zh"`
	TitleEN  string    `json:"title_en"`
	Number   string    `json:"number"`
	IssuedAt time.Time `json:"issued_at"`
	Code     string    `json:"code"`
}

// PortalAction is something that the party may do, or why not now.
type PortalAction struct {
	Event   string     `json:"event"` // statement, appointment, hearing_request, waive, consent, ask_deferral, ask_instalments, pay
	Allowed bool       `json:"allowed"`
	Until   *time.Time `json:"until,omitempty"`
	Fen     int64      `json:"fen,omitempty" doc:"What is paid now: all that is owed, or the next instalment, with surcharge."`
	WhyZH   string     `json:"why_zh,omitempty"`
	WhyEN   string     `json:"why_en,omitempty"`
}

// PortalProgress is a step that was taken.
type PortalProgress struct {
	LabelZH string    `json:"label_zh"`
	LabelEN string    `json:"label_en"`
	At      time.Time `json:"at"`
}

// PortalFile says where a picture or clip of the party's own case lies.
type PortalFile struct {
	Bundle string           // that was copied
	Path   string           // in both bundles, "data/clip.mp4"
	Copy   evidence.Receipt // of the sealed redacted copy
}

// Visit says from where the party acts, for the proof of service.
type Visit struct {
	Address string // remote address
	Browser string // user agent
}

// PublicDocument is what the verification code on a document tells anybody.
type PublicDocument struct {
	TitleZH  string    `json:"title_zh"`
	TitleEN  string    `json:"title_en"`
	Number   string    `json:"number"`
	IssuedAt time.Time `json:"issued_at"`
	SHA256   string    `json:"sha256"`

	Keys []detached.SealKey `json:"keys" doc:"Keys of the bureau that signed it; none: it was issued before documents were signed."`
}

// PublicMatter is a matter as the public pages list it.
type PublicMatter struct {
	Key        string `json:"key"`
	NameZH     string `json:"name_zh"`
	NameEN     string `json:"name_en"`
	BasisZH    string `json:"basis_zh"`
	BasisEN    string `json:"basis_en"`
	Offsite    bool   `json:"offsite"`
	FineMinFen int64  `json:"fine_min_fen"`
	FineMaxFen int64  `json:"fine_max_fen"`
}
