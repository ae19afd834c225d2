// Package node holds the cameras of this process and makes incidents of them.
//
// In go cameras with their zones (Set) and access units from their streams. Out
// come incidents, complete with clip, stills and looks, to a pipeline.Sink; the
// state of each camera (Status, Watch, metrics); and its newest picture.
//
// For each camera: ingest reads it, ring keeps its last seconds, look decides when
// a picture is examined, decode and infer say what is in it, track follows what
// stands still, the rules of its zones say what it means. What a rule raises stays
// here until the sink has it safely; meanwhile the rule's state on disk stays that
// of before, so that a killed process raises it again, under the same id.
//
// A camera that fails, or cannot see (dark, covered, blurred, frozen, moved), harms no other; of
// one that cannot see nothing is examined, and its status says so.
package node
