package casework

// Actor is who acts: a member of staff, as the session says.
type Actor struct {
	ID        string
	Name      string
	Roles     []string // operator, collector, reviewer, officer, legal, head, auditor, admin
	LicenceNo string   // enforcement licence, officers only
	// LicenceUntil is its last day, 2006-01-02; "" where none is known.
	LicenceUntil string
}
