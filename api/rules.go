package api

import (
	"context"
	"errors"
	"net/http"

	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/casework/rules"
)

func (a *API) rulesOperations() {
	const tag = "rules"
	handle(a, operation{id: "list-rules", method: http.MethodGet, path: "/rules", summary: "Matters and working days that the bureau entered, the latest first", tag: tag}, a.listRules)
	handle(a, operation{id: "get-rule", method: http.MethodGet, path: "/rules/{kind}/{key}", summary: "The text that holds, as YAML: the bureau's, else the program's", tag: tag}, a.getRule)
	handle(a, operation{id: "list-years", method: http.MethodGet, path: "/years", summary: "Years whose working days are entered, and what is lacking", tag: tag}, a.listYears)
	handle(a, operation{id: "check-rule", method: http.MethodPost, path: "/rules/check", summary: "Read a text as it would be put into force, and enter nothing", tag: tag}, a.checkRule)
	handle(a, operation{id: "enter-rule", method: http.MethodPost, path: "/rules", summary: "Enter a matter or a year's working days; another person puts it into force", tag: tag, status: http.StatusCreated}, a.enterRule)
	handle(a, operation{id: "approve-rule", method: http.MethodPost, path: "/rules/{id}/approval", summary: "Put what another person entered into force", tag: tag, status: http.StatusNoContent}, a.approveRule)
}

// shelf holds the rules, where this server has any.
func (a *API) shelf() (shelf, error) {
	if a.o.Rules == nil {
		return nil, problem.Away("此服务不提供规则录入。", "This server takes no rules.", nil)
	}
	return a.o.Rules, nil
}

// ruleProblem says what is wrong with a text, with its line.
func ruleProblem(err error) error {
	var wrong *rules.WrongError
	switch {
	case errors.As(err, &wrong):
		return problem.Invalid("内容有误："+wrong.Error(), "The text is wrong: "+wrong.Error(), problem.Field{Message: wrong.Error(), Location: "body.text"})
	case errors.Is(err, rules.ErrUnknown):
		return problem.NotFound("这条规则", "rule").Because(err)
	case errors.Is(err, rules.ErrDone):
		return problem.New(http.StatusConflict, "该内容已经生效，或者已有更新的内容生效。", "It is in force already, or something newer is.")
	}
	return err
}

func (a *API) listRules(ctx context.Context, _ *empty) (*list[rules.Entry], error) {
	s, err := a.shelf()
	if err != nil {
		return nil, err
	}
	all, err := s.Entries(ctx)
	if err != nil {
		return nil, err
	}
	return listOf(all), nil
}

type ruleName struct {
	Kind string `path:"kind" enum:"matter,year"`
	Key  string `path:"key" maxLength:"40"`
}

func (a *API) getRule(ctx context.Context, in *ruleName) (*answer[wire.RuleText], error) {
	s, err := a.shelf()
	if err != nil {
		return nil, err
	}
	text, err := s.Text(ctx, in.Kind, in.Key)
	if err != nil {
		return nil, ruleProblem(err)
	}
	return &answer[wire.RuleText]{wire.RuleText{Kind: in.Kind, Key: in.Key, Text: text}}, nil
}

func (a *API) listYears(ctx context.Context, _ *empty) (*answer[wire.Years], error) {
	s, err := a.shelf()
	if err != nil {
		return nil, err
	}
	if err := s.Fresh(ctx); err != nil {
		return nil, err
	}
	out := wire.Years{Years: []wire.Year{}}
	for _, y := range s.Days().Years() {
		out.Years = append(out.Years, wire.Year{Year: y.Year, Source: y.Source, Provisional: y.Provisional})
	}
	out.Lacks, out.Provisional = s.Days().Lacks(a.now())
	return &answer[wire.Years]{out}, nil
}

func (a *API) checkRule(ctx context.Context, in *struct{ Body wire.RuleCheck }) (*answer[wire.RuleChecked], error) {
	s, err := a.shelf()
	if err != nil {
		return nil, err
	}
	if err := s.Fresh(ctx); err != nil {
		return nil, err
	}
	after, key, err := s.Check(in.Body.Kind, in.Body.Text)
	if err != nil {
		return nil, ruleProblem(err)
	}
	out := wire.RuleChecked{Key: key}
	if m, err := after.Matters.Matter(key); in.Body.Kind == rules.Matter && err == nil {
		shown := a.o.Casework.MatterOf(m)
		out.Matter = &shown
	}
	return &answer[wire.RuleChecked]{out}, nil
}

func (a *API) enterRule(ctx context.Context, in *struct{ Body wire.RuleDraft }) (*answer[rules.Entry], error) {
	s, err := a.shelf()
	if err != nil {
		return nil, err
	}
	who := actor(ctx)
	e, err := s.Propose(ctx, rules.Person{ID: who.ID, Name: who.Name}, in.Body.Kind, in.Body.Text, in.Body.Reason)
	if err != nil {
		return nil, ruleProblem(err)
	}
	return &answer[rules.Entry]{e}, nil
}

type ruleID struct {
	ID int64 `path:"id" minimum:"1"`
}

func (a *API) approveRule(ctx context.Context, in *ruleID) (*empty, error) {
	s, err := a.shelf()
	if err != nil {
		return nil, err
	}
	who := actor(ctx)
	return &empty{}, ruleProblem(s.Approve(ctx, rules.Person{ID: who.ID, Name: who.Name}, in.ID))
}
