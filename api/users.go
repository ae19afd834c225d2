package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"offsite/api/wire"
	"offsite/registry/account"
)

// list is a whole list in one answer.
type list[T any] struct {
	Body struct {
		Items []T `json:"items"`
	}
}

func listOf[T any](items []T) *list[T] {
	l := &list[T]{}
	l.Body.Items = items
	return l
}

// answer is one thing.
type answer[T any] struct{ Body T }

func (a *API) userOperations() {
	handle(a, operation{id: "list-users", method: http.MethodGet, path: "/users", summary: "List accounts", tag: "users"}, a.listUsers)
	handle(a, operation{id: "create-user", method: http.MethodPost, path: "/users", summary: "Make an account with a one-time password", tag: "users", status: http.StatusCreated}, a.createUser)
	handle(a, operation{id: "change-user", method: http.MethodPatch, path: "/users/{id}", summary: "Change an account, or give it a new one-time password", tag: "users"}, a.changeUser)
	a.trainingOperations()
}

func userRow(u account.Account) wire.UserRow {
	return wire.UserRow{
		ID: u.ID, Username: u.Username, Name: u.Name, Roles: u.Roles, LicenceNo: u.LicenceNo, Disabled: u.Disabled, LastSignIn: u.LastSignIn,
		Team: u.Team, Level: u.Level, Townships: u.Townships, Certificate: certificate(u),
	}
}

func certificate(u account.Account) wire.Certificate {
	state, days := u.Certificate(time.Now())
	return wire.Certificate{LicenceUntil: u.LicenceUntil, LicenceState: state, LicenceDays: days}
}

func (a *API) listUsers(ctx context.Context, _ *empty) (*list[wire.UserRow], error) {
	accounts, err := a.o.Accounts.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	hours, err := a.o.Accounts.TrainedHours(ctx)
	if err != nil {
		return nil, err
	}
	manages := slices.Contains(actor(ctx).Roles, admin) || slices.Contains(actor(ctx).Roles, auditor)
	rows := make([]wire.UserRow, 0, len(accounts))
	for _, u := range accounts {
		row := userRow(u)
		row.TrainingHours = hours[u.ID]
		if !manages {
			if u.Disabled {
				continue
			}
			row.Username, row.LastSignIn = "", nil
		}
		rows = append(rows, row)
	}
	return listOf(rows), nil
}

func (a *API) createUser(ctx context.Context, in *struct{ Body wire.UserDraft }) (*answer[wire.UserResult], error) {
	u, password, err := a.o.Accounts.Create(ctx, actor(ctx).ID, account.Draft{
		Username: in.Body.Username, Name: in.Body.Name, Roles: in.Body.Roles, LicenceNo: in.Body.LicenceNo, LicenceUntil: in.Body.LicenceUntil, Reach: account.Reach(in.Body.UserReach),
	})
	if err != nil {
		return nil, err
	}
	return &answer[wire.UserResult]{wire.UserResult{User: userRow(u), Password: password}}, nil
}

type userChange struct {
	ID   string `path:"id" maxLength:"64"`
	Body wire.UserChange
}

func (a *API) changeUser(ctx context.Context, in *userChange) (*answer[wire.UserResult], error) {
	by := actor(ctx).ID
	u, err := a.o.Accounts.Change(ctx, by, in.ID, account.Change{
		Name: in.Body.Name, Roles: in.Body.Roles, LicenceNo: in.Body.LicenceNo, LicenceUntil: in.Body.LicenceUntil, Disabled: in.Body.Disabled, Reach: (*account.Reach)(in.Body.Reach),
	})
	if err != nil {
		return nil, err
	}
	result := wire.UserResult{User: userRow(u)}
	if in.Body.ForgetFactors {
		if err = a.o.Accounts.ForgetFactors(ctx, by, in.ID); err != nil {
			return nil, err
		}
	}
	if in.Body.ResetPassword {
		if result.Password, err = a.o.Accounts.ResetPassword(ctx, by, in.ID); err != nil {
			return nil, err
		}
	}
	return &answer[wire.UserResult]{result}, nil
}
