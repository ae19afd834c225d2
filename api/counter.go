package api

import (
	"context"
	"net/http"

	"offsite/casework"
)

// counterOperations enter what was paid at a counter, beside the provider.
func (a *API) counterOperations() {
	const tag = "cases"
	handle(a, operation{id: "enter-counter-payment", method: http.MethodPost, path: "/cases/{id}/counter-payments", summary: "Enter the receipt of a fine that was paid at a counter; another confirms it", tag: tag, status: http.StatusNoContent, body: papersBody, patience: papersPatience}, a.enterCounterPayment)
	handle(a, operation{id: "decide-counter-payment", method: http.MethodPost, path: "/cases/{id}/counter-payments/{payment}/verdict", summary: "Confirm a payment at a counter that another entered, which books it, or decline it", tag: tag, status: http.StatusNoContent}, a.decideCounterPayment)
}

type counterEntered struct {
	ByID
	Body casework.CounterDraft
}

func (a *API) enterCounterPayment(ctx context.Context, in *counterEntered) (*empty, error) {
	return &empty{}, a.o.Casework.EnterCounterPayment(ctx, actor(ctx), in.ID, in.Body)
}

type counterDecided struct {
	ByID
	Payment string `path:"payment" maxLength:"64"`
	Body    casework.CounterVerdict
}

func (a *API) decideCounterPayment(ctx context.Context, in *counterDecided) (*empty, error) {
	return &empty{}, a.o.Casework.DecideCounterPayment(ctx, actor(ctx), in.ID, in.Payment, in.Body)
}
