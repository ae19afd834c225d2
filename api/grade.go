package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/registry"
	"offsite/registry/grade"
)

func (a *API) gradeOperations() {
	const tag = "grades"
	handle(a, operation{id: "get-object", method: http.MethodGet, path: "/objects/{id}", summary: "A shop, site or piece of land", tag: "objects"}, a.getObject)
	handle(a, operation{id: "get-object-history", method: http.MethodGet, path: "/objects/{id}/history", summary: "What was changed of an object, by whom", tag: "objects"}, a.objectHistory)
	handle(a, operation{id: "explain-grade", method: http.MethodGet, path: "/objects/{id}/grade", summary: "An object's risk grade and why", tag: tag}, a.explainGrade)
	handle(a, operation{id: "list-object-events", method: http.MethodGet, path: "/objects/{id}/events", summary: "What was recorded of an object, and its next inspection", tag: tag}, a.objectEvents)
	handle(a, operation{id: "record-object-event", method: http.MethodPost, path: "/objects/{id}/events", summary: "Record an inspection, complaint, report or finding; the grade follows. Another system records complaints, media reports and what another bureau's inspection found", tag: tag}, a.recordObjectEvent)
	handle(a, operation{id: "adjust-grade", method: http.MethodPost, path: "/objects/{id}/adjustments", summary: "Add points to an object or take some off, with the reason", tag: tag}, a.adjustGrade)
	handle(a, operation{id: "list-inspections-due", method: http.MethodGet, path: "/inspections/due", summary: "Objects whose inspection is due, the most overdue first", tag: tag}, a.inspectionsDue)
	handle(a, operation{id: "list-joint-supervision", method: http.MethodGet, path: "/joint-supervision", summary: "What several bureaux supervise together, as rural guesthouses, with what each found last; those found wanting first", tag: tag}, a.jointSupervision)
	handle(a, operation{id: "get-formulas", method: http.MethodGet, path: "/grade/formulas", summary: "The formula of the risk grade and its versions", tag: tag}, a.formulas)
	handle(a, operation{id: "simulate-formula", method: http.MethodPost, path: "/grade/simulation", summary: "What a formula would change; nothing is changed. Who was shown it may make this very formula hold within the day", tag: tag}, a.simulateFormula)
	handle(a, operation{id: "activate-formula", method: http.MethodPost, path: "/grade/formulas", summary: "Make a formula hold that one has tried within the day; all objects are graded anew", tag: tag, status: http.StatusCreated}, a.activateFormula)
}

// grades is the grader, where there is one.
func (a *API) grades() (grader, error) {
	if a.o.Grades == nil {
		return nil, problem.Away("此服务未启用风险分级。", "This server keeps no risk grades.", nil)
	}
	return a.o.Grades, nil
}

