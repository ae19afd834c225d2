// Package tracingtest is a collector for tests: it takes what OTLP over HTTP sends, and
// keeps it.
package tracingtest

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	wire "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// Collector is an OTLP endpoint.
type Collector struct {
	URL string

	mu    sync.Mutex
	raw   []byte
	spans []Span
}

// Span is a span with what its process says of itself.
type Span struct {
	*wire.Span
	Process map[string]string // attributes of the resource that are text or numbers
}

// Trace is the trace's id as a UUID's digits.
func (s Span) Trace() string { return hex.EncodeToString(s.TraceId) }

// Open starts a collector that ends with the test. What does not speak OTLP fails it.
func Open(t *testing.T) *Collector {
	t.Helper()
	c := &Collector{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := c.take(r); err != nil {
			t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/x-protobuf") // an empty message is no bytes
	}))
	t.Cleanup(server.Close)
	c.URL = server.URL
	return c
}

func (c *Collector) take(r *http.Request) error {
	if r.Method != http.MethodPost || r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/x-protobuf" {
		return errors.New("this is no OTLP")
	}
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(body)
		if err != nil {
			return err
		}
		body = unzipped
	}
	text, err := io.ReadAll(body)
	var in collector.ExportTraceServiceRequest
	if err := errors.Join(err, proto.Unmarshal(text, &in)); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw = append(c.raw, text...)
	for _, of := range in.ResourceSpans {
		process := map[string]string{}
		for _, a := range of.Resource.Attributes {
			if process[a.Key] = a.Value.GetStringValue(); process[a.Key] == "" {
				process[a.Key] = fmt.Sprint(a.Value.GetIntValue())
			}
		}
		for _, scope := range of.ScopeSpans {
			for _, s := range scope.Spans {
				c.spans = append(c.spans, Span{s, process})
			}
		}
	}
	return nil
}

// Spans are those that have come so far.
func (c *Collector) Spans() []Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Span(nil), c.spans...)
}

// Holds tells whether anything that has come holds the text.
func (c *Collector) Holds(text string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Contains(c.raw, []byte(text))
}
