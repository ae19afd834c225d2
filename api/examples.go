package api

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// examples are what handlers answered in this package's tests, with the bodies that they
// were sent: `go test ./api -update` writes them, and a test holds them to the schemas.
//
//go:embed examples.json
var examples []byte

// example is one operation's.
type example struct {
	Request  any `json:"request,omitempty"`
	Response any `json:"response,omitempty"`
}

// exemplify puts the examples into the document.
func (a *API) exemplify(doc *huma.OpenAPI) error {
	var all map[string]example
	if err := json.Unmarshal(examples, &all); err != nil {
		return fmt.Errorf("read the examples of the OpenAPI document: %w", err)
	}
	for _, path := range doc.Paths {
		for _, o := range operationsOf(path) {
			e := all[o.OperationID]
			if body := requestOf(o); body != nil && e.Request != nil {
				body.Example = e.Request
			}
			if body := answerOf(o); body != nil && e.Response != nil {
				body.Example = e.Response
			}
		}
	}
	return nil
}

func operationsOf(p *huma.PathItem) []*huma.Operation {
	var all []*huma.Operation
	for _, o := range []*huma.Operation{p.Get, p.Post, p.Put, p.Patch, p.Delete} {
		if o != nil {
			all = append(all, o)
		}
	}
	return all
}

const jsonType = "application/json"

// requestOf is the JSON that an operation takes, nil for none.
func requestOf(o *huma.Operation) *huma.MediaType {
	if o.RequestBody == nil {
		return nil
	}
	return o.RequestBody.Content[jsonType]
}

// answerOf is the JSON that an operation answers with where it succeeds, nil for none.
func answerOf(o *huma.Operation) *huma.MediaType {
	for status := http.StatusOK; status < http.StatusMultipleChoices; status++ {
		if r := o.Responses[strconv.Itoa(status)]; r != nil && r.Content[jsonType] != nil {
			return r.Content[jsonType]
		}
	}
	return nil
}
