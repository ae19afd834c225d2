package privacy

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/evidence/bag"
	"offsite/registry"
	"offsite/registry/identity"
	"offsite/store"
)

// Request is a party's request for all that is held on it (PIPL art. 45).
type Request struct {
	ID         string         `json:"id"`
	PartyID    string         `json:"party_id"`
	Party      string         `json:"party"`
	How        string         `json:"how" doc:"portal, desk."`
	AskedAt    time.Time      `json:"asked_at"`
	AskedBy    string         `json:"asked_by,omitempty" doc:"Who took it down at the desk."`
	Checked    string         `json:"checked" doc:"How it was made sure who asks."`
	DecideBy   time.Time      `json:"decide_by"`
	State      string         `json:"state" doc:"asked, reviewed, released, refused."`
	Reviewer   string         `json:"reviewer,omitempty"`
	ReviewedAt *time.Time     `json:"reviewed_at,omitempty"`
	Advised    bool           `json:"advised" doc:"The reviewer would release it."`
	Review     string         `json:"review,omitempty"`
	Decider    string         `json:"decider,omitempty"`
	DecidedAt  *time.Time     `json:"decided_at,omitempty"`
	Reason     string         `json:"reason,omitempty"`
	Events     []RequestEvent `json:"events"`
}

// RequestEvent is a step of a request, or a handing over.
type RequestEvent struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Event  string    `json:"event" doc:"asked, reviewed, released, refused, handed_over."`
	SHA256 string    `json:"sha256,omitempty" doc:"Of the ZIP that was handed over."`
}

// Verdict is what a reviewer advises or a head decides.
type Verdict struct {
	Release bool   `json:"release"`
	Reason  string `json:"reason" minLength:"1" maxLength:"2000"`
}

// answerWithin is the time to answer: PIPL art. 45 says "in time" (及时), GB/T 35273-2020
// (8.7) thirty days.
const answerWithin = 30 * 24 * time.Hour

// Wrong identity numbers that a party's portal may enter within a day.
const (
	triesMost = 5
	triesIn   = 24 * time.Hour
)

// ErrNoRequest: there is no such request, or it is not the party's.
var ErrNoRequest = errors.New("there is no such request")

func refuse(field, zh, en string) error { return &registry.Refused{Field: field, ZH: zh, EN: en} }

// AskAtDesk takes a request down; checked says how it was made sure who asks.
func (o *Office) AskAtDesk(ctx context.Context, by, partyID, checked string) (string, error) {
	if checked = strings.TrimSpace(checked); checked == "" {
		return "", refuse("checked", "请写明如何核实申请人身份", "say how it was made sure who asks")
	}
	return o.ask(ctx, Request{PartyID: partyID, How: "desk", AskedBy: by, Checked: checked}, "")
}

// AskInPortal takes a request of the party of a case, who shows the link and knows the
// identity number on file.
func (o *Office) AskInPortal(ctx context.Context, caseID, number, address string) error {
	partyID, err := o.proved(ctx, caseID, number, address)
	if err != nil {
		return err
	}
	_, err = o.ask(ctx, Request{PartyID: partyID, How: "portal", Checked: "专属链接与证件号码相符"}, caseID)
	return err
}

func (o *Office) ask(ctx context.Context, r Request, caseID string) (id string, err error) {
	if !store.IsID(r.PartyID) {
		return "", refuse("party_id", "请选择当事人", "choose a party")
	}
	made, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("take a request down: %w", err)
	}
	now := o.now()
	err = pgx.BeginFunc(ctx, o.o.Pool, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, `INSERT INTO subject_request (id, party_id, how, case_id, asked_at, asked_by, checked, decide_by, state)
			SELECT $1, p.id, $3, nullif($4, '')::uuid, $5, $6, $7, $8, 'asked' FROM party p WHERE p.id = $2 ON CONFLICT DO NOTHING`,
			made.String(), r.PartyID, r.How, caseID, now, r.AskedBy, r.Checked, now.Add(answerWithin))
		if err != nil {
			return err
		}
		if done.RowsAffected() == 0 {
			return refuse("party_id", "没有这名当事人，或其申请正在办理", "there is no such party, or it has a request that is not answered yet")
		}
		return o.tell(ctx, tx, made.String(), r.AskedBy, "asked", "")
	})
	if err != nil {
		return "", fmt.Errorf("take a request for party %s down: %w", r.PartyID, err)
	}
	return made.String(), nil
}

