package tracing

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// stopPatience is how long the last spans are waited for.
const stopPatience = 5 * time.Second

// wanted tells whether the environment asks for traces, as OpenTelemetry names it: an
// address, or the exporter otlp; and nothing that switches them off.
func wanted(env func(string) string) (bool, error) {
	if strings.EqualFold(env("OTEL_SDK_DISABLED"), "true") {
		return false, nil
	}
	switch exporter := env("OTEL_TRACES_EXPORTER"); exporter {
	case "none":
		return false, nil
	case "":
		if env("OTEL_EXPORTER_OTLP_ENDPOINT") == "" && env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") == "" {
			return false, nil
		}
	case "otlp":
	default:
		return false, fmt.Errorf("OTEL_TRACES_EXPORTER is %q; this program knows otlp and none", exporter)
	}
	protocol := env("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL")
	if protocol == "" {
		protocol = env("OTEL_EXPORTER_OTLP_PROTOCOL")
	}
	if protocol != "" && protocol != "http/protobuf" {
		return false, fmt.Errorf("OTEL_EXPORTER_OTLP_PROTOCOL is %q; this program speaks http/protobuf (port 4318 of a collector)", protocol)
	}
	return true, nil
}

// Start sends traces where the environment says so, else nothing. A collector that is
// away holds nobody up: spans that find no room are dropped. stop sends the last ones.
func Start(ctx context.Context, version string, log *slog.Logger) (stop func(), err error) {
	on, err := wanted(os.Getenv)
	if err != nil || !on {
		return func() {}, err
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("start traces: %w; see the OTEL_EXPORTER_OTLP_ variables", err)
	}
	about, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", "offsite"), attribute.String("service.version", version)),
		resource.WithTelemetrySDK(), resource.WithHost(), resource.WithProcessPID(), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("start traces: %w; see OTEL_RESOURCE_ATTRIBUTES", err)
	}
	provider := sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(about), sdk.WithIDGenerator(ids{}))
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("traces are not sent", "error", err) }))
	otel.SetTracerProvider(provider)
	log.Info("traces are sent to a collector")
	return func() {
		otel.SetTracerProvider(noop.NewTracerProvider())
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopPatience)
		defer cancel()
		if err := provider.Shutdown(ending); err != nil {
			log.Warn("the last traces are not sent", "error", err)
		}
	}, nil
}

// ids gives the root span of an incident its ids, and all others any.
type ids struct{}

// NewIDs implements sdk.IDGenerator.
func (ids) NewIDs(ctx context.Context) (trace.TraceID, trace.SpanID) {
	if root, ok := ctx.Value(rootKey{}).(trace.SpanContext); ok {
		return root.TraceID(), root.SpanID()
	}
	var id trace.TraceID
	_, _ = rand.Read(id[:]) // never fails
	return id, spanID()
}

// NewSpanID implements sdk.IDGenerator.
func (ids) NewSpanID(context.Context, trace.TraceID) trace.SpanID { return spanID() }

func spanID() (id trace.SpanID) {
	for !id.IsValid() {
		_, _ = rand.Read(id[:])
	}
	return id
}

// half is the second half of a trace's id.
func half(id trace.TraceID) (s trace.SpanID) {
	binary.BigEndian.PutUint64(s[:], binary.BigEndian.Uint64(id[len(id)/2:]))
	return s
}
