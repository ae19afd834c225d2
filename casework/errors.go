package casework

import (
	"errors"

	"offsite/casework/flow"
)

// Refusal is why a step cannot be taken: use errors.As. flow.Unlawful is a
// conflict with the law (409), flow.Forbidden the wrong person (403),
// flow.Invalid a field (422).
type Refusal = flow.Refusal

var (
	// ErrNotFound: there is no such finding, case, document, bundle or link.
	ErrNotFound = errors.New("not found")
	// ErrChanged: somebody else changed the case since it was read; read it again
	// (412).
	ErrChanged = errors.New("the case has changed since it was read")
	// ErrLink: the link or portal session is unknown or has expired (401).
	ErrLink = errors.New("the link is unknown or has expired")
	// ErrForged: a callback is not from whom it says, or is too old (401).
	ErrForged = errors.New("the callback is not signed by whom it says")
)
