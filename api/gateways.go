package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"golang.org/x/sync/semaphore"

	"offsite/api/limit"
	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/casework/document"
	"offsite/exchange/gateway"
)

// services is gateway.Office.
type services interface {
	List(ctx context.Context) ([]gateway.Standing, error)
	Try(ctx context.Context, byID, byName, key string) (gateway.Trial, error)
}

// trialRate is how often a service may be tried: its owner is not to be troubled.
func trialRate() limit.Rate { return limit.Rate{PerSecond: 1. / 15, Burst: 3} }

func (a *API) gatewayOperations() {
	const tag = "settings"
	perService := limit.New(trialRate(), limitedKeys, a.o.Now)
	printing := semaphore.NewWeighted(printedAtOnce)
	handle(a, operation{id: "list-gateways", method: http.MethodGet, path: "/gateways", summary: "Services outside that the bureau depends on, and their latest trials", tag: tag}, a.listGateways)
	handle(a, operation{id: "try-gateway", method: http.MethodPost, path: "/gateways/{key}/trial", summary: "Go to a service and back, without harm; who asked and what came of it is kept", tag: tag},
		func(ctx context.Context, in *gatewayKey) (*answer[gateway.Trial], error) {
			office, err := a.gateways()
			if err != nil {
				return nil, err
			}
			if p := tooMany(perService.Take(in.Key)); p != nil {
				return nil, p
			}
			t, err := office.Try(ctx, actor(ctx).ID, actor(ctx).Name, in.Key)
			if errors.Is(err, gateway.ErrUnknown) {
				return nil, problem.NotFound("这项外部服务，或者尚未配置", "service, or it is not configured").Because(err)
			}
			if err != nil {
				return nil, err
			}
			return &answer[gateway.Trial]{t}, nil
		})
	handle(a, operation{id: "list-models", method: http.MethodGet, path: "/models", summary: "The models with their versions, what was done with them, and how a version in shadow differed from the one in force", tag: tag}, a.listModels)
	handle(a, operation{id: "list-templates", method: http.MethodGet, path: "/templates", summary: "The kinds of documents, and what must stand in each, by which article", tag: tag}, a.listTemplates)
	handle(a, operation{id: "preview-template", method: http.MethodGet, path: "/templates/{key}/preview", summary: "A document of an invented case, marked as one", tag: tag, binary: "application/pdf"},
		func(ctx context.Context, in *gatewayKey) (*stream, error) {
			if err := printing.Acquire(ctx, 1); err != nil {
				return nil, err
			}
			defer printing.Release(1)
			return a.previewTemplate(in.Key)
		})
}

const printedAtOnce = 2

type gatewayKey struct {
	Key string `path:"key" maxLength:"40"`
}

func (a *API) gateways() (services, error) {
	if a.o.Gateways == nil {
		return nil, problem.Away("此服务未启用外部服务测试。", "This server tries no services.", nil)
	}
	return a.o.Gateways, nil
}

func (a *API) listGateways(ctx context.Context, _ *empty) (*list[gateway.Standing], error) {
	office, err := a.gateways()
	if err != nil {
		return nil, err
	}
	all, err := office.List(ctx)
	if err != nil {
		return nil, err
	}
	return listOf(all), nil
}

func (a *API) listModels(ctx context.Context, _ *empty) (*list[wire.ModelLineage], error) {
	if a.o.Models == nil {
		return nil, problem.Away("此服务不提供模型清单。", "This server tells nothing of models.", nil)
	}
	all, err := a.o.Models.Standings(ctx)
	if err != nil {
		return nil, err
	}
	lines := make([]wire.ModelLineage, len(all))
	for i, s := range all {
		lines[i] = wire.LineageOf(s)
	}
	return listOf(lines), nil
}

func (a *API) listTemplates(context.Context, *empty) (*list[wire.Template], error) {
	kinds := document.Kinds()
	all := make([]wire.Template, 0, len(kinds))
	for _, k := range kinds {
		t := wire.Template{Key: string(k)}
		t.TitleZH, t.TitleEN = k.Title()
		for _, need := range document.Mandatory(k) {
			t.Mandatory = append(t.Mandatory, wire.MandatoryField{Field: need.Field, ZH: need.ZH, EN: need.EN, Article: need.Article})
		}
		all = append(all, t)
	}
	return listOf(all), nil
}

func (a *API) previewTemplate(key string) (*stream, error) {
	for _, k := range document.Kinds() {
		if string(k) != key {
			continue
		}
		d, err := a.o.Casework.Specimen(k)
		if err != nil {
			return nil, err
		}
		return &stream{func(hc huma.Context) {
			_, w := humachi.Unwrap(hc)
			pdfHead(w.Header(), d.TitleZH+" 示例.pdf")
			w.Header().Set("Cache-Control", "private, no-store")
			_, _ = w.Write(d.PDF) // the client may have gone
		}}, nil
	}
	return nil, problem.NotFound("这种文书", "kind of document")
}

// pdfHead shows a PDF within our own pages alone.
func pdfHead(h http.Header, name string) {
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", "inline; filename*=UTF-8''"+url.PathEscape(name))
	h.Set("Content-Security-Policy", "default-src 'none'; object-src 'self'; plugin-types application/pdf; style-src 'unsafe-inline'; frame-ancestors 'self'")
	h.Set("X-Frame-Options", "SAMEORIGIN")
}
