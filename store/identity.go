package store

import "github.com/google/uuid"

// IsID tells whether s is written like an identity of ours. What is not belongs to no
// row; asked for it, PostgreSQL answers with an error instead of nothing.
func IsID(s string) bool { return len(s) == 36 && uuid.Validate(s) == nil }
