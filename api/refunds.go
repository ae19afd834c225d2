package api

import (
	"context"
	"net/http"

	"offsite/casework"
)

// refundOperations pay back by hand what the provider does not pay back by itself.
func (a *API) refundOperations() {
	const tag = "cases"
	handle(a, operation{id: "ask-refund", method: http.MethodPost, path: "/cases/{id}/refunds", summary: "Enter what is to be paid back by hand; another confirms it", tag: tag, status: http.StatusNoContent}, a.askRefund)
	handle(a, operation{id: "decide-refund", method: http.MethodPost, path: "/cases/{id}/refunds/{refund}/verdict", summary: "Confirm or decline a refund that another entered", tag: tag, status: http.StatusNoContent}, a.decideRefund)
	handle(a, operation{id: "enter-refund-payment", method: http.MethodPost, path: "/cases/{id}/refunds/{refund}/payment", summary: "Enter that the treasury has paid back what was confirmed", tag: tag, status: http.StatusNoContent}, a.enterRefundPayment)
}

type refundAsked struct {
	ByID
	Body casework.RefundDraft
}

func (a *API) askRefund(ctx context.Context, in *refundAsked) (*empty, error) {
	return &empty{}, a.o.Casework.AskRefund(ctx, actor(ctx), in.ID, in.Body)
}

type ofRefund[T any] struct {
	ByID
	Refund string `path:"refund" maxLength:"64"`
	Body   T
}

func (a *API) decideRefund(ctx context.Context, in *ofRefund[casework.RefundVerdict]) (*empty, error) {
	return &empty{}, a.o.Casework.DecideRefund(ctx, actor(ctx), in.ID, in.Refund, in.Body)
}

func (a *API) enterRefundPayment(ctx context.Context, in *ofRefund[casework.RefundPaid]) (*empty, error) {
	return &empty{}, a.o.Casework.PayRefund(ctx, actor(ctx), in.ID, in.Refund, in.Body)
}
