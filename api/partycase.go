package api

import (
	"context"
	"net/http"

	"offsite/api/wire"
	"offsite/casework"
)

// partyOperations are what the officers of a case do for its party, beside its steps.
func (a *API) partyOperations() {
	const tag = "cases"
	handle(a, operation{id: "decide-full-copy", method: http.MethodPost, path: "/cases/{id}/full-copies/{request}", summary: "Grant or refuse the party to see its evidence uncovered", tag: tag, status: http.StatusNoContent}, a.decideFullCopy)
	handle(a, operation{id: "take-search", method: http.MethodPost, path: "/cases/{id}/search/taking", summary: "Take it on to find out an unknown party where it was seen", tag: tag, status: http.StatusNoContent}, a.takeSearch)
	handle(a, operation{id: "leave-search", method: http.MethodPost, path: "/cases/{id}/search/release", summary: "Give the search for an unknown party back", tag: tag, status: http.StatusNoContent}, a.leaveSearch)
	handle(a, operation{id: "renew-link", method: http.MethodPost, path: "/cases/{id}/link/renewal", summary: "Give the party a new link; the one before opens nothing any more", tag: tag, status: http.StatusNoContent}, a.renewLink)
	handle(a, operation{id: "revoke-link", method: http.MethodPost, path: "/cases/{id}/link/revocation", summary: "Close the party's link and its sessions", tag: tag, status: http.StatusNoContent}, a.revokeLink)
}

type fullCopyAnswer struct {
	ByID
	Request string `path:"request" maxLength:"64"`
	Body    casework.FullVerdict
}

func (a *API) decideFullCopy(ctx context.Context, in *fullCopyAnswer) (*empty, error) {
	return &empty{}, a.o.Casework.DecideFullCopy(ctx, actor(ctx), in.ID, in.Request, in.Body)
}

func (a *API) takeSearch(ctx context.Context, in *ByID) (*empty, error) {
	return &empty{}, a.o.Casework.TakeSearch(ctx, actor(ctx), in.ID)
}

func (a *API) leaveSearch(ctx context.Context, in *ByID) (*empty, error) {
	return &empty{}, a.o.Casework.LeaveSearch(ctx, actor(ctx), in.ID)
}

func (a *API) renewLink(ctx context.Context, in *verdict[wire.Reason]) (*empty, error) {
	version, err := mustSee(in.IfMatch)
	if err != nil {
		return nil, err
	}
	return &empty{}, a.o.Casework.RenewLink(ctx, actor(ctx), in.ID, version, in.Body.Reason)
}

func (a *API) revokeLink(ctx context.Context, in *verdict[wire.Reason]) (*empty, error) {
	version, err := mustSee(in.IfMatch)
	if err != nil {
		return nil, err
	}
	return &empty{}, a.o.Casework.RevokeLink(ctx, actor(ctx), in.ID, version, in.Body.Reason)
}
