package casework

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"offsite/evidence"

	"github.com/riverqueue/river"
)

// Book holds all findings and cases.
type Book struct {
	o Options
}

var errNotYet = errors.New("casework: not written yet")

// New checks the options and gives a Book. It does not touch the database.
func New(o Options) (*Book, error) { return &Book{o: o}, nil }

// RecordEvidence makes a sealed bundle known: a new finding, more evidence of an
// open one, or the outcome of a re-check. It is idempotent by bundle.
func (b *Book) RecordEvidence(ctx context.Context, r evidence.Receipt, summary json.RawMessage) error {
	return errNotYet
}

// Ended tells until when an incident was seen.
func (b *Book) Ended(ctx context.Context, incidentID string, last time.Time) error { return errNotYet }

// Findings lists findings, oldest first.
func (b *Book) Findings(ctx context.Context, f FindingFilter, cursor string) (Page[FindingItem], error) {
	return Page[FindingItem]{}, errNotYet
}

// Finding gives one finding with the steps that the actor may take.
func (b *Book) Finding(ctx context.Context, a Actor, id string) (Finding, error) {
	return Finding{}, errNotYet
}

// Confirm is the first review.
func (b *Book) Confirm(ctx context.Context, a Actor, id string, version int, note string) error {
	return errNotYet
}

// Reject ends a finding with a reason.
func (b *Book) Reject(ctx context.Context, a Actor, id string, version int, reason string) error {
	return errNotYet
}

// Verify is the second review, by another person.
func (b *Book) Verify(ctx context.Context, a Actor, id string, version int, t Ticks) error {
	return errNotYet
}

// Cases lists cases, latest change first.
func (b *Book) Cases(ctx context.Context, f CaseFilter, cursor string) (Page[CaseItem], error) {
	return Page[CaseItem]{}, errNotYet
}

// Case gives the whole file, with the steps that the actor may take.
func (b *Book) Case(ctx context.Context, a Actor, id string) (CaseFile, error) {
	return CaseFile{}, errNotYet
}

// Apply takes a step. version is the one that the actor saw; ErrChanged when it
// is no longer current, *Refusal when the step is not lawful.
func (b *Book) Apply(ctx context.Context, a Actor, id string, version int, event string, fields map[string]any) error {
	return errNotYet
}

// Evidence describes a sealed bundle.
func (b *Book) Evidence(ctx context.Context, bundle string) (Evidence, error) {
	return Evidence{}, errNotYet
}

// RecordView notes who looked at which file of a bundle and why (Public Security
// Video Systems Regulation art. 16).
func (b *Book) RecordView(ctx context.Context, a Actor, bundle, file, reason string) error {
	return errNotYet
}

// DocumentPDF gives a document's bytes.
func (b *Book) DocumentPDF(ctx context.Context, id string) (CaseDocument, []byte, error) {
	return CaseDocument{}, nil, errNotYet
}

// PortalSession changes a link's token for a session.
func (b *Book) PortalSession(ctx context.Context, token string, v Visit) (PortalLogin, error) {
	return PortalLogin{}, errNotYet
}

// PortalCheck tells which case a portal cookie opens, and its CSRF token.
func (b *Book) PortalCheck(ctx context.Context, cookie string) (caseID, csrf string, err error) {
	return "", "", errNotYet
}

// PortalCase is the party's page; opening it is recorded as proof of service.
func (b *Book) PortalCase(ctx context.Context, caseID string, v Visit) (PortalCase, error) {
	return PortalCase{}, errNotYet
}

// PortalFile finds a picture or clip that the party may see.
func (b *Book) PortalFile(ctx context.Context, caseID, name string) (PortalFile, error) {
	return PortalFile{}, errNotYet
}

// PortalPDF gives a document of the party's own case; opening it is recorded.
func (b *Book) PortalPDF(ctx context.Context, caseID, documentID string, v Visit) (CaseDocument, []byte, error) {
	return CaseDocument{}, nil, errNotYet
}

// Statement records what the party says.
func (b *Book) Statement(ctx context.Context, caseID, text string) error { return errNotYet }

// Hearing records the party's request for a hearing.
func (b *Book) Hearing(ctx context.Context, caseID, reason string) error { return errNotYet }

// Waive records that the party gives up statement and hearing.
func (b *Book) Waive(ctx context.Context, caseID string) error { return errNotYet }

// Consent records the party's signed consent to electronic service.
func (b *Book) Consent(ctx context.Context, caseID, phone, signature string, v Visit) error {
	return errNotYet
}

// StartPayment orders the payment and gives the provider's page.
func (b *Book) StartPayment(ctx context.Context, caseID string) (payURL string, err error) {
	return "", errNotYet
}

// PaymentCallback takes the provider's signed callback, any number of times. A
// forged one is an error (401); everything else that was understood is nil, so
// that the provider stops sending.
func (b *Book) PaymentCallback(ctx context.Context, header http.Header, body []byte) error {
	return errNotYet
}

// Overview is casework's part of the first page.
func (b *Book) Overview(ctx context.Context, a Actor) (Overview, error) {
	return Overview{}, errNotYet
}

// Quotas computes the plan's figures for the current year.
func (b *Book) Quotas(ctx context.Context) ([]Quota, error) { return nil, errNotYet }

// Matters lists the matters of the bureau.
func (b *Book) Matters(ctx context.Context) ([]Matter, error) { return nil, errNotYet }

// PublicMatters lists the published matters.
func (b *Book) PublicMatters(ctx context.Context) ([]PublicMatter, error) { return nil, errNotYet }

// PublicDocument resolves a document's verification code.
func (b *Book) PublicDocument(ctx context.Context, code string) (PublicDocument, error) {
	return PublicDocument{}, errNotYet
}

// AddWorkers registers the workers of casework's jobs.
func (b *Book) AddWorkers(w *river.Workers) {}

// Queues are the queues that casework's jobs run on.
func (b *Book) Queues() map[string]river.QueueConfig { return nil }

// PeriodicJobs are what River must start by the clock.
func (b *Book) PeriodicJobs() []*river.PeriodicJob { return nil }

// RecheckFailed tells that the re-check cannot be done (camera down, zone gone):
// the second reviewer decides without it.
func (b *Book) RecheckFailed(ctx context.Context, caseID, why string) error { return errNotYet }

// Sweep fires everything that is due by the clock: windows that ended, fines
// that became overdue, findings that nobody confirmed. PeriodicJobs runs it.
func (b *Book) Sweep(ctx context.Context) (fired int, err error) { return 0, errNotYet }

// OpenLinkKey reads the 32-byte key of portal links, made if missing (0600).
func OpenLinkKey(path string) ([]byte, error) { return nil, errNotYet }
