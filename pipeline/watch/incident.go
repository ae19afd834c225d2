package watch

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"offsite/detectors"
	"offsite/pipeline"
	"offsite/pipeline/decode"
)

// The kinds of an incident, and the roles of its stills.
const (
	KindIncident = "incident"
	KindRecheck  = "recheck"

	RoleBefore = "before"
	RoleFirst  = "first"
	RoleRaised = "raised"
	RoleAfter  = "after"
)

// raise makes an incident of a rule that is met. Where a part cannot be made, the
// incident is returned without it, and the error tells which.
func (w *Watch) raise(z *zone, s detectors.Signal, f *frame, p *decode.Picture, prior json.RawMessage) (pipeline.Incident, error) {
	if z.start == nil { // no look sighted it before this one
		w.sighted(z, s, f)
	}
	z.reserve() // another node may have sighted it
	z.hold(prior)
	z.id, z.reserved, z.raised, z.last = z.reserved, "", true, s.Last

	in := w.blank(z, KindIncident, z.id, f)
	in.Act = z.act
	in.Rule, in.First, in.Last, in.Why = s.Version, s.First, s.Last, s.Why
	in.Values, in.Boxes = maps.Clone(s.Values), slices.Clone(s.Boxes)
	in.Looks = w.looksSince(s.First.Add(-preRoll))
	in.Missing = missedLooks(in.Looks)
	errs := []error{w.still(&in, z, RoleBefore, z.before, nil, nil)}
	if !z.start.at.Equal(f.at) {
		errs = append(errs, w.still(&in, z, RoleFirst, z.start, nil, z.began))
	}
	errs = append(errs, w.still(&in, z, RoleRaised, f, p, s.Boxes), w.clip(&in, s.First.Add(-preRoll), f.at))
	return in, errors.Join(errs...)
}

// recheck makes an incident of what a zone shows now.
func (w *Watch) recheck(z *zone, id string, f *frame, p *decode.Picture) (pipeline.Incident, error) {
	now := z.rule.Presence()
	in := w.blank(z, KindRecheck, id, f)
	in.Act = id
	in.Rule, in.First, in.Last = z.detector.Version(), f.at, f.at
	in.Present, in.Why = now.Present, now.Why
	in.Values, in.Boxes = maps.Clone(now.Values), slices.Clone(now.Boxes)
	in.Looks = w.looksSince(f.at.Add(-preRoll))
	return in, errors.Join(
		w.still(&in, z, RoleAfter, f, p, now.Boxes),
		w.clip(&in, f.at.Add(-preRoll), f.at))
}

// blank fills in what every incident says of camera, zone and models.
func (w *Watch) blank(z *zone, kind, id string, f *frame) pipeline.Incident {
	camera := w.camera
	camera.URL, camera.Substream = "", "" // they hold credentials, which are nobody's evidence
	stream, clock := w.o.Source()
	return pipeline.Incident{
		ID: id, Kind: kind, Camera: camera, Zone: z.zone, Detector: z.detector.Key(), Raised: f.at,
		Params: maps.Clone(map[string]float64(z.params)), Models: w.o.Engine.Uses(z.detector.Models()...),
		Stream: stream, Clock: clock, Received: f.received, Course: f.course,
	}
}

// looksSince copies the records from a time on.
func (w *Watch) looksSince(t time.Time) []pipeline.LookRecord {
	i := slices.IndexFunc(w.records, func(r pipeline.LookRecord) bool { return !r.At.Before(t) })
	if i < 0 {
		return nil
	}
	return slices.Clone(w.records[i:])
}

// still adds a picture with its bits; p is the picture where it is decoded already.
// A frame that is not held is left out.
func (w *Watch) still(in *pipeline.Incident, z *zone, role string, f *frame, p *decode.Picture, boxes []detectors.Detection) error {
	if f == nil {
		return nil
	}
	s := pipeline.Still{Unit: f.seq, At: f.at, Role: role, Stream: f.stream(), Boxes: slices.Clone(boxes)}
	s.Codec, s.AccessUnit = bitsOf(f.looked())
	err := picture(&s, z.zone, f, p)
	if f.sub {
		full, failed := w.fullStill(z, role, f, boxes)
		if err = errors.Join(err, failed); full != nil {
			in.Stills = append(in.Stills, *full)
			s.Role = pipeline.Looked + role
		}
	}
	in.Stills = append(in.Stills, s)
	if err != nil {
		return fmt.Errorf("make the still %q: %w", role, err)
	}
	return nil
}

// picture decodes, encodes and draws a still.
func picture(s *pipeline.Still, z detectors.Zone, f *frame, p *decode.Picture) error {
	if p == nil {
		made, err := f.decode()
		if err != nil {
			return err
		}
		defer made.Release()
		p = made
	}
	return show(s, z, p)
}

// show encodes and draws a still.
func show(s *pipeline.Still, z detectors.Zone, p *decode.Picture) error {
	img, err := p.Image()
	if err != nil {
		return err
	}
	if s.PNG, err = decode.PNG(img); err != nil {
		return err
	}
	s.Overlay, err = overlay(img, z, s.Boxes)
	return err
}

// clip cuts the stream around the incident.
func (w *Watch) clip(in *pipeline.Incident, from, to time.Time) error {
	if w.o.Ring == nil {
		return nil
	}
	failed := w.lookedClip(in, from, to)
	c, err := w.o.Ring.Clip(from, to)
	if err != nil {
		in.Missing = append(in.Missing, noFilm(from, to))
		return errors.Join(err, failed)
	}
	in.Clip, in.ClipFrom, in.ClipTo = c.MP4, c.From, c.To
	if c.Late > missedClip {
		in.Missing = append(in.Missing, missedFilm(c.From.Add(-c.Late), c.From))
	}
	return failed
}
