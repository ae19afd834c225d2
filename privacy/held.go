package privacy

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"offsite/evidence/bag"
)

// held is what the tables hold on a party: name of the file, statement with $1 the
// party. Each gives the columns as they are; officers stand in their capacity.
func held() [][2]string {
	const cases = `(SELECT id FROM casefile WHERE party_id = $1)`
	return [][2]string{
		{"party.json", `SELECT kind, name, identity_shown, phone, address, email, created_at, changed_at FROM party WHERE id = $1`},
		{"consents.json", `SELECT phone, encode(signature, 'base64') AS signature, at, withdrawn_at FROM consent WHERE party_id = $1 ORDER BY at`},
		{"changes.json", `SELECT at, action, before, after FROM change_log WHERE kind = 'party' AND subject = $1::uuid::text ORDER BY id`},
		{"objects.json", `SELECT kind, name, address, business, licence_no, township, grade, longitude, latitude, created_at, changed_at, removed_at FROM object WHERE party_id = $1 ORDER BY id`},
		{"object-events.json", `SELECT o.name, e.kind, e.at, e.points, e.note FROM object_event e JOIN object o ON o.id = e.object_id WHERE o.party_id = $1 ORDER BY e.at`},
		{"object-papers.json", `SELECT o.name AS object, p.kind, p.signer, p.at, p.type, encode(p.content, 'base64') AS content, p.withdrawn_at, p.withdrawn_why FROM object_paper p JOIN object o ON o.id = p.object_id WHERE p.party_id = $1 ORDER BY p.at`},
		{"cases.json", `SELECT id, number, state, matter, party, object, place, township, first_at, last_at, filed_at, decided_at, published_at, closed_at, fine_fen, late_fen, paid_fen FROM casefile WHERE party_id = $1 ORDER BY first_at`},
		{"records.json", `SELECT case_id, seq, at, role, event, from_state, to_state, reason FROM process_record WHERE case_id IN ` + cases + ` ORDER BY case_id, seq`},
		{"documents.json", `SELECT id, case_id, kind, title_zh, number, code, issued_at, sha256 FROM document WHERE case_id IN ` + cases + ` ORDER BY issued_at`},
		{"evidence.json", `SELECT bundle, case_id, kind, sealed_at, receipt->>'manifest_sha256' AS manifest_sha256, receipt->>'retain_until' AS kept_until FROM evidence WHERE case_id IN ` + cases + ` ORDER BY sealed_at`},
		{"evidence-removed.json", `SELECT bundle, case_id, removed_at, why FROM evidence_removed WHERE case_id IN ` + cases + ` ORDER BY removed_at`},
		{"views.json", `SELECT at, what, file, reason FROM access_record WHERE subject = $1::uuid::text OR subject IN (SELECT bundle::text FROM evidence WHERE case_id IN ` + cases + `) ORDER BY id`},
		{"messages.json", `SELECT case_id, template, channel, phone, email, body, created_at, state, settled_at FROM message WHERE case_id IN ` + cases + ` ORDER BY created_at`},
		{"portal-visits.json", `SELECT case_id, at, what, address, browser FROM portal_visit WHERE case_id IN ` + cases + ` ORDER BY id`},
		{"portal-sessions.json", `SELECT case_id, address, browser, created_at, expires_at FROM portal_session WHERE case_id IN ` + cases + ` ORDER BY created_at`},
		{"payments.json", `SELECT case_id, amount_fen, receipt_no, paid_at, received_at, outcome, refund_fen FROM payment_notice WHERE case_id IN ` + cases + ` ORDER BY received_at`},
		{"papers.json", `SELECT case_id, event, at, type, encode(content, 'base64') AS content FROM case_paper WHERE case_id IN ` + cases + ` ORDER BY at`},
		{"full-copies.json", `SELECT case_id, asked_at, reason, state, grounds, decided_at, until FROM full_copy WHERE case_id IN ` + cases + ` ORDER BY asked_at`},
		{"refunds.json", `SELECT case_id, amount_fen, reason, owed_at, refunded_at FROM refund WHERE case_id IN ` + cases + ` ORDER BY owed_at`},
		{"suggestions.json", `SELECT case_id, recipient, suggestion, basis, reply_by, issued_at, outcome, reply, replied_on FROM suggestion WHERE case_id IN ` + cases + ` ORDER BY issued_at`},
		{"counter-payments.json", `SELECT case_id, receipt_no, paid_on, amount_fen, state, asked_at, decided_at, grounds FROM counter_payment WHERE case_id IN ` + cases + ` ORDER BY asked_at`},
		{"annotations.json", `SELECT case_id, ground, basis, property, place, owner, reason, until, state, asked_at, decided_at, grounds, register_no, register_on, lift_reason, lift_at, lifted_no, lifted_on, answer FROM annotation WHERE case_id IN ` + cases + ` ORDER BY asked_at`},
		{"refunds-by-hand.json", `SELECT case_id, cause, receipt_no, received_fen, amount_fen, reason, state, asked_at, decided_at, grounds, treasury_no, paid_on FROM hand_refund WHERE case_id IN ` + cases + ` ORDER BY asked_at`},
		{"credit.json", `SELECT r.case_id, r.level, r.why, r.decided_at, r.repair_from, r.until, r.shown, r.state, (SELECT jsonb_agg(jsonb_build_object('asked_at', a.asked_at, 'text', a.text, 'state', a.state, 'reason', a.reason) ORDER BY a.asked_at)
			FROM credit_repair a WHERE a.record_id = r.id) AS repairs FROM credit_record r WHERE r.party_id = $1 ORDER BY r.decided_at`},
		{"credit-papers.json", `SELECT r.case_id, a.asked_at, p.seq, p.kind AS type, p.sha256, encode(p.content, 'base64') AS content
			FROM credit_paper p JOIN credit_repair a ON a.id = p.repair_id JOIN credit_record r ON r.id = a.record_id WHERE r.party_id = $1 ORDER BY a.asked_at, p.seq`},
		{"notes.json", `SELECT case_id, at, text, filed_at FROM case_note WHERE filed_at IS NOT NULL AND case_id IN ` + cases + ` ORDER BY at`},
		{"transfers.json", `SELECT t.number, t.subject AS case_id, a.name AS recipient, t.sent_at, t.state, t.letter FROM transfer t JOIN authority a ON a.id = t.authority_id WHERE t.subject IN ` + cases + ` OR t.subject IN (SELECT id FROM annotation WHERE case_id IN ` + cases + `) ORDER BY t.sent_at`},
		{"requests.json", `SELECT how, asked_at, state, decided_at, reason FROM subject_request WHERE party_id = $1 ORDER BY asked_at`},
	}
}

