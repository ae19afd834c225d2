// Package tracing lets an incident be followed as one OpenTelemetry trace, from the look
// at a camera through inference, seal, lock and log to the case and the notice, over all
// processes that carry it.
//
// The id of an incident (a UUID) is that of its bundle, its finding and its case. It is
// the id of the trace, too: the database carries it already, whoever has a case has its
// trace, and the root span's id is the second half of it. An incident that joins another
// one's case, and a re-check, have traces of their own, linked to the case's.
//
// Nothing is recorded or sent unless the standard OTEL_ variables name a collector.
// Spans hold names of steps, identifiers and times. They hold no text that people wrote,
// no address and no name; of an error its kind alone: what it says is in the log, which
// is redacted.
package tracing
