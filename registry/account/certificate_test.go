package account_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"offsite/registry/account"
)

func text(s string) *string { return &s }

// A certificate's last day is entered, told of 60 and 30 days before, holds on that day in
// Shanghai and not after it; each change stands in the change log, and the officer's open
// session knows it.
func TestACertificateIsToldOfBeforeItEnds(t *testing.T) {
	t.Parallel()
	s := open(t) // noon of 2026-11-24 in Shanghai
	ctx := t.Context()
	officer := s.member(t, "officer", account.Officer)
	session := s.signIn(t, "officer", sound)
	for _, c := range []struct {
		until, state string
		left         int
	}{
		{"2027-01-24", account.CertificateValid, 61}, {"2027-01-23", account.CertificateSoon, 60}, {"2026-12-25", account.CertificateSoon, 31},
		{"2026-12-24", account.CertificateUrgent, 30}, {"2026-11-24", account.CertificateUrgent, 0}, {"2026-11-23", account.CertificateEnded, -1}, {"", account.CertificateNone, 0},
	} {
		after, err := s.Change(ctx, "admin", officer.ID, account.Change{LicenceUntil: &c.until})
		if err != nil {
			t.Fatal(err)
		}
		if state, left := after.Certificate(s.clock.now()); state != c.state || left != c.left {
			t.Errorf("until %q: %s with %d days left, want %s with %d", c.until, state, left, c.state, c.left)
		}
		if known, err := s.Session(ctx, session.Token); err != nil || known.Account.LicenceUntil != c.until {
			t.Errorf("the session knows %q (%v), want %q", known.Account.LicenceUntil, err, c.until)
		}
	}
	// The day ends at midnight in Shanghai, not in Greenwich.
	last := account.Account{LicenceUntil: "2026-11-24"}
	midnight := time.Date(2026, 11, 24, 16, 0, 0, 0, time.UTC)
	if state, _ := last.Certificate(midnight.Add(-time.Second)); state != account.CertificateUrgent {
		t.Errorf("a second before midnight: %s", state)
	}
	if state, _ := last.Certificate(midnight); state != account.CertificateEnded {
		t.Errorf("at midnight: %s", state)
	}
	var logged int
	err := s.pool.QueryRow(ctx, `SELECT count(*) FROM change_log WHERE kind = 'account' AND subject = $1 AND by_whom = 'admin' AND action = 'change'
		AND coalesce(before->>'licence_until', '') <> coalesce(after->>'licence_until', '')`, officer.ID).Scan(&logged)
	if err != nil || logged != 7 {
		t.Errorf("%d changes of the last day are in the change log (%v), want 7", logged, err)
	}

	for field, c := range map[string]account.Change{"licence_until": {LicenceUntil: text("24.11.2026")}, "licence_no": {LicenceNo: text("")}} {
		var refused *account.Refused
		if _, err := s.Change(ctx, "admin", officer.ID, c); !errors.As(err, &refused) || refused.Field != field {
			t.Errorf("%+v: %v, want %s refused", c, err, field)
		}
	}
	head := s.member(t, "head", account.Head)
	var refused *account.Refused
	if _, err = s.Change(ctx, "admin", head.ID, account.Change{LicenceNo: text(""), LicenceUntil: text("2027-01-01")}); !errors.As(err, &refused) || refused.Field != "licence_no" {
		t.Errorf("a last day without a number: %v", err)
	}
	// Who gives the certificate back has no last day any more.
	if _, err = s.Change(ctx, "admin", head.ID, account.Change{LicenceUntil: text("2027-01-01")}); err != nil {
		t.Fatal(err)
	}
	if after, err := s.Change(ctx, "admin", head.ID, account.Change{LicenceNo: text("")}); err != nil || after.LicenceUntil != "" {
		t.Errorf("without a number the last day is %q (%v)", after.LicenceUntil, err)
	}
	made, _, err := s.Create(ctx, "admin", account.Draft{Username: "new", Name: "新人", Roles: []string{account.Officer}, LicenceNo: "31-2", LicenceUntil: "2028-02-29"})
	if err != nil {
		t.Fatal(err)
	}
	if read, err := s.Account(ctx, made.ID); err != nil || read.LicenceUntil != "2028-02-29" {
		t.Errorf("made with 2028-02-29, read %q (%v)", read.LicenceUntil, err)
	}
}

