package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/casework"
	"offsite/registry"
)

func (a *API) cameraOperations() {
	const tag = "cameras"
	handle(a, operation{id: "list-cameras", method: http.MethodGet, path: "/cameras", summary: "List cameras and where they stand", tag: tag}, a.listCameras)
	handle(a, operation{id: "create-camera", method: http.MethodPost, path: "/cameras", summary: "Register a camera", tag: tag, status: http.StatusCreated}, a.createCamera)
	handle(a, operation{id: "probe-camera", method: http.MethodPost, path: "/cameras/probe", summary: "Look at an address: picture, codec, clock", tag: tag}, a.probeCamera)
	handle(a, operation{id: "get-camera", method: http.MethodGet, path: "/cameras/{id}", summary: "One camera with its zones", tag: tag}, a.getCamera)
	handle(a, operation{id: "get-camera-history", method: http.MethodGet, path: "/cameras/{id}/history", summary: "What was changed of a camera and its zones, by whom", tag: tag}, a.cameraHistory)
	handle(a, operation{id: "change-camera", method: http.MethodPatch, path: "/cameras/{id}", summary: "Change what is known of a camera", tag: tag}, a.changeCamera)
	handle(a, operation{id: "remove-camera", method: http.MethodDelete, path: "/cameras/{id}", summary: "Take a camera out of service", tag: tag, status: http.StatusNoContent}, a.removeCamera)
	handle(a, operation{id: "get-picture", method: http.MethodGet, path: "/cameras/{id}/picture", summary: "The newest picture", tag: tag, binary: "image/jpeg"}, a.getPicture)
}

// ByID names one thing. It is exported for huma, which reads exported fields alone.
type ByID struct {
	ID string `path:"id" maxLength:"64"`
}

// versioned answers with one thing and its version.
type versioned[T any] struct {
	ETag string `header:"ETag"`
	Body T
}

func withVersion[T any](version int, body T) *versioned[T] {
	return &versioned[T]{ETag: `"` + strconv.Itoa(version) + `"`, Body: body}
}

// seen is the version that a client has seen, 0 if it does not say.
func seen(ifMatch string) (int, error) {
	text := strings.Trim(strings.TrimPrefix(strings.TrimSpace(ifMatch), "W/"), `"`)
	if text == "" || text == "*" {
		return 0, nil
	}
	version, err := strconv.Atoi(text)
	if err != nil || version <= 0 {
		return 0, problem.Stale() // an ETag that is none of ours matches nothing
	}
	return version, nil
}

// mustSee is seen for steps that nobody may take blindly.
func mustSee(ifMatch string) (int, error) {
	version, err := seen(ifMatch)
	if err == nil && version == 0 {
		err = problem.NoVersion()
	}
	return version, err
}

const silence = 30 * time.Second // without word from its node, a camera is unknown

// liveStatus is what the console shows of a node's report.
type liveStatus struct {
	Why        wording          `json:"why"`
	Since      *time.Time       `json:"since"`
	Stream     *casework.Stream `json:"stream"`
	LastUnitAt *time.Time       `json:"last_unit_at"`
	LastLookAt *time.Time       `json:"last_look_at"`
	Looks      uint64           `json:"looks"`
	Unchanged  uint64           `json:"looks_unchanged"`
	Health     string           `json:"health"`
	HealthWhy  wording          `json:"health_why"`
	Substream  *struct {
		State string `json:"state"`
	} `json:"substream"`
}

type wording struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// cameraView joins what is registered with what the watching node says.
func (a *API) cameraView(c registry.Camera, live *registry.Live, mayEdit bool) (wire.Camera, error) {
	if !mayEdit {
		c.URL, c.Substream = "", ""
	}
	view := wire.Camera{Camera: c, State: "unknown"}
	if c.Unwatched {
		view.State, view.WhyZH, view.WhyEN = "off", "已登记，未接入取流。", "Registered; no node watches it."
		return view, nil
	}
	if live == nil {
		return view, nil
	}
	view.PictureAt = live.PictureAt
	if a.now().Sub(live.UpdatedAt) > silence {
		view.WhyZH, view.WhyEN = "负责该摄像机的节点已停止报告，请检查取流节点。", "The node that watches this camera has stopped reporting; check the watching nodes."
		view.Since = &live.UpdatedAt
		return view, nil
	}
	var s liveStatus
	if err := json.Unmarshal(live.Status, &s); err != nil {
		return view, fmt.Errorf("read the state of camera %s: %w", c.ID, err)
	}
	view.State, view.Health = live.State, s.Health
	view.WhyZH, view.WhyEN = s.Why.ZH, s.Why.EN
	if s.Why.ZH == "" {
		view.WhyZH, view.WhyEN = s.HealthWhy.ZH, s.HealthWhy.EN
	}
	view.Since, view.LastUnitAt, view.LastLookAt = nonZero(s.Since), nonZero(s.LastUnitAt), nonZero(s.LastLookAt)
	view.Looks = s.Looks + s.Unchanged
	if s.Substream != nil {
		view.SubstreamState = s.Substream.State
	}
	if s.Stream != nil && s.Stream.Codec != "" {
		view.Stream = s.Stream
	}
	return view, nil
}

func nonZero(t *time.Time) *time.Time {
	if t == nil || t.IsZero() {
		return nil
	}
	return t
}

func (a *API) cameraViews(ctx context.Context) ([]wire.Camera, error) {
	cameras, err := a.o.Registry.Cameras(ctx)
	if err != nil {
		return nil, err
	}
	live, err := a.o.Registry.Live(ctx)
	if err != nil {
		return nil, err
	}
	byCamera := make(map[string]*registry.Live, len(live))
	for i := range live {
		byCamera[live[i].CameraID] = &live[i]
	}
	mayEdit := slices.Contains(actor(ctx).Roles, operator)
	views := make([]wire.Camera, 0, len(cameras))
	for _, c := range cameras {
		view, err := a.cameraView(c, byCamera[c.ID], mayEdit)
		if err != nil {
			return nil, err
		}
		views = append(views, view)
	}
	return views, nil
}

