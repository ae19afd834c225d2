// Package watch is one camera under watch: from its access units or pictures to
// incidents.
//
// In go the units of a look (Look), or a picture of a file that has none (See). For
// each: decode, judge whether the camera can see, ask the gate whether anything has
// changed, run the models that the camera's zones need, follow what stands, and let
// each zone's rule observe. Out comes an Outcome: what was seen, the incidents that
// were raised, complete with stills, looks and clip, and those that ended.
//
// Live cameras (node) and recorded videos (replay) pass through this same package;
// there is no second loop.
//
// A Watch keeps its state in a folder: of each zone its rule's state, the incident's
// id and the pictures held for its stills; the tracks; the clean baseline. The state
// of a zone with an incident that is not safe yet (Safe) stays that of before the
// raising look, so that a killed process raises it again under the same id.
//
// What another node needs to go on goes out by Carry, and in by Adopt, which makes it the
// folder of a new Watch: a takeover is a restart elsewhere. Only the ring stays behind.
//
// The clean baseline of the novelty model is made of the first looks, people and
// vehicles left out. It adapts to light where the model sees nothing new, and never
// where it does.
package watch
