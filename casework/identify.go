package casework

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"offsite/casework/flow"
	"offsite/registry"
)

// identify names the party. A link that went to somebody else opens nothing any
// more.
func (t *taking) identify(ctx context.Context) error {
	c := t.c
	if c.PartyID == t.given.PartyID {
		return nil
	}
	if _, err := t.b.o.Registry.In(t.tx).Party(ctx, t.given.PartyID); errors.Is(err, registry.ErrNotFound) {
		return &Refusal{Kind: flow.Invalid, Event: t.step.Event, State: c.State, Field: "party_id", ZH: "没有这个当事人", EN: "there is no such party"}
	} else if err != nil {
		return fmt.Errorf("read party %s: %w", t.given.PartyID, err)
	}
	if err := t.b.nameParty(ctx, t, t.given.PartyID); err != nil {
		return err
	}
	if err := t.b.revokeLink(ctx, t.tx, c.ID); err != nil {
		return err
	}
	if err := t.b.endFullCopies(ctx, t.tx, c); err != nil {
		return err
	}
	return t.b.refresh(ctx, t.tx, c, t.now)
}

// nameParty sets the party and notes its day of birth: under fourteen there is no
// penalty (art. 30). Reading the identity number is recorded by the registry.
func (b *Book) nameParty(ctx context.Context, t *taking, partyID string) error {
	number, err := b.o.Registry.In(t.tx).PartyIdentity(ctx, "casework", partyID, "核对当事人年龄（行政处罚法第三十条） the party's age (Penalty Law art. 30) "+t.c.ID)
	if err != nil {
		return fmt.Errorf("read the age of party %s: %w", partyID, err)
	}
	t.c.PartyID = partyID
	t.c.D.Party = partyThen{BornOn: bornOn(number)}
	return nil
}

// bornOn reads the day of birth from a citizen's identity number, "" if it has none.
func bornOn(number string) string {
	if len(number) != 18 {
		return ""
	}
	at, err := time.Parse("20060102", number[6:14])
	if err != nil {
		return ""
	}
	return at.Format(day)
}

// classify names another matter that the same detector may have found.
func (t *taking) classify() error {
	c := t.c
	for _, m := range t.b.rules.Matters().ForDetector(c.Detector, c.FirstAt) {
		if m.Key == t.given.Matter {
			c.Matter = m.Key
			t.b.refreshLaw(c, t.now)
			return nil
		}
	}
	return &Refusal{Kind: flow.Invalid, Event: t.step.Event, State: c.State, Field: "matter",
		ZH: "该检测器的线索不能归入此事项", EN: "what this detector finds cannot be a case of this matter"}
}

// consent records the signed consent in the registry, where it stands for all of
// the party's cases.
func (t *taking) consent(ctx context.Context) error {
	r := t.b.o.Registry.In(t.tx)
	_, err := r.RecordConsent(ctx, "portal", t.c.PartyID, t.given.Phone, t.given.Email, t.given.Signature, t.now)
	var refused *registry.Refused
	if errors.As(err, &refused) {
		return &Refusal{Kind: flow.Invalid, Event: t.step.Event, State: t.c.State, Field: refused.Field, ZH: refused.ZH, EN: refused.EN}
	}
	if err != nil {
		return fmt.Errorf("record the consent of case %s: %w", t.c.ID, err)
	}
	t.entry.detail.Phone = masked(t.given.Phone)
	if t.given.Email != "" {
		t.entry.detail.Email = maskedEmail(t.given.Email)
	}
	return t.b.refreshParty(ctx, r, t.c)
}

// maskedEmail leaves an address's first letter and domain.
func maskedEmail(address string) string {
	at := strings.LastIndex(address, "@")
	if at < 1 {
		return "****"
	}
	_, size := utf8.DecodeRuneInString(address)
	return address[:size] + "***" + address[at:]
}

// masked hides the middle of a telephone number.
func masked(phone string) string {
	if len(phone) < 7 {
		return "****"
	}
	return phone[:3] + "****" + phone[len(phone)-4:]
}
