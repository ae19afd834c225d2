package casework_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"offsite/casework"
	"offsite/casework/calendar"
	"offsite/casework/flow"
	"offsite/casework/matter"
	"offsite/casework/quota"
	"offsite/evidence/translog"
	"offsite/evidence/translog/proof"
	"offsite/registry"
)

func TestAlarmsAtHalfFourFifthsAndDue(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	id := h.reviewed()
	h.must(h.do("head", id, "file", fields{"officers": h.officers("o1", "o2")}))
	for _, one := range []struct {
		days, percent int
	}{{10, 0}, {36, 50}, {28, 80}, {20, 100}, {20, 100}} {
		h.clock.add(time.Duration(one.days) * 24 * time.Hour)
		_, err := h.Sweep(ctx)
		h.must(err)
		list, err := h.Alarms(ctx, h.staff["o1"])
		h.must(err)
		if one.percent == 0 && len(list) == 0 {
			continue
		}
		if len(list) != 1 || list[0].Percent != one.percent || list[0].LabelZH != "作出处罚决定" || list[0].CaseID != id {
			t.Fatalf("after %d days more: %+v, want %d %%", one.days, list, one.percent)
		}
	}
	if list, err := h.Alarms(ctx, h.staff["o3"]); err != nil || len(list) != 0 {
		t.Errorf("another officer's alarms: %+v, %v", list, err)
	}
	if list, err := h.Alarms(ctx, h.staff["head"]); err != nil || len(list) != 1 || len(list[0].Officers) != 2 {
		t.Errorf("the head's alarms: %+v, %v", list, err)
	}
}

func openLog(t *testing.T) *translog.Log {
	t.Helper()
	dir := t.TempDir()
	log, err := translog.Open(t.Context(), translog.Options{Dir: filepath.Join(dir, "log"), KeyFile: filepath.Join(dir, "key"), Interval: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(log.Stop)
	return log
}

func TestProcessRecordStandsInTheLog(t *testing.T) {
	t.Parallel()
	log := openLog(t)
	h := open(t, want{log: log})
	_, done := h.working()
	id := h.find(nil)
	h.until(done, "casework.log")
	seq, text, err := h.RecordProof(t.Context(), id)
	h.must(err)
	c, err := h.Case(t.Context(), h.staff["auditor"], id)
	h.must(err)
	if seq != len(c.Record) {
		t.Fatalf("entry %d is in the log, the record has %d", seq, len(c.Record))
	}
	entry := proof.Entry{Kind: proof.KindCase, ID: id + "/1", SHA256: c.Record[seq-1].Digest, At: c.Record[seq-1].At}
	leaf, err := entry.Bytes()
	h.must(err)
	p, err := proof.Parse(text)
	h.must(err)
	if _, err := p.Check(leaf, log.Trusted().ForProofs()); err != nil {
		t.Errorf("the proof does not hold: %v", err)
	}
}

func TestReconciliationFindsPlantedErrors(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	id := h.served(200_00)
	url, err := h.StartPayment(ctx, id)
	h.must(err)
	h.pay(url)
	h.expect(id, "closed")
	lines, err := h.outside.payment.Daily(ctx, h.clock.now())
	h.must(err)
	clean, err := h.Reconcile(ctx, h.clock.now(), lines)
	h.must(err)
	if len(lines) != 1 || len(clean.Differences) != 0 || clean.OursFen != 200_00 || clean.TheirsFen != 200_00 {
		t.Fatalf("lines %+v, reconciliation %+v", lines, clean)
	}
	sound := lines[0]
	for kind, planted := range map[string]func() []casework.PaymentLine{
		"missing_there": func() []casework.PaymentLine { return nil },
		"twice":         func() []casework.PaymentLine { return []casework.PaymentLine{sound, sound} },
		"amount":        func() []casework.PaymentLine { l := sound; l.AmountFen--; return []casework.PaymentLine{l} },
		"receipt":       func() []casework.PaymentLine { l := sound; l.ReceiptNo = "x"; return []casework.PaymentLine{l} },
		"missing_here": func() []casework.PaymentLine {
			l := sound
			l.OrderID = "0193a0b0-0000-7000-8000-000000000000"
			return []casework.PaymentLine{sound, l}
		},
	} {
		r, err := h.Reconcile(ctx, h.clock.now(), planted())
		h.must(err)
		if len(r.Differences) != 1 || r.Differences[0].Kind != kind {
			t.Errorf("%s was not found: %+v", kind, r.Differences)
		}
	}
	h.must(h.do("head", id, "revoke", fields{"reason": "认定事实有误"}))
	lines[0].State = "paid"
	if r, err := h.Reconcile(ctx, h.clock.now(), lines); err != nil || len(r.Differences) != 0 {
		t.Fatalf("revoked, and the provider is asked: %+v, %v", r.Differences, err)
	}
	if _, err := h.pool.Exec(ctx, `DELETE FROM refund`); err != nil {
		t.Fatal(err)
	}
	if r, err := h.Reconcile(ctx, h.clock.now(), lines); err != nil || len(r.Differences) != 1 || r.Differences[0].Kind != "owed_back" || r.Differences[0].CaseID != id || r.Differences[0].OursFen != 200_00 {
		t.Errorf("owed back, and nobody asked: %+v, %v", r.Differences, err)
	}
}

// Every day the provider's file of the day before is fetched and compared; what came
// of it is listed.
func TestYesterdayIsReconciledByItself(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	id := h.served(200_00)
	url, err := h.StartPayment(ctx, id)
	h.must(err)
	h.pay(url)
	h.clock.add(24 * time.Hour)
	_, done := h.working()
	h.until(done, "casework.reconcile")
	days, err := h.Reconciliations(ctx)
	h.must(err)
	if len(days) != 1 || days[0].OursFen != 200_00 || days[0].TheirsFen != 200_00 || len(days[0].Differences) != 0 {
		t.Errorf("reconciled: %+v", days)
	}
}

func TestPapersWaitForTheMorning(t *testing.T) {
	t.Parallel()
	h := open(t, want{at: time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC)}) // ten in the evening
	id := h.reviewed()
	h.must(h.do("head", id, "file", fields{"officers": h.officers("o1", "o2")}))
	h.must(h.do("o1", id, "notify", nil))
	var scheduled time.Time
	h.must(h.pool.QueryRow(t.Context(), `SELECT scheduled_at FROM river_job WHERE kind = 'casework.message' ORDER BY id DESC LIMIT 1`).Scan(&scheduled))
	if want := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC); !scheduled.Equal(want) {
		t.Errorf("the notice goes out at %s, want %s", scheduled, want)
	}
}

