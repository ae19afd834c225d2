package api

import (
	"context"
	"net/http"

	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/privacy"
)

// privacyOffice is privacy.Office: how long personal data are kept.
type privacyOffice interface {
	Runs(ctx context.Context) ([]privacy.Ran, error)
}

func (a *API) privacyOperations() {
	handle(a, operation{id: "get-retention", method: http.MethodGet, path: "/privacy/retention", summary: "How long which data are kept, and what was deleted on which day, with proofs", tag: "privacy"}, a.getRetention)
}

func (a *API) getRetention(ctx context.Context, _ *empty) (*answer[wire.Retention], error) {
	if a.o.Privacy == nil {
		return nil, problem.Away("此服务不执行保存期限。", "This server runs no retention schedule.", nil)
	}
	runs, err := a.o.Privacy.Runs(ctx)
	if err != nil {
		return nil, err
	}
	out := wire.Retention{Runs: runs}
	for _, r := range privacy.Schedule() {
		out.Schedule = append(out.Schedule, wire.RetentionRule(r))
	}
	return &answer[wire.Retention]{out}, nil
}
