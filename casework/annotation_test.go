package casework_test

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework"
	"offsite/casework/flow"
	"offsite/exchange/transfer"
	"offsite/registry"
)

// estate is a house whose bureau has a law for annotations, and the register of real estate at
// the other end of transfers.
type estate struct {
	*house
	desk     *transfer.Desk
	key      ed25519.PrivateKey
	register transfer.Authority // ID "": none was added yet
}

func openEstate(t *testing.T) *estate {
	t.Helper()
	e := &estate{}
	ask := func(ctx context.Context, tx pgx.Tx, by casework.Actor, l casework.RegisterLetter) error {
		return e.desk.Ask(ctx, tx, transfer.By{ID: by.ID, Name: by.Name}, transfer.Request{Lift: l.Lift, Case: l.Case, Reason: l.Reason, Paper: transfer.Document{Kind: l.Kind, Number: l.Number, SHA256: l.SHA256},
			Estate: transfer.Estate{Annotation: l.Annotation, Property: l.Property, Place: l.Place, Owner: l.Owner, Ground: l.Ground, Basis: l.Basis, Until: l.Until, Entry: l.Entry}})
	}
	e.house = open(t, want{annotations: casework.Annotations{Unperformed: "某市某条例第三十条", Send: ask}})
	e.desk = transfer.New(transfer.Options{Pool: e.pool, Bureau: "局", Now: e.clock.now, Answered: func(ctx context.Context, tx pgx.Tx, x transfer.Answer) error {
		return e.AnnotationAnswered(ctx, tx, casework.RegisterAnswer(x))
	}})
	return e
}

// connect adds the register, with a key of its own.
func (e *estate) connect() {
	e.t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	e.must(err)
	der, err := x509.MarshalPKIXPublicKey(public)
	e.must(err)
	e.key = private
	e.register, err = e.desk.AddAuthority(e.t.Context(), transfer.By{ID: "test"}, transfer.AuthorityDraft{Name: "不动产登记事务中心", Kind: transfer.Register, PublicKey: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))})
	e.must(err)
}

// request is the newest that the register has.
func (e *estate) request() transfer.Detail {
	e.t.Helper()
	list, err := e.desk.Transfers(e.t.Context(), e.register.ID, "", 1)
	e.must(err)
	d, err := e.desk.Transfer(e.t.Context(), e.register.ID, list[0].ID)
	e.must(err)
	return d
}

// answers has the register's system sign for the newest request and say what has come of it.
func (e *estate) answers(s transfer.Status) error {
	e.t.Helper()
	r, by := e.request().Transfer, transfer.By{ID: "key", Name: e.register.Name}
	e.clock.add(time.Hour)
	now := e.clock.now()
	text := transfer.Text(r.Number, r.SHA256, now, "窗口")
	e.must(e.desk.Sign(e.t.Context(), by, e.register.ID, r.ID, transfer.Signed{Receiver: "窗口", ReceivedAt: now, Signature: base64.StdEncoding.EncodeToString(ed25519.Sign(e.key, []byte(text)))}))
	return e.desk.Report(e.t.Context(), by, e.register.ID, r.ID, s)
}

func (e *estate) today() string { return e.clock.now().Format(time.DateOnly) }

// unpaid takes a case to a decision whose fifteen days are over.
func (e *estate) unpaid() string {
	e.t.Helper()
	id := e.served(200_00)
	e.clock.to(e.deadline(id, "缴纳罚款").At)
	_, err := e.Sweep(e.t.Context())
	e.must(err)
	e.expect(id, "overdue")
	return id
}

func (e *estate) deadline(id, label string) casework.Deadline {
	e.t.Helper()
	for _, d := range e.file(id).Deadlines {
		if d.LabelZH == label {
			return d
		}
	}
	return casework.Deadline{}
}

func (e *estate) draft() casework.AnnotationDraft {
	return casework.AnnotationDraft{Ground: "unperformed", Property: "沪（2020）崇字不动产权第012345号", Place: "城桥镇八一路100号", Owner: "张三", Reason: "期满未缴纳罚款。", Until: e.clock.now().AddDate(0, 6, 0).Format(time.DateOnly)}
}