const about = `本包是本机关系统中登记的、与您有关的全部个人信息（《个人信息保护法》第四十五条）。
证件号码：%s
各文件为 JSON；documents 目录为已制作的文书。manifest-sha256.txt 为各文件的摘要。
影像证据拍到其他人，不随包复制：evidence.json 列出证据包，可在案件页面查看已遮挡他人的副本，或到执法队查阅。
认为信息不准确、不完整的，可以申请更正、补充（第四十六条）。

All personal data that this authority's system holds on you (PIPL art. 45). Files are JSON;
the folder documents has the papers that were issued. Evidence shows other people too and is
not copied: evidence.json lists it; see the masked copies on the page of your case, or come
and see it. You may ask to have data corrected or completed (art. 46).
`

// collect writes all that is held on a party into a bag.
func collect(ctx context.Context, tx pgx.Tx, partyID, number string, w *bag.Writer) error {
	if number == "" {
		number = "未登记"
	}
	if _, err := w.Add("README.txt", strings.NewReader(fmt.Sprintf(about, number))); err != nil {
		return err
	}
	for _, one := range held() {
		var text []byte
		if err := tx.QueryRow(ctx, `SELECT convert_to(jsonb_pretty(coalesce(jsonb_agg(to_jsonb(x)), '[]')), 'UTF8') FROM (`+one[1]+`) x`, partyID).Scan(&text); err != nil {
			return fmt.Errorf("collect %s: %w", one[0], err)
		}
		if _, err := w.Add(one[0], bytes.NewReader(text)); err != nil {
			return err
		}
	}
	rows, err := tx.Query(ctx, `SELECT 'documents/' || id || '.pdf', pdf FROM document WHERE case_id IN (SELECT id FROM casefile WHERE party_id = $1) ORDER BY issued_at`, partyID)
	if err != nil {
		return fmt.Errorf("collect the documents: %w", err)
	}
	var name string
	var pdf []byte
	_, err = pgx.ForEachRow(rows, []any{&name, &pdf}, func() error {
		_, err := w.Add(name, bytes.NewReader(pdf))
		return err
	})
	return err
}
