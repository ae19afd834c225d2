package casework

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"offsite/casework/calendar"
	"offsite/casework/document"
	"offsite/casework/flow"
)

// issue makes a document, numbers it and keeps it, all in the step's transaction:
// a step that fails leaves no gap in the numbers.
func (t *taking) issue(ctx context.Context, kind string) (issued, error) {
	k := document.Kind(kind)
	number, err := t.number(ctx, k)
	if err != nil {
		return issued{}, err
	}
	if k == document.FilingApproval {
		t.c.Number = number
	}
	fields, err := t.paper(ctx, k, number)
	if err != nil {
		return issued{}, err
	}
	doc, err := t.b.o.Press.Render(k, fields)
	if refusal := t.lacking(err); refusal != nil {
		return issued{}, refusal
	}
	if err != nil {
		return issued{}, fmt.Errorf("make document %s of case %s: %w", kind, t.c.ID, err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return issued{}, err
	}
	signed, err := t.b.sealed(kind, number, t.now, doc.PDF)
	if err != nil {
		return issued{}, err
	}
	_, err = t.tx.Exec(ctx, `INSERT INTO document (id, case_id, kind, title_zh, title_en, number, code, sha256, issued_at, pdf, seal)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, nullif($11, ''))`,
		id.String(), t.c.ID, kind, doc.TitleZH, doc.TitleEN, number, fields.Code, doc.SHA256, t.now, doc.PDF, string(signed))
	if err != nil {
		return issued{}, fmt.Errorf("keep document %s of case %s: %w", number, t.c.ID, err)
	}
	switch k {
	case document.Decision:
		t.c.D.DecisionNo = number
	case document.InquiryRecord:
		t.c.D.Inquiries[len(t.c.D.Inquiries)-1].Document = id.String()
		t.c.D.Room.Written = true
	}
	return issued{ID: id.String(), Kind: kind, Number: number, SHA256: doc.SHA256}, nil
}

// lacking turns what keeps a document from being made into a refusal that names it: a field
// that is missing, a character that no font has.
func (t *taking) lacking(err error) error {
	var field *document.FieldError
	var char *document.RuneError
	switch {
	case errors.As(err, &field):
		return &Refusal{Kind: flow.Unlawful, Event: t.step.Event, State: t.c.State, Field: field.Field, Article: field.Article, ZH: field.ZH, EN: field.EN}
	case errors.As(err, &char):
		return &Refusal{Kind: flow.Invalid, Event: t.step.Event, State: t.c.State,
			ZH: fmt.Sprintf("文书字体中没有“%c”（U+%04X），无法制作文书。请改用其他字符；姓名、名称中的生僻字请管理员配置字体", char.Rune, char.Rune),
			EN: fmt.Sprintf("no font of the documents has %q (U+%04X), so none can be made: write it otherwise, or, where it is in a name, have the administrator configure a font for rare characters", char.Rune, char.Rune)}
	}
	return nil
}

// number takes the next number of the kind and year. Its row stays locked until
// the transaction ends, so that numbers have no gaps.
func (t *taking) number(ctx context.Context, k document.Kind) (string, error) {
	year := t.now.In(calendar.Shanghai()).Year()
	var n int
	err := t.tx.QueryRow(ctx, `INSERT INTO document_number (kind, year, last) VALUES ($1, $2, 1)
		ON CONFLICT (kind, year) DO UPDATE SET last = document_number.last + 1 RETURNING last`, string(k), year).Scan(&n)
	if err != nil {
		return "", fmt.Errorf("number document %s of %d: %w", k, year, err)
	}
	return fmt.Sprintf("%s%s字〔%d〕第%06d号", t.b.o.Bureau.ShortNo, k.Mark(), year, n), nil
}

// newCode makes a verification code: 16 letters and digits that cannot be taken
// for each other.
func newCode() string {
	const letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ" // 32 of them: no bias
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // never fails
	for i := range raw {
		raw[i] = letters[raw[i]%32]
	}
	return string(raw[:])
}

// plainCode takes a code as people type it: in groups, in small letters.
func plainCode(typed string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(typed))
}

// legalDay is a day as documents tell it.
func legalDay(t time.Time) string { return t.In(calendar.Shanghai()).Format("2006年1月2日") }

// legal is a time as documents tell it.
func legal(t time.Time) string { return t.In(calendar.Shanghai()).Format("2006年1月2日15时04分") }