func TestBulkJudgesEachAlone(t *testing.T) {
	t.Parallel()
	h := open(t, want{noObject: true, noParty: true})
	ctx := t.Context()
	var chosen []casework.Chosen
	for range 3 {
		id := h.find(nil)
		chosen = append(chosen, casework.Chosen{ID: id, Version: 1})
		h.clock.add(2 * time.Hour) // another vendor stands there
	}
	h.must(h.Reject(ctx, h.staff["r1"], chosen[1].ID, 1, "不构成违法"))
	chosen = append(chosen, casework.Chosen{ID: "0193a0b0-0000-7000-8000-000000000000", Version: 1})
	report, err := h.Bulk(ctx, h.staff["r1"], "reject", chosen, fields{"reason": "重复"})
	h.must(err)
	var done []bool
	for _, o := range report {
		done = append(done, o.Done)
		if !o.Done && (o.WhyZH == "" || o.WhyEN == "") {
			t.Errorf("%s was not done, without a reason", o.ID)
		}
	}
	if !slices.Equal(done, []bool{true, false, true, false}) {
		t.Errorf("done %v", done)
	}
}

func TestPublishedDecisionsNameNobody(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	id := h.served(200_00)
	list, err := h.PublicDecisions(ctx, "", "")
	h.must(err)
	if len(list.Items) != 1 || list.Items[0].Party != "张*" || list.Items[0].FineFen != 200_00 {
		t.Fatalf("published: %+v", list.Items)
	}
	h.must(h.do("head", id, "revoke", fields{"reason": "认定事实有误"}))
	list, err = h.PublicDecisions(ctx, "", "")
	h.must(err)
	text, err := json.Marshal(list)
	h.must(err)
	if strings.Contains(string(text), "张") || list.Items[0].WithdrawnAt == nil || list.Items[0].ReasonZH != "认定事实有误" {
		t.Errorf("withdrawn: %s", text)
	}
}

