package casework

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework/flow"
)

// act takes a step of the party's. What the party does is never refused for a
// version: the page may be older than the case, the right is not.
func (b *Book) act(ctx context.Context, caseID string, event flow.Event, given flow.Fields) error {
	return b.change(ctx, caseID, 0, func(tx pgx.Tx, c *casefile) error {
		by := performer{name: first(c.D.Party.Name, "当事人"), roles: []flow.Role{flow.Party}}
		return b.take(ctx, tx, c, by, event, given)
	})
}

// Statement records what the party says, with its own evidence: papers are PDF, JPEG or
// PNG in base64.
func (b *Book) Statement(ctx context.Context, caseID, text string, papers ...string) error {
	var given flow.Fields
	var err error
	if given.Papers, err = readPapers("statement", papers); err != nil {
		return err
	}
	if !readText(text, &given.Text) {
		return &Refusal{Kind: flow.Invalid, Event: "statement", Field: "text", ZH: "内容过长，请分次提交", EN: "the text is too long: send it in parts"}
	}
	return b.act(ctx, caseID, "statement", given)
}

// Hearing records the party's request for a hearing.
func (b *Book) Hearing(ctx context.Context, caseID, reason string) error {
	var given flow.Fields
	if !readText(reason, &given.Reason) {
		return &Refusal{Kind: flow.Invalid, Event: "hearing_request", Field: "reason", ZH: "内容过长", EN: "the text is too long"}
	}
	return b.act(ctx, caseID, "hearing_request", given)
}

// Waive records that the party gives up statement and hearing.
func (b *Book) Waive(ctx context.Context, caseID string) error {
	return b.act(ctx, caseID, "waive", flow.Fields{})
}

// Appointment records that the party wants to be heard by video at a time; the officer
// opens the room then, and writes the inquiry record.
func (b *Book) Appointment(ctx context.Context, caseID string, at time.Time, note string) error {
	given := flow.Fields{At: at}
	if !readText(note, &given.Note) {
		return &Refusal{Kind: flow.Invalid, Event: "appointment", Field: "note", ZH: "内容过长", EN: "the text is too long"}
	}
	given.Note = strings.TrimSpace("预约于" + legal(at) + "视频询问。" + given.Note)
	return b.act(ctx, caseID, "appointment", given)
}

// AskDeferral records the party's application to pay later; a head decides (art. 66).
func (b *Book) AskDeferral(ctx context.Context, caseID string, until time.Time, reason string) error {
	given := flow.Fields{Until: until}
	if !readText(reason, &given.Reason) {
		return &Refusal{Kind: flow.Invalid, Event: "ask_deferral", Field: "reason", ZH: "内容过长", EN: "the text is too long"}
	}
	if given.Reason != "" {
		given.Reason = "申请缴至" + legal(until) + "。" + given.Reason
	}
	return b.act(ctx, caseID, "ask_deferral", given)
}

// AskInstalments records the party's application to pay in instalments, monthly from a
// first day on; a head decides (art. 66).
func (b *Book) AskInstalments(ctx context.Context, caseID string, parts int, first time.Time, reason string) error {
	given := flow.Fields{Parts: parts, Until: first}
	if !readText(reason, &given.Reason) {
		return &Refusal{Kind: flow.Invalid, Event: "ask_instalments", Field: "reason", ZH: "内容过长", EN: "the text is too long"}
	}
	if given.Reason != "" {
		given.Reason = fmt.Sprintf("申请分%d期、自%s起每月缴纳一期。", parts, legalDay(first)) + given.Reason
	}
	return b.act(ctx, caseID, "ask_instalments", given)
}

// Consent records the party's signed consent to electronic service (送达地址确认书), with
// the e-mail address that papers go to as well, "" if none. signature is a PNG as data URL.
func (b *Book) Consent(ctx context.Context, caseID, phone, email, signature string, v Visit) error {
	encoded, ok := strings.CutPrefix(signature, "data:image/png;base64,")
	picture, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil || !strings.HasPrefix(string(picture), "\x89PNG\r\n\x1a\n") {
		return &Refusal{Kind: flow.Invalid, Event: "consent", Field: "signature", ZH: "签名无法识别，请重新签名", EN: "the signature cannot be read: sign again"}
	}
	phone, email = strings.TrimSpace(phone), strings.TrimSpace(email)
	if email != "" && b.o.Mailer == nil {
		return &Refusal{Kind: flow.Invalid, Event: "consent", Field: "email", ZH: "本局没有开通电子邮件发送，请不要填写电子邮箱", EN: "this bureau sends no e-mail: leave the address out"}
	}
	if err := b.act(ctx, caseID, "consent", flow.Fields{Phone: phone, Email: email, Signature: picture}); err != nil {
		return err
	}
	return b.visit(ctx, caseID, "consent", masked(phone), v)
}
