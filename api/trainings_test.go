package api_test

import (
	"net/http"
	"testing"
	"time"

	"offsite/api/wire"
)

// An administrator enters the certificate and the trainings of the staff; the list of users
// and the officer's own session say how long it holds. Others neither enter nor remove.
func TestTrainingsAndCertificatesOfStaff(t *testing.T) {
	t.Parallel()
	h := open(t)
	admin, head, officer := h.staff("admin"), h.staff("head"), h.staff("officer")
	id := h.accountID("officer")
	today := time.Now().In(time.FixedZone("Asia/Shanghai", 8*60*60))
	until := today.AddDate(0, 0, 45).Format(time.DateOnly)
	h.wants(http.StatusForbidden, officer.do("PATCH", "/users/"+id, wire.UserChange{LicenceUntil: &until}))
	var changed wire.UserResult
	r := admin.do("PATCH", "/users/"+id, wire.UserChange{LicenceUntil: &until})
	if r.into(t, &changed); r.status != http.StatusOK || changed.User.LicenceState != "soon" || changed.User.LicenceDays != 45 {
		t.Fatal(r)
	}
	var own wire.Session
	if r = officer.do("GET", "/session", nil); r.status != http.StatusOK {
		t.Fatal(r)
	}
	if r.into(t, &own); own.User.LicenceState != "soon" || own.User.LicenceUntil != until || own.User.LicenceDays != 45 {
		t.Errorf("the officer's own session says %+v", own.User.Certificate)
	}
	bad := "2027/01/01"
	h.wants(http.StatusUnprocessableEntity, admin.do("PATCH", "/users/"+id, wire.UserChange{LicenceUntil: &bad}))

	draft := wire.TrainingDraft{HeldOn: today.Format(time.DateOnly), Subject: "行政处罚法", Hours: 4.5}
	h.wants(http.StatusForbidden, head.do("POST", "/users/"+id+"/trainings", draft))
	var made wire.Training
	r = admin.do("POST", "/users/"+id+"/trainings", draft)
	if r.into(t, &made); r.status != http.StatusCreated || made.TrainingDraft != draft {
		t.Fatal(r)
	}
	h.wants(http.StatusUnprocessableEntity, admin.do("POST", "/users/"+id+"/trainings", wire.TrainingDraft{HeldOn: today.AddDate(0, 0, 1).Format(time.DateOnly), Subject: "明天", Hours: 1}))
	hours := func() float64 {
		t.Helper()
		var users struct{ Items []wire.UserRow }
		head.do("GET", "/users", nil).into(t, &users)
		for _, u := range users.Items {
			if u.ID == id {
				return u.TrainingHours
			}
		}
		t.Fatal("the officer isn't listed")
		return 0
	}
	if got := hours(); got != 4.5 {
		t.Errorf("%v hours this year, want 4.5", got)
	}
	var list struct{ Items []wire.Training }
	head.do("GET", "/users/"+id+"/trainings", nil).into(t, &list)
	if len(list.Items) != 1 || list.Items[0].ID != made.ID {
		t.Errorf("the trainings are %+v", list.Items)
	}
	h.wants(http.StatusForbidden, head.do("DELETE", "/users/"+id+"/trainings/"+made.ID, nil))
	h.wants(http.StatusNoContent, admin.do("DELETE", "/users/"+id+"/trainings/"+made.ID, nil))
	h.wants(http.StatusNotFound, admin.do("DELETE", "/users/"+id+"/trainings/"+made.ID, nil))
	r = head.do("GET", "/users/"+id+"/trainings", nil)
	if r.into(t, &list); r.status != http.StatusOK || len(list.Items) != 0 || string(r.body) == "" {
		t.Errorf("after removal: %s", r)
	}
	if got := hours(); got != 0 {
		t.Errorf("%v hours after removal, want none", got)
	}
}
