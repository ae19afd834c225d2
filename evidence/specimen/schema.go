package specimen

import (
	"bytes"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"offsite/docs/formats"
)

// Fits holds a document against the published schema of that name.
func Fits(t testing.TB, schema string, document []byte) {
	t.Helper()
	text, err := formats.Published.ReadFile("schemas/" + schema + ".json")
	if err != nil {
		t.Fatal(err)
	}
	const address = "https://specimen.invalid/schema.json"
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	described, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err == nil {
		err = c.AddResource(address, described)
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(address)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err == nil {
		err = s.Validate(value)
	}
	if err != nil {
		t.Errorf("by the schema %s: %v\n%s", schema, err, document)
	}
}