// noted takes an annotation of the case as far as its entry in the register.
func (e *estate) noted(id string) casework.Annotation {
	e.t.Helper()
	ctx := e.t.Context()
	e.must(e.AskAnnotation(ctx, e.staff["o1"], id, e.draft()))
	e.must(e.DecideAnnotation(ctx, e.staff["head"], id, e.last(id).ID, casework.AnnotationVerdict{Confirm: true, Grounds: "同意"}))
	e.must(e.answers(transfer.Status{State: transfer.Accepted, Ref: "登注1号", On: e.today(), Note: "已注记"}))
	return e.last(id)
}

func (e *estate) last(id string) casework.Annotation {
	e.t.Helper()
	list := e.file(id).Annotations
	return list[len(list)-1]
}

func (e *estate) listed(which string) int {
	e.t.Helper()
	page, err := e.Annotations(e.t.Context(), e.staff["head"], which, "")
	e.must(err)
	return len(page.Items)
}

// Of what a bureau has no law for nothing is asked; what it has one for is asked by an officer
// of the case, of the party's own real estate, on a ground that is there, and decided by a
// head who is none.
func TestAnAnnotationNeedsLawGroundAndTwoPeople(t *testing.T) {
	t.Parallel()
	e, ctx := openEstate(t), t.Context()
	o1, head := e.staff["o1"], e.staff["head"]
	id := e.unpaid()
	for field, wrong := range map[string]func(d *casework.AnnotationDraft){
		"ground": func(d *casework.AnnotationDraft) { d.Ground = "structure" }, "owner": func(d *casework.AnnotationDraft) { d.Owner = "李四" },
		"property": func(d *casework.AnnotationDraft) { d.Property = " " }, "until": func(d *casework.AnnotationDraft) { d.Until = e.clock.now().AddDate(1, 0, 2).Format(time.DateOnly) },
		"place": func(d *casework.AnnotationDraft) { d.Place = "" }, "reason": func(d *casework.AnnotationDraft) { d.Reason = "\n" },
	} {
		d := e.draft()
		wrong(&d)
		var r *casework.Refusal
		if err := e.AskAnnotation(ctx, o1, id, d); !errors.As(err, &r) || r.Field != field || r.ZH == "" || r.EN == "" {
			t.Errorf("a wrong %s: %v", field, err)
		}
	}
	for _, who := range []string{"o3", "r1", "legal", "auditor"} {
		refused(t, e.AskAnnotation(ctx, e.staff[who], id, e.draft()), flow.Forbidden, "")
	}
	e.must(e.AskAnnotation(ctx, o1, id, e.draft()))
	refused(t, e.AskAnnotation(ctx, e.staff["o2"], id, e.draft()), flow.Unlawful, "") // one waits
	n, yes := e.last(id), casework.AnnotationVerdict{Confirm: true, Grounds: "同意"}
	for _, who := range []string{"o1", "o2", "legal"} {
		refused(t, e.DecideAnnotation(ctx, e.staff[who], id, n.ID, yes), flow.Forbidden, "")
	}
	refused(t, e.LiftAnnotation(ctx, o1, id, n.ID, " "), flow.Invalid, "")
	if err := e.LiftAnnotation(ctx, o1, id, n.ID, "x"); !errors.Is(err, casework.ErrChanged) {
		t.Errorf("lifted before it was decided: %v", err)
	}
	var nobody *registry.Refused
	if err := e.DecideAnnotation(ctx, head, id, n.ID, yes); !errors.As(err, &nobody) || nobody.Field != "authority_id" {
		t.Errorf("no register is there: %v", err)
	}
	if got := e.last(id); got.State != "asked" {
		t.Errorf("and it is %+v", got)
	}
	e.must(e.DecideAnnotation(ctx, head, id, n.ID, casework.AnnotationVerdict{Grounds: "罚款数额小"}))
	if got := e.last(id); got.State != "declined" || got.DecidedBy != head.Name || got.DocumentID != "" {
		t.Errorf("declined: %+v", got)
	}
	own := casework.Actor{ID: head.ID, Name: head.Name, Roles: []string{"head"}}
	e.must(e.AskAnnotation(ctx, own, id, e.draft()))
	refused(t, e.DecideAnnotation(ctx, own, id, e.last(id).ID, yes), flow.Forbidden, "") // who asked does not decide
	early := openEstate(t)
	filed := early.reviewed()
	refused(t, early.AskAnnotation(ctx, early.staff["head"], filed, e.draft()), flow.Unlawful, "") // no case yet
	early.must(early.do("head", filed, "file", fields{"officers": early.officers("o1", "o2")}))
	refused(t, early.AskAnnotation(ctx, early.staff["o1"], filed, e.draft()), flow.Unlawful, "") // nothing is decided that could be unperformed
	off := open(t, want{})
	late := off.served(200_00)
	off.clock.add(40 * 24 * time.Hour)
	_, err := off.Sweep(ctx)
	off.must(err)
	refused(t, off.AskAnnotation(ctx, off.staff["o1"], late, e.draft()), flow.Unlawful, "") // no law is configured
	if f := off.file(late); len(f.AnnotationGrounds) != 0 || f.Annotations == nil {
		t.Errorf("without law: %+v, %+v", f.AnnotationGrounds, f.Annotations)
	}
}

