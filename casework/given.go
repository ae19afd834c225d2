package casework

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"offsite/casework/calendar"
	"offsite/casework/flow"
	"offsite/registry/account"
	"offsite/store"
)

const maxText = 8000 // of any one field

// fields turns the JSON fields of a step into what the table judges. Fields that no
// step knows are refused, so that a misspelt one is not lost.
func (b *Book) fields(ctx context.Context, event string, fields map[string]any) (flow.Fields, error) {
	var x flow.Fields
	texts := map[string]*string{"reason": &x.Reason, "note": &x.Note, "facts": &x.Facts, "conclusion": &x.Conclusion, "opinion": &x.Opinion,
		"text": &x.Text, "method": &x.Method, "proof": &x.Proof, "receiver": &x.Receiver, "target": &x.Target, "place": &x.Place,
		"receipt_no": &x.ReceiptNo, "party_id": &x.PartyID, "matter": &x.Matter}
	times := map[string]*time.Time{"at": &x.At, "received_at": &x.ReceivedAt, "until": &x.Until}
	flags := map[string]*bool{"complex": &x.Complex, "true": &x.True, "clear": &x.Clear, "complete": &x.Complete, "accurate": &x.Accurate}
	for key, value := range fields {
		ok := false
		switch {
		case texts[key] != nil:
			ok = readText(value, texts[key])
		case times[key] != nil:
			ok = readTime(value, times[key])
		case flags[key] != nil:
			*flags[key], ok = value.(bool)
		case key == "fine_fen":
			x.FineFen, ok = readFen(value)
		case key == "parts":
			var n int64
			n, ok = readFen(value)
			x.Parts, ok = int(n), ok && n <= flow.MostInstalments
		case key == "papers":
			var list []string
			if list, ok = texted(value); !ok {
				break
			}
			var err error
			if x.Papers, err = readPapers(flow.Event(event), list); err != nil {
				return x, err
			}
		case key == "officers":
			list, err := b.readOfficers(ctx, value)
			if err != nil {
				return x, err
			}
			x.Officers, ok = list, list != nil
		}
		if !ok {
			zh, en := flow.FieldName(key)
			return x, &Refusal{Kind: flow.Invalid, Event: flow.Event(event), Field: key,
				ZH: "“" + zh + "”的值无法识别", EN: fmt.Sprintf("the value of %q cannot be read", en)}
		}
	}
	if x.PartyID != "" && !store.IsID(x.PartyID) {
		return x, &Refusal{Kind: flow.Invalid, Event: flow.Event(event), Field: "party_id", ZH: "没有这个当事人", EN: "there is no such party"}
	}
	return x, nil
}

// refuse refuses what stands beside a case's course, where no article forbids it.
func refuse(event flow.Event, kind flow.Kind, field, zh, en string) error {
	return &Refusal{Kind: kind, Event: event, Field: field, ZH: zh, EN: en}
}

// wanted trims a text that somebody must give, in place, and refuses it where it is empty or
// cannot be read.
func wanted(event flow.Event, field string, text *string, zh, en string) error {
	if !readText(*text, text) || *text == "" {
		return refuse(event, flow.Invalid, field, zh, en)
	}
	return nil
}

// come reads a day on the legal clock, and refuses one that is still to come.
func come(event flow.Event, field, text string, now time.Time, zh, en string) (time.Time, error) {
	on, err := time.ParseInLocation(day, text, calendar.Shanghai())
	if err != nil || on.After(now) {
		return on, refuse(event, flow.Invalid, field, zh, en)
	}
	return on, nil
}

func readText(value any, into *string) bool {
	s, ok := value.(string)
	*into = strings.TrimSpace(s)
	return ok && len(s) <= maxText*4 && len([]rune(s)) <= maxText && !strings.ContainsRune(s, 0)
}

func readTime(value any, into *time.Time) bool {
	s, ok := value.(string)
	if !ok {
		return false
	}
	at, err := time.Parse(time.RFC3339, s)
	*into = at
	return err == nil
}

// readFen takes a whole number of fen, as JSON gives it.
func readFen(value any) (int64, bool) {
	switch n := value.(type) {
	case float64:
		return int64(n), n == math.Trunc(n) && n >= 0 && n < 1e15
	case int:
		return int64(n), n >= 0
	case int64:
		return n, n >= 0
	}
	return 0, false
}

// texted is a list of texts, as JSON gives it; false for anything else.
func texted(value any) (texts []string, ok bool) {
	switch list := value.(type) {
	case []string:
		return list, true
	case []any:
		for _, one := range list {
			text, ok := one.(string)
			if !ok {
				return nil, false
			}
			texts = append(texts, text)
		}
		return texts, true
	}
	return nil, false
}

// readOfficers looks up who was chosen; nil for what is no list of accounts.
func (b *Book) readOfficers(ctx context.Context, value any) ([]flow.OfficerChoice, error) {
	ids, ok := texted(value)
	if !ok {
		return nil, nil
	}
	chosen := []flow.OfficerChoice{}
	for _, id := range ids {
		who, err := b.o.Accounts.Account(ctx, id)
		if errors.Is(err, account.ErrNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read officer %s: %w", id, err)
		}
		chosen = append(chosen, flow.OfficerChoice{ID: who.ID, Name: who.Name, LicenceNo: who.LicenceNo, LicenceUntil: who.LicenceUntil,
			IsOfficer: slices.Contains(who.Roles, string(flow.Officer)) && !who.Disabled})
	}
	if len(chosen) == 0 {
		return nil, nil
	}
	return chosen, nil
}
