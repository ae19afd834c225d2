package api

import (
	"context"
	"net/http"

	"offsite/api/wire"
	"offsite/registry/account"
)

func (a *API) trainingOperations() {
	const tag = "users"
	handle(a, operation{id: "list-trainings", method: http.MethodGet, path: "/users/{id}/trainings", summary: "Trainings of an account, the last first", tag: tag}, a.listTrainings)
	handle(a, operation{id: "add-training", method: http.MethodPost, path: "/users/{id}/trainings", summary: "Enter a training that an account took", tag: tag, status: http.StatusCreated}, a.addTraining)
	handle(a, operation{id: "remove-training", method: http.MethodDelete, path: "/users/{id}/trainings/{training}", summary: "Remove a training that was entered wrongly", tag: tag, status: http.StatusNoContent}, a.removeTraining)
}

func trainingRow(t account.Training) wire.Training {
	return wire.Training{ID: t.ID, EnteredAt: t.EnteredAt, TrainingDraft: wire.TrainingDraft{HeldOn: t.HeldOn, Subject: t.Subject, Hours: t.Hours}}
}

func (a *API) listTrainings(ctx context.Context, in *ownThing) (*list[wire.Training], error) {
	all, err := a.o.Accounts.Trainings(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	rows := make([]wire.Training, 0, len(all))
	for _, t := range all {
		rows = append(rows, trainingRow(t))
	}
	return listOf(rows), nil
}

type trainingDraft struct {
	ID   string `path:"id" maxLength:"64"`
	Body wire.TrainingDraft
}

func (a *API) addTraining(ctx context.Context, in *trainingDraft) (*answer[wire.Training], error) {
	t, err := a.o.Accounts.AddTraining(ctx, actor(ctx).ID, in.ID, account.Training{HeldOn: in.Body.HeldOn, Subject: in.Body.Subject, Hours: in.Body.Hours})
	if err != nil {
		return nil, err
	}
	return &answer[wire.Training]{trainingRow(t)}, nil
}

type oneTraining struct {
	ID       string `path:"id" maxLength:"64"`
	Training string `path:"training" maxLength:"64"`
}

func (a *API) removeTraining(ctx context.Context, in *oneTraining) (*empty, error) {
	return &empty{}, a.o.Accounts.RemoveTraining(ctx, actor(ctx).ID, in.ID, in.Training)
}
