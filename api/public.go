package api

import (
	"context"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"offsite/api/wire"
	"offsite/casework"
	"offsite/evidence/detached"
	"offsite/registry"
)

func (a *API) publicOperations() {
	const tag = "public"
	handle(a, operation{id: "check-document", method: http.MethodGet, path: "/public/documents/{code}", summary: "Whether a document is ours, by the code printed on it", tag: tag}, a.checkDocument)
	handle(a, operation{id: "get-document-seal", method: http.MethodGet, path: "/public/documents/{code}/seal", summary: "The bureau's signature that lies beside a document, to be checked offline", tag: tag, binary: jsonType}, a.getDocumentSeal)
	handle(a, operation{id: "list-public-cameras", method: http.MethodGet, path: "/public/cameras", summary: "Where enforcement cameras stand (Penalty Law art. 41)", tag: tag}, a.listPublicCameras)
	handle(a, operation{id: "list-public-matters", method: http.MethodGet, path: "/public/matters", summary: "What is enforced from afar", tag: tag}, a.listPublicMatters)
	callback := func(id, path, summary string, take func(context.Context, http.Header, []byte) error) {
		handle(a, operation{id: id, method: http.MethodPost, path: strings.TrimPrefix(path, prefix), summary: summary, tag: "callbacks", status: http.StatusNoContent, raw: true},
			func(ctx context.Context, in *signedBody) (*empty, error) {
				return &empty{}, take(ctx, in.header(), in.RawBody)
			})
		doc := a.huma.OpenAPI() // which takes raw bytes for a string
		doc.Paths[path].Post.RequestBody.Content[jsonType].Schema = doc.Components.Schemas.Schema(reflect.TypeFor[wire.Callback](), true, "Callback")
	}
	callback("payment-callback", casework.PaymentCallbackPath, "The payment provider's signed word (Standard Webhooks)",
		func(ctx context.Context, h http.Header, body []byte) error {
			return a.o.Casework.PaymentCallback(ctx, h, body)
		})
	callback("message-callback", casework.MessageCallbackPath, "The message gateway's signed delivery receipt (Standard Webhooks)",
		func(ctx context.Context, h http.Header, body []byte) error {
			return a.o.Casework.MessageCallback(ctx, h, body)
		})
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

func (a *API) getDocumentSeal(ctx context.Context, in *documentCode) (*stream, error) {
	d, text, err := a.o.Casework.PublicSeal(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	return &stream{func(hc huma.Context) {
		_, w := humachi.Unwrap(hc)
		w.Header().Set("Content-Type", jsonType)
		w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(d.TitleZH+" "+d.Number+detached.Suffix))
		_, _ = w.Write(text) // the client may have gone
	}}, nil
}

// listPublicCameras lists those that were published, and only what was.
func (a *API) listPublicCameras(ctx context.Context, _ *empty) (*list[wire.PublicCamera], error) {
	cameras, err := a.o.Registry.Cameras(ctx)
	if err != nil {
		return nil, err
	}
	var shown []wire.PublicCamera
	for _, c := range cameras {
		if a.listed(c) {
			p := wire.PublicCamera{ID: c.ID, Name: c.Name, Place: c.Place, PublishedOn: *c.PublishedOn}
			if c.Sign != nil {
				p.Sign = c.Sign.SHA256
			}
			shown = append(shown, p)
		}
	}
	return listOf(shown), nil
}

// listed says whether a camera is on the public list.
func (a *API) listed(c registry.Camera) bool { return c.PublishedOn != nil && c.Lawful(a.now()) }

func (a *API) listPublicMatters(ctx context.Context, _ *empty) (*list[casework.PublicMatter], error) {
	matters, err := a.o.Casework.PublicMatters(ctx)
	if err != nil {
		return nil, err
	}
	return listOf(matters), nil
}

// signedBody is a callback as it came: whoever checks it needs every byte.
type signedBody struct {
	ID        string `header:"webhook-id"`
	Timestamp string `header:"webhook-timestamp"`
	Signature string `header:"webhook-signature"`
	RawBody   []byte `contentType:"application/json"`
}

func (in *signedBody) header() http.Header {
	h := http.Header{}
	h.Set("webhook-id", in.ID)
	h.Set("webhook-timestamp", in.Timestamp)
	h.Set("webhook-signature", in.Signature)
	return h
}
