package api

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"offsite/api/wire"
	"offsite/casework"
	"offsite/casework/calendar"
	"offsite/casework/desk"
	"offsite/casework/document"
	"offsite/casework/matter"
	"offsite/casework/quota"
	"offsite/casework/rules"
	"offsite/casework/supervision"
	"offsite/detectors"
	"offsite/evidence"
	"offsite/evidence/bag"
	"offsite/evidence/seal"
	"offsite/evidence/translog/sample"
	"offsite/registry"
	"offsite/registry/account"
	"offsite/registry/account/elsewhere"
	"offsite/registry/grade"
	"offsite/registry/intake"
	"offsite/registry/model"
)

// accounts is account.Accounts: staff and their sessions.
type accounts interface {
	SignIn(ctx context.Context, c account.Credentials) (account.Session, error)
	Session(ctx context.Context, token string) (account.Session, error)
	SignOut(ctx context.Context, token string) error
	ChangePassword(ctx context.Context, token, current, next string) error
	Accounts(ctx context.Context) ([]account.Account, error)
	Create(ctx context.Context, by string, d account.Draft) (account.Account, string, error)
	Change(ctx context.Context, by, id string, c account.Change) (account.Account, error)
	Trainings(ctx context.Context, accountID string) ([]account.Training, error)
	AddTraining(ctx context.Context, by, accountID string, t account.Training) (account.Training, error)
	RemoveTraining(ctx context.Context, by, accountID, id string) error
	TrainedHours(ctx context.Context) (map[string]float64, error)
	ResetPassword(ctx context.Context, by, id string) (string, error)
	ownAccount
}

// ownAccount is what an account's owner does with second factors and sessions.
type ownAccount interface {
	Factors(ctx context.Context, accountID string) (account.Factors, error)
	ForgetFactors(ctx context.Context, by, id string) error
	BeginCodes(ctx context.Context, token, password string) (account.CodeKey, error)
	ConfirmCodes(ctx context.Context, token, code string) (recovery []string, err error)
	RemoveCodes(ctx context.Context, accountID string) error
	RenewRecovery(ctx context.Context, accountID string) ([]string, error)
	StepUp(ctx context.Context, token, code string) error
	StepUpByPassword(ctx context.Context, token, password string) error
	BeginPasskey(ctx context.Context, token, password string) (account.Asked, error)
	AddPasskey(ctx context.Context, token, ceremony, name string, answer []byte) (recovery []string, err error)
	RemovePasskey(ctx context.Context, accountID, id string) error
	BeginPasskeySignIn(ctx context.Context) (account.Asked, error)
	PasskeySignIn(ctx context.Context, ceremony string, answer []byte, c account.Credentials) (account.Session, error)
	BeginPasskeyStepUp(ctx context.Context, accountID string) (account.Asked, error)
	PasskeyStepUp(ctx context.Context, token, ceremony string, answer []byte) error
	AskElsewhere(ctx context.Context, asked any) (state string, err error)
	AskedElsewhere(ctx context.Context, state string, into any) error
	SignInElsewhere(ctx context.Context, v account.Vouched, c account.Credentials) (account.Session, error)
	Sessions(ctx context.Context, accountID string) ([]account.Open, error)
	Revoke(ctx context.Context, by, accountID, sessionID string) error
}

// provider is elsewhere.Provider: the bureau's identity provider.
type provider interface {
	EndURL(ctx context.Context) (string, error)
	URL(ctx context.Context, state string, a elsewhere.Asked) (string, error)
	Finish(ctx context.Context, code string, a elsewhere.Asked) (account.Vouched, error)
}

