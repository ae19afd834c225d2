package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"offsite/casework/flow"
)

// entry is a line of the process record before it is written.
type entry struct {
	event    flow.Event
	from, to flow.State
	reason   string
	by       performer
	role     flow.Role
	detail   detail
}

// detail is what a step was given and what it made.
type detail struct {
	Facts      string      `json:"facts,omitempty"`
	Conclusion string      `json:"conclusion,omitempty"`
	Text       string      `json:"text,omitempty"`
	FineFen    int64       `json:"fine_fen,omitempty"`
	LateFen    int64       `json:"late_fen,omitempty"`
	PaidFen    int64       `json:"paid_fen,omitempty"`
	RefundFen  int64       `json:"refund_fen,omitempty"`
	Method     string      `json:"method,omitempty"`
	Proof      string      `json:"proof,omitempty"`
	Receiver   string      `json:"receiver,omitempty"`
	Target     string      `json:"target,omitempty"`
	Place      string      `json:"place,omitempty"`
	ReceiptNo  string      `json:"receipt_no,omitempty"`
	PartyID    string      `json:"party_id,omitempty"`
	Matter     string      `json:"matter,omitempty"`
	Officers   []string    `json:"officers,omitempty"`
	At         *time.Time  `json:"at,omitempty"`
	Until      *time.Time  `json:"until,omitempty"`
	Parts      int         `json:"parts,omitempty"`
	Ticks      []string    `json:"ticks,omitempty"`
	Documents  []issued    `json:"documents,omitempty"`
	Bundle     string      `json:"bundle,omitempty"`
	Manifest   string      `json:"manifest_sha256,omitempty"`
	Phone      string      `json:"phone,omitempty"` // masked
	Email      string      `json:"email,omitempty"` // masked
	Address    string      `json:"address,omitempty"`
	Digest     string      `json:"sha256,omitempty"`
	Papers     []CasePaper `json:"papers,omitempty"`
	Other      *caseNamed  `json:"other_case,omitempty"` // held for another act
}

// issued names a document in the record.
type issued struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"`
	Number string `json:"number"`
	SHA256 string `json:"sha256"`
}

func detailOf(x flow.Fields) detail {
	d := detail{Facts: x.Facts, Conclusion: x.Conclusion, Text: x.Text, FineFen: x.FineFen, Method: x.Method, Proof: x.Proof, Receiver: x.Receiver,
		Target: x.Target, Place: x.Place, ReceiptNo: x.ReceiptNo, PartyID: x.PartyID, Matter: x.Matter, At: present(latest(x.At, x.ReceivedAt)), Until: present(x.Until), Parts: x.Parts}
	for _, o := range x.Officers {
		d.Officers = append(d.Officers, o.Name+"（"+o.LicenceNo+"）")
	}
	for name, on := range map[string]bool{"true": x.True, "clear": x.Clear, "complete": x.Complete, "accurate": x.Accurate} {
		if on {
			d.Ticks = append(d.Ticks, name)
		}
	}
	slices.Sort(d.Ticks)
	return d
}

// sealed is what an entry's digest is taken over, in this order.
type sealed struct {
	Case     string          `json:"case"`
	Seq      int             `json:"seq"`
	At       string          `json:"at"`
	ActorID  string          `json:"actor_id"`
	Actor    string          `json:"actor"`
	Role     flow.Role       `json:"role"`
	Event    flow.Event      `json:"event"`
	From     flow.State      `json:"from"`
	To       flow.State      `json:"to"`
	Reason   string          `json:"reason"`
	Detail   json.RawMessage `json:"detail"`
	Previous string          `json:"previous"`
}

func (s sealed) digest() ([]byte, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	return sum[:], nil
}

// seal gives a line of the process record its place and digest.
func (e entry) seal(caseID string, seq int, at time.Time, previous []byte) (sealed, []byte, error) {
	body, err := json.Marshal(e.detail)
	if err != nil {
		return sealed{}, nil, err
	}
	s := sealed{Case: caseID, Seq: seq, At: at.UTC().Truncate(time.Microsecond).Format(recordTime), ActorID: e.by.id, Actor: e.by.name, Role: e.role,
		Event: e.event, From: e.from, To: e.to, Reason: e.reason, Detail: body, Previous: hex.EncodeToString(previous)}
	digest, err := s.digest()
	return s, digest, err
}

// row is a sealed line as the table process_record holds it.
func (s sealed) row(at time.Time, previous, digest []byte) []any {
	if previous == nil {
		previous = []byte{}
	}
	return []any{s.Case, s.Seq, at.UTC().Truncate(time.Microsecond), orNull(s.ActorID), s.Actor, s.Role, s.Event, s.From, s.To, s.Reason, string(s.Detail), previous, digest}
}

const recordTime = "2006-01-02T15:04:05.000000Z"

// recordHead is the last entry of a process record; seq 0: there is none.
type recordHead struct {
	seq    int
	digest []byte
}

