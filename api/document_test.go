package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"offsite/api"
	"offsite/store/storetest"
)

func updating() bool {
	f := flag.Lookup("update")
	return f != nil && f.Value.String() == "true"
}

func TestMain(m *testing.M) {
	flag.Bool("update", false, "write api/openapi.json anew")
	flag.Parse()
	storetest.Main(keeper{m})
}

// TestOpenAPI keeps openapi.json current, since the console's client is made from
// it: go test ./api -run TestOpenAPI -update && (cd web && npm run generate)
func TestOpenAPI(t *testing.T) {
	t.Parallel()
	a, err := api.New(api.Options{Pages: fstest.MapFS{}})
	if err != nil {
		t.Fatal(err)
	}
	want, err := a.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	if updating() {
		if err := os.WriteFile("openapi.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("openapi.json is not what the code says; write it anew: go test ./api -run TestOpenAPI -update")
	}
}

// TestDocumentIsComplete looks for what a generated client would stumble over.
func TestDocumentIsComplete(t *testing.T) {
	t.Parallel()
	a, err := api.New(api.Options{Pages: fstest.MapFS{}})
	if err != nil {
		t.Fatal(err)
	}
	text, err := a.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string
			Summary     string
			Responses   map[string]json.RawMessage
		}
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.1") || len(doc.Paths) < 40 {
		t.Errorf("openapi %s with %d paths", doc.OpenAPI, len(doc.Paths))
	}
	seen := map[string]bool{}
	for path, methods := range doc.Paths {
		for method, o := range methods {
			if o.OperationID == "" || o.Summary == "" || seen[o.OperationID] {
				t.Errorf("%s %s: operation %q, summary %q", method, path, o.OperationID, o.Summary)
			}
			seen[o.OperationID] = true
			if o.Responses["default"] == nil {
				t.Errorf("%s %s says nothing of problems", method, path)
			}
		}
	}
}
