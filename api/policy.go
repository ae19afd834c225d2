package api

import (
	"slices"

	"offsite/exchange/key"
)

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
	proved bool // who lately entered the code sent to its telephone
	signed bool // who signs each request with a key of its own, checked by the operation
	early  bool // also with a one-time password that must be changed first
	opens  bool // begins a session: there is no CSRF token yet
	bare   bool // also without a second factor where the bureau demands one
	roles  []string
	fresh  []string // of those, the roles that must have shown their second factor lately
	scope  string   // also another system whose key has it
}

// or adds the scope that opens an operation to another system's key.
func (a access) or(scope string) access {
	a.scope = scope
	return a
}

// freshly adds the roles that must have shown their second factor lately; none: all.
func (a access) freshly(roles ...string) access {
	a.fresh = roles
	if len(roles) == 0 {
		a.fresh = a.roles
	}
	return a
}

func only(roles ...string) access { return access{roles: roles} }

// policy is the one table of who may do what: operation -> access. What is not in
// it is refused to everybody. An administrator manages people and sees no cases;
// an auditor and a supervisor read everything and change no case; they alone say
// which samples are drawn, and a supervisor has draws made and enters what a check
// has found.
func policy() map[string]access {
	everybody := only(operator, collector, reviewer, officer, legal, head, auditor, admin, supervisor)
	casework := only(reviewer, officer, legal, head, auditor, supervisor)
	registry := only(operator, collector, reviewer, officer, legal, head, auditor, supervisor)
	anybody := access{public: true}
	party := access{portal: true}
	proved := access{portal: true, proved: true}
	own := access{bare: true, roles: everybody.roles}
	door := access{public: true, opens: true}
	return map[string]access{
		"get-session":     {early: true, bare: true, roles: everybody.roles},
		"sign-in":         door,
		"sign-out":        {early: true, bare: true, roles: everybody.roles},
		"change-password": {early: true, bare: true, roles: everybody.roles},

		"get-sign-in":           anybody,
		"begin-passkey-sign-in": door,
		"passkey-sign-in":       door,
		"sign-in-elsewhere":     anybody,
		"return-from-elsewhere": anybody,
		"step-up":               own,
		"begin-passkey-step-up": own,
		"passkey-step-up":       own,
		"get-factors":           own,
		"begin-codes":           own.freshly(),
		"confirm-codes":         own,
		"remove-codes":          own.freshly(),
		"renew-recovery":        own.freshly(),
		"begin-passkey":         own.freshly(),
		"add-passkey":           own,
		"remove-passkey":        own.freshly(),
		"list-sessions":         own,
		"end-session":           own,

		"listen":       everybody,
		"get-overview": everybody,

		"list-gateways":      only(head, auditor, admin, supervisor),
		"try-gateway":        only(admin),
		"list-key-orders":    only(head, auditor, admin, supervisor),
		"order-key-change":   only(admin).freshly(),
		"agree-to-key-order": only(head).freshly(),
		"list-templates":     only(officer, legal, head, auditor, admin, supervisor),
		"preview-template":   only(officer, legal, head, auditor, admin, supervisor),

		"list-users":  only(officer, legal, head, auditor, admin, supervisor),
		"create-user": only(admin).freshly(),
		"change-user": only(admin).freshly(),

		"list-cameras":       only(operator, collector, reviewer, officer, legal, head, auditor, admin, supervisor),
		"get-camera":         registry,
		"get-picture":        registry,
		"watch-camera":       only(operator, reviewer, officer, head, supervisor),
		"probe-camera":       only(operator),
		"discover-cameras":   only(operator),
		"ask-device":         only(operator),
		"create-camera":      only(operator),
		"change-camera":      only(operator),
		"remove-camera":      only(operator),
		"put-camera-sign":    only(operator),
		"get-camera-sign":    registry,
		"remove-camera-sign": only(operator),
		"try-zone":           only(operator),
		"create-zone":        only(operator),
		"change-zone":        only(operator),
		"remove-zone":        only(operator),
		"list-detectors":     everybody,
		"get-map":            registry,

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

		"preview-camera-import":   only(operator),
		"apply-camera-import":     only(operator),
		"undo-camera-import":      only(operator),
		"list-camera-imports":     only(operator, head, auditor, supervisor),
		"get-camera-import":       only(operator, head, auditor, supervisor),
		"list-camera-import-rows": only(operator, head, auditor, supervisor),

		"get-object":           registry,
		"get-object-history":   registry,
		"explain-grade":        registry,
		"list-object-events":   registry,
		"record-object-event":  only(collector, officer, head),
		"adjust-grade":         only(head).freshly(),
		"list-inspections-due": registry,
		"get-formulas":         registry,
		"simulate-formula":     only(legal, head, auditor, supervisor),
		"activate-formula":     only(head).freshly(),

		"list-findings":   casework,
		"get-finding":     casework,
		"list-agreements": casework,
		"confirm-finding": only(reviewer),
		"reject-finding":  only(reviewer),
		"verify-finding":  only(reviewer),
		"list-cases":      casework,
		"get-case":        casework,
		"take-step":       only(reviewer, officer, legal, head).freshly(legal, head), // theirs are approvals
		"take-bulk-step":  only(reviewer, officer, legal, head).freshly(legal, head),
		"get-document":    casework,
		"get-inquiry":     casework,
		"join-room":       only(officer),

		// Notes are written by those who work on cases, and read with them.
		"list-notes":      casework,
		"see-notes":       casework,
		"list-mentions":   casework,
		"write-note":      only(reviewer, officer, legal, head),
		"withdraw-note":   only(reviewer, officer, legal, head),
		"file-note":       only(officer, legal, head),
		"list-colleagues": only(reviewer, officer, legal, head),
		"list-filters":    casework,
		"save-filter":     casework,
		"remove-filter":   casework,

		"list-alarms": casework,
		"get-diagram": everybody,

		"list-reconciliations": only(officer, head, auditor, supervisor),

		"get-evidence":        casework,
		"get-evidence-file":   casework,
		"get-bundle":          casework,
		"get-log-proof":       casework,
		"verify-evidence":     casework,
		"get-trust":           anybody,
		"list-samples":        only(head, auditor, supervisor),
		"get-sample":          only(head, auditor, supervisor),
		"report-sample":       only(head, auditor, supervisor),
		"announce-sample":     only(auditor, supervisor),
		"list-views":          only(head, auditor, supervisor),
		"list-gaps":           registry,
		"export-case":         only(officer, legal, head, auditor, supervisor),
		"list-quotas":         only(officer, legal, head, auditor, admin, supervisor),
		"list-matters":        everybody,
		"list-rules":          only(legal, head, admin, auditor, supervisor),
		"get-rule":            only(legal, head, admin, auditor, supervisor),
		"list-years":          everybody,
		"check-rule":          only(legal),
		"enter-rule":          only(legal),
		"approve-rule":        only(head).freshly(),
		"get-camera-timeline": registry,
		"list-areas":          casework,
		"report-quotas":       only(officer, legal, head, auditor, admin, supervisor),

		"list-quota-items":     only(officer, legal, head, auditor, supervisor),
		"list-quota-snapshots": only(officer, legal, head, auditor, admin, supervisor),
		"list-draws":           casework,
		"get-draw":             casework,
		"list-tasks":           casework,
		"announce-draw":        only(head, supervisor),
		"enter-result":         only(officer, legal, supervisor),
		"rectify-task":         only(officer, head),
		"list-publications":    casework,
		"check-publication":    only(legal, head),

		"list-keys":         only(admin, auditor),
		"create-key":        only(admin).freshly(),
		"revoke-key":        only(admin).freshly(),
		"list-webhooks":     only(admin, auditor),
		"create-webhook":    only(admin).freshly(),
		"change-webhook":    only(admin).freshly(),
		"rotate-webhook":    only(admin).freshly(),
		"test-webhook":      only(admin),
		"list-deliveries":   only(admin, auditor),
		"get-delivery":      only(admin, auditor),
		"replay-deliveries": only(admin),
		"export-cases":      only(legal, head, auditor, supervisor).or(key.CasesRead),
		"export-objects":    only(legal, head, auditor, supervisor).or(key.ObjectsRead),

		"receive-lead":     only(officer, head).or(key.LeadsWrite),
		"list-leads":       casework,
		"get-lead":         {roles: casework.roles, scope: key.LeadsRead},
		"get-lead-contact": only(officer, head),
		"acknowledge-lead": only(officer, head),
		"dispatch-lead":    only(officer, head),
		"finish-lead":      only(officer, head),
		"list-duty":        casework,
		"add-shift":        only(head),
		"remove-shift":     only(head),

		"list-authorities":  only(reviewer, officer, legal, head, auditor, supervisor, admin),
		"add-authority":     only(head).freshly(), // whose signature counts is no administrator's to say
		"send-transfer":     only(head).freshly(),
		"list-transfers":    {roles: casework.roles, scope: key.Transfers},
		"get-transfer":      {roles: casework.roles, scope: key.Transfers},
		"get-transfer-file": only(officer, legal, head, auditor, supervisor).or(key.Transfers),
		"sign-receipt":      {scope: key.Transfers},
		"enter-receipt":     only(officer, head),
		"get-receipt-scan":  only(officer, legal, head, auditor, supervisor),
		"report-transfer":   only(officer, head).or(key.Transfers),

		"get-credit-rules":      only(officer, legal, head, auditor, supervisor),
		"activate-credit-rules": only(head).freshly(),
		"list-credit-records":   only(officer, legal, head, auditor, supervisor),
		"get-credit-record":     only(officer, legal, head, auditor, supervisor).or(key.CreditRead),
		"list-repairs":          only(officer, legal, head, auditor, supervisor),
		"get-repair-paper":      only(legal, head, auditor, supervisor),
		"review-repair":         only(legal).freshly(),
		"decide-repair":         only(head).freshly(),
		"get-portal-credit":     party,
		"ask-repair":            party,

		"get-retention": only(legal, head, auditor, supervisor, admin),

		"open-portal":         {public: true, opens: true},
		"get-portal-case":     party,
		"send-statement":      party,
		"ask-hearing":         party,
		"waive-rights":        party,
		"make-appointment":    party,
		"get-portal-inquiry":  party,
		"send-code":           party,
		"prove-party":         party,
		"agree-recording":     proved,
		"join-inquiry":        proved,
		"confirm-inquiry":     proved,
		"ask-deferral":        party,
		"ask-instalments":     party,
		"give-consent":        party,
		"start-payment":       party,
		"get-portal-file":     party,
		"get-portal-document": party,

		"check-document":        anybody,
		"list-public-cameras":   anybody,
		"get-public-sign":       anybody,
		"list-public-matters":   anybody,
		"list-public-decisions": anybody,
		"list-public-draws":     anybody,
		"get-public-draw":       anybody,
		"payment-callback":      {signed: true},
		"message-callback":      {signed: true},
	}
}

// has tells whether one of the roles is among those allowed.
func (a access) has(roles []string) bool { return meet(a.roles, roles) }

// wantsFresh tells whether one of the roles must have shown a second factor lately.
func (a access) wantsFresh(roles []string) bool { return meet(a.fresh, roles) }

func meet(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}