// tell writes a step; by is an account, "" the party.
func (o *Office) tell(ctx context.Context, tx pgx.Tx, id, by, event, digest string) error {
	if by == "" {
		by = "party"
	}
	_, err := tx.Exec(ctx, `INSERT INTO subject_event (request_id, at, by_whom, event, sha256) VALUES ($1, $2, $3, $4, $5)`, id, o.now(), by, event, digest)
	return err
}

// proved gives the party of a case where the number is that on file.
func (o *Office) proved(ctx context.Context, caseID, number, address string) (partyID string, err error) {
	var tries int
	err = o.o.Pool.QueryRow(ctx, `SELECT c.party_id::text, (SELECT count(*) FROM subject_try t WHERE t.party_id = c.party_id AND t.at > $2) FROM casefile c WHERE c.id = $1 AND c.party_id IS NOT NULL`,
		caseID, o.now().Add(-triesIn)).Scan(&partyID, &tries)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", ErrNoRequest
	}
	if err != nil {
		return "", fmt.Errorf("find the party of case %s: %w", caseID, err)
	}
	if tries >= triesMost {
		return "", refuse("identity", "证件号码多次不符，请24小时后再试，或持证件到执法队办理", "the number was wrong too often: try again in 24 hours, or come with your papers")
	}
	known, err := o.o.Identity(ctx, "当事人", partyID, "查阅复制个人信息 PIPL art. 45")
	if err != nil {
		return "", err
	}
	if known == "" {
		return "", refuse("identity", "卷内没有您的证件号码，请持证件到执法队办理", "no identity number of yours is on file: come with your papers")
	}
	if subtle.ConstantTimeCompare([]byte(known), []byte(identity.Normal(number))) == 1 {
		return partyID, nil
	}
	if _, err := o.o.Pool.Exec(ctx, `INSERT INTO subject_try (party_id, at, address) VALUES ($1, $2, $3)`, partyID, o.now(), address); err != nil {
		return "", fmt.Errorf("count a wrong number: %w", err)
	}
	return "", refuse("identity", "证件号码与卷内登记不符", "the number is not the one on file")
}

// Review says whether a request should be granted.
func (o *Office) Review(ctx context.Context, by, id string, v Verdict) error {
	return o.step(ctx, by, id, "reviewed", v, `UPDATE subject_request SET state = 'reviewed', reviewer = $2::text::uuid, reviewed_at = $3, advised = $4, review = $5 WHERE id = $1 AND state = 'asked' AND asked_by <> $2`)
}

// Decide releases or refuses what somebody else has reviewed.
func (o *Office) Decide(ctx context.Context, by, id string, v Verdict) error {
	event := "refused"
	if v.Release {
		event = "released"
	}
	return o.step(ctx, by, id, event, v, `UPDATE subject_request SET state = CASE WHEN $4 THEN 'released' ELSE 'refused' END, decider = $2::text::uuid, decided_at = $3, reason = $5
		WHERE id = $1 AND state = 'reviewed' AND reviewer <> $2::text::uuid AND asked_by <> $2`)
}

func (o *Office) step(ctx context.Context, by, id, event string, v Verdict, sql string) error {
	if !store.IsID(id) {
		return ErrNoRequest
	}
	if v.Reason = strings.TrimSpace(v.Reason); v.Reason == "" {
		return refuse("reason", "请写明理由", "give the reason")
	}
	err := pgx.BeginFunc(ctx, o.o.Pool, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, sql, id, by, o.now(), v.Release, v.Reason)
		if err != nil {
			return err
		}
		if done.RowsAffected() == 0 {
			return refuse("state", "申请不在此环节，或您已在前一环节办理：受理、审核与决定须由不同人员作出", "the request is not at this step, or the step before was yours: three people take it down, review and decide it")
		}
		return o.tell(ctx, tx, id, by, event, "")
	})
	if err != nil {
		return fmt.Errorf("%s, request %s: %w", event, id, err)
	}
	return nil
}

