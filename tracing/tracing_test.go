package tracing_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	wire "go.opentelemetry.io/proto/otlp/trace/v1"

	"offsite/tracing"
	"offsite/tracing/tracingtest"
)

func span(t *testing.T, c *tracingtest.Collector, name string) tracingtest.Span {
	t.Helper()
	for _, s := range c.Spans() {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no span %s among %d", name, len(c.Spans()))
	return tracingtest.Span{}
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// TestOneTraceOverProcesses: two processes, one after the other, know the incident by its
// id alone, and what they do is one trace below one root.
func TestOneTraceOverProcesses(t *testing.T) {
	c := tracingtest.Open(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", c.URL)
	id, other := uuid.Must(uuid.NewV7()).String(), uuid.Must(uuid.NewV7()).String()
	now := time.Now()
	const secret = "rtsp://admin:hunter2@192.0.2.7/live 张三"

	stop, err := tracing.Start(t.Context(), "1", quiet())
	if err != nil {
		t.Fatal(err)
	}
	look := tracing.Past(t.Context(), id, "look", now, now.Add(time.Second))
	tracing.Past(look, id, "inference", now, now.Add(time.Second))
	_, step := tracing.Begin(t.Context(), id, "seal")
	tracing.End(step, fmt.Errorf("reach %s: %w", secret, errors.New(secret)))
	tracing.Root(t.Context(), id, "incident", now, now.Add(2*time.Second))
	stop()

	t.Setenv("OTEL_SERVICE_NAME", "second")
	if stop, err = tracing.Start(t.Context(), "1", quiet()); err != nil {
		t.Fatal(err)
	}
	intake, step := tracing.Begin(t.Context(), id, "intake")
	tracing.Link(intake, other)
	_, inner := tracing.Begin(intake, id, "step")
	tracing.End(inner, nil)
	tracing.End(step, nil)
	stop()

	root := span(t, c, "incident")
	want := strings.ReplaceAll(id, "-", "")
	if len(c.Spans()) != 6 || hex.EncodeToString(root.TraceId) != want || len(root.ParentSpanId) != 0 {
		t.Errorf("%d spans, root of trace %x below %x; want trace %s", len(c.Spans()), root.TraceId, root.ParentSpanId, want)
	}
	for name, parent := range map[string][]byte{
		"look": root.SpanId, "inference": span(t, c, "look").SpanId, "seal": root.SpanId,
		"intake": root.SpanId, "step": span(t, c, "intake").SpanId,
	} {
		s := span(t, c, name)
		if !bytes.Equal(s.TraceId, root.TraceId) || !bytes.Equal(s.ParentSpanId, parent) {
			t.Errorf("%s: trace %x below %x, want %x below %x", name, s.TraceId, s.ParentSpanId, root.TraceId, parent)
		}
	}
	if links := span(t, c, "intake").Links; len(links) != 1 || hex.EncodeToString(links[0].TraceId) != strings.ReplaceAll(other, "-", "") {
		t.Errorf("links %v", links)
	}
	if span(t, c, "seal").Status.GetCode() != wire.Status_STATUS_CODE_ERROR {
		t.Error("a step that failed does not say so")
	}
	if first, second := root.Process["service.name"], span(t, c, "intake").Process["service.name"]; first != "offsite" || second != "second" {
		t.Errorf("services %s and %s", first, second)
	}
	for _, part := range []string{"hunter2", "192.0.2.7", "张三"} {
		if c.Holds(part) {
			t.Errorf("a span tells %s", part)
		}
	}
}

// TestNothingIsSentUnasked: without the variables, and where they switch it off.
func TestNothingIsSentUnasked(t *testing.T) {
	c := tracingtest.Open(t)
	for name, env := range map[string]map[string]string{
		"unset":    {},
		"none":     {"OTEL_EXPORTER_OTLP_ENDPOINT": c.URL, "OTEL_TRACES_EXPORTER": "none"},
		"disabled": {"OTEL_EXPORTER_OTLP_ENDPOINT": c.URL, "OTEL_SDK_DISABLED": "true"},
	} {
		t.Run(name, func(t *testing.T) {
			for key, value := range env {
				t.Setenv(key, value)
			}
			stop, err := tracing.Start(t.Context(), "1", quiet())
			if err != nil {
				t.Fatal(err)
			}
			tracing.Root(t.Context(), uuid.NewString(), "incident", time.Now(), time.Now())
			stop()
			if len(c.Spans()) != 0 {
				t.Errorf("%d spans are sent", len(c.Spans()))
			}
		})
	}
}

func TestWhatIsNotSpokenIsRefused(t *testing.T) {
	for name, value := range map[string]string{"OTEL_TRACES_EXPORTER": "zipkin", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
			t.Setenv(name, value)
			if _, err := tracing.Start(t.Context(), "1", quiet()); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%s=%s: %v", name, value, err)
			}
		})
	}
}

// TestACollectorThatIsAwayHoldsNobodyUp: spans are begun and ended all the same.
func TestACollectorThatIsAwayHoldsNobodyUp(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
	t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "100")
	ctx, cancel := context.WithCancel(t.Context())
	stop, err := tracing.Start(ctx, "1", quiet())
	if err != nil {
		t.Fatal(err)
	}
	for range 10_000 { // more than the queue takes
		_, step := tracing.Begin(ctx, uuid.NewString(), "step")
		tracing.End(step, nil)
	}
	cancel()
	stop()
}