// The letter goes by transfer, the register's entry comes back with number and day. Once the
// fine is paid its ground has gone: a deadline runs, alarms, and ends only when the register
// has lifted it; a lifting that it sends back is asked for anew.
func TestAnAnnotationIsLiftedOnceItsGroundHasGone(t *testing.T) {
	t.Parallel()
	e, ctx := openEstate(t), t.Context()
	e.connect()
	id := e.unpaid()
	before := len(e.file(id).Documents)
	e.must(e.AskAnnotation(ctx, e.staff["o1"], id, e.draft()))
	asked := e.last(id)
	e.must(e.DecideAnnotation(ctx, e.staff["head"], id, asked.ID, casework.AnnotationVerdict{Confirm: true, Grounds: "同意"}))
	n, f, r := e.last(id), e.file(id), e.request()
	var letter transfer.Letter
	e.must(json.Unmarshal([]byte(r.Letter), &letter))
	if n.State != "sent" || n.Number != "沪崇城管注字〔2026〕第000001号" || len(f.Documents) != before+1 || r.Transfer.SubjectKind != transfer.OfAnnotation ||
		letter.Estate == nil || letter.Estate.Property != n.Property || letter.Estate.Basis != "某市某条例第三十条" || len(letter.Documents) != 1 || letter.Documents[0].Number != n.Number || letter.Lead != nil || letter.Record != nil {
		t.Fatalf("sent: %+v\n%s", n, r.Letter)
	}
	if name, pdf, err := e.desk.Paper(ctx, r.Transfer.ID); err != nil || name != n.Number+".pdf" || !strings.HasPrefix(string(pdf), "%PDF-") {
		t.Errorf("its paper: %s %.8s, %v", name, pdf, err)
	}
	if page, err := e.PortalCase(ctx, id, casework.Visit{}); err != nil || !slices.ContainsFunc(page.Documents, func(d casework.PortalDocument) bool { return d.ID == n.DocumentID }) {
		t.Errorf("the party is shown %+v, %v", page.Documents, err)
	}
	var refusal *registry.Refused
	for field, s := range map[string]transfer.Status{"ref": {State: transfer.Accepted, On: e.today(), Note: "已注记"}, "on": {State: transfer.Accepted, Ref: "登注1号", Note: "已注记", On: "2999-01-01"}} {
		if err := e.answers(s); !errors.As(err, &refusal) || refusal.Field != field {
			t.Errorf("an entry without %s: %v", field, err)
		}
	}
	e.must(e.desk.Report(ctx, transfer.By{Name: e.register.Name}, e.register.ID, r.Transfer.ID, transfer.Status{State: transfer.Accepted, Ref: "登注1号", On: e.today(), Note: "已注记"}))
	if n = e.last(id); n.State != "noted" || n.RegisterNo != "登注1号" || n.RegisterOn != e.today() || n.Gone || n.Overdue || e.listed("open") != 1 || e.listed("gone") != 0 {
		t.Fatalf("noted: %+v", n)
	}

	e.payNext(id)
	e.expect(id, "closed")
	due := e.deadline(id, "解除不动产注记")
	if n = e.last(id); !n.Gone || n.Overdue || e.listed("gone") != 1 || due.At.IsZero() || due.At.After(e.clock.now().AddDate(0, 0, 8)) {
		t.Fatalf("paid, and %+v, due %s", n, due.At)
	}
	e.clock.to(due.At)
	_, err := e.Sweep(ctx)
	e.must(err)
	alarms, err := e.Alarms(ctx, e.staff["o1"])
	e.must(err)
	if !slices.ContainsFunc(alarms, func(a casework.Alarm) bool {
		return a.CaseID == id && a.LabelZH == "解除不动产注记" && a.Percent == 100
	}) || !e.last(id).Overdue {
		t.Errorf("nobody lifted it: %+v, %+v", alarms, e.last(id))
	}

	refused(t, e.LiftAnnotation(ctx, e.staff["o3"], id, n.ID, "已缴清"), flow.Forbidden, "")
	e.must(e.LiftAnnotation(ctx, e.staff["o2"], id, n.ID, "罚款和加处罚款已缴清。"))
	n, r = e.last(id), e.request()
	if n.State != "lifting" || n.Gone || n.LiftedBy != e.staff["o2"].Name || r.Transfer.SubjectKind != transfer.OfLifting || !strings.Contains(r.Letter, "登注1号") || e.deadline(id, "解除不动产注记").At.IsZero() {
		t.Fatalf("lifting: %+v, %s", n, r.Letter)
	}
	e.must(e.answers(transfer.Status{State: transfer.Returned, Note: "权证号有误"}))
	if n = e.last(id); n.State != "noted" || !n.Gone || n.Answer != "权证号有误" || e.deadline(id, "解除不动产注记").At.IsZero() {
		t.Fatalf("sent back: %+v", n)
	}
	e.must(e.LiftAnnotation(ctx, e.staff["o1"], id, n.ID, "更正后再函请解除。"))
	e.must(e.answers(transfer.Status{State: transfer.Accepted, Ref: "登解9号", On: e.today(), Note: "已解除"}))
	if n = e.last(id); n.State != "lifted" || n.LiftedNo != "登解9号" || n.LiftedOn != e.today() || n.DueAt != nil || !e.deadline(id, "解除不动产注记").At.IsZero() || e.listed("open") != 0 || e.listed("") != 1 {
		t.Errorf("lifted: %+v", n)
	}
	if got := strings.Join(e.entries(id), " "); !strings.Contains(got, "annotation_asked annotation_sent") || !strings.Contains(got, "annotation_noted") || !strings.Contains(got, "annotation_lifting annotation_lift_returned annotation_lifting annotation_lifted") {
		t.Errorf("the record has %s", got)
	}
	e.must(e.CheckRecord(ctx, id))
}

