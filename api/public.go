package api

import (
	"context"
	"net/http"

	"offsite/api/wire"
	"offsite/casework"
)

func (a *API) publicOperations() {
	const tag = "public"
	handle(a, operation{id: "check-document", method: http.MethodGet, path: "/public/documents/{code}", summary: "Whether a document is ours, by the code printed on it", tag: tag}, a.checkDocument)
	handle(a, operation{id: "list-public-cameras", method: http.MethodGet, path: "/public/cameras", summary: "Where enforcement cameras stand (Penalty Law art. 41)", tag: tag}, a.listPublicCameras)
	handle(a, operation{id: "list-public-matters", method: http.MethodGet, path: "/public/matters", summary: "What is enforced from afar", tag: tag}, a.listPublicMatters)
	handle(a, operation{id: "payment-callback", method: http.MethodPost, path: "/payment/callback", summary: "The payment provider's signed word (Standard Webhooks)", tag: tag, status: http.StatusNoContent}, a.paymentCallback)
}

type documentCode struct {
	Code string `path:"code" maxLength:"64"`
}

func (a *API) checkDocument(ctx context.Context, in *documentCode) (*answer[casework.PublicDocument], error) {
	d, err := a.o.Casework.PublicDocument(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	return &answer[casework.PublicDocument]{d}, nil
}

// listPublicCameras lists those that were published, and only what was.
func (a *API) listPublicCameras(ctx context.Context, _ *empty) (*list[wire.PublicCamera], error) {
	cameras, err := a.o.Registry.Cameras(ctx)
	if err != nil {
		return nil, err
	}
	var shown []wire.PublicCamera
	for _, c := range cameras {
		if c.PublishedOn != nil && c.Lawful(a.now()) {
			shown = append(shown, wire.PublicCamera{ID: c.ID, Name: c.Name, Place: c.Place, PublishedOn: *c.PublishedOn})
		}
	}
	return listOf(shown), nil
}

func (a *API) listPublicMatters(ctx context.Context, _ *empty) (*list[casework.PublicMatter], error) {
	matters, err := a.o.Casework.PublicMatters(ctx)
	if err != nil {
		return nil, err
	}
	return listOf(matters), nil
}

type signedBody struct {
	ID        string `header:"webhook-id"`
	Timestamp string `header:"webhook-timestamp"`
	Signature string `header:"webhook-signature"`
	RawBody   []byte `contentType:"application/json"`
}

func (a *API) paymentCallback(ctx context.Context, in *signedBody) (*empty, error) {
	header := http.Header{}
	header.Set("webhook-id", in.ID)
	header.Set("webhook-timestamp", in.Timestamp)
	header.Set("webhook-signature", in.Signature)
	return &empty{}, a.o.Casework.PaymentCallback(ctx, header, in.RawBody)
}
