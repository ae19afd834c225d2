package api

import (
	"context"
	"errors"
	"net/http"

	"offsite/api/limit"
	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/exchange/push"
	"offsite/registry"
)

// bell is push.Bell.
type bell interface {
	Key(ctx context.Context) (string, error)
	Devices(ctx context.Context, owner string) ([]push.Browser, error)
	Add(ctx context.Context, owner string, roles []string, d push.SignUp) (push.Browser, error)
	Want(ctx context.Context, owner string, roles []string, id string, kinds []string) error
	Remove(ctx context.Context, owner, id string) error
	Leave(ctx context.Context, owner, endpoint string) error
	Test(ctx context.Context, owner, id string) (failure string, err error)
}

// ringRate is how often somebody may add or test devices: each makes us call a push
// service.
func ringRate() limit.Rate { return limit.Rate{PerSecond: 1. / 10, Burst: 6} }

// noticeOperations are notices on one's own devices.
func (a *API) noticeOperations() {
	const tag = "account"
	perPerson := limit.New(ringRate(), limitedKeys, a.o.Now)
	handle(a, operation{id: "list-notice-devices", method: http.MethodGet, path: "/account/devices", summary: "Browsers on which one is told, and what may be told there", tag: tag}, a.listNoticeDevices)
	handle(a, operation{id: "add-notice-device", method: http.MethodPost, path: "/account/devices", summary: "Be told on this browser (Web Push); one that was somebody else's is no longer", tag: tag, status: http.StatusCreated},
		func(ctx context.Context, in *struct{ Body push.SignUp }) (*answer[push.Browser], error) {
			office, err := a.bell()
			if err != nil {
				return nil, err
			}
			if p := tooMany(perPerson.Take(actor(ctx).ID)); p != nil {
				return nil, p
			}
			made, err := office.Add(ctx, actor(ctx).ID, actor(ctx).Roles, in.Body)
			if err != nil {
				return nil, err
			}
			return &answer[push.Browser]{made}, nil
		})
	handle(a, operation{id: "change-notice-device", method: http.MethodPut, path: "/account/devices/{id}", summary: "Choose what is told on a browser", tag: tag, status: http.StatusNoContent}, a.changeNoticeDevice)
	handle(a, operation{id: "remove-notice-device", method: http.MethodDelete, path: "/account/devices/{id}", summary: "Be told on a browser no longer", tag: tag, status: http.StatusNoContent}, a.removeNoticeDevice)
	handle(a, operation{id: "leave-notice-device", method: http.MethodPost, path: "/account/devices/leave", summary: "Be told no longer on the browser that signs out, which knows its address at the push service alone", tag: tag, status: http.StatusNoContent}, a.leaveNoticeDevice)
	handle(a, operation{id: "test-notice-device", method: http.MethodPost, path: "/account/devices/{id}/test", summary: "Be told something at once", tag: tag, status: http.StatusNoContent},
		func(ctx context.Context, in *ownThing) (*empty, error) {
			if p := tooMany(perPerson.Take(actor(ctx).ID)); p != nil {
				return nil, p
			}
			return a.testNoticeDevice(ctx, in)
		})
}

func (a *API) bell() (bell, error) {
	if a.o.Bell == nil {
		return nil, problem.Away("此服务未启用推送通知。", "This server sends no notices.", nil)
	}
	return a.o.Bell, nil
}

func (a *API) listNoticeDevices(ctx context.Context, _ *empty) (*answer[wire.NoticeDevices], error) {
	office, err := a.bell()
	if err != nil {
		return nil, err
	}
	out := wire.NoticeDevices{Kinds: push.KindsFor(actor(ctx).Roles)}
	if out.Key, err = office.Key(ctx); err != nil {
		return nil, err
	}
	if out.Items, err = office.Devices(ctx, actor(ctx).ID); err != nil {
		return nil, err
	}
	return &answer[wire.NoticeDevices]{out}, nil
}

type noticeChange struct {
	ID   string `path:"id" maxLength:"64"`
	Body wire.NoticeKinds
}

func (a *API) changeNoticeDevice(ctx context.Context, in *noticeChange) (*empty, error) {
	office, err := a.bell()
	if err != nil {
		return nil, err
	}
	return &empty{}, missingDevice(office.Want(ctx, actor(ctx).ID, actor(ctx).Roles, in.ID, in.Body.Kinds))
}

func (a *API) removeNoticeDevice(ctx context.Context, in *ownThing) (*empty, error) {
	office, err := a.bell()
	if err != nil {
		return nil, err
	}
	return &empty{}, missingDevice(office.Remove(ctx, actor(ctx).ID, in.ID))
}

func (a *API) leaveNoticeDevice(ctx context.Context, in *struct{ Body wire.NoticeAddress }) (*empty, error) {
	office, err := a.bell()
	if err != nil {
		return nil, err
	}
	return &empty{}, missingDevice(office.Leave(ctx, actor(ctx).ID, in.Body.Endpoint))
}

func (a *API) testNoticeDevice(ctx context.Context, in *ownThing) (*empty, error) {
	office, err := a.bell()
	if err != nil {
		return nil, err
	}
	failure, err := office.Test(ctx, actor(ctx).ID, in.ID)
	if err == nil && failure != "" {
		err = problem.New(http.StatusBadGateway, "浏览器厂商的推送服务没有接收："+failure, "The browser's push service did not take it: "+failure)
	}
	return &empty{}, missingDevice(err)
}

// missingDevice says which thing it is that cannot be found.
func missingDevice(err error) error {
	if errors.Is(err, registry.ErrNotFound) {
		return problem.NotFound("这台设备，可能已不再接收通知", "device; it may be told no longer").Because(err)
	}
	return err
}
