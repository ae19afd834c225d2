package api_test

import (
	"context"
	"crypto/sha256"
	"net/http"
	"strings"
	"testing"

	"offsite/api"
	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/casework/room"
)

// doors notes who was let into a room.
type doors struct{ entered []room.Side }

func (d *doors) Join(_ context.Context, _, _ string, side room.Side, offer string) (string, error) {
	d.entered = append(d.entered, side)
	return "answer to " + offer, nil
}

// inRoom is a case whose room is open and whose party has agreed to be recorded, with its
// officer and the token of the party's link.
func (h *house) inRoom(officerID string) (id, token string) {
	h.t.Helper()
	const caseID = "0198c000-0000-7000-8000-00000000ca5e"
	dossier := `{"party": {"phone": "13800000001"}, "people": {"officers": [{"id": "` + officerID + `", "name": "甲", "licence_no": "No 1"}]},
		"room": {"id": "0198c000-0000-7000-8000-000000000700", "opened_at": "2026-11-24T02:00:00Z", "agreed_at": "2026-11-24T02:01:00Z"}}`
	_, err := h.pool.Exec(h.t.Context(), `INSERT INTO casefile (id, number, state, version, detector, matter, camera_id, zone_id, first_at, last_at, raised_at, created_at, changed_at, officers, dossier)
		VALUES ($1, 'N', 'notified', 1, 'stall', 'stall', gen_random_uuid(), gen_random_uuid(), now(), now(), now(), now(), now(), ARRAY[$2::uuid], $3)`, caseID, officerID, dossier)
	if err != nil {
		h.t.Fatal(err)
	}
	digest := sha256.Sum256([]byte("token"))
	if _, err := h.pool.Exec(h.t.Context(), `INSERT INTO portal_link (token_sha256, case_id, nonce, given_at) VALUES ($1, $2, 'n', now())`, digest[:], caseID); err != nil {
		h.t.Fatal(err)
	}
	return caseID, "token"
}

// A link opens the case, and not the room: that wants the telephone's code too. Officers of
// other cases stay outside.
func TestTheRoomWantsTheSecondFactor(t *testing.T) {
	t.Parallel()
	d := &doors{}
	h := open(t, func(o *api.Options) { o.Rooms = d })
	own := h.staff("officer")
	var officerID string
	if err := h.pool.QueryRow(t.Context(), `SELECT id::text FROM account WHERE username = 'officer'`).Scan(&officerID); err != nil {
		t.Fatal(err)
	}
	id, token := h.inRoom(officerID)
	party := h.stranger()
	r := party.do("POST", "/portal/session", wire.PortalOpen{Token: token})
	var s wire.PortalSession
	r.into(t, &s)
	party.csrf = s.CSRF
	offer := wire.SessionDescription{SDP: "offer"}
	for path, body := range map[string]any{"/portal/inquiry/join": offer, "/portal/inquiry/agreement": wire.PortalAgreement{Agree: true}, "/portal/inquiry/confirmation": wire.PortalCorrection{}} {
		if r := party.do("POST", path, body); r.status != http.StatusForbidden || !strings.Contains(r.String(), problem.SecondFactor) {
			t.Errorf("%s without the second factor: %s", path, r)
		}
	}
	if _, err := h.pool.Exec(t.Context(), `UPDATE portal_session SET proved_at = now()`); err != nil {
		t.Fatal(err)
	}
	if r := party.do("POST", "/portal/inquiry/join", offer); r.status != http.StatusOK || !strings.Contains(r.String(), "answer to offer") {
		t.Errorf("with it: %s", r)
	}
	party.csrf = "forged"
	if r := party.do("POST", "/portal/inquiry/join", offer); r.status != http.StatusForbidden {
		t.Errorf("from another page: %s", r)
	}
	if r := own.do("POST", "/cases/"+id+"/inquiry/join", offer); r.status != http.StatusOK {
		t.Errorf("the case's officer: %s", r)
	}
	var present string
	if err := h.pool.QueryRow(t.Context(), `SELECT dossier->'room'->'present'->0->>'id' FROM casefile WHERE id = $1`, id).Scan(&present); err != nil || present != officerID {
		t.Errorf("who entered is not noted as present: %q, %v", present, err)
	}
	for _, other := range []*person{h.staff("officer", "reviewer"), h.staff("head")} {
		if r := other.do("POST", "/cases/"+id+"/inquiry/join", offer); r.status != http.StatusForbidden {
			t.Errorf("somebody else: %s", r)
		}
	}
	if len(d.entered) != 2 || d.entered[0] != room.Party || d.entered[1] != room.Officer {
		t.Errorf("let in: %v", d.entered)
	}
}