// append adds an entry to the process record; the caller holds the case's row.
func (b *Book) append(ctx context.Context, tx pgx.Tx, c *casefile, now time.Time, e entry) error {
	if c.head == nil {
		c.head = &recordHead{}
		err := tx.QueryRow(ctx, `SELECT seq, digest FROM process_record WHERE case_id = $1 ORDER BY seq DESC LIMIT 1`, c.ID).Scan(&c.head.seq, &c.head.digest)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return fmt.Errorf("read the process record of case %s: %w", c.ID, err)
		}
	}
	previous := c.head.digest
	now = now.UTC().Truncate(time.Microsecond)
	sealed, digest, err := e.seal(c.ID, c.head.seq+1, now, previous)
	if err != nil {
		return fmt.Errorf("write the process record of case %s: %w", c.ID, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO process_record (case_id, seq, at, actor_id, actor, role, event, from_state, to_state, reason, detail, previous, digest)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`, sealed.row(now, previous, digest)...)
	if err != nil {
		return fmt.Errorf("write the process record of case %s: %w", c.ID, err)
	}
	c.head = &recordHead{sealed.Seq, digest}
	if err := b.tellOthers(ctx, tx, c, now, e); err != nil {
		return err
	}
	if b.o.Log == nil {
		return nil
	}
	if !slices.ContainsFunc(c.jobs, func(p river.InsertManyParams) bool { _, ok := p.Args.(LogArgs); return ok }) { // one enters all up to the head
		b.later(c, LogArgs{CaseID: c.ID}, now)
	}
	return nil
}

func (b *Book) record(ctx context.Context, db database, id string) ([]RecordEntry, error) {
	rows, err := db.Query(ctx, `SELECT at, actor, role, event, from_state, to_state, reason, encode(digest, 'hex'),
		detail->'other_case'->>'id', detail->'other_case'->>'number', detail->'papers' FROM process_record WHERE case_id = $1 ORDER BY seq`, id)
	if err != nil {
		return nil, fmt.Errorf("read the process record of case %s: %w", id, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r RecordEntry, err error) {
		var other, number *string
		err = row.Scan(&r.At, &r.Actor, &r.Role, &r.Event, &r.From, &r.To, &r.Reason, &r.Digest, &other, &number, &r.Papers)
		r.LabelZH, r.LabelEN = b.label(flow.Event(r.Event))
		if other != nil && number != nil {
			r.OtherCase = &CaseRef{ID: *other, Number: *number}
		}
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the process record of case %s: %w", id, err)
	}
	return list, nil
}

// label names an event, also those that are no step of the table.
func (b *Book) label(e flow.Event) (zh, en string) {
	switch e {
	case "created":
		return "发现线索", "Found"
	case "joined":
		return "同一行为的后续证据", "More evidence of the same act"
	case "rechecked":
		return "复查", "Re-checked"
	case "message_delivered":
		return "短信已送达", "Message delivered"
	case "message_failed":
		return "短信未送达", "Message not delivered"
	case "mail_accepted":
		return "电子邮件已由邮件服务器接收", "E-mail taken by the mail server"
	case "mail_failed":
		return "电子邮件未送达", "E-mail not delivered"
	case "call_ordered":
		return "短信未送达，改拨语音电话", "Message not delivered, to be called"
	case "call_answered":
		return "语音电话已接听", "Call answered"
	case "call_failed":
		return "语音电话未接通", "Call not answered"
	case "opened":
		return "当事人打开页面", "Opened by the party"
	case "read":
		return "当事人阅读文书", "Document read by the party"
	case "recording_sealed":
		return "视频询问录音录像已封存", "Recording of the inquiry sealed"
	case "evidence_removed":
		return "证据保存期满，已删除", "Evidence deleted, its time over"
	case "full_copy_asked":
		return "申请查看未遮挡画面", "Asks to see the evidence uncovered"
	case "full_copy_granted":
		return "准予查看未遮挡画面", "Granted to see the evidence uncovered"
	case "full_copy_refused":
		return "不予查看未遮挡画面", "Refused to see the evidence uncovered"
	case "search_taken":
		return "领取查明当事人的任务", "Search for the party taken on"
	case "search_left":
		return "交回查明当事人的任务", "Search for the party given back"
	case "suggested":
		return "签发执法建议书", "Suggestion issued"
	case "suggestion_answered":
		return "收到执法建议的回复", "Reply to a suggestion"
	case "annotation_asked":
		return "申请不动产注记", "Annotation of real estate asked for"
	case "annotation_declined":
		return "不同意注记", "Annotation declined"
	case "annotation_sent":
		return "决定注记，已发函登记机构", "Annotation decided, asked of the register"
	case "annotation_noted":
		return "登记机构已注记", "Noted by the register"
	case "annotation_refused":
		return "登记机构未予注记", "Not noted by the register"
	case "annotation_lifting":
		return "解除注记，已发函登记机构", "Lifting asked of the register"
	case "annotation_lifted":
		return "登记机构已解除注记", "Lifted by the register"
	case "annotation_lift_returned":
		return "登记机构退回解除注记的函", "Lifting sent back by the register"
	case "link_renewed":
		return "重新发出当事人链接", "New link given to the party"
	case "link_revoked":
		return "停用当事人链接", "Party's link closed"
	case "noted":
		return "备注入卷", "Note put in the file"
	case "payment":
		return "收到缴款", "Payment received"
	case "refunded":
		return "已退还缴款", "Payment refunded"
	case "counter_asked":
		return "录入柜面缴款", "Payment at a counter entered"
	case "counter_confirmed":
		return "确认柜面缴款", "Payment at a counter confirmed"
	case "counter_declined":
		return "不予确认柜面缴款", "Payment at a counter declined"
	case "refund_asked":
		return "录入退款", "Refund entered"
	case "refund_confirmed":
		return "确认退款", "Refund confirmed"
	case "refund_declined":
		return "不同意退款", "Refund declined"
	case "payment_refused":
		return "缴款通知不符，未入账", "Payment notice does not fit, not credited"
	}
	return b.table.Label(e)
}
