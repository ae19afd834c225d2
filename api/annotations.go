package api

import (
	"context"
	"net/http"

	"offsite/api/wire"
	"offsite/casework"
)

// annotationOperations are about real estate that its register annotates (不动产注记、解注).
func (a *API) annotationOperations() {
	const tag = "cases"
	handle(a, operation{id: "list-annotations", method: http.MethodGet, path: "/annotations", summary: "Annotations of real estate, the newest first; those whose ground has gone are to be lifted", tag: tag}, a.listAnnotations)
	handle(a, operation{id: "ask-annotation", method: http.MethodPost, path: "/cases/{id}/annotations", summary: "Ask for real estate of the party to be annotated at its register; a head decides", tag: tag, status: http.StatusNoContent}, a.askAnnotation)
	handle(a, operation{id: "decide-annotation", method: http.MethodPost, path: "/cases/{id}/annotations/{annotation}/verdict", summary: "Confirm or decline an annotation that another asked for; confirmed, the register is asked", tag: tag, status: http.StatusNoContent}, a.decideAnnotation)
	handle(a, operation{id: "lift-annotation", method: http.MethodPost, path: "/cases/{id}/annotations/{annotation}/lifting", summary: "Ask the register to lift an annotation", tag: tag, status: http.StatusNoContent}, a.liftAnnotation)
}

type annotationQuery struct {
	State  string `query:"state" enum:"open,gone" doc:"open: waiting, standing or being lifted; gone: the lifting is to be asked for. Left out: all."`
	Cursor string `query:"cursor" maxLength:"36" format:"uuid"`
}

func (a *API) listAnnotations(ctx context.Context, in *annotationQuery) (*answer[wire.AnnotationList], error) {
	found, err := a.o.Casework.Annotations(ctx, actor(ctx), in.State, in.Cursor)
	if err != nil {
		return nil, err
	}
	return &answer[wire.AnnotationList]{wire.AnnotationList{Items: found.Items, NextCursor: found.NextCursor, Grounds: a.o.Casework.AnnotationGrounds()}}, nil
}

type annotationAsked struct {
	ByID
	Body casework.AnnotationDraft
}

func (a *API) askAnnotation(ctx context.Context, in *annotationAsked) (*empty, error) {
	return &empty{}, a.o.Casework.AskAnnotation(ctx, actor(ctx), in.ID, in.Body)
}

type ofAnnotation[T any] struct {
	ByID
	Annotation string `path:"annotation" maxLength:"64"`
	Body       T
}

func (a *API) decideAnnotation(ctx context.Context, in *ofAnnotation[casework.AnnotationVerdict]) (*empty, error) {
	return &empty{}, a.o.Casework.DecideAnnotation(ctx, actor(ctx), in.ID, in.Annotation, in.Body)
}

func (a *API) liftAnnotation(ctx context.Context, in *ofAnnotation[wire.Reason]) (*empty, error) {
	return &empty{}, a.o.Casework.LiftAnnotation(ctx, actor(ctx), in.ID, in.Annotation, in.Body.Reason)
}
