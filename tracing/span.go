package tracing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

type rootKey struct{}

// tracer is asked for each time: tests and commands start and stop the provider.
func tracer() trace.Tracer { return otel.Tracer("offsite") }

// Of is the root span of an incident, bundle, finding or case, which another process may
// have made. It is invalid where id is no UUID.
func Of(id string) trace.SpanContext {
	u, err := uuid.Parse(id)
	if err != nil {
		return trace.SpanContext{}
	}
	return trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID(u), SpanID: half(trace.TraceID(u)), TraceFlags: trace.FlagsSampled, Remote: true,
	})
}

// In is ctx within the trace of id, below its root unless it is within already.
func In(ctx context.Context, id string) context.Context {
	root := Of(id)
	if trace.SpanContextFromContext(ctx).TraceID() == root.TraceID() {
		return ctx
	}
	return trace.ContextWithSpanContext(ctx, root)
}

// Begin begins a step of what id names. End it with End.
func Begin(ctx context.Context, id, step string, about ...attribute.KeyValue) (context.Context, trace.Span) {
	return tracer().Start(In(ctx, id), step, trace.WithAttributes(about...))
}

// End ends a step. Of an error it keeps the kind alone.
func End(span trace.Span, err error) {
	if err != nil {
		span.SetStatus(codes.Error, "")
		span.SetAttributes(attribute.String("error.type", kind(err)))
	}
	span.End()
}

// kind is the innermost error's type, or the SQLSTATE of one of PostgreSQL's.
func kind(err error) string {
	var refused interface{ SQLState() string }
	if errors.As(err, &refused) {
		return "SQLSTATE " + refused.SQLState()
	}
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return fmt.Sprintf("%T", err)
		}
		err = next
	}
}

// Link says that a span has to do with another incident or case, too.
func Link(ctx context.Context, id string) {
	if of := Of(id); of.IsValid() {
		trace.SpanFromContext(ctx).AddLink(trace.Link{SpanContext: of})
	}
}

// Past tells of a step that has ended. ctx is within it for steps of its own.
func Past(ctx context.Context, id, step string, from, to time.Time, about ...attribute.KeyValue) context.Context {
	ctx, span := tracer().Start(In(ctx, id), step, trace.WithTimestamp(from), trace.WithAttributes(about...))
	span.End(trace.WithTimestamp(to))
	return ctx
}

// Root tells of the whole that the steps of id stand below: once, by whoever made it.
func Root(ctx context.Context, id, name string, from, to time.Time, about ...attribute.KeyValue) {
	root := Of(id)
	if !root.IsValid() {
		return
	}
	ctx = context.WithValue(ctx, rootKey{}, root)
	_, span := tracer().Start(ctx, name, trace.WithNewRoot(), trace.WithTimestamp(from), trace.WithAttributes(about...))
	span.End(trace.WithTimestamp(to))
}