// base is registry.Registry: cameras, zones, objects, parties.
type base interface {
	Cameras(ctx context.Context) ([]registry.Camera, error)
	Camera(ctx context.Context, id string) (registry.Camera, error)
	CreateCamera(ctx context.Context, by string, draft registry.CameraDraft) (registry.Camera, error)
	ChangeCamera(ctx context.Context, by, id string, version int, change registry.CameraChange) (registry.Camera, error)
	RemoveCamera(ctx context.Context, by, id string, version int) error
	Live(ctx context.Context) ([]registry.Live, error)
	Waiting(ctx context.Context) (registry.EvidenceWaiting, error)
	Picture(ctx context.Context, cameraID string) (jpeg []byte, at time.Time, err error)
	SaveSign(ctx context.Context, by, cameraID string, photograph []byte) (registry.Camera, error)
	RemoveSign(ctx context.Context, by, cameraID string) (registry.Camera, error)
	SignPicture(ctx context.Context, cameraID string) (picture []byte, at time.Time, err error)
	Looks(ctx context.Context, cameraID string) ([][]byte, error)
	RecordView(ctx context.Context, v registry.View) error
	SaveZone(ctx context.Context, by string, z detectors.Zone) (detectors.Zone, error)
	RemoveZone(ctx context.Context, by, id string) error
	Zone(ctx context.Context, id string, version int) (detectors.Zone, error)
	Objects(ctx context.Context, f registry.ObjectFilter) ([]registry.Object, error)
	Object(ctx context.Context, id string) (registry.Object, error)
	SaveObject(ctx context.Context, by string, o registry.Object) (registry.Object, error)
	Codes(ctx context.Context, business, after string, most int) (registry.Codes, error)
	AddPaper(ctx context.Context, by, objectID string, d registry.PaperDraft, content []byte) (registry.Paper, error)
	Papers(ctx context.Context, objectID string) ([]registry.Paper, error)
	PaperFile(ctx context.Context, objectID, paperID string) (content []byte, kind string, err error)
	WithdrawPaper(ctx context.Context, by, objectID, paperID, reason string) error
	RemoveObject(ctx context.Context, by, id string, version int) error
	Brigades(ctx context.Context) ([]registry.Brigade, error)
	SaveBrigades(ctx context.Context, by string, list []registry.Brigade) ([]registry.Brigade, error)
	Parties(ctx context.Context, f registry.PartyFilter) ([]registry.Party, error)
	Party(ctx context.Context, id string) (registry.Party, error)
	SaveParty(ctx context.Context, by string, p registry.Party) (registry.Party, error)
}

