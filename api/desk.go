package api

import (
	"context"
	"errors"
	"net/http"

	"offsite/api/problem"
	"offsite/casework/desk"
)

func (a *API) deskOperations() {
	const tag = "desk"
	handle(a, operation{id: "list-notes", method: http.MethodGet, path: "/cases/{id}/notes", summary: "Notes on a case, the earliest first; no part of the court file", tag: tag}, a.listNotes)
	handle(a, operation{id: "write-note", method: http.MethodPost, path: "/cases/{id}/notes", summary: "Write a note on a case; who is mentioned finds it on the first page", tag: tag, status: http.StatusCreated}, a.writeNote)
	handle(a, operation{id: "see-notes", method: http.MethodPost, path: "/cases/{id}/notes/seen", summary: "Say that the notes on a case were seen", tag: tag, status: http.StatusNoContent}, a.seeNotes)
	handle(a, operation{id: "withdraw-note", method: http.MethodDelete, path: "/notes/{id}", summary: "Take back a note of one's own that is not in the court file", tag: tag, status: http.StatusNoContent}, a.withdrawNote)
	handle(a, operation{id: "file-note", method: http.MethodPost, path: "/notes/{id}/file", summary: "Put a note in the court file, as a line of the process record; it stays there", tag: tag, status: http.StatusNoContent}, a.fileNote)
	handle(a, operation{id: "list-mentions", method: http.MethodGet, path: "/mentions", summary: "Notes that mention the caller, the latest first", tag: tag}, a.listMentions)
	handle(a, operation{id: "list-colleagues", method: http.MethodGet, path: "/colleagues", summary: "Who can be mentioned in a note", tag: tag}, a.listColleagues)
	handle(a, operation{id: "list-filters", method: http.MethodGet, path: "/filters", summary: "The caller's saved case lists", tag: tag}, a.listFilters)
	handle(a, operation{id: "save-filter", method: http.MethodPost, path: "/filters", summary: "Save a case list; one of the same name is replaced", tag: tag}, a.saveFilter)
	handle(a, operation{id: "remove-filter", method: http.MethodDelete, path: "/filters/{id}", summary: "Forget a saved case list", tag: tag, status: http.StatusNoContent}, a.removeFilter)
}

// deskProblem says what the desk refuses.
func deskProblem(err error) error {
	var refused *desk.Refused
	switch {
	case errors.As(err, &refused):
		p := problem.Invalid(refused.ZH+"。", refused.EN+".", problem.Field{Message: refused.EN, Location: "body." + refused.Field})
		if refused.Field == "" {
			p.Status, p.Title, p.Errors = http.StatusConflict, http.StatusText(http.StatusConflict), nil
		}
		return p
	case errors.Is(err, desk.ErrNotFound):
		return problem.NotFound("这条备注、筛选或案件", "note, filter or case").Because(err)
	}
	return err
}

func (a *API) listNotes(ctx context.Context, in *ByID) (*list[desk.CaseNote], error) {
	notes, err := a.o.Desk.Notes(ctx, actor(ctx).ID, in.ID)
	if err != nil {
		return nil, deskProblem(err)
	}
	return listOf(notes), nil
}

type noteDraft struct {
	ByID
	OnceKey
	Body desk.NoteDraft
}

func (a *API) writeNote(ctx context.Context, in *noteDraft) (*answer[desk.CaseNote], error) {
	n, err := onceOnly(ctx, a, in.OnceKey, "write-note", in.Body, func(ctx context.Context) (desk.CaseNote, error) {
		n, err := a.o.Desk.Write(ctx, actor(ctx).ID, in.ID, in.Body)
		return n, deskProblem(err)
	})
	if err != nil {
		return nil, err
	}
	return &answer[desk.CaseNote]{n}, nil
}

func (a *API) seeNotes(ctx context.Context, in *ByID) (*empty, error) {
	return &empty{}, deskProblem(a.o.Desk.See(ctx, actor(ctx).ID, in.ID))
}

func (a *API) withdrawNote(ctx context.Context, in *ByID) (*empty, error) {
	return &empty{}, deskProblem(a.o.Desk.Withdraw(ctx, actor(ctx).ID, in.ID))
}

func (a *API) fileNote(ctx context.Context, in *ByID) (*empty, error) {
	return &empty{}, deskProblem(a.o.Casework.FileNote(ctx, actor(ctx), in.ID))
}

func (a *API) listMentions(ctx context.Context, _ *empty) (*list[desk.CaseNote], error) {
	notes, err := a.o.Desk.Mentions(ctx, actor(ctx).ID)
	if err != nil {
		return nil, err
	}
	return listOf(notes), nil
}

func (a *API) listColleagues(ctx context.Context, _ *empty) (*list[desk.Colleague], error) {
	colleagues, err := a.o.Desk.Colleagues(ctx)
	if err != nil {
		return nil, err
	}
	return listOf(colleagues), nil
}

func (a *API) listFilters(ctx context.Context, _ *empty) (*list[desk.SavedFilter], error) {
	filters, err := a.o.Desk.Filters(ctx, actor(ctx).ID)
	if err != nil {
		return nil, err
	}
	return listOf(filters), nil
}

func (a *API) saveFilter(ctx context.Context, in *struct{ Body desk.FilterDraft }) (*answer[desk.SavedFilter], error) {
	f, err := a.o.Desk.SaveFilter(ctx, actor(ctx).ID, in.Body)
	if err != nil {
		return nil, deskProblem(err)
	}
	return &answer[desk.SavedFilter]{f}, nil
}

func (a *API) removeFilter(ctx context.Context, in *ByID) (*empty, error) {
	return &empty{}, deskProblem(a.o.Desk.RemoveFilter(ctx, actor(ctx).ID, in.ID))
}