// One that the register does not note burdens nobody; one that stands is to be lifted at its
// last day, whatever becomes of the case.
func TestAnAnnotationEndsByItsLastDay(t *testing.T) {
	t.Parallel()
	e, ctx := openEstate(t), t.Context()
	e.connect()
	id := e.unpaid()
	e.must(e.AskAnnotation(ctx, e.staff["o1"], id, e.draft()))
	e.must(e.DecideAnnotation(ctx, e.staff["head"], id, e.last(id).ID, casework.AnnotationVerdict{Confirm: true, Grounds: "同意"}))
	e.must(e.answers(transfer.Status{State: transfer.Returned, Note: "权利人不符"}))
	if n := e.last(id); n.State != "refused" || n.Gone || !e.deadline(id, "解除不动产注记").At.IsZero() {
		t.Fatalf("not noted: %+v", n)
	}
	n := e.noted(id)
	last := e.deadline(id, "解除不动产注记").At
	if n.Until != last.Format(time.DateOnly) && n.Until != last.AddDate(0, 0, -1).Format(time.DateOnly) {
		t.Errorf("it lasts until %s, to be lifted by %s", n.Until, last)
	}
	e.clock.to(last)
	if n = e.last(id); !n.Gone || !n.Overdue || e.listed("gone") != 1 {
		t.Errorf("its last day is over: %+v", n)
	}
}