// Trainings are entered by day, subject and hours; those of this year are added up, and one
// that was entered wrongly goes, but stays in the change log.
func TestTrainingsAreAddedUpByYear(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	officer, other := s.member(t, "officer", account.Officer), s.member(t, "other", account.Officer)
	var wrong account.Training
	for _, one := range []account.Training{
		{HeldOn: "2025-12-31", Subject: "去年", Hours: 8}, {HeldOn: "2026-01-01", Subject: "行政处罚法", Hours: 4}, {HeldOn: "2026-11-24", Subject: " 证据规范 ", Hours: 2.54}, {HeldOn: "2026-05-05", Subject: "误登", Hours: 40},
	} {
		made, err := s.AddTraining(ctx, "admin", officer.ID, one)
		if err != nil {
			t.Fatal(err)
		}
		if one.Subject == "误登" {
			wrong = made
		}
	}
	if err := s.RemoveTraining(ctx, "admin", other.ID, wrong.ID); !errors.Is(err, account.ErrNotFound) {
		t.Errorf("another's training was removed: %v", err)
	}
	if err := s.RemoveTraining(ctx, "admin", officer.ID, wrong.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveTraining(ctx, "admin", officer.ID, wrong.ID); !errors.Is(err, account.ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
	list, err := s.Trainings(ctx, officer.ID)
	if err != nil || len(list) != 3 || list[0].Subject != "证据规范" || list[0].Hours != 2.5 || list[0].EnteredBy != "admin" || list[2].HeldOn != "2025-12-31" {
		t.Errorf("the trainings are %+v (%v)", list, err)
	}
	hours, err := s.TrainedHours(ctx)
	if err != nil || len(hours) != 1 || hours[officer.ID] != 6.5 {
		t.Errorf("this year's hours are %v (%v), want 6.5 of one", hours, err)
	}
	rows, err := s.pool.Query(ctx, `SELECT action, coalesce(before, after) FROM change_log WHERE kind = 'account' AND subject = $1 AND action LIKE '%training' ORDER BY id`, officer.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	actions := map[string]int{}
	var last account.Training
	for rows.Next() {
		var action string
		var document []byte
		if err = rows.Scan(&action, &document); err != nil {
			t.Fatal(err)
		}
		if err = json.Unmarshal(document, &last); err != nil {
			t.Fatal(err)
		}
		actions[action]++
	}
	if actions["add training"] != 4 || actions["remove training"] != 1 || last.Subject != "误登" || last.Hours != 40 {
		t.Errorf("the change log has %v, last %+v", actions, last)
	}

	for field, bad := range map[string]account.Training{
		"held_on": {HeldOn: "2026-11-25", Subject: "明天", Hours: 1}, "subject": {HeldOn: "2026-11-24", Subject: " ", Hours: 1}, "hours": {HeldOn: "2026-11-24", Subject: "零", Hours: 0.04},
	} {
		var refused *account.Refused
		if _, err = s.AddTraining(ctx, "admin", officer.ID, bad); !errors.As(err, &refused) || refused.Field != field {
			t.Errorf("%+v: %v, want %s refused", bad, err, field)
		}
	}
	if _, err = s.AddTraining(ctx, "admin", "00000000-0000-7000-8000-000000000000", account.Training{HeldOn: "2026-11-24", Subject: "无", Hours: 1}); !errors.Is(err, account.ErrNotFound) {
		t.Errorf("a training of nobody: %v", err)
	}
}
