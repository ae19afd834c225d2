package api

import "slices"

// The roles of staff.
const (
	operator   = "operator"   // 设备管理员
	collector  = "collector"  // 采集员
	reviewer   = "reviewer"   // 审核员
	officer    = "officer"    // 办案人员
	legal      = "legal"      // 法制审核
	head       = "head"       // 负责人
	auditor    = "auditor"    // 审计
	admin      = "admin"      // 系统管理员
	supervisor = "supervisor" // 督察
)

// access says who may call an operation.
type access struct {
	public bool // anybody
	portal bool // a party with an open link
	signed bool // who signs each request with a key of its own, checked by the operation
	early  bool // also with a one-time password that must be changed first
	opens  bool // begins a session: there is no CSRF token yet
	roles  []string
}

func only(roles ...string) access { return access{roles: roles} }

// policy is the one table of who may do what: operation -> access. What is not in
// it is refused to everybody. An administrator manages people and sees no cases;
// an auditor and a supervisor read everything and change nothing.
func policy() map[string]access {
	everybody := only(operator, collector, reviewer, officer, legal, head, auditor, admin, supervisor)
	casework := only(reviewer, officer, legal, head, auditor, supervisor)
	registry := only(operator, collector, reviewer, officer, legal, head, auditor, supervisor)
	anybody := access{public: true}
	party := access{portal: true}
	return map[string]access{
		"get-session":     {early: true, roles: everybody.roles},
		"sign-in":         {public: true, opens: true},
		"sign-out":        {early: true, roles: everybody.roles},
		"change-password": {early: true, roles: everybody.roles},
		"listen":          everybody,
		"get-overview":    everybody,

		"list-users":  only(officer, legal, head, auditor, admin, supervisor),
		"create-user": only(admin),
		"change-user": only(admin),

		"list-cameras":   only(operator, collector, reviewer, officer, legal, head, auditor, admin, supervisor),
		"get-camera":     registry,
		"get-picture":    registry,
		"probe-camera":   only(operator),
		"create-camera":  only(operator),
		"change-camera":  only(operator),
		"remove-camera":  only(operator),
		"create-zone":    only(operator),
		"change-zone":    only(operator),
		"remove-zone":    only(operator),
		"list-detectors": everybody,

		"list-objects":  registry,
		"create-object": only(collector),
		"change-object": only(collector),
		"list-parties":  only(collector, officer, legal, head, auditor, supervisor),
		"create-party":  only(collector, officer),
		"change-party":  only(collector, officer),

		"preview-import":   only(collector),
		"apply-import":     only(collector),
		"undo-import":      only(collector),
		"list-imports":     only(collector, officer, legal, head, auditor, supervisor),
		"get-import":       only(collector, officer, legal, head, auditor, supervisor),
		"list-import-rows": only(collector, officer, legal, head, auditor, supervisor),

		"get-object":           registry,
		"get-object-history":   registry,
		"explain-grade":        registry,
		"list-object-events":   registry,
		"record-object-event":  only(collector, officer, head),
		"adjust-grade":         only(head),
		"list-inspections-due": registry,
		"get-formulas":         registry,
		"simulate-formula":     only(legal, head, auditor, supervisor),
		"activate-formula":     only(head),

		"list-findings":   casework,
		"get-finding":     casework,
		"confirm-finding": only(reviewer),
		"reject-finding":  only(reviewer),
		"verify-finding":  only(reviewer),
		"list-cases":      casework,
		"get-case":        casework,
		"take-step":       only(reviewer, officer, legal, head),
		"take-bulk-step":  only(reviewer, officer, legal, head),
		"get-document":    casework,
		"list-alarms":     casework,
		"get-diagram":     everybody,

		"list-reconciliations": only(officer, head, auditor, supervisor),

		"get-evidence":      casework,
		"get-evidence-file": casework,
		"get-bundle":        casework,
		"get-log-proof":     casework,
		"verify-evidence":   casework,
		"get-trust":         anybody,
		"list-quotas":       only(officer, legal, head, auditor, admin, supervisor),
		"list-matters":      everybody,

		"open-portal":         {public: true, opens: true},
		"get-portal-case":     party,
		"send-statement":      party,
		"ask-hearing":         party,
		"waive-rights":        party,
		"make-appointment":    party,
		"ask-deferral":        party,
		"give-consent":        party,
		"start-payment":       party,
		"get-portal-file":     party,
		"get-portal-document": party,

		"check-document":      anybody,
		"list-public-cameras": anybody,
		"list-public-matters": anybody,
		"payment-callback":    {signed: true},
		"message-callback":    {signed: true},
	}
}

// has tells whether one of the roles is among those allowed.
func (a access) has(roles []string) bool {
	return slices.ContainsFunc(roles, func(role string) bool { return slices.Contains(a.roles, role) })
}
