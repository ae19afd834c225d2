package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
)

// adapter is huma's for chi, except that a path ending in /{path} matches every
// deeper address.
type adapter struct {
	huma.Adapter
	router *chi.Mux
}

const deepParameter = "path"

// Handle implements huma.Adapter.
func (a adapter) Handle(op *huma.Operation, handler func(huma.Context)) {
	pattern, deep := strings.CutSuffix(op.Path, "/{"+deepParameter+"}")
	if deep {
		pattern += "/*"
	}
	a.router.MethodFunc(op.Method, pattern, func(w http.ResponseWriter, r *http.Request) {
		if deep {
			r.SetPathValue(deepParameter, r.PathValue("*"))
		}
		handler(humachi.NewContext(op, r, w))
	})
}

// describe opens the OpenAPI document.
func (a *API) describe() {
	cfg := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Offsite", Version: apiVersion,
				Description: "Non-contact enforcement (非现场执法): cameras, findings, cases, evidence, the party's portal and the public pages.",
				License:     &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"staff":  {Type: "apiKey", In: "cookie", Name: staffCookieName, Description: "Made by POST /session; changes also need X-CSRF-Token."},
					"portal": {Type: "apiKey", In: "cookie", Name: portalCookieName, Description: "Made by POST /portal/session; changes also need X-CSRF-Token."},
					"key":    {Type: "http", Scheme: "bearer", Description: "Another system's API key; what an operation lists beside it is the scope that it needs."},
				},
			},
		},
		Formats:       map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{a.localise},
	}
	a.huma = huma.NewAPI(cfg, adapter{humachi.NewAdapter(a.router), a.router})
	a.huma.UseMiddleware(a.authorize)
}

const apiVersion = "1"

// OpenAPI is the OpenAPI 3.1 document of the API.
func (a *API) OpenAPI() ([]byte, error) {
	doc := a.huma.OpenAPI()
	schemas := doc.Components.Schemas.Map()
	delete(schemas, "ErrorModel") // huma's own; ours is Problem
	delete(schemas, "ErrorDetail")
	for _, s := range schemas {
		notNull(s)
	}
	if err := a.exemplify(doc); err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the OpenAPI document: %w", err)
	}
	return append(text, '\n'), nil
}

// notNull says of lists that they are never null, which fillLists holds.
func notNull(s *huma.Schema) {
	if s == nil {
		return
	}
	if s.Type == huma.TypeArray {
		s.Nullable = false
	}
	notNull(s.Items)
	for _, p := range s.Properties {
		notNull(p)
	}
	if extra, ok := s.AdditionalProperties.(*huma.Schema); ok {
		notNull(extra)
	}
}

func (a *API) serveOpenAPI(w http.ResponseWriter, r *http.Request) {
	text, err := a.OpenAPI()
	if err != nil {
		a.refuse(w, r, a.problem(r.Context(), "openapi", err))
		return
	}
	w.Header().Set("Content-Type", "application/openapi+json")
	_, _ = w.Write(text) // the client may have gone
}
