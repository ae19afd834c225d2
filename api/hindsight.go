package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"golang.org/x/sync/semaphore"

	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/detectors"
	"offsite/detectors/all"
	"offsite/detectors/hindsight"
)

func (a *API) hindsightOperations() {
	trying := semaphore.NewWeighted(triedAtOnce)
	handle(a, operation{id: "try-zone", method: http.MethodPost, path: "/cameras/{id}/hindsight",
		summary: "What a zone's rule would have raised in the last hour, as it stands and as it is drafted; nothing is changed", tag: "zones"},
		func(ctx context.Context, in *zoneTrial) (*answer[wire.Hindsight], error) {
			if err := trying.Acquire(ctx, 1); err != nil {
				return nil, err
			}
			defer trying.Release(1)
			return a.tryZone(ctx, in)
		})
}

const (
	triedAtOnce = 2                // an hour of maps is some tens of megabytes
	unseenFrom  = 30 * time.Second // without a look
)

type zoneTrial struct {
	ByID
	Body wire.HindsightRequest
}

func (a *API) tryZone(ctx context.Context, in *zoneTrial) (*answer[wire.Hindsight], error) {
	camera, err := a.o.Registry.Camera(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	draft := in.Body.Draft.Zone()
	draft.Camera = camera.ID
	var standing *detectors.Zone
	if in.Body.Zone != "" {
		i := slices.IndexFunc(camera.Zones, func(z detectors.Zone) bool { return z.ID == in.Body.Zone })
		if i < 0 {
			return nil, problem.NotFound("这个区域", "zone of the camera")
		}
		standing, draft.ID, draft.Detector = &camera.Zones[i], camera.Zones[i].ID, camera.Zones[i].Detector
	}
	kinds := all.All()
	i := slices.IndexFunc(kinds, func(d detectors.Detector) bool { return d.Key() == draft.Detector })
	if i < 0 {
		return nil, problem.Invalid("没有这种检测内容。", "There is no such detector.", problem.Field{Location: "body.draft.detector", Message: "unknown"})
	}
	packed, err := a.o.Registry.Looks(ctx, camera.ID)
	if err != nil {
		return nil, err
	}
	parts := make([]hindsight.Part, 0, len(packed))
	for _, text := range packed {
		p, err := hindsight.Decode(text)
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	h, err := tried(kinds[i], standing, draft, hindsight.Join(parts))
	if errors.Is(err, detectors.ErrZone) {
		return nil, problem.Invalid("区域不符合该检测项的要求："+err.Error(), err.Error(), problem.Field{Location: "body.draft", Message: err.Error()})
	}
	if err != nil {
		return nil, err
	}
	return &answer[wire.Hindsight]{h}, nil
}

// tried lets the rule see the looks, by the zone as it stands (nil: there is none) and
// as it is drafted.
func tried(d detectors.Detector, standing *detectors.Zone, draft detectors.Zone, seen hindsight.Part) (wire.Hindsight, error) {
	h := wire.Hindsight{Looks: len(seen.Looks)}
	for i, l := range seen.Looks {
		if i > 0 && l.At.Sub(seen.Looks[i-1].At) > unseenFrom {
			h.Unseen = append(h.Unseen, wire.UnseenSpan{From: seen.Looks[i-1].At.UTC(), To: l.At.UTC()})
		}
	}
	if h.Looks > 0 {
		from, to := seen.Looks[0].At.UTC(), seen.Looks[h.Looks-1].At.UTC()
		h.From, h.To = &from, &to
		for _, m := range d.Models() {
			if !slices.Contains(seen.Models, m) {
				h.Lacking = append(h.Lacking, m)
			}
		}
	}
	looks := seen.Looks
	if len(h.Lacking) > 0 {
		looks = nil // and the draft is checked all the same
	}
	var err error
	if h.Drafted, err = hindsight.Try(d, draft, looks); err != nil || standing == nil {
		return h, err
	}
	h.Standing, err = hindsight.Try(d, *standing, looks)
	return h, err
}
