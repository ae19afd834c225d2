package wire

import (
	"time"

	"offsite/evidence/translog/sample"
)

// SampleDraft announces a sample.
type SampleDraft struct {
	From  time.Time `json:"from" doc:"Bundles sealed from then on"`
	To    time.Time `json:"to" doc:"and before then are drawn from."`
	Rate  float64   `json:"rate" exclusiveMinimum:"0" maximum:"1" doc:"Share of them, rounded up."`
	Draws time.Time `json:"draws" doc:"When it is drawn: in a minute at the earliest."`
}

// Sample is a sample of evidence; offsite audit draw draws it again from it.
type Sample struct {
	ID         string          `json:"id"`
	By         string          `json:"by"`
	From       time.Time       `json:"from"`
	To         time.Time       `json:"to"`
	Rate       float64         `json:"rate"`
	Announced  time.Time       `json:"announced"`
	Draws      time.Time       `json:"draws"`
	Logged     bool            `json:"logged" doc:"The announcement stands in the log."`
	Taken      bool            `json:"taken" doc:"It is drawn."`
	Seed       string          `json:"seed,omitempty" doc:"Root of the log at the draw, in hex."`
	Index      uint64          `json:"index,omitempty" doc:"Of the draw's entry in the log."`
	Population int             `json:"population"`
	Members    []sample.Member `json:"members"`

	AnnouncementText string `json:"announcement,omitempty" doc:"Canonical JSON whose digest the log holds."`
	AnnouncedProof   string `json:"announced_proof,omitempty" doc:"tlog-proof of the announcement."`
	DrawnProof       string `json:"drawn_proof,omitempty" doc:"tlog-proof of the draw."`
}
