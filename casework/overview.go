package casework

import (
	"time"

	"offsite/casework/quota"
)

// Overview is casework's part of the console's first page.
type Overview struct {
	Waiting      []Waiting          `json:"waiting"`
	Deadlines    []OverviewDeadline `json:"deadlines"`
	Quotas       []Quota            `json:"quotas"`
	Findings     []FindingItem      `json:"findings"`
	CasesByState []StateCount       `json:"cases_by_state"`
	Trend        []DayCount         `json:"trend"`

	CalendarLacks       int  `json:"calendar_lacks" doc:"Year that deadlines may reach into and whose working days nobody has entered, or provisionally alone; 0: none."`
	CalendarProvisional bool `json:"calendar_provisional"`
}

// Waiting counts what waits for somebody.
type Waiting struct {
	Kind  string `json:"kind"` // first_review, second_review, case, unknown_party, legal, head, refund, mention
	Count int    `json:"count"`
}

// OverviewDeadline is one of the nearest deadlines.
type OverviewDeadline struct {
	CaseID  string    `json:"case_id"`
	Number  string    `json:"number"`
	LabelZH string    `json:"label_zh"`
	LabelEN string    `json:"label_en"`
	At      time.Time `json:"at"`
}

// StateCount counts cases in a state.
type StateCount struct {
	State string `json:"state"`
	Count int    `json:"count"`
}

// Quota is a figure of the plan, computed from the records.
type Quota = quota.Quota

// QuotaItem is one thing behind a figure.
type QuotaItem = quota.Item

// Matter is a matter as the settings page shows it.
type Matter struct {
	Key        string  `json:"key"`
	NameZH     string  `json:"name_zh"`
	NameEN     string  `json:"name_en"`
	Detector   string  `json:"detector"`
	Offsite    bool    `json:"offsite"`
	Major      bool    `json:"major"`
	Basis      []Basis `json:"basis"`
	FineMinFen int64   `json:"fine_min_fen"`
	FineMaxFen int64   `json:"fine_max_fen"`
	GraceS     int64   `json:"grace_s"`
	Bands      []Band  `json:"bands" doc:"Discretion bands of today's law, the first that fits counts."`
	BandsZH    string  `json:"bands_source_zh"`
	BandsEN    string  `json:"bands_source_en"`
	AwaitsZH   string  `json:"awaits_zh,omitempty" doc:"What the bureau has to enter before a penalty can be proposed."`
	AwaitsEN   string  `json:"awaits_en,omitempty"`
}

// Band is a discretion band (裁量基准).
type Band struct {
	Key       string   `json:"key"`
	NameZH    string   `json:"name_zh"`
	NameEN    string   `json:"name_en"`
	When      []string `json:"when" doc:"Conditions, all of which must hold; none: every case."`
	NoPenalty string   `json:"no_penalty" doc:"must, may; empty: a penalty."`
	PersonMin int64    `json:"person_min_fen"`
	PersonMax int64    `json:"person_max_fen"`
	UnitMin   int64    `json:"unit_min_fen"`
	UnitMax   int64    `json:"unit_max_fen"`
	ArticleZH string   `json:"article_zh"`
	ArticleEN string   `json:"article_en"`
}

// Basis is one provision that a matter stands on.
type Basis struct {
	LawZH     string `json:"law_zh"`
	LawEN     string `json:"law_en"`
	Article   string `json:"article"`
	ArticleEN string `json:"article_en"`
	ValidFrom string `json:"valid_from"` // 2006-01-02
}
