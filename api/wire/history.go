package wire

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"offsite/registry"
)

// ObjectChange is one entry of an object's history, as people read it.
type ObjectChange struct {
	At     time.Time     `json:"at"`
	By     string        `json:"by" doc:"A name; empty: the system itself."`
	Action string        `json:"action" doc:"create, change, grade, remove, photo, commitment, code, withdraw"`
	Fields []FieldChange `json:"fields"`
	ZH     string        `json:"zh,omitempty" doc:"Of a grade: why."`
	EN     string        `json:"en,omitempty"`
}

// FieldChange is what became of one field.
type FieldChange struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// HistoryOf makes an object's change log readable; names gives names of accounts by
// id.
func HistoryOf(changes []registry.Change, names map[string]string) []ObjectChange {
	out := make([]ObjectChange, 0, len(changes))
	for _, c := range changes {
		before, after := membersOf(c.Before), membersOf(c.After)
		o := ObjectChange{At: c.At, By: names[c.By], Action: c.Action}
		if c.Action == "grade" {
			o.ZH, o.EN = text(after["zh"]), text(after["en"])
			after = map[string]any{"grade": after["grade"]}
		}
		if before != nil && after != nil {
			o.Fields = differences(before, after, "id", "version", "changed_at", "party_id") // party says the same in words
		}
		out = append(out, o)
	}
	return out
}

func membersOf(v any) (m map[string]any) {
	raw, ok := v.(json.RawMessage)
	if !ok || json.Unmarshal(raw, &m) != nil {
		return nil
	}
	return m
}

// differences lists what two states of a thing say differently, in a fixed order; what is
// inner concerns nobody.
func differences(before, after map[string]any, inner ...string) []FieldChange {
	var list []FieldChange
	all := make([]string, 0, len(before)+len(after))
	for name := range before {
		all = append(all, name)
	}
	for name := range after {
		all = append(all, name)
	}
	slices.Sort(all)
	for _, name := range slices.Compact(all) {
		was, is := text(before[name]), text(after[name])
		if was != is && !slices.Contains(inner, name) {
			list = append(list, FieldChange{Field: name, Before: was, After: is})
		}
	}
	return list
}

func text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}
