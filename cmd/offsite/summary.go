package main

import (
	"fmt"
	"strings"

	"offsite/casework"
	"offsite/pipeline"
)

// summary is what casework must know of an incident; it travels with the
// material and comes back with the sealed bundle's receipt. caseID is set for
// re-checks alone; fence is of the lease under which the camera was watched.
func summary(in pipeline.Incident, caseID string, fence int64) casework.Summary {
	s := casework.Summary{
		Fence:      fence,
		IncidentID: in.Act, Kind: in.Kind, Detector: in.Detector, CameraID: in.Camera.ID,
		ZoneID: in.Zone.ID, ZoneVersion: in.Zone.Version, ObjectID: in.Zone.Object,
		First: in.First, Last: in.Last, Raised: in.Raised, Present: in.Present,
		Why: casework.Text(in.Why), Values: in.Values, Params: in.Params, Rule: in.Rule, Boxes: in.Boxes,
		Stream: casework.Stream(in.Stream), ClipFrom: in.ClipFrom, ClipTo: in.ClipTo, CaseID: caseID,
	}
	for i, still := range in.Stills {
		if strings.HasPrefix(still.Role, pipeline.Looked) { // people see the same moment in full resolution
			continue
		}
		s.Stills = append(s.Stills, casework.SummaryStill{Name: stillName(i), Role: still.Role, At: still.At, Boxes: still.Boxes})
	}
	for _, m := range in.Missing {
		s.Missing = append(s.Missing, casework.Missing{Of: m.Of, From: m.From, To: m.To, WhyZH: m.Why.ZH, WhyEN: m.Why.EN})
	}
	for _, m := range in.Models {
		s.Models = append(s.Models, casework.Model{Name: m.Name, Version: m.Version, SHA256: m.SHA256})
	}
	return s
}

// stillName is the name of the i-th still's files in the bundle, without folder
// and extension.
func stillName(i int) string { return fmt.Sprintf("%04d", i+1) }
