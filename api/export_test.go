package api

// Policy is the table, for the test that walks it.
func Policy() map[string]access { return policy() }

// Roles are those whom an operation lets in; free says that no session of staff is
// needed.
func (a access) Roles() (roles []string, free bool) { return a.roles, a.public || a.portal || a.signed }

// Portal says whether an operation is a party's.
func (a access) Portal() bool { return a.portal }

// WantsFresh says whether a role must have shown its second factor lately.
func (a access) WantsFresh(role string) bool { return a.wantsFresh([]string{role}) }

// Scope is what another system's key needs for an operation; "" where none opens it.
func (a access) Scope() string { return a.scope }
