package api

import (
	"context"
	"net/http"

	"offsite/api/wire"
	"offsite/casework/team"
)

// teamOffice is team.Office: what people, teams, townships and brigades have done.
type teamOffice interface {
	Rules(ctx context.Context) (team.ScoreRules, error)
	Activate(ctx context.Context, by string, points map[string]int, reason string) error
	Report(ctx context.Context, p team.Period, by string) (team.TeamReport, error)
	Day(ctx context.Context, f team.DayFilter) ([]team.DayLine, error)
}

func (a *API) teamOperations() {
	const tag = "supervision"
	handle(a, operation{id: "get-day", method: http.MethodGet, path: "/reports/day", summary: "The day record (日志): what was done; one's own without the right to the reports", tag: tag}, a.getDay)
	handle(a, operation{id: "get-team-report", method: http.MethodGet, path: "/reports/scores", summary: "Counts and points of a month, quarter or year, by person, team, township or brigade", tag: tag}, a.getTeamReport)
	handle(a, operation{id: "get-score-rules", method: http.MethodGet, path: "/reports/rules", summary: "What is counted, and the points as they hold", tag: tag}, a.getScoreRules)
	handle(a, operation{id: "activate-score-rules", method: http.MethodPost, path: "/reports/rules", summary: "Make points hold; every version is kept", tag: tag, status: http.StatusNoContent}, a.activateScoreRules)
}

type dayQuery struct {
	Day    string `query:"day" maxLength:"10" required:"true" doc:"2006-01-02, of the legal clock."`
	Person string `query:"person" maxLength:"64" doc:"Account; left out: all."`
	Team   string `query:"team" maxLength:"60"`
}

func (a *API) getDay(ctx context.Context, in *dayQuery) (*list[team.DayLine], error) {
	f := team.DayFilter{Day: in.Day, Person: in.Person, Team: in.Team}
	if who := actor(ctx); !a.policy["get-team-report"].has(who.Roles) {
		f.Person, f.Team = who.ID, ""
	}
	lines, err := a.o.Teams.Day(ctx, f)
	if err != nil {
		return nil, err
	}
	return listOf(lines), nil
}

type teamQuery struct {
	Period string `query:"period" maxLength:"7" required:"true" doc:"2006-01, 2006-Q1 or 2006."`
	By     string `query:"by" enum:"person,team,township,brigade" default:"person"`
}

func (a *API) getTeamReport(ctx context.Context, in *teamQuery) (*answer[team.TeamReport], error) {
	p, err := team.ReadPeriod(in.Period)
	if err != nil {
		return nil, err
	}
	r, err := a.o.Teams.Report(ctx, p, in.By)
	if err != nil {
		return nil, err
	}
	return &answer[team.TeamReport]{r}, nil
}

func (a *API) getScoreRules(ctx context.Context, _ *empty) (*answer[team.ScoreRules], error) {
	r, err := a.o.Teams.Rules(ctx)
	if err != nil {
		return nil, err
	}
	return &answer[team.ScoreRules]{r}, nil
}

func (a *API) activateScoreRules(ctx context.Context, in *struct{ Body wire.ScoreRulesDraft }) (*empty, error) {
	return &empty{}, a.o.Teams.Activate(ctx, actor(ctx).ID, in.Body.Points, in.Body.Reason)
}
