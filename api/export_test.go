package api

import "github.com/danielgtaylor/huma/v2"

// Wrong says what is wrong with an example of an operation's request or answer, by its
// schema; wanted says whether there ought to be one.
func (a *API) Wrong(operation string, request bool, value any) (wanted bool, problems []error) {
	doc := a.huma.OpenAPI()
	for _, path := range doc.Paths {
		for _, o := range operationsOf(path) {
			if o.OperationID != operation {
				continue
			}
			body, mode := answerOf(o), huma.ModeReadFromServer
			if request {
				body, mode = requestOf(o), huma.ModeWriteToServer
			}
			if body == nil {
				return false, nil
			}
			if value != nil {
				var found huma.ValidateResult
				huma.Validate(doc.Components.Schemas, body.Schema, huma.NewPathBuffer(nil, 0), mode, value, &found)
				problems = found.Errors
			}
			return true, problems
		}
	}
	return false, nil
}

// Policy is the table, for the test that walks it.
func Policy() map[string]access { return policy() }

// Roles are those whom an operation lets in; free says that no session of staff is
// needed.
func (a access) Roles() (roles []string, free bool) { return a.roles, a.public || a.portal || a.signed }

// Portal says whether an operation is a party's.
func (a access) Portal() bool { return a.portal }

// WantsFresh says whether a role must have shown its second factor lately.
func (a access) WantsFresh(role string) bool { return a.wantsFresh([]string{role}) }

// District says whether accounts of townships are refused.
func (a access) District() bool { return a.district }

// Scope is what another system's key needs for an operation; "" where none opens it.
func (a access) Scope() string { return a.scope }
