package casework

import (
	"context"
	"errors"
)

// Chosen is one case of a bulk step, at the version that the actor saw.
type Chosen struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
}

// BulkOutcome is what a bulk step did to one case. Refusal is nil where it was taken.
type BulkOutcome struct {
	ID      string `json:"id"`
	Done    bool   `json:"done"`
	WhyZH   string `json:"why_zh,omitempty"`
	WhyEN   string `json:"why_en,omitempty"`
	Article string `json:"article,omitempty"`
}

// Bulk takes the same step on many cases. Each is judged alone, in a transaction of
// its own: what the law forbids for one does not keep the others. An error that is
// no refusal ends the work; what was done before it stays done and is reported.
func (b *Book) Bulk(ctx context.Context, a Actor, event string, cases []Chosen, fields map[string]any) ([]BulkOutcome, error) {
	report := make([]BulkOutcome, 0, len(cases))
	for _, c := range cases {
		err := b.Apply(ctx, a, c.ID, c.Version, event, fields)
		o := BulkOutcome{ID: c.ID, Done: err == nil}
		var refusal *Refusal
		switch {
		case err == nil:
		case errors.As(err, &refusal):
			o.WhyZH, o.WhyEN, o.Article = refusal.ZH, refusal.EN, refusal.Article
		case errors.Is(err, ErrChanged):
			o.WhyZH, o.WhyEN = "案件已被他人变更", "somebody else changed the case"
		case errors.Is(err, ErrNotFound):
			o.WhyZH, o.WhyEN = "没有这个案件", "there is no such case"
		default:
			return report, err
		}
		report = append(report, o)
	}
	return report, nil
}
