package api

import (
	"context"
	"net/http"
	"slices"

	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/evidence/seal"
	"offsite/registry/keyorder"
)

// keyOrders is keyorder.Orders.
type keyOrders interface {
	Give(ctx context.Context, by keyorder.Person, action, keyID, reason string) (keyorder.Order, error)
	Agree(ctx context.Context, by keyorder.Person, id int64) error
	List(ctx context.Context) ([]keyorder.Order, error)
}

func (a *API) keyOrderOperations() {
	const tag = "settings"
	handle(a, operation{id: "list-key-orders", method: http.MethodGet, path: "/key-orders", summary: "Orders to replace or revoke a sealing key, the newest first", tag: tag}, a.listKeyOrders)
	handle(a, operation{id: "order-key-change", method: http.MethodPost, path: "/key-orders", summary: "Order a sealing key to be replaced or revoked; another person agrees, and it is carried out at the server", tag: tag, status: http.StatusCreated}, a.orderKeyChange)
	handle(a, operation{id: "agree-to-key-order", method: http.MethodPost, path: "/key-orders/{id}/agreement", summary: "Agree to an order that another person gave", tag: tag, status: http.StatusNoContent}, a.agreeToKeyOrder)
}

func (a *API) keyOrders() (keyOrders, error) {
	if a.o.KeyOrders == nil {
		return nil, problem.Away("此服务未启用密钥管理。", "This server takes no orders for keys.", nil)
	}
	return a.o.KeyOrders, nil
}

func (a *API) listKeyOrders(ctx context.Context, _ *empty) (*list[keyorder.Order], error) {
	orders, err := a.keyOrders()
	if err != nil {
		return nil, err
	}
	all, err := orders.List(ctx)
	if err != nil {
		return nil, err
	}
	trust, err := a.o.Trust(ctx)
	if err != nil {
		return nil, err
	}
	for i := range all {
		for _, k := range trust.Keys {
			if k.ID == all[i].KeyID {
				all[i].Done = over(k, all[i].Action)
			}
		}
	}
	return listOf(all), nil
}

// over says whether a key is past what the action asks for.
func over(k seal.TrustedKey, action string) bool {
	return k.Revoked != "" || action == keyorder.Rotate && k.ValidTo != nil
}

func (a *API) orderKeyChange(ctx context.Context, in *struct{ Body wire.KeyOrder }) (*answer[keyorder.Order], error) {
	orders, err := a.keyOrders()
	if err != nil {
		return nil, err
	}
	trust, err := a.o.Trust(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(trust.Keys, func(k seal.TrustedKey) bool { return k.ID == in.Body.KeyID })
	switch {
	case i < 0:
		return nil, problem.NotFound("这把密钥", "key")
	case over(trust.Keys[i], in.Body.Action):
		return nil, problem.New(http.StatusConflict, "这把密钥已不在使用中。", "This key is not in use any more.")
	}
	o, err := orders.Give(ctx, keyorder.Person{ID: actor(ctx).ID, Name: actor(ctx).Name}, in.Body.Action, in.Body.KeyID, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return &answer[keyorder.Order]{o}, nil
}

type numbered struct {
	ID int64 `path:"id" minimum:"1"`
}

func (a *API) agreeToKeyOrder(ctx context.Context, in *numbered) (*empty, error) {
	orders, err := a.keyOrders()
	if err != nil {
		return nil, err
	}
	return &empty{}, orders.Agree(ctx, keyorder.Person{ID: actor(ctx).ID, Name: actor(ctx).Name}, in.ID)
}
