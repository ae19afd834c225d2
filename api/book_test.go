package api_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework"
	"offsite/casework/calendar"
	"offsite/casework/document"
	"offsite/casework/matter"
	"offsite/evidence/seal"
	"offsite/exchange/transfer"
)

func now() time.Time { return time.Now() }

var documentFonts = document.Fonts{Song: "/usr/share/fonts/truetype/arphic-gbsn00lp/gbsn00lp.ttf", Kai: "/usr/share/fonts/truetype/arphic-gkai00mp/gkai00mp.ttf"}

// press sets the papers of all houses: its fonts are large.
var press = sync.OnceValues(func() (*document.Press, error) { return document.New(documentFonts) })

// bookOptions joins casework to the house, as cmd/offsite does.
func bookOptions(t *testing.T, h *house) casework.Options {
	t.Helper()
	days, err := calendar.Default()
	if err != nil {
		t.Fatal(err)
	}
	matters, err := matter.Default()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(documentFonts.Song); err != nil {
		t.Skip("SKIPPED: the fonts of the documents are missing: apt-get install fonts-arphic-gbsn00lp fonts-arphic-gkai00mp")
	}
	press, err := press()
	if err != nil {
		t.Fatal(err)
	}
	ring, err := seal.OpenRing(t.TempDir(), now)
	if err == nil {
		_, err = ring.Create(seal.Ed25519)
	}
	if err != nil {
		t.Fatal(err)
	}
	ask := func(ctx context.Context, tx pgx.Tx, by casework.Actor, l casework.RegisterLetter) error {
		return h.transfers.Ask(ctx, tx, transfer.By{ID: by.ID, Name: by.Name}, transfer.Request{Lift: l.Lift, Case: l.Case, Reason: l.Reason, Paper: transfer.Document{Kind: l.Kind, Number: l.Number, SHA256: l.SHA256},
			Estate: transfer.Estate{Annotation: l.Annotation, Property: l.Property, Place: l.Place, Owner: l.Owner, Ground: l.Ground, Basis: l.Basis, Until: l.Until, Entry: l.Entry}})
	}
	return casework.Options{
		Annotations: casework.Annotations{Structure: "某市某条例第三十条", Send: ask},
		Sealer:      ring.Sealer,
		Pool:        h.pool, Registry: h.registry, Accounts: h.accounts, Calendar: days, Matters: matters, Press: press,
		Payment: noProvider{}, Messenger: noGateway{},
		Bureau:    casework.Bureau{Name: "演示区城市管理行政执法局", ShortNo: "演示城管", Phone: "021-0", Address: "演示路1号", Treasury: "国库", Court: "法院", Superior: "区政府"},
		PublicURL: "http://127.0.0.1", LinkKey: []byte(strings.Repeat("k", 32)), Now: now,
	}
}

var errNobody = errors.New("nobody is there")

// noProvider and noGateway stand where a test pays nothing and sends nothing; every
// signature is wrong to them.
type noProvider struct{}

func (noProvider) Create(context.Context, casework.Order) (string, error) { return "", errNobody }

func (noProvider) Daily(context.Context, time.Time) ([]casework.PaymentLine, error) {
	return nil, errNobody
}

func (noProvider) Query(context.Context, string) (casework.PaymentNotice, error) {
	return casework.PaymentNotice{}, errNobody
}

func (noProvider) Refund(context.Context, casework.RefundOrder) (time.Time, error) {
	return time.Time{}, errNobody
}

func (noProvider) Verify(http.Header, []byte) (casework.PaymentNotice, error) {
	return casework.PaymentNotice{}, errNobody
}

type noGateway struct{}

func (noGateway) Send(context.Context, string, string, string) (casework.MessageReceipt, error) {
	return casework.MessageReceipt{}, errNobody
}

func (noGateway) Verify(http.Header, []byte) (string, casework.MessageReceipt, error) {
	return "", casework.MessageReceipt{}, errNobody
}
