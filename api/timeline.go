package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/casework"
	"offsite/registry"
)

const (
	timelineSpan = 7 * 24 * time.Hour  // where nobody says from when
	timelineMost = 92 * 24 * time.Hour // a quarter
)

func (a *API) timelineOperations() {
	handle(a, operation{id: "get-camera-timeline", method: http.MethodGet, path: "/cameras/{id}/timeline",
		summary: "When a camera was watched and when not, and why, without holes, the earliest first", tag: "cameras"}, a.cameraTimeline)
}

func (a *API) cameraTimeline(ctx context.Context, in *gapQuery) (*answer[wire.Timeline], error) {
	c, err := a.o.Registry.Camera(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	now := a.now().UTC()
	if in.To.IsZero() || in.To.After(now) {
		in.To = now
	}
	if in.From.IsZero() {
		in.From = in.To.Add(-timelineSpan)
	}
	if !in.From.Before(in.To) || in.To.Sub(in.From) > timelineMost {
		return nil, problem.Invalid("起止时间有误：起始须早于终止，且不超过 92 天。", "The times are not right: from lies before to, by 92 days at most.", problem.Field{Location: "query.from", Message: "from and to"})
	}
	gaps, err := a.o.Casework.Gaps(ctx, in.ID, in.From, in.To)
	if err != nil {
		return nil, err
	}
	last, err := a.lastWord(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	from := in.From
	if c.CreatedAt.After(from) {
		from = c.CreatedAt
	}
	if len(gaps) == casework.MostGaps { // of the time before them nothing is said
		from = gaps[len(gaps)-1].From
	}
	t, err := timeline(gaps, last, c.Unwatched, from.UTC(), in.To.UTC(), now)
	if err != nil {
		return nil, fmt.Errorf("read the state of camera %s: %w", c.ID, err)
	}
	return &answer[wire.Timeline]{t}, nil
}

// timeline joins sealed gaps, the latest first, with what the watching node last said
// into spans from one time to another. What no node ever said, or says no more, is
// unknown, never watched.
func timeline(gaps []casework.Gap, last *registry.Live, off bool, from, to, now time.Time) (wire.Timeline, error) {
	t := wire.Timeline{From: from, To: to}
	at := from
	add := func(s wire.Span) {
		s.From, s.To = later(s.From, at), earlier(s.To, to)
		if !s.From.Before(s.To) {
			return
		}
		at = s.To
		if s.State == wire.Watched {
			t.WatchedS += s.To.Sub(s.From).Seconds()
		}
		if n := len(t.Spans); n > 0 && t.Spans[n-1].State == s.State && t.Spans[n-1].To.Equal(s.From) {
			t.Spans[n-1].To, t.Spans[n-1].Bundles = s.To, append(t.Spans[n-1].Bundles, s.Bundles...)
			return
		}
		t.Spans = append(t.Spans, s)
	}
	for _, g := range slices.Backward(gaps) {
		add(wire.Span{From: at, To: g.From.UTC(), State: wire.Watched})
		add(wire.Span{From: g.From.UTC(), To: g.To.UTC(), State: g.Cause, WhyZH: g.Why.ZH, WhyEN: g.Why.EN, Bundles: []string{g.Bundle}})
	}
	if last != nil {
		open, err := openSpan(*last, now)
		if err != nil {
			return t, err
		}
		if open.State != wire.Watched && len(gaps) > 0 && gaps[0].GoesOn {
			open.From = gaps[0].To.UTC() // it was away all the time since
		}
		add(wire.Span{From: at, To: later(at, open.From), State: wire.Watched})
		add(open)
	}
	unknown := wire.Span{From: at, To: to, State: wire.Unknown, WhyZH: "没有节点报告该摄像机", WhyEN: "no node tells of the camera"}
	if off {
		unknown.State, unknown.WhyZH, unknown.WhyEN = wire.Off, "已登记，未接入取流", "registered; no node watches it"
	}
	add(unknown)
	return t, nil
}

// openSpan is what the node says of the camera now, as far as it is heard of.
func openSpan(l registry.Live, now time.Time) (wire.Span, error) {
	var s liveStatus
	if err := json.Unmarshal(l.Status, &s); err != nil {
		return wire.Span{}, err
	}
	open := wire.Span{From: l.UpdatedAt.UTC(), To: l.UpdatedAt.UTC(), State: wire.Watched}
	if now.Sub(l.UpdatedAt) <= silence {
		open.To = now
	}
	switch {
	case l.State != "live":
		open.State, open.WhyZH, open.WhyEN = l.State, s.Why.ZH, s.Why.EN
		if since := nonZero(s.Since); since != nil && since.Before(open.From) {
			open.From = since.UTC()
		}
	case s.Health != "" && s.Health != "clear":
		open.State, open.WhyZH, open.WhyEN = s.Health, s.HealthWhy.ZH, s.HealthWhy.EN
	}
	return open, nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
