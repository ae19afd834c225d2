package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"offsite/api/wire"
	"offsite/registry"
)

const (
	signBody     = 8 << 20 // a phone's photograph, here and of an object
	signPatience = time.Minute
)

func (a *API) signOperations() {
	const tag = "cameras"
	handle(a, operation{id: "put-camera-sign", method: http.MethodPut, path: "/cameras/{id}/sign", tag: tag, body: signBody, patience: signPatience, raw: true,
		summary: "Keep a photograph of the sign that stands by a camera (Penalty Law art. 41), in place of the one before; JPEG or PNG"},
		func(ctx context.Context, in *signFile) (*versioned[wire.Camera], error) {
			if err := asBytes(in.ContentType, "照片", "photograph"); err != nil {
				return nil, err
			}
			if err := a.drawing.Acquire(ctx, 1); err != nil {
				return nil, err
			}
			defer a.drawing.Release(1)
			c, err := a.o.Registry.SaveSign(ctx, actor(ctx).ID, in.ID, in.RawBody)
			if err != nil {
				return nil, err
			}
			return a.oneCamera(ctx, c)
		})
	handle(a, operation{id: "get-camera-sign", method: http.MethodGet, path: "/cameras/{id}/sign", summary: "The photograph of the sign by a camera", tag: tag, binary: "image/jpeg"}, a.getSign)
	handle(a, operation{id: "remove-camera-sign", method: http.MethodDelete, path: "/cameras/{id}/sign", summary: "Take the photograph of the sign away", tag: tag}, a.removeSign)
	handle(a, operation{id: "get-public-sign", method: http.MethodGet, path: "/public/cameras/{id}/sign", summary: "The sign by a camera that is on the public list (Penalty Law art. 41)", tag: "public", binary: "image/jpeg"}, a.getPublicSign)
}

type signFile struct {
	ByID
	ContentType string `header:"Content-Type"`
	RawBody     []byte `contentType:"application/octet-stream"`
}

func (a *API) removeSign(ctx context.Context, in *ByID) (*versioned[wire.Camera], error) {
	c, err := a.o.Registry.RemoveSign(ctx, actor(ctx).ID, in.ID)
	if err != nil {
		return nil, err
	}
	return a.oneCamera(ctx, c)
}

type signRequest struct {
	ByID
	Of string `query:"of" maxLength:"64" doc:"The digest that is known: it changes the address with the picture; not read."`
}

func (a *API) getSign(ctx context.Context, in *signRequest) (*stream, error) {
	return a.signPicture(ctx, in.ID, "private, no-cache")
}

// getPublicSign shows what the public list names, and nothing of other cameras.
func (a *API) getPublicSign(ctx context.Context, in *signRequest) (*stream, error) {
	c, err := a.o.Registry.Camera(ctx, in.ID)
	if err == nil && !a.listed(c) {
		err = registry.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return a.signPicture(ctx, in.ID, "public, no-cache")
}

func (a *API) signPicture(ctx context.Context, camera, caching string) (*stream, error) {
	jpeg, at, err := a.o.Registry.SignPicture(ctx, camera)
	if err != nil {
		return nil, err
	}
	return &stream{func(hc huma.Context) {
		r, w := humachi.Unwrap(hc)
		h := w.Header()
		h.Set("ETag", fmt.Sprintf(`"%x"`, at.UnixNano()))
		h.Set("Cache-Control", caching)
		h.Set("Content-Type", "image/jpeg")
		http.ServeContent(w, r, "", at, strings.NewReader(string(jpeg)))
	}}, nil
}
