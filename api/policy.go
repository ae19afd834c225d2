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
	public    bool // anybody
	portal    bool // a party with an open link
	proved    bool // who lately entered the code sent to its telephone
	orUnknown bool // proved, or no telephone of the party's is known that a code could go to
	signed    bool // who signs each request with a key of its own, checked by the operation
	early     bool // also with a one-time password that must be changed first
	opens     bool // begins a session: there is no CSRF token yet
	bare      bool // also without a second factor where the bureau demands one
	roles     []string
	fresh     []string // of those, the roles that must lately have shown their second factor, or without one the password
	scope     string   // also another system whose key has it

	district bool // concerns the whole district: refused to accounts of townships
}

// or adds the scope that opens an operation to another system's key.
func (a access) or(scope string) access {
	a.scope = scope
	return a
}

// freshly adds the roles that must lately have proved who they are; none: all.
func (a access) freshly(roles ...string) access {
	a.fresh = roles
	if len(roles) == 0 {
		a.fresh = a.roles
	}
	return a
}

// ofDistrict refuses an operation to accounts of townships: what it tells or changes
// is no township's. All other operations see, by SQL, the account's townships alone
// (store.Narrowed).
func (a access) ofDistrict() access {
	a.district = true
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
	proved := access{portal: true, proved: true} // what binds, or shows more than the link may
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
		"sign-out-elsewhere":    anybody,
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

		"list-notice-devices":  everybody,
		"add-notice-device":    everybody,
		"change-notice-device": everybody,
		"remove-notice-device": everybody,
		"leave-notice-device":  everybody,
		"test-notice-device":   everybody,

		"listen":       everybody,
		"get-overview": everybody,

		"list-gateways":      only(head, auditor, admin, supervisor).ofDistrict(),
		"try-gateway":        only(admin),
		"list-key-orders":    only(head, auditor, admin, supervisor).ofDistrict(),
		"order-key-change":   only(admin).freshly(),
		"agree-to-key-order": only(head).freshly(),
		"list-models":        only(head, auditor, admin, supervisor).ofDistrict(),
		"list-templates":     only(officer, legal, head, auditor, admin, supervisor),
		"preview-template":   only(officer, legal, head, auditor, admin, supervisor),

		"list-users":      only(officer, legal, head, auditor, admin, supervisor),
		"create-user":     only(admin).freshly(),
		"change-user":     only(admin).freshly(),
		"list-trainings":  only(head, auditor, admin).ofDistrict(),
		"add-training":    only(admin),
		"remove-training": only(admin),

		"list-cameras":       only(operator, collector, reviewer, officer, legal, head, auditor, admin, supervisor),
		"get-camera":         registry,
		"get-picture":        registry,
		"get-camera-history": only(operator, officer, legal, head, auditor, supervisor),
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
		"remove-object": only(collector),

		"get-object-code":       registry,
		"list-codes":            registry,
		"list-object-papers":    registry,
		"get-object-paper":      only(collector, reviewer, officer, legal, head, auditor, supervisor),
		"add-object-paper":      only(collector),
		"withdraw-object-paper": only(collector),

		"list-parties":      only(collector, officer, legal, head, auditor, supervisor),
		"get-party-history": only(collector, officer, legal, head, auditor, supervisor),
		"create-party":      only(collector, officer),
		"change-party":      only(collector, officer),

		"preview-import":   only(collector).ofDistrict(),
		"apply-import":     only(collector).ofDistrict(),
		"undo-import":      only(collector).ofDistrict(),
		"list-imports":     only(collector, officer, legal, head, auditor, supervisor).ofDistrict(),
		"get-import":       only(collector, officer, legal, head, auditor, supervisor).ofDistrict(),
		"list-import-rows": only(collector, officer, legal, head, auditor, supervisor).ofDistrict(),

		"preview-camera-import":   only(operator).ofDistrict(),
		"apply-camera-import":     only(operator).ofDistrict(),
		"undo-camera-import":      only(operator).ofDistrict(),
		"list-camera-imports":     only(operator, head, auditor, supervisor).ofDistrict(),
		"get-camera-import":       only(operator, head, auditor, supervisor).ofDistrict(),
		"list-camera-import-rows": only(operator, head, auditor, supervisor).ofDistrict(),

		"get-object":             registry,
		"get-object-history":     registry,
		"explain-grade":          registry,
		"list-object-events":     registry,
		"record-object-event":    only(collector, officer, head).or(key.EventsWrite),
		"adjust-grade":           only(head).freshly(),
		"list-inspections-due":   registry,
		"list-joint-supervision": registry.or(key.ObjectsRead),
		"get-formulas":           registry,
		"simulate-formula":       only(legal, head, auditor, supervisor).ofDistrict(),
		"activate-formula":       only(head).freshly().ofDistrict(),

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
		"get-case-paper":  only(officer, legal, head, auditor, supervisor),
		"get-inquiry":     casework,
		"join-room":       only(officer),

		// What the officers of a case do for its party, beside its steps.
		"decide-full-copy": only(officer, head).freshly(head),
		"renew-link":       only(officer, head).freshly(head),
		"take-search":      only(officer),
		"leave-search":     only(officer, head),
		// A letter of the bureau's is a head's to issue.
		"issue-suggestion": only(head).freshly(),
		// What burdens a party's real estate is asked for by one, decided by another.
		"list-annotations":  casework,
		"ask-annotation":    only(officer, head).freshly(head),
		"decide-annotation": only(head).freshly(),
		"lift-annotation":   only(officer, head).freshly(head),
		"answer-suggestion": only(officer, head).freshly(head),
		// Money that comes or goes back by hand: entered by one, confirmed by another.
		"enter-counter-payment":  only(officer, head).freshly(head),
		"decide-counter-payment": only(head).freshly(),
		"ask-refund":             only(officer, head).freshly(head),
		"decide-refund":          only(head).freshly(),
		"enter-refund-payment":   only(officer, head).freshly(head),
		"revoke-link":            only(officer, head).freshly(head),

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

		"list-reconciliations": only(officer, head, auditor, supervisor).ofDistrict(),

		"get-evidence":        casework,
		"get-evidence-file":   casework,
		"get-bundle":          casework,
		"get-log-proof":       casework,
		"get-removal-record":  casework,
		"get-removal-proof":   casework,
		"verify-evidence":     casework,
		"get-trust":           anybody,
		"list-samples":        only(head, auditor, supervisor).ofDistrict(),
		"get-sample":          only(head, auditor, supervisor).ofDistrict(),
		"report-sample":       only(head, auditor, supervisor).ofDistrict(),
		"announce-sample":     only(auditor, supervisor).ofDistrict(),
		"list-views":          only(head, auditor, supervisor),
		"list-gaps":           registry,
		"export-case":         only(officer, legal, head, auditor, supervisor),
		"list-quotas":         only(officer, legal, head, auditor, admin, supervisor),
		"list-matters":        everybody,
		"list-rules":          only(legal, head, admin, auditor, supervisor),
		"get-rule":            only(legal, head, admin, auditor, supervisor),
		"list-years":          everybody,
		"check-rule":          only(legal).ofDistrict(),
		"enter-rule":          only(legal).ofDistrict(),
		"approve-rule":        only(head).freshly().ofDistrict(),
		"get-camera-timeline": registry,
		"list-areas":          casework,
		"report-quotas":       only(officer, legal, head, auditor, admin, supervisor),

		"list-quotas-by-area":  only(officer, legal, head, auditor, admin, supervisor),
		"list-brigades":        only(officer, legal, head, auditor, admin, supervisor),
		"save-brigades":        only(admin).freshly().ofDistrict(),
		"list-quota-items":     only(officer, legal, head, auditor, supervisor),
		"list-quota-snapshots": only(officer, legal, head, auditor, admin, supervisor),
		"list-draws":           casework,
		"get-draw":             casework,
		"list-tasks":           casework,
		"announce-draw":        only(head, supervisor).ofDistrict(),
		"enter-result":         only(officer, legal, supervisor),
		"rectify-task":         only(officer, head),
		"list-publications":    casework,
		"get-day":              casework, // without the next, one's own alone
		"get-team-report":      only(head, auditor, supervisor),
		"get-score-rules":      casework,
		"activate-score-rules": only(head).freshly().ofDistrict(),
		"check-publication":    only(legal, head),

		"list-keys":         only(admin, auditor).ofDistrict(),
		"create-key":        only(admin).freshly().ofDistrict(),
		"revoke-key":        only(admin).freshly().ofDistrict(),
		"list-webhooks":     only(admin, auditor).ofDistrict(),
		"create-webhook":    only(admin).freshly().ofDistrict(),
		"change-webhook":    only(admin).freshly().ofDistrict(),
		"rotate-webhook":    only(admin).freshly().ofDistrict(),
		"test-webhook":      only(admin).ofDistrict(),
		"list-deliveries":   only(admin, auditor).ofDistrict(),
		"get-delivery":      only(admin, auditor).ofDistrict(),
		"replay-deliveries": only(admin).ofDistrict(),
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
		"add-shift":        only(head).ofDistrict(),
		"remove-shift":     only(head).ofDistrict(),

		"list-authorities":  only(reviewer, officer, legal, head, auditor, supervisor, admin),
		"add-authority":     only(head).freshly().ofDistrict(), // whose signature counts is no administrator's to say
		"send-transfer":     only(head).freshly(),
		"list-transfers":    {roles: casework.roles, scope: key.Transfers},
		"get-transfer":      {roles: casework.roles, scope: key.Transfers},
		"get-transfer-file": only(officer, legal, head, auditor, supervisor).or(key.Transfers),
		"sign-receipt":      {scope: key.Transfers},
		"enter-receipt":     only(officer, head),
		"get-receipt-scan":  only(officer, legal, head, auditor, supervisor),
		"report-transfer":   only(officer, head).or(key.Transfers),

		"get-credit-rules":      only(officer, legal, head, auditor, supervisor),
		"activate-credit-rules": only(head).freshly().ofDistrict(),
		"list-credit-records":   only(officer, legal, head, auditor, supervisor),
		"get-credit-record":     only(officer, legal, head, auditor, supervisor).or(key.CreditRead),
		"list-repairs":          only(officer, legal, head, auditor, supervisor),
		"get-repair-paper":      only(legal, head, auditor, supervisor),
		"review-repair":         only(legal).freshly(),
		"decide-repair":         only(head).freshly(),
		"get-portal-credit":     party,
		"ask-repair":            party,

		// What parties ask of their own is reviewed by one and released by another; it
		// reaches over all townships.
		"get-retention":          only(legal, head, auditor, supervisor, admin).ofDistrict(),
		"order-retention":        only(legal).freshly().ofDistrict(),
		"agree-to-retention":     only(head).freshly().ofDistrict(),
		"get-processing":         only(legal, head, auditor, supervisor, admin).ofDistrict(),
		"get-assessment":         only(legal, head, auditor, supervisor, admin).ofDistrict(),
		"list-subject-requests":  only(officer, legal, head, auditor).ofDistrict(),
		"ask-subject-data":       only(officer).freshly().ofDistrict(),
		"review-subject-request": only(legal).freshly().ofDistrict(),
		"decide-subject-request": only(head).freshly().ofDistrict(),
		"hand-subject-data":      only(officer, head).freshly().ofDistrict(),

		"get-portal-data-request": party,
		"ask-portal-data":         party,
		"get-portal-data":         party,

		"open-portal":         {public: true, opens: true},
		"get-portal-case":     party,
		"listen-party":        party,
		"send-statement":      {portal: true, proved: true, orUnknown: true}, // the right to be heard hangs on no telephone (art. 41)
		"ask-hearing":         party,
		"waive-rights":        proved,
		"make-appointment":    party,
		"get-portal-inquiry":  party,
		"send-code":           party,
		"prove-party":         party,
		"agree-recording":     proved,
		"join-inquiry":        proved,
		"confirm-inquiry":     proved,
		"ask-deferral":        proved,
		"ask-instalments":     proved,
		"give-consent":        proved,
		"start-payment":       party,
		"get-portal-file":     party,
		"get-portal-bundle":   party,
		"get-portal-proof":    party,
		"get-portal-document": party,

		"get-portal-recording": proved,
		"ask-full-copy":        proved,
		"get-portal-original":  proved,

		"check-document":        anybody,
		"get-document-seal":     anybody,
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

// wantsFresh tells whether one of the roles must lately have proved who it is.
func (a access) wantsFresh(roles []string) bool { return meet(a.fresh, roles) }

func meet(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}
