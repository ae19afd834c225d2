package store

import "github.com/google/uuid"

// IsID tells whether s is written like an identity of ours. What is not belongs to no
// row; asked for it, PostgreSQL answers with an error instead of nothing.
func IsID(s string) bool { return len(s) == 36 && uuid.Validate(s) == nil }

// ID is s as a query's parameter of type uuid: what is not written like an identity is
// NULL, which equals no row.
func ID(s string) *string {
	if !IsID(s) {
		return nil
	}
	return &s
}