// cases is casework.Book: the law.
type cases interface {
	Findings(ctx context.Context, f casework.FindingFilter, cursor string) (casework.Page[casework.FindingItem], error)
	Finding(ctx context.Context, a casework.Actor, id string) (casework.Finding, error)
	Agreements(ctx context.Context, since time.Time) ([]casework.Agreement, error)
	Confirm(ctx context.Context, a casework.Actor, id string, version int, note string) error
	Reject(ctx context.Context, a casework.Actor, id string, version int, reason string) error
	Verify(ctx context.Context, a casework.Actor, id string, version int, t casework.Ticks) error
	Cases(ctx context.Context, f casework.CaseFilter, cursor string) (casework.Page[casework.CaseItem], error)
	Case(ctx context.Context, a casework.Actor, id string) (casework.CaseFile, error)
	Apply(ctx context.Context, a casework.Actor, id string, version int, event string, fields map[string]any) error
	Bulk(ctx context.Context, a casework.Actor, event string, chosen []casework.Chosen, fields map[string]any) ([]casework.BulkOutcome, error)
	Alarms(ctx context.Context, a casework.Actor) ([]casework.Alarm, error)
	Stalls(ctx context.Context, since time.Time) ([]casework.StallTime, error)
	FileNote(ctx context.Context, a casework.Actor, noteID string) error
	DecideFullCopy(ctx context.Context, a casework.Actor, caseID, id string, v casework.FullVerdict) error
	IssueSuggestion(ctx context.Context, a casework.Actor, caseID string, d casework.SuggestionDraft) error
	AnswerSuggestion(ctx context.Context, a casework.Actor, caseID, id string, r casework.SuggestionReply) error
	AskAnnotation(ctx context.Context, a casework.Actor, caseID string, d casework.AnnotationDraft) error
	DecideAnnotation(ctx context.Context, a casework.Actor, caseID, id string, v casework.AnnotationVerdict) error
	LiftAnnotation(ctx context.Context, a casework.Actor, caseID, id, reason string) error
	Annotations(ctx context.Context, a casework.Actor, which, before string) (casework.Page[casework.AnnotationItem], error)
	AnnotationGrounds() []casework.AnnotationGround
	TakeSearch(ctx context.Context, a casework.Actor, caseID string) error
	LeaveSearch(ctx context.Context, a casework.Actor, caseID string) error
	EnterCounterPayment(ctx context.Context, a casework.Actor, caseID string, d casework.CounterDraft) error
	DecideCounterPayment(ctx context.Context, a casework.Actor, caseID, id string, v casework.CounterVerdict) error
	AskRefund(ctx context.Context, a casework.Actor, caseID string, d casework.RefundDraft) error
	DecideRefund(ctx context.Context, a casework.Actor, caseID, id string, v casework.RefundVerdict) error
	PayRefund(ctx context.Context, a casework.Actor, caseID, id string, p casework.RefundPaid) error
	RenewLink(ctx context.Context, a casework.Actor, caseID string, version int, reason string) error
	RevokeLink(ctx context.Context, a casework.Actor, caseID string, version int, reason string) error
	Reconciliations(ctx context.Context) ([]casework.Reconciliation, error)
	Evidence(ctx context.Context, bundle string) (casework.Evidence, error)
	RemovalRecord(ctx context.Context, bundle string) (record, receipt []byte, err error)
	RecordView(ctx context.Context, a casework.Actor, bundle, file, reason string) error
	Gaps(ctx context.Context, cameraID string, from, to time.Time) ([]casework.Gap, error)
	Paper(of func(document.Bureau) document.Sheet) ([]byte, error)
	Specimen(kind document.Kind) (document.Document, error)
	Export(ctx context.Context, a casework.Actor, caseID, agent string, vault casework.Sealed, trust []byte, w *bag.Writer) error
	DocumentPDF(ctx context.Context, id string) (casework.CaseDocument, []byte, error)
	CasePaper(ctx context.Context, a casework.Actor, caseID, id string) (content []byte, kind string, err error)
	Overview(ctx context.Context, a casework.Actor) (casework.Overview, error)
	Quotas(ctx context.Context, year int) ([]casework.Quota, error)
	QuotasByArea(ctx context.Context) ([]quota.AreaFigures, error)
	QuotaItems(ctx context.Context, key string, missing bool, cursor string) (casework.Page[casework.QuotaItem], error)
	PublicDecisions(ctx context.Context, text, cursor string) (casework.Page[casework.PublicDecision], error)
	Publications(ctx context.Context, state, cursor string) (casework.Page[casework.Publication], error)
	CheckPublication(ctx context.Context, a casework.Actor, caseID string, sound bool, reason string) error
	QuotaSnapshots(ctx context.Context, of quota.Part) ([]casework.QuotaSnapshot, error)
	Matters(ctx context.Context) ([]casework.Matter, error)
	MatterOf(m matter.Matter) casework.Matter
	PublicMatters(ctx context.Context) ([]casework.PublicMatter, error)
	PublicDocument(ctx context.Context, code string) (casework.PublicDocument, error)
	PublicSeal(ctx context.Context, code string) (casework.PublicDocument, []byte, error)
	PaymentCallback(ctx context.Context, header http.Header, body []byte) error
	MessageCallback(ctx context.Context, header http.Header, body []byte) error
	partyCases
}