func (a *API) listCameras(ctx context.Context, _ *empty) (*list[wire.Camera], error) {
	views, err := a.cameraViews(ctx)
	if err != nil {
		return nil, err
	}
	return listOf(views), nil
}

// lastWord is what a node last said of a camera, nil if none ever did.
func (a *API) lastWord(ctx context.Context, cameraID string) (*registry.Live, error) {
	live, err := a.o.Registry.Live(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(live, func(l registry.Live) bool { return l.CameraID == cameraID })
	if i < 0 {
		return nil, nil
	}
	return &live[i], nil
}

func (a *API) oneCamera(ctx context.Context, c registry.Camera) (*versioned[wire.Camera], error) {
	mine, err := a.lastWord(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	view, err := a.cameraView(c, mine, slices.Contains(actor(ctx).Roles, operator))
	if err != nil {
		return nil, err
	}
	return withVersion(c.Version, view), nil
}

func (a *API) getCamera(ctx context.Context, in *ByID) (*versioned[wire.Camera], error) {
	c, err := a.o.Registry.Camera(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return a.oneCamera(ctx, c)
}

func (a *API) cameraHistory(ctx context.Context, in *ByID) (*list[wire.CameraEntry], error) {
	if a.o.History == nil {
		return nil, noHistory()
	}
	if _, err := a.o.Registry.Camera(ctx, in.ID); err != nil {
		return nil, err
	}
	changes, err := a.o.History.CameraHistory(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	people, err := a.names(ctx)
	if err != nil {
		return nil, err
	}
	objects := map[string]string{}
	for _, id := range wire.ZonesObjects(changes) {
		o, err := a.o.Registry.Object(ctx, id)
		if err != nil && !errors.Is(err, registry.ErrNotFound) { // removed since, or another township's: its id stands
			return nil, err
		}
		objects[id] = o.Name
	}
	shown, err := wire.CameraHistoryOf(changes, people, objects, slices.Contains(actor(ctx).Roles, operator))
	if err != nil {
		return nil, err
	}
	return listOf(shown), nil
}

type cameraDraft struct {
	OnceKey
	Body registry.CameraDraft
}

func (a *API) createCamera(ctx context.Context, in *cameraDraft) (*versioned[wire.Camera], error) {
	if err := a.checkAddresses(ctx, in.Body.URL, in.Body.Substream); err != nil {
		return nil, err
	}
	c, err := onceOnly(ctx, a, in.OnceKey, "create-camera", in.Body, func(ctx context.Context) (registry.Camera, error) {
		return a.o.Registry.CreateCamera(ctx, actor(ctx).ID, in.Body)
	})
	if err != nil {
		return nil, err
	}
	return a.oneCamera(ctx, c)
}

// checkAddresses refuses addresses outside the camera networks; "" is none.
func (a *API) checkAddresses(ctx context.Context, urls ...string) error {
	for _, url := range urls {
		if url == "" {
			continue
		}
		if err := a.o.CheckAddress(ctx, url); err != nil {
			return err
		}
	}
	return nil
}

type cameraChange struct {
	ByID
	IfMatch string `header:"If-Match"`
	Body    registry.CameraChange
}

func (a *API) changeCamera(ctx context.Context, in *cameraChange) (*versioned[wire.Camera], error) {
	version, err := seen(in.IfMatch)
	if err != nil {
		return nil, err
	}
	if err := a.checkAddresses(ctx, in.Body.Substream); err != nil {
		return nil, err
	}
	c, err := a.o.Registry.ChangeCamera(ctx, actor(ctx).ID, in.ID, version, in.Body)
	if err != nil {
		return nil, err
	}
	return a.oneCamera(ctx, c)
}

type versionedID struct {
	ByID
	IfMatch string `header:"If-Match"`
}

func (a *API) removeCamera(ctx context.Context, in *versionedID) (*empty, error) {
	version, err := seen(in.IfMatch)
	if err != nil {
		return nil, err
	}
	return &empty{}, a.o.Registry.RemoveCamera(ctx, actor(ctx).ID, in.ID, version)
}

func (a *API) probeCamera(ctx context.Context, in *struct{ Body wire.ProbeRequest }) (*answer[wire.Probe], error) {
	if err := a.o.CheckAddress(ctx, in.Body.URL); err != nil {
		return nil, err
	}
	probe, err := a.o.Probe(ctx, in.Body.URL, in.Body.Protocol)
	if err != nil {
		return nil, err
	}
	return &answer[wire.Probe]{probe}, nil
}

type pictureRequest struct {
	ByID
	At string `query:"at" maxLength:"64" doc:"Changes the address where a newer picture is known; not read."`
}

// stream is an answer written as it is read.
type stream struct{ Body func(huma.Context) }

// getPicture sends the newest picture; a client that has it already gets 304.
func (a *API) getPicture(ctx context.Context, in *pictureRequest) (*stream, error) {
	jpeg, at, err := a.o.Registry.Picture(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &stream{func(hc huma.Context) {
		r, w := humachi.Unwrap(hc)
		h := w.Header()
		h.Set("ETag", fmt.Sprintf(`"%x"`, at.UnixNano()))
		h.Set("Cache-Control", "private, no-cache")
		h.Set("Content-Type", "image/jpeg")
		http.ServeContent(w, r, "", at, strings.NewReader(string(jpeg)))
	}}, nil
}