const requestQuery = `SELECT r.id::text, r.party_id::text, p.name, r.how, r.asked_at, coalesce((SELECT name FROM account WHERE id::text = r.asked_by), r.asked_by), r.checked, r.decide_by, r.state,
	coalesce((SELECT name FROM account WHERE id = r.reviewer), ''), r.reviewed_at, r.advised, r.review, coalesce((SELECT name FROM account WHERE id = r.decider), ''), r.decided_at, r.reason,
	(SELECT coalesce(jsonb_agg(jsonb_build_object('at', e.at, 'by', coalesce((SELECT name FROM account WHERE id::text = e.by_whom), e.by_whom), 'event', e.event, 'sha256', e.sha256) ORDER BY e.id), '[]')
		FROM subject_event e WHERE e.request_id = r.id) FROM subject_request r JOIN party p ON p.id = r.party_id `

func scanRequest(row pgx.CollectableRow) (r Request, err error) {
	err = row.Scan(&r.ID, &r.PartyID, &r.Party, &r.How, &r.AskedAt, &r.AskedBy, &r.Checked, &r.DecideBy, &r.State,
		&r.Reviewer, &r.ReviewedAt, &r.Advised, &r.Review, &r.Decider, &r.DecidedAt, &r.Reason, &r.Events)
	return r, err
}

const mostRequests = 500

// Requests lists requests, those that wait first, then the newest.
func (o *Office) Requests(ctx context.Context) ([]Request, error) {
	rows, err := o.o.Pool.Query(ctx, requestQuery+`ORDER BY r.state IN ('asked', 'reviewed') DESC, r.asked_at DESC LIMIT $1`, mostRequests)
	if err != nil {
		return nil, fmt.Errorf("list the requests of parties: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanRequest)
	if err != nil {
		return nil, fmt.Errorf("list the requests of parties: %w", err)
	}
	return list, nil
}

// OfCase is the newest request of the party of a case, nil if it has none.
func (o *Office) OfCase(ctx context.Context, caseID string) (*Request, error) {
	rows, err := o.o.Pool.Query(ctx, requestQuery+`WHERE r.party_id = (SELECT party_id FROM casefile WHERE id = $1) ORDER BY r.asked_at DESC LIMIT 1`, caseID)
	if err != nil {
		return nil, fmt.Errorf("read the request of the party of case %s: %w", caseID, err)
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanRequest)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the request of the party of case %s: %w", caseID, err)
	}
	return &r, nil
}

// HandInPortal gives the party of a case what was released to it, as a ZIP.
func (o *Office) HandInPortal(ctx context.Context, caseID, number, address, agent string) ([]byte, error) {
	if _, err := o.proved(ctx, caseID, number, address); err != nil {
		return nil, err
	}
	r, err := o.OfCase(ctx, caseID)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, ErrNoRequest
	}
	return o.Hand(ctx, "", r.ID, agent)
}

// Hand gives all that is held on the party of a released request, as a BagIt bag in a
// ZIP, and records it first; by is an account, "" the party. What is held is read now,
// in one snapshot.
func (o *Office) Hand(ctx context.Context, by, id, agent string) ([]byte, error) {
	if !store.IsID(id) {
		return nil, ErrNoRequest
	}
	var partyID, state, name string
	err := o.o.Pool.QueryRow(ctx, `SELECT r.party_id::text, r.state, coalesce((SELECT name FROM account WHERE id::text = $2), '当事人') FROM subject_request r WHERE r.id = $1`, id, by).Scan(&partyID, &state, &name)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, ErrNoRequest
	case err != nil:
		return nil, fmt.Errorf("read request %s: %w", id, err)
	case state != "released":
		return nil, refuse("state", "申请尚未批准提供", "the request has not been granted")
	}
	number, err := o.o.Identity(ctx, name, partyID, "查阅复制个人信息 PIPL art. 45")
	if err != nil {
		return nil, err
	}
	var zip bytes.Buffer
	err = pgx.BeginTxFunc(ctx, o.o.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		w := bag.Zip(&zip, "personal-data-"+id, o.now())
		if err := collect(ctx, tx, partyID, number, w); err != nil {
			return err
		}
		if err := w.Close(id, agent); err != nil {
			return err
		}
		sum := sha256.Sum256(zip.Bytes())
		return o.tell(ctx, tx, id, by, "handed_over", hex.EncodeToString(sum[:]))
	})
	if err != nil {
		return nil, fmt.Errorf("hand over what request %s asks for: %w", id, err)
	}
	return zip.Bytes(), nil
}