// partyCases is what a party does in its own case.
type partyCases interface {
	PortalSession(ctx context.Context, token, before string, v casework.Visit) (casework.PortalLogin, error)
	PortalNotice(ctx context.Context, token string) (casework.PortalNotice, error)
	PortalCheck(ctx context.Context, cookie string) (caseID, csrf string, err error)
	SendCode(ctx context.Context, caseID string) (phone string, err error)
	Prove(ctx context.Context, cookie, code string, v casework.Visit) error
	Reachable(ctx context.Context, caseID string) (known bool, err error)
	Proved(ctx context.Context, cookie string) (bool, error)
	Inquiry(ctx context.Context, caseID string) (casework.Inquiry, error)
	Seat(ctx context.Context, a *casework.Actor, caseID string) (roomID string, err error)
	Attend(ctx context.Context, a casework.Actor, caseID string) error
	AgreeRecording(ctx context.Context, caseID string, agree bool, v casework.Visit) error
	ConfirmInquiry(ctx context.Context, caseID, correction string, v casework.Visit) error
	PortalCase(ctx context.Context, caseID string, v casework.Visit) (casework.PortalCase, error)
	PortalFile(ctx context.Context, caseID, name string) (casework.PortalFile, error)
	AskFullCopy(ctx context.Context, caseID, reason string, v casework.Visit) error
	PortalOriginal(ctx context.Context, caseID, name string) (r evidence.Receipt, path, reason string, err error)
	PortalBundle(ctx context.Context, caseID, bundle string) (evidence.Receipt, error)
	PortalRecordings(ctx context.Context, caseID string) ([]casework.PortalRecording, error)
	PortalRecording(ctx context.Context, caseID, bundle, file string) (r evidence.Receipt, path string, err error)
	PortalPDF(ctx context.Context, caseID, documentID string, v casework.Visit) (casework.CaseDocument, []byte, error)
	Statement(ctx context.Context, caseID, text string, papers ...string) error
	Hearing(ctx context.Context, caseID, reason string) error
	Waive(ctx context.Context, caseID string) error
	Appointment(ctx context.Context, caseID string, at time.Time, note string) error
	AskDeferral(ctx context.Context, caseID string, until time.Time, reason string) error
	AskInstalments(ctx context.Context, caseID string, parts int, first time.Time, reason string) error
	Consent(ctx context.Context, caseID, phone, email, signature string, v casework.Visit) error
	StartPayment(ctx context.Context, caseID string) (payURL string, err error)
}

// evidenceStore is vault.Vault: where sealed bundles lie.
type evidenceStore interface {
	ReadBundle(ctx context.Context, r evidence.Receipt) (io.ReadCloser, error)
	OpenEntry(ctx context.Context, r evidence.Receipt, path string) (io.ReadSeekCloser, evidence.Entry, error)
	LogProof(ctx context.Context, r evidence.Receipt) ([]byte, error)
}

// sampler is sample.Samples: samples of evidence that nobody can choose.
type sampler interface {
	Announce(ctx context.Context, by string, t sample.Terms, at time.Time) (sample.Sample, error)
	Sample(ctx context.Context, id string) (sample.Sample, error)
	List(ctx context.Context, limit int) ([]sample.Sample, error)
}

// notebook is desk.Desk: notes on cases, mentions, saved case lists.
type notebook interface {
	Notes(ctx context.Context, reader, caseID string) ([]desk.CaseNote, error)
	Write(ctx context.Context, by, caseID string, d desk.NoteDraft) (desk.CaseNote, error)
	See(ctx context.Context, reader, caseID string) error
	Withdraw(ctx context.Context, by, noteID string) error
	Mentions(ctx context.Context, reader string) ([]desk.CaseNote, error)
	Unseen(ctx context.Context, reader string) (int, error)
	Colleagues(ctx context.Context) ([]desk.Colleague, error)
	Filters(ctx context.Context, accountID string) ([]desk.SavedFilter, error)
	SaveFilter(ctx context.Context, accountID string, d desk.FilterDraft) (desk.SavedFilter, error)
	RemoveFilter(ctx context.Context, accountID, id string) error
}

// keptAnswers is idempotency.Answers: what was answered to a request that created
// or paid, so that it can be sent again without harm.
type keptAnswers interface {
	Once(ctx context.Context, who, operation, key string, request any, do func(context.Context) (any, error)) (json.RawMessage, error)
}

