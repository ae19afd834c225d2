package api_test

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"offsite/api"
)

const examplesFile = "examples.json"

type example struct {
	Request  any `json:"request,omitempty"`
	Response any `json:"response,omitempty"`
}

// answers are what the handlers of this run of the tests answered, by operation.
var answers = struct {
	sync.Mutex
	all map[string]example
}{all: map[string]example{}}

// keeper writes, where that is asked for, the answers of a run as examples: those that
// there are stay while their schemas take them.
type keeper struct{ m *testing.M }

// Run runs the tests.
func (k keeper) Run() int {
	code := k.m.Run()
	if !updating() || len(answers.all) == 0 {
		return code
	}
	a, kept := described(), readExamples()
	for id, fresh := range answers.all {
		e := kept[id]
		if keepOld(a, id, true, e.Request) == nil {
			e.Request = keepOld(a, id, true, fresh.Request)
		}
		if keepOld(a, id, false, e.Response) == nil {
			e.Response = keepOld(a, id, false, fresh.Response)
		}
		if e != (example{}) {
			kept[id] = e
		}
	}
	text, err := json.MarshalIndent(kept, "", " ")
	if err == nil {
		err = os.WriteFile(examplesFile, append(text, '\n'), 0o600)
	}
	if err != nil {
		panic(err)
	}
	return code
}

// keepOld gives an example back that its schema takes, else nil.
func keepOld(a *api.API, id string, request bool, value any) any {
	if wanted, problems := a.Wrong(id, request, value); !wanted || len(problems) > 0 {
		return nil
	}
	return value
}

func readExamples() map[string]example {
	all := map[string]example{}
	text, err := os.ReadFile(examplesFile)
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		panic(err)
	}
	return all
}

// templates are the addresses of the document with their operations.
var templates = sync.OnceValue(func() map[string]*regexp.Regexp {
	text, err := os.ReadFile("openapi.json")
	if err != nil {
		panic(err)
	}
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
		}
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		panic(err)
	}
	all := map[string]*regexp.Regexp{}
	for path, methods := range doc.Paths {
		pattern := regexp.MustCompile(`\\\{[a-z_]+\\\}`).ReplaceAllString(regexp.QuoteMeta(path), `[^/]+`)
		for method, o := range methods {
			all[o.OperationID] = regexp.MustCompile("^" + strings.ToUpper(method) + " " + pattern + "$")
		}
	}
	return all
})

// seenAnswer keeps a handler's answer where it succeeded, the longest that a list gave.
func seenAnswer(method, path string, body any, res *http.Response, text []byte) {
	if !updating() || res.StatusCode >= http.StatusMultipleChoices {
		return
	}
	operation := ""
	for id, at := range templates() {
		// "/cameras/imports" is no camera: the longer pattern has the longer words.
		if at.MatchString(method+" "+path) && (operation == "" || strings.Count(at.String(), "[") < strings.Count(templates()[operation].String(), "[")) {
			operation = id
		}
	}
	var e example
	if strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") {
		_ = json.Unmarshal(text, &e.Response)
	}
	if raw, written := body.(string); written {
		_ = json.Unmarshal([]byte(raw), &e.Request)
	} else if raw, err := json.Marshal(body); err == nil && body != nil {
		_ = json.Unmarshal(raw, &e.Request)
	}
	e = example{fit(operation, true, e.Request), fit(operation, false, e.Response)}
	answers.Lock()
	defer answers.Unlock()
	before := answers.all[operation]
	if size(e.Response) < size(before.Response) {
		e.Response = before.Response
	}
	if size(e.Request) < size(before.Request) {
		e.Request = before.Request
	}
	answers.all[operation] = e
}

// described is the API without parts, for its schemas.
var described = sync.OnceValue(func() *api.API {
	a, err := api.New(api.Options{Pages: fstest.MapFS{}})
	if err != nil {
		panic(err)
	}
	return a
})

// fit gives an example that may be shown: of its schema, and none of the hostile texts that
// tests send.
func fit(operation string, request bool, value any) any {
	value = shortened("", value)
	if text, _ := json.Marshal(value); strings.Contains(string(text), "script") {
		return nil
	}
	return keepOld(described(), operation, request, value)
}

func size(v any) int {
	if v == nil {
		return 0
	}
	text, _ := json.Marshal(v)
	return len(text)
}

// secret are members whose values are nobody's to read, not even a test's.
var secret = regexp.MustCompile(`(?i)^(csrf|token|password|current|new|secret|key|recovery|signature|uri)$`)

// shortened leaves two items of a list and the beginning of a long text.
func shortened(name string, v any) any {
	const items, letters = 2, 300
	switch x := v.(type) {
	case map[string]any:
		for key, member := range x {
			x[key] = shortened(key, member)
		}
	case []any:
		if len(x) > items {
			x = x[:items]
		}
		for i := range x {
			x[i] = shortened(name, x[i])
		}
		return x
	case string:
		if secret.MatchString(name) && len(x) > 11 && !strings.HasPrefix(x, "data:") {
			return strings.Repeat("x", min(len(x), 40))
		}
		if letter := []rune(x); len(letter) > letters {
			return string(letter[:letters]) + "…"
		}
	}
	return v
}

// TestEveryBodyHasAnExample holds the examples to the schemas, so that none is of what
// was once: `go test ./api -update` writes those that are missing or fit no more. What is
// sent or answered otherwise than as JSON (files, streams) has none.
func TestEveryBodyHasAnExample(t *testing.T) {
	t.Parallel()
	a, all := described(), readExamples()
	var ids []string
	for id := range api.Policy() {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		for _, request := range []bool{true, false} {
			value := all[id].Response
			if request {
				value = all[id].Request
			}
			wanted, problems := a.Wrong(id, request, value)
			name := map[bool]string{true: "request", false: "answer"}[request]
			switch {
			case wanted && value == nil && !updating():
				t.Errorf("%s has no example of its %s", id, name)
			case !wanted && value != nil:
				t.Errorf("%s has an example of a %s, and takes or gives none", id, name)
			}
			for _, p := range problems {
				t.Errorf("the example of %s's %s fits its schema no more: %v", id, name, p)
			}
		}
		delete(all, id)
	}
	for id := range all {
		t.Errorf("there are examples of %s, which is no operation", id)
	}
}
