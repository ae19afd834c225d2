// Package casework carries a sealed finding to a closed case, lawfully at every
// step: review, reminder, re-check, filing, notice, statement, decision,
// service, payment, closure.
//
// The law is one table in casework/flow. A Book applies it on PostgreSQL: a
// transition is one transaction with a version check, an appended process
// record, the documents it issues and the jobs that follow from it. Evidence
// comes in through RecordEvidence, money through PaymentCallback, time through
// Sweep; what officers and parties do comes through Apply and the portal's
// methods. HTTP is not known here.
package casework