func TestPublicationIsCheckedByAPersonAndWithdrawnWithReason(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	id := h.served(200_00)
	unchecked, err := h.Publications(ctx, "unchecked", "")
	h.must(err)
	if len(unchecked.Items) != 1 || unchecked.Items[0].CaseID != id || unchecked.Items[0].Shown.Party != "张*" {
		t.Fatalf("nobody has checked: %+v", unchecked.Items)
	}
	number := unchecked.Items[0].Shown.Number
	for text, found := range map[string]int{number: 1, "设摊": 1, "STALL": 1, "张三": 0, "张*": 0, "%": 0, "": 1} {
		list, err := h.PublicDecisions(ctx, text, "")
		h.must(err)
		if len(list.Items) != found {
			t.Errorf("a search for %q finds %d, want %d", text, len(list.Items), found)
		}
	}
	h.must(h.CheckPublication(ctx, h.staff["legal"], id, true, ""))
	if left, err := h.Publications(ctx, "unchecked", ""); err != nil || len(left.Items) != 0 {
		t.Errorf("after the check: %+v, %v", left, err)
	}
	var refusal *casework.Refusal
	if err := h.CheckPublication(ctx, h.staff["legal"], id, false, " "); !errors.As(err, &refusal) {
		t.Errorf("withdrawn without a reason: %v", err)
	}
	h.must(h.CheckPublication(ctx, h.staff["legal"], id, false, "公开内容含有个人信息"))
	list, err := h.PublicDecisions(ctx, "", "")
	h.must(err)
	d := list.Items[0]
	if d.Number != number || d.WithdrawnAt == nil || d.ReasonZH != "公开内容含有个人信息" || d.Party != "" || d.FineFen != 0 || d.MatterZH != "" {
		t.Errorf("withdrawn: %+v", d)
	}
	if gone, err := h.Publications(ctx, "withdrawn", ""); err != nil || len(gone.Items) != 1 || gone.Items[0].Check.By != h.staff["legal"].Name {
		t.Errorf("the desk's list: %+v, %v", gone, err)
	}
	if found, err := h.PublicDecisions(ctx, number, ""); err != nil || len(found.Items) != 0 {
		t.Errorf("a search finds what is withdrawn: %+v, %v", found, err)
	}
}

func TestAnUnpublishedDecisionAlarmsAndIsListedAsLate(t *testing.T) {
	t.Parallel()
	h := open(t, want{})
	ctx := t.Context()
	id := h.decided(200_00)
	due, err := h.Publications(ctx, "due", "")
	h.must(err)
	if len(due.Items) != 1 || due.Items[0].CaseID != id {
		t.Fatalf("due: %+v", due.Items)
	}
	h.clock.to(due.Items[0].PublishBy)
	_, err = h.Sweep(ctx)
	h.must(err)
	list, err := h.Alarms(ctx, h.staff["head"])
	h.must(err)
	if !slices.ContainsFunc(list, func(a casework.Alarm) bool { return a.LabelZH == "公开处罚决定" && a.Percent == 100 }) {
		t.Errorf("alarms: %+v", list)
	}
	if late, err := h.Publications(ctx, "late", ""); err != nil || len(late.Items) != 1 {
		t.Errorf("late: %+v, %v", late, err)
	}
	quotas, err := h.Quotas(ctx, 0)
	h.must(err)
	for _, q := range quotas {
		if q.Key == "publication" && (q.Numerator != 0 || q.Denominator != 1) {
			t.Errorf("the quota counts %d of %d", q.Numerator, q.Denominator)
		}
	}
}