// files is intake.Intake: base data from spreadsheets and GeoJSON.
type files interface {
	Preview(ctx context.Context, by, name, format string, data []byte, o intake.Options) (intake.Batch, error)
	Batch(ctx context.Context, id string) (intake.Batch, error)
	Batches(ctx context.Context, subject string, limit int) ([]intake.Batch, error)
	Rows(ctx context.Context, id, action string, after, limit int) ([]intake.Row, error)
	BeginApply(ctx context.Context, by, id string) (intake.Batch, error)
	BeginUndo(ctx context.Context, by, id string) (intake.Batch, error)
	Alike(ctx context.Context, o registry.Object) (registry.Object, bool, error)
}

// grader is grade.Grader: risk grades and the formula behind them.
type grader interface {
	Formula(ctx context.Context) (grade.Formula, error)
	Versions(ctx context.Context) ([]grade.Version, error)
	Activate(ctx context.Context, by string, f grade.Formula, from time.Time, reason string) (grade.Formula, error)
	RunSoon(ctx context.Context, at time.Time) error
	Try(ctx context.Context, by string, f grade.Formula) (grade.Outcome, error)
	Explain(ctx context.Context, objectID string) (grade.Assessment, error)
	RecordNow(ctx context.Context, by string, e grade.Event) (grade.Assessment, error)
	Events(ctx context.Context, objectID string) ([]grade.Recorded, error)
	NextInspection(ctx context.Context, objectID string) (time.Time, error)
	Distribution(ctx context.Context) (map[string]int, error)
	Joint(ctx context.Context, business string, most int) ([]grade.Joint, error)
	DueInspections(ctx context.Context, until time.Time, township string, limit int) ([]grade.Due, error)
}

// histories is registry.Registry: what was changed of a thing, and who looked at what.
type histories interface {
	History(ctx context.Context, kind, subject string) ([]registry.Change, error)
	CameraHistory(ctx context.Context, id string) ([]registry.Change, error)
	Views(ctx context.Context, f registry.ViewFilter) ([]registry.View, error)
	RecordView(ctx context.Context, v registry.View) error
}

// modelShelf is model.Registry: which versions of the models there are, and how those in
// shadow differed.
type modelShelf interface {
	Standings(ctx context.Context) ([]model.Standing, error)
}

// draws is supervision.Office: what is drawn by lot, and what came of it.
type draws interface {
	Announce(ctx context.Context, by string, p supervision.Plan) (supervision.Draw, error)
	Draw(ctx context.Context, id string) (supervision.Draw, error)
	Draws(ctx context.Context) ([]supervision.Draw, error)
	Tasks(ctx context.Context, f supervision.TaskFilter) ([]supervision.Task, error)
	Enter(ctx context.Context, by, taskID string, r supervision.Result) error
	Rectify(ctx context.Context, taskID, what string) error
}

// shelf is rules.Shelf: the law as data that the bureau enters.
type shelf interface {
	Fresh(ctx context.Context) error
	Days() *calendar.Calendar
	Entries(ctx context.Context) ([]rules.Entry, error)
	Text(ctx context.Context, kind, key string) (string, error)
	Check(kind, text string) (after rules.Rules, key string, err error)
	Propose(ctx context.Context, by rules.Person, kind, text, reason string) (rules.Entry, error)
	Approve(ctx context.Context, by rules.Person, id int64) error
}

// Prober looks at an address and gives what it sends with a picture. A camera that
// cannot be used is a *problem.Problem.
type Prober func(ctx context.Context, url, protocol string) (wire.Probe, error)

// Viewer opens a registered camera's live picture. What keeps it from being shown is
// a *problem.Problem.
type Viewer func(ctx context.Context, cameraID string) (LiveView, error)

// LiveView is live.View: a camera's pictures as they come, as a fragmented MP4.
type LiveView interface {
	Type() string // with codecs, as Media Source Extensions want it
	Next(ctx context.Context) ([][]byte, error)
	Close()
}

// finder finds cameras in the allowed networks by ONVIF. What keeps one from being
// asked is a *problem.Problem.
type finder interface {
	Discover(ctx context.Context, at []string) ([]wire.FoundCamera, error)
	Ask(ctx context.Context, r wire.DeviceRequest) (wire.Device, error)
}

// Trust gives what a verifier must know, as published now.
type Trust func(ctx context.Context) (*seal.Trust, error)
