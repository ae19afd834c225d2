package api

import (
	"context"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"offsite/api/problem"
)

// operation describes one operation; its id is what policy.go knows it by.
type operation struct {
	id, method, path, summary, tag string
	status                         int           // of success; 0: 200, or 204 without a body
	body                           int64         // bytes that a request may have; 0: defaultBody
	patience                       time.Duration // with a body that is long in coming; 0: huma's
	raw                            bool          // takes the body's bytes as they come, whatever they say
	binary                         string        // content types with commas between, where the answer is no JSON
}

const (
	defaultBody = 256 << 10
	prefix      = "/api/v1"
)

// handle registers an operation. Its errors become problems, its nil lists empty
// ones.
func handle[I, O any](a *API, op operation, do func(context.Context, *I) (*O, error)) {
	h := huma.Operation{
		OperationID: op.id, Method: op.method, Path: prefix + op.path, Summary: op.summary, Tags: []string{op.tag},
		DefaultStatus: op.status, MaxBodyBytes: op.body, BodyReadTimeout: op.patience, SkipValidateBody: op.raw,
		Responses: map[string]*huma.Response{"default": a.problemResponse()},
	}
	if h.MaxBodyBytes == 0 {
		h.MaxBodyBytes = defaultBody
	}
	if op.binary != "" {
		content := map[string]*huma.MediaType{}
		for kind := range strings.SplitSeq(op.binary, ",") {
			content[kind] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
			if kind == jsonType || strings.HasSuffix(kind, "+json") {
				content[kind].Schema = &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
			}
		}
		h.Responses["200"] = &huma.Response{Description: "OK", Content: content}
	}
	h.Security = a.security(op.id)
	huma.Register(a.huma, h, func(ctx context.Context, in *I) (*O, error) {
		out, err := do(ctx, in)
		if err != nil {
			return nil, a.problem(ctx, op.id, err)
		}
		if out != nil {
			fillLists(reflect.ValueOf(out).Elem())
		}
		return out, nil
	})
}

func (a *API) problemResponse() *huma.Response {
	schema := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[problem.Problem](), true, "Problem")
	return &huma.Response{Description: "A problem (RFC 9457)", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: schema}}}
}

// security says in the document how an operation is reached.
func (a *API) security(id string) []map[string][]string {
	switch rule := a.policy[id]; {
	case rule.portal:
		return []map[string][]string{{"portal": {}}}
	case rule.scope != "" && len(rule.roles) > 0:
		return []map[string][]string{{"staff": rule.roles}, {"key": {rule.scope}}}
	case rule.scope != "":
		return []map[string][]string{{"key": {rule.scope}}}
	case len(rule.roles) > 0:
		return []map[string][]string{{"staff": rule.roles}}
	default:
		return nil
	}
}

// localise is the last step before an answer is written: it gives problems their
// language and makes ours of those that huma found in a request.
func (a *API) localise(ctx huma.Context, _ string, v any) (any, error) {
	c := callerOf(ctx.Context())
	switch p := v.(type) {
	case *problem.Problem:
		return p.In(c.accept, c.request), nil
	case *huma.ErrorModel:
		return fromHuma(p).In(c.accept, c.request), nil
	}
	return v, nil
}

// fromHuma names what is wrong with a request.
func fromHuma(m *huma.ErrorModel) *problem.Problem {
	switch m.Status {
	case http.StatusRequestEntityTooLarge:
		return problem.TooLarge()
	case http.StatusUnsupportedMediaType:
		return problem.New(m.Status, "请求内容应为 JSON。", "Send JSON.")
	case http.StatusRequestTimeout:
		return problem.New(m.Status, "接收请求超时，请重试。", "The request did not arrive in time; send it again.")
	}
	if m.Status >= http.StatusInternalServerError {
		return problem.Internal(nil)
	}
	var fields []problem.Field
	var where []string
	for _, e := range m.Errors {
		fields = append(fields, problem.Field{Message: e.Message, Location: e.Location})
		where = append(where, strings.TrimPrefix(e.Location, "body.")+" ("+e.Message+")")
	}
	if len(fields) == 0 {
		fields, where = []problem.Field{{Message: m.Detail}}, []string{m.Detail}
	}
	list := strings.Join(where, "; ")
	p := problem.Invalid("填写的内容有误，请检查："+list, "The request is not right; check: "+list, fields...)
	p.Status, p.Title = m.Status, http.StatusText(m.Status)
	return p
}

// fillLists makes empty lists of nil ones, since clients count on lists.
func fillLists(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() && v.Elem().CanSet() {
			fillLists(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				fillLists(f)
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		if v.IsNil() {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		}
		for i := range v.Len() {
			fillLists(v.Index(i))
		}
	case reflect.Map:
		if v.IsNil() {
			v.Set(reflect.MakeMap(v.Type()))
		}
	default: // nothing of it can hold a list
	}
}