func (a *API) getObject(ctx context.Context, in *ByID) (*versioned[registry.Object], error) {
	o, err := a.o.Registry.Object(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return withVersion(o.Version, o), nil
}

func (a *API) objectHistory(ctx context.Context, in *ByID) (*list[wire.ObjectChange], error) {
	if _, err := a.o.Registry.Object(ctx, in.ID); err != nil {
		return nil, err
	}
	return a.historyOf(ctx, in.ID, "object")
}

func (a *API) explainGrade(ctx context.Context, in *ByID) (*answer[grade.Assessment], error) {
	g, err := a.grades()
	if err != nil {
		return nil, err
	}
	why, err := g.Explain(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &answer[grade.Assessment]{why}, nil
}

func (a *API) objectEvents(ctx context.Context, in *ByID) (*answer[wire.ObjectEvents], error) {
	g, err := a.grades()
	if err != nil {
		return nil, err
	}
	var out wire.ObjectEvents
	if out.NextInspection, err = g.NextInspection(ctx, in.ID); err != nil {
		return nil, err
	}
	events, err := g.Events(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	names, err := a.names(ctx)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		out.Items = append(out.Items, wire.ObjectEvent{Recorded: e, ByName: names[e.By]})
	}
	return &answer[wire.ObjectEvents]{out}, nil
}

type objectEvent struct {
	ByID
	Body wire.ObjectEventDraft
}

// recordObjectEvent needs no key against being sent twice: the source is one. Another
// system tells what it was told; what our own people found they enter themselves.
func (a *API) recordObjectEvent(ctx context.Context, in *objectEvent) (*answer[grade.Assessment], error) {
	elsewhere, joint := callerOf(ctx).key != nil, in.Body.Kind == grade.JointPassed || in.Body.Kind == grade.JointFailed
	switch {
	case elsewhere && !joint && in.Body.Kind != grade.Complaint && in.Body.Kind != grade.Media:
		return nil, problem.Invalid("其他系统只能登记投诉、媒体曝光和其他部门的检查结果。", "Another system may record complaints, media reports and what another bureau's inspection found alone.", problem.Field{Message: "not by a key", Location: "body.kind"})
	case joint && !elsewhere:
		return nil, problem.Invalid("其他部门的检查结果由其系统登记。", "What another bureau's inspection found is recorded by that bureau's system.", problem.Field{Message: "by a key alone", Location: "body.kind"})
	}
	if in.Body.At.After(a.now().Add(time.Minute)) {
		return nil, problem.Invalid("发生时间不能晚于现在。", "It cannot have happened in the future.", problem.Field{Message: "in the future", Location: "body.at"})
	}
	return a.record(ctx, grade.Event{ObjectID: in.ID, Kind: in.Body.Kind, At: in.Body.At, Source: in.Body.Source, Note: in.Body.Note})
}

type gradeAdjustment struct {
	ByID
	OnceKey
	Body wire.GradeAdjustment
}

func (a *API) adjustGrade(ctx context.Context, in *gradeAdjustment) (*answer[grade.Assessment], error) {
	source := in.Key
	if source == "" {
		source = uuid.NewString()
	}
	return a.record(ctx, grade.Event{ObjectID: in.ID, Kind: grade.Adjustment, At: a.now(), Source: source, Points: in.Body.Points, Note: in.Body.Reason})
}

func (a *API) record(ctx context.Context, e grade.Event) (*answer[grade.Assessment], error) {
	g, err := a.grades()
	if err != nil {
		return nil, err
	}
	why, err := g.RecordNow(ctx, actor(ctx).ID, e)
	if err != nil {
		return nil, gradeProblem(err)
	}
	return &answer[grade.Assessment]{why}, nil
}

type dueQuery struct {
	Until time.Time `query:"until" doc:"Left out: now."`
	Limit int       `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

func (a *API) inspectionsDue(ctx context.Context, in *dueQuery) (*list[wire.InspectionDue], error) {
	g, err := a.grades()
	if err != nil {
		return nil, err
	}
	if in.Until.IsZero() {
		in.Until = a.now()
	}
	due, err := g.DueInspections(ctx, in.Until, "", in.Limit)
	if err != nil {
		return nil, err
	}
	items := make([]wire.InspectionDue, len(due))
	for i, d := range due {
		items[i] = wire.InspectionDue{Due: d}
	}
	return listOf(items), nil
}

type jointQuery struct {
	Business string `query:"business" maxLength:"40" doc:"A word of the business, as 民宿. Left out: all of which another bureau has told."`
	Limit    int    `query:"limit" minimum:"1" maximum:"1000" default:"500"`
}

func (a *API) jointSupervision(ctx context.Context, in *jointQuery) (*list[wire.JointObject], error) {
	g, err := a.grades()
	if err != nil {
		return nil, err
	}
	objects, err := g.Joint(ctx, strings.TrimSpace(in.Business), in.Limit)
	if err != nil {
		return nil, err
	}
	names, err := a.names(ctx)
	if err != nil {
		return nil, err
	}
	items := make([]wire.JointObject, len(objects))
	for i, o := range objects {
		items[i] = wire.JointObject{Joint: o, Checks: make([]wire.JointCheck, len(o.Checks))}
		for j, c := range o.Checks {
			items[i].Checks[j] = wire.JointCheck{JointCheck: c, ByName: names[c.By]}
		}
	}
	return listOf(items), nil
}

func (a *API) formulas(ctx context.Context, _ *empty) (*versioned[wire.Formulas], error) {
	g, err := a.grades()
	if err != nil {
		return nil, err
	}
	f := wire.Formulas{Initial: grade.Default()}
	if f.Now, err = g.Formula(ctx); err != nil {
		return nil, err
	}
	if f.Objects, err = g.Distribution(ctx); err != nil {
		return nil, err
	}
	versions, err := g.Versions(ctx)
	if err != nil {
		return nil, err
	}
	names, err := a.names(ctx)
	if err != nil {
		return nil, err
	}
	f.Newest = f.Now.Version
	for _, v := range versions {
		f.Newest = max(f.Newest, v.Formula.Version)
		f.Versions = append(f.Versions, wire.FormulaVersion{Version: v, ByName: names[v.By]})
	}
	return withVersion(f.Newest, f), nil
}

func (a *API) simulateFormula(ctx context.Context, in *struct{ Body grade.Formula }) (*answer[grade.Outcome], error) {
	g, err := a.grades()
	if err != nil {
		return nil, err
	}
	out, err := g.Try(ctx, actor(ctx).ID, in.Body)
	if err != nil {
		return nil, gradeProblem(err)
	}
	return &answer[grade.Outcome]{out}, nil
}

type formulaActivation struct {
	IfMatch string `header:"If-Match"`
	Body    wire.FormulaActivation
}

func (a *API) activateFormula(ctx context.Context, in *formulaActivation) (*versioned[grade.Formula], error) {
	g, err := a.grades()
	if err != nil {
		return nil, err
	}
	f := in.Body.Formula
	if f.Version, err = seen(in.IfMatch); err != nil {
		return nil, err
	}
	if f.Version == 0 {
		return nil, problem.NoVersion()
	}
	from := a.now()
	if in.Body.From != nil {
		from = *in.Body.From
	}
	if f, err = g.Activate(ctx, actor(ctx).ID, f, from, in.Body.Reason); err != nil {
		return nil, gradeProblem(err)
	}
	return withVersion(f.Version, f), g.RunSoon(ctx, from)
}

// gradeProblem says why a formula or an event is not taken.
func gradeProblem(err error) error {
	switch {
	case errors.Is(err, grade.ErrFormula):
		return problem.Invalid("分级公式有误，请检查各项分值、天数和分数线（红线须高于黄线，均大于0；天数1至3650；名称不能为空；生效时间不能早于现在）。",
			"The formula is not sound: "+reason(err, grade.ErrFormula)+".")
	case errors.Is(err, grade.ErrUntried):
		return problem.New(http.StatusConflict, "请先试算这一公式再启用：启用人须在一日内看过该公式对全部对象的试算结果，且其间没有启用其他公式。",
			"Try this very formula first: who makes it hold must have been shown within the day what it does to all objects, and no other may have been made to hold since.").Because(err)
	case errors.Is(err, grade.ErrEvent):
		return problem.Invalid("记录有误：须有来源编号；人工调整须有理由，分值为正负1至100。", "The record is not sound: "+reason(err, grade.ErrEvent)+".")
	}
	return err
}

// reason is what an error says after the one it wraps.
func reason(err, wrapped error) string {
	_, after, found := strings.Cut(err.Error(), wrapped.Error()+": ")
	if !found {
		return wrapped.Error()
	}
	return after
}
