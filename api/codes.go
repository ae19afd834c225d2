package api

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/skip2/go-qrcode"

	"offsite/registry"
)

func (a *API) codeOperations() {
	const tag = "objects"
	handle(a, operation{id: "get-object-code", method: http.MethodGet, path: "/objects/{id}/code", summary: "The object's own code (一点一码), a QR code that opens its page, to be hung at the place", tag: tag, binary: "image/png"}, a.objectCode)
	handle(a, operation{id: "list-codes", method: http.MethodGet, path: "/objects/codes", summary: "How many objects of a business have their code hanging at the place, and which have not", tag: tag}, a.codes)
}

const codePixels = 480

// objectCode draws where the object's page is: whoever scans it there signs in, and
// records what they find. It tells others nothing.
func (a *API) objectCode(ctx context.Context, in *ByID) (*stream, error) {
	o, err := a.o.Registry.Object(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	picture, err := qrcode.Encode(strings.TrimSuffix(a.o.PublicURL, "/")+"/objects/"+o.ID, qrcode.Medium, codePixels)
	if err != nil {
		return nil, fmt.Errorf("draw the code of object %s: %w", o.ID, err)
	}
	return &stream{func(hc huma.Context) {
		r, w := humachi.Unwrap(hc)
		w.Header().Set("Cache-Control", "private, no-cache")
		w.Header().Set("Content-Type", "image/png")
		http.ServeContent(w, r, "", o.ChangedAt, bytes.NewReader(picture))
	}}, nil
}

type codesQuery struct {
	Business string `query:"business" maxLength:"40" doc:"A word of the business, as 餐饮. Left out: all."`
	After    string `query:"cursor" maxLength:"64"`
	Limit    int    `query:"limit" minimum:"1" maximum:"1000" default:"200" doc:"Of those that have none."`
}

func (a *API) codes(ctx context.Context, in *codesQuery) (*answer[registry.Codes], error) {
	c, err := a.o.Registry.Codes(ctx, in.Business, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	return &answer[registry.Codes]{c}, nil
}
