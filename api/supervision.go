package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/casework"
	"offsite/casework/calendar"
	"offsite/casework/quota"
	"offsite/casework/supervision"
)

func (a *API) supervisionOperations() {
	const tag = "supervision"
	handle(a, operation{id: "list-quotas-by-area", method: http.MethodGet, path: "/quotas/areas", summary: "The plan's figures of each brigade and township", tag: tag}, a.quotasByArea)
	handle(a, operation{id: "list-quota-items", method: http.MethodGet, path: "/quotas/{key}/items", summary: "What stands behind a figure: what counts, or what is missing", tag: tag}, a.quotaItems)
	handle(a, operation{id: "list-quota-snapshots", method: http.MethodGet, path: "/quotas/snapshots", summary: "The figures as sealed at the end of each month, with their proofs", tag: tag}, a.quotaSnapshots)
	handle(a, operation{id: "report-quotas", method: http.MethodGet, path: "/quotas/report", summary: "The figures as XLSX or PDF: as they stand now, or as a month was sealed", tag: tag, binary: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet,application/pdf"}, a.reportQuotas)
	handle(a, operation{id: "list-draws", method: http.MethodGet, path: "/draws", summary: "Draws by lot, newest first", tag: tag}, a.listDraws)
	handle(a, operation{id: "announce-draw", method: http.MethodPost, path: "/draws", summary: "Announce a draw; its seed comes from the transparency log after the time announced", tag: tag, status: http.StatusCreated}, a.announceDraw)
	handle(a, operation{id: "get-draw", method: http.MethodGet, path: "/draws/{id}", summary: "A draw, its check list and its tasks", tag: tag}, a.getDraw)
	handle(a, operation{id: "list-tasks", method: http.MethodGet, path: "/tasks", summary: "Tasks that draws gave", tag: tag}, a.listTasks)
	handle(a, operation{id: "enter-result", method: http.MethodPost, path: "/tasks/{id}/result", summary: "Enter what was found, once", tag: tag, status: http.StatusNoContent}, a.enterResult)
	handle(a, operation{id: "rectify-task", method: http.MethodPost, path: "/tasks/{id}/rectification", summary: "Say what was done about a fault", tag: tag, status: http.StatusNoContent}, a.rectifyTask)
	handle(a, operation{id: "list-publications", method: http.MethodGet, path: "/publications", summary: "Decisions by where their publication stands", tag: tag}, a.listPublications)
	handle(a, operation{id: "check-publication", method: http.MethodPost, path: "/publications/{id}/check", summary: "Say that what is published of a case may stay, or withdraw it with the reason", tag: tag, status: http.StatusNoContent}, a.checkPublication)
	handle(a, operation{id: "list-public-decisions", method: http.MethodGet, path: "/public/decisions", summary: "Published decisions (Penalty Law art. 48)", tag: "public"}, a.publicDecisions)
	handle(a, operation{id: "list-public-draws", method: http.MethodGet, path: "/public/draws", summary: "Draws by lot, with seed and proofs", tag: "public"}, a.publicDraws)
	handle(a, operation{id: "get-public-draw", method: http.MethodGet, path: "/public/draws/{id}", summary: "A draw with all that is needed to draw again, and its results", tag: "public"}, a.publicDraw)
}

// office is where draws are made, where there is one.
func (a *API) office() (draws, error) {
	if a.o.Draws == nil {
		return nil, problem.Away("此服务未启用抽查。", "This server makes no draws.", nil)
	}
	return a.o.Draws, nil
}

// supervisionProblem says what the office refuses.
func supervisionProblem(err error) error {
	var refused *supervision.Refused
	switch {
	case errors.As(err, &refused):
		return problem.Invalid(refused.ZH+"。", refused.EN+".", problem.Field{Message: refused.EN, Location: "body." + refused.Field})
	case errors.Is(err, supervision.ErrNotFound):
		return problem.NotFound("这次抽取或任务", "draw or task").Because(err)
	case errors.Is(err, supervision.ErrNotYours):
		return problem.New(http.StatusForbidden, "这不是您的任务：检查结果由抽中的人员录入，案件由法制审核或督察人员评查。", "It is not your task: those who were drawn enter an inspection, legal reviewers and supervisors check cases.")
	}
	return err
}

func (a *API) quotasByArea(ctx context.Context, _ *empty) (*list[quota.AreaFigures], error) {
	all, err := a.o.Casework.QuotasByArea(ctx)
	if err != nil {
		return nil, err
	}
	return listOf(all), nil
}

type quotaItemsQuery struct {
	Within
	Key     string `path:"key" maxLength:"60"`
	Missing bool   `query:"missing" doc:"Those that do not count; else those that do."`
	Cursor  string `query:"cursor" maxLength:"200"`
}

func (a *API) quotaItems(ctx context.Context, in *quotaItemsQuery) (*page[casework.QuotaItem], error) {
	ctx, _, err := a.narrowed(ctx, in.Within)
	if err != nil {
		return nil, err
	}
	p, err := a.o.Casework.QuotaItems(ctx, in.Key, in.Missing, in.Cursor)
	if err != nil {
		return nil, err
	}
	return pageOf(p), nil
}

func (a *API) quotaSnapshots(ctx context.Context, in *Within) (*list[casework.QuotaSnapshot], error) {
	if _, _, err := a.narrowed(ctx, *in); err != nil {
		return nil, err
	}
	all, err := a.o.Casework.QuotaSnapshots(ctx, in.part())
	if err != nil {
		return nil, err
	}
	return listOf(all), nil
}

type quotaReport struct {
	Within
	Format string `query:"format" enum:"xlsx,pdf" default:"xlsx"`
	Month  string `query:"month" pattern:"^[0-9]{4}-[0-9]{2}$" doc:"A sealed month; left out: now."`
	Year   int    `query:"year" minimum:"2000" maximum:"2100" doc:"Without a month: the year, as it stands now; left out: this year."`
}

func (a *API) reportQuotas(ctx context.Context, in *quotaReport) (*stream, error) {
	r, err := a.figuresOf(ctx, in)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	kind := "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	if in.Format == "pdf" {
		kind = "application/pdf"
		paper, err := a.o.Casework.Paper(r.Sheet)
		if err != nil {
			return nil, err
		}
		out.Write(paper)
	} else if err := r.XLSX(&out); err != nil {
		return nil, err
	}
	name := "quotas-" + r.At.Format(time.DateOnly)
	if r.Month != "" {
		name = "quotas-" + r.Month
	}
	return &stream{func(hc huma.Context) {
		_, w := humachi.Unwrap(hc)
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Content-Disposition", `attachment; filename="`+name+"."+in.Format+`"`)
		_, _ = w.Write(out.Bytes()) // the client may have gone
	}}, nil
}

// figuresOf gives the figures of a sealed month, or those of a year as they stand now.
func (a *API) figuresOf(ctx context.Context, in *quotaReport) (quota.Report, error) {
	r := quota.Report{At: a.now().In(calendar.Shanghai()), Month: in.Month, Year: in.Year}
	part, of, err := a.narrowed(ctx, in.Within)
	if err != nil {
		return r, err
	}
	r.Of = of
	if in.Month == "" {
		r.Quotas, err = a.o.Casework.Quotas(part, in.Year)
		return r, err
	}
	all, err := a.o.Casework.QuotaSnapshots(ctx, in.part())
	if err != nil {
		return r, err
	}
	for _, s := range all {
		if s.Month == in.Month {
			r.At, r.Of, r.Quotas, r.Digest = s.At.In(calendar.Shanghai()), s.Area, s.Quotas, s.SHA256
			return r, nil
		}
	}
	return r, problem.NotFound("这个月的封存指标", "sealed month")
}

func (a *API) listDraws(ctx context.Context, _ *empty) (*list[supervision.Draw], error) {
	o, err := a.office()
	if err != nil {
		return nil, err
	}
	all, err := o.Draws(ctx)
	if err != nil {
		return nil, err
	}
	return listOf(all), nil
}

type drawPlan struct {
	OnceKey
	Body supervision.Plan
}

func (a *API) announceDraw(ctx context.Context, in *drawPlan) (*answer[supervision.Draw], error) {
	o, err := a.office()
	if err != nil {
		return nil, err
	}
	d, err := onceOnly(ctx, a, in.OnceKey, "announce-draw", in.Body, func(ctx context.Context) (supervision.Draw, error) {
		d, err := o.Announce(ctx, actor(ctx).ID, in.Body)
		return d, supervisionProblem(err)
	})
	if err != nil {
		return nil, err
	}
	return &answer[supervision.Draw]{d}, nil
}

func (a *API) getDraw(ctx context.Context, in *ByID) (*answer[wire.DrawPage], error) {
	o, err := a.office()
	if err != nil {
		return nil, err
	}
	out := wire.DrawPage{}
	if out.Draw, err = o.Draw(ctx, in.ID); err != nil {
		return nil, supervisionProblem(err)
	}
	out.Questions = supervision.Questions(out.Draw.Kind)
	if out.Tasks, err = o.Tasks(ctx, supervision.TaskFilter{DrawID: in.ID}); err != nil {
		return nil, err
	}
	return &answer[wire.DrawPage]{out}, nil
}

type taskQuery struct {
	Open bool `query:"open" doc:"Those alone that wait for a result or for a fault to be put right."`
	Mine bool `query:"mine" doc:"Those alone for which the caller was drawn."`
}

func (a *API) listTasks(ctx context.Context, in *taskQuery) (*list[supervision.Task], error) {
	o, err := a.office()
	if err != nil {
		return nil, err
	}
	f := supervision.TaskFilter{Open: in.Open}
	if in.Mine {
		f.Inspector = actor(ctx).ID
	}
	all, err := o.Tasks(ctx, f)
	if err != nil {
		return nil, err
	}
	return listOf(all), nil
}

type taskResult struct {
	ByID
	Body supervision.Result
}

func (a *API) enterResult(ctx context.Context, in *taskResult) (*empty, error) {
	o, err := a.office()
	if err != nil {
		return nil, err
	}
	return &empty{}, supervisionProblem(o.Enter(ctx, actor(ctx).ID, in.ID, in.Body))
}

type rectification struct {
	ByID
	Body wire.Rectification
}

func (a *API) rectifyTask(ctx context.Context, in *rectification) (*empty, error) {
	o, err := a.office()
	if err != nil {
		return nil, err
	}
	return &empty{}, supervisionProblem(o.Rectify(ctx, in.ID, in.Body.Rectified))
}

func (a *API) publicDraws(ctx context.Context, in *empty) (*list[supervision.Draw], error) {
	return a.listDraws(ctx, in)
}

// publicDraw leaves out what inspectors wrote: it may name people.
func (a *API) publicDraw(ctx context.Context, in *ByID) (*answer[wire.PublicDraw], error) {
	o, err := a.office()
	if err != nil {
		return nil, err
	}
	d, err := o.Draw(ctx, in.ID)
	if err != nil {
		return nil, supervisionProblem(err)
	}
	tasks, err := o.Tasks(ctx, supervision.TaskFilter{DrawID: in.ID})
	if err != nil {
		return nil, err
	}
	out := wire.PublicDraw{Draw: d, Text: d.Text}
	for _, t := range tasks {
		out.Results = append(out.Results, wire.PublicResult{Rank: t.Rank, Name: t.Name, Result: t.Result, DoneAt: t.DoneAt, RectifiedAt: t.RectifiedAt})
	}
	return &answer[wire.PublicDraw]{out}, nil
}

type publicationQuery struct {
	State  string `query:"state" enum:"late,due,unchecked,withdrawn" doc:"Left out: all that are published."`
	Cursor string `query:"cursor" maxLength:"400"`
}

func (a *API) listPublications(ctx context.Context, in *publicationQuery) (*page[casework.Publication], error) {
	p, err := a.o.Casework.Publications(ctx, in.State, in.Cursor)
	if err != nil {
		return nil, err
	}
	return pageOf(p), nil
}

type publicationCheck struct {
	ByID
	Body wire.PublicationCheckDraft
}

func (a *API) checkPublication(ctx context.Context, in *publicationCheck) (*empty, error) {
	return &empty{}, a.o.Casework.CheckPublication(ctx, actor(ctx), in.ID, in.Body.Sound, in.Body.Reason)
}

type decisionQuery struct {
	Q      string `query:"q" maxLength:"100" doc:"Part of the decision's number, the matter, or a unit's name. People are not found by name."`
	Cursor string `query:"cursor" maxLength:"400"`
}

func (a *API) publicDecisions(ctx context.Context, in *decisionQuery) (*page[casework.PublicDecision], error) {
	p, err := a.o.Casework.PublicDecisions(ctx, in.Q, in.Cursor)
	if err != nil {
		return nil, err
	}
	return pageOf(p), nil
}