// Which decisions are made public, and when, is the matter's rule: seven working days, or
// as few as the bureau says, or not at all, and then nothing is missing.
func TestPublicationFollowsTheMattersRule(t *testing.T) {
	t.Parallel()
	for rule, days := range map[string]int{"": 7, "publish_days: 3": 3, "unpublished: {zh: 涉及未成年人, en: It concerns minors}": 0} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			c, err := matter.Load(fstest.MapFS{"stall.yaml": {Data: []byte(strings.Replace(stallMatter, "\nversions:", "\n"+rule+"\nversions:", 1))}})
			if err != nil {
				t.Fatal(err)
			}
			h := open(t, want{matters: c})
			ctx := t.Context()
			id := h.decided(200_00)
			working, err := calendar.Default()
			h.must(err)
			until, err := working.AddWorkingDays(h.clock.now(), days)
			h.must(err)
			due, err := h.Publications(ctx, "due", "")
			h.must(err)
			if n := len(due.Items); (n == 1) != (days > 0) || n == 1 && !due.Items[0].PublishBy.Equal(until) {
				t.Errorf("due: %+v, want until %s", due.Items, until)
			}
			if days == 0 {
				refused(t, h.do("o1", id, "publish", nil), flow.Unlawful, "第四十八条")
			}
			h.must(h.do("o1", id, "serve", fields{"method": "mail"}))
			h.must(h.do("o1", id, "served", fields{"received_at": h.clock.now().Format(time.RFC3339), "proof": "邮政回执", "receiver": "张三", "papers": []any{scan}}))
			public, err := h.PublicDecisions(ctx, "", "")
			h.must(err)
			if (len(public.Items) == 1) != (days > 0) {
				t.Errorf("public: %+v", public.Items)
			}
			h.clock.add(20 * 24 * time.Hour)
			late, err := h.Publications(ctx, "late", "")
			h.must(err)
			figures, err := h.Quotas(ctx, 0)
			h.must(err)
			i := slices.IndexFunc(figures, func(q quota.Quota) bool { return q.Key == "publication" })
			if len(late.Items) != 0 || (figures[i].Denominator == 1) != (days > 0) {
				t.Errorf("late: %+v; the figure is %+v", late.Items, figures[i])
			}
		})
	}
}

func TestFiguresAreSealedAtTheMonthsEnd(t *testing.T) {
	t.Parallel()
	log := openLog(t)
	h := open(t, want{log: log})
	ctx := t.Context()
	h.find(nil)
	_, err := h.registry.SaveBrigades(ctx, "test", []registry.Brigade{{Name: "一大队", Townships: []string{"甲镇", "乙镇"}}})
	h.must(err)
	h.must(h.SealQuotas(ctx))
	if list, err := h.QuotaSnapshots(ctx, quota.Part{}); err != nil || len(list) != 0 {
		t.Fatalf("October, before anything was seen, is sealed: %+v, %v", list, err)
	}
	h.clock.add(7 * 24 * time.Hour) // December
	h.must(h.SealQuotas(ctx))
	h.must(h.SealQuotas(ctx)) // once
	for id, of := range map[string]quota.Part{"2026-11": {}, "2026-11/brigade/一大队": {Level: quota.Brigade, Name: "一大队"}, "2026-11/township/甲镇": {Level: quota.Township, Name: "甲镇"}} {
		list, err := h.QuotaSnapshots(ctx, of)
		h.must(err)
		if len(list) != 1 || list[0].Month != "2026-11" || len(list[0].Quotas) < 9 || list[0].Area != of.Name {
			t.Fatalf("sealed of %s: %+v", id, list)
		}
		sum := sha256.Sum256([]byte(list[0].Text))
		entry := proof.Entry{Kind: proof.KindQuota, ID: id, SHA256: hex.EncodeToString(sum[:]), At: list[0].At}
		leaf, err := entry.Bytes()
		h.must(err)
		p, err := proof.Parse([]byte(list[0].Proof))
		h.must(err)
		if _, err := p.Check(leaf, log.Trusted().ForProofs()); err != nil {
			t.Errorf("the proof of %s does not hold: %v", id, err)
		}
	}
	for _, sql := range []string{`UPDATE quota_snapshot SET body = '{}'`, `DELETE FROM quota_snapshot`, `UPDATE quota_snapshot SET proof = NULL`, `UPDATE quota_snapshot SET area = 'x' WHERE area <> ''`} {
		if _, err := h.pool.Exec(ctx, sql); err == nil {
			t.Errorf("sealed figures were changed by %s", sql)
		}
	}
}
