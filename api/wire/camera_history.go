package wire

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"offsite/detectors"
	"offsite/registry"
)

// CameraEntry is one entry of a camera's history: what was done to it, or to one of its
// zones.
type CameraEntry struct {
	At     time.Time     `json:"at"`
	By     string        `json:"by" doc:"A name; empty: the system itself."`
	Action string        `json:"action" doc:"create, change, remove; of a camera also address, sign, remove sign"`
	Zone   *ZoneChange   `json:"zone,omitempty" doc:"Left out: it is the camera's."`
	Fields []FieldChange `json:"fields"`
}

// ZoneChange is what was drawn.
type ZoneChange struct {
	ID     string     `json:"id"`
	NameZH string     `json:"name_zh"`
	NameEN string     `json:"name_en"`
	Before *ZoneShape `json:"before,omitempty" doc:"Left out: it was drawn anew, or its lines stay as they were."`
	After  *ZoneShape `json:"after,omitempty" doc:"Left out: it was removed, or its lines stay as they were."`
}

// ZoneShape are the lines of a zone in the picture.
type ZoneShape struct {
	Outline  detectors.Polygon `json:"outline"`
	DoorLine []detectors.Point `json:"door_line"`
}

// CameraHistoryOf makes a camera's part of the change log readable; people are names of
// accounts by id, objects of shops and sites. Addresses are for who registers cameras.
func CameraHistoryOf(changes []registry.Change, people, objects map[string]string, addresses bool) ([]CameraEntry, error) {
	out := make([]CameraEntry, 0, len(changes))
	for _, c := range changes {
		entry := CameraEntry{At: c.At, By: people[c.By], Action: c.Action, Fields: []FieldChange{}}
		var err error
		if c.Kind == "zone" {
			err = entry.zone(c, objects)
		} else if before, after := membersOf(c.Before), membersOf(c.After); before != nil && after != nil {
			inner := []string{"id", "version", "changed_at", "created_at", "zones", "zone_count", "sign"}
			if !addresses {
				inner = append(inner, "url", "substream_url", "protocol")
			}
			entry.Fields = append(entry.Fields, differences(before, after, inner...)...)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, entry)
	}
	return out, nil
}

// ZonesObjects are the ids of the shops and sites that zones in a history name.
func ZonesObjects(changes []registry.Change) []string {
	ids := map[string]bool{}
	for _, c := range changes {
		for _, state := range []any{c.Before, c.After} {
			if id := text(membersOf(state)["object"]); c.Kind == "zone" && id != "" {
				ids[id] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(ids))
}

// zone fills in what became of a zone.
func (c *CameraEntry) zone(change registry.Change, objects map[string]string) error {
	before, err := zoneOf(change.Before)
	if err != nil {
		return err
	}
	after, err := zoneOf(change.After)
	if err != nil {
		return err
	}
	last := after
	if last == nil {
		last = before
	}
	if last == nil {
		return fmt.Errorf("the change log says nothing of zone %s", change.Subject)
	}
	c.Zone = &ZoneChange{ID: last.ID, NameZH: last.NameZH, NameEN: last.NameEN, Before: shapeOf(before), After: shapeOf(after)}
	if before == nil || after == nil {
		return nil
	}
	if slices.Equal(before.Polygon, after.Polygon) && slices.Equal(before.DoorLine, after.DoorLine) {
		c.Zone.Before, c.Zone.After = nil, nil
	}
	c.Fields = append(c.Fields, differences(zoneFields(*before, objects), zoneFields(*after, objects))...)
	return nil
}

func zoneOf(state any) (*detectors.Zone, error) {
	raw, ok := state.(json.RawMessage)
	if !ok {
		return nil, nil
	}
	var z detectors.Zone
	if err := json.Unmarshal(raw, &z); err != nil {
		return nil, fmt.Errorf("read what the change log has of a zone: %w", err)
	}
	return &z, nil
}

func shapeOf(z *detectors.Zone) *ZoneShape {
	if z == nil {
		return nil
	}
	return &ZoneShape{Outline: append(detectors.Polygon{}, z.Polygon...), DoorLine: append([]detectors.Point{}, z.DoorLine...)}
}

// zoneFields are what a zone says besides its lines; each parameter by itself.
func zoneFields(z detectors.Zone, objects map[string]string) map[string]any {
	object := objects[z.Object]
	if object == "" {
		object = z.Object
	}
	fields := map[string]any{"name_zh": z.NameZH, "name_en": z.NameEN, "detector": z.Detector, "object": object, "hours": spans(z.Hours), "ground": ""}
	for key, value := range z.Params {
		fields["params."+key] = value
	}
	if h := z.Homography; h != nil {
		var points []string
		for i, p := range h.GroundM {
			points = append(points, fmt.Sprintf("(%.3f, %.3f) = %g m, %g m", h.Picture[i].X, h.Picture[i].Y, p.X, p.Y))
		}
		fields["ground"] = strings.Join(points, "; ")
	}
	return fields
}

// spans writes the hours of a zone, with the days of the week by number, Sunday 0.
func spans(hours []detectors.Hours) string {
	all := make([]string, len(hours))
	for i, h := range hours {
		all[i] = fmt.Sprintf("%02d:%02d–%02d:%02d", h.FromMin/60, h.FromMin%60, h.ToMin/60, h.ToMin%60)
		if len(h.Weekdays) > 0 {
			days := make([]string, len(h.Weekdays))
			for j, d := range h.Weekdays {
				days[j] = fmt.Sprint(int(d))
			}
			all[i] += " (" + strings.Join(days, ",") + ")"
		}
	}
	return strings.Join(all, ", ")
}
