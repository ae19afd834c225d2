package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"offsite/api/wire"
	"offsite/evidence/bag"
	"offsite/exchange/transfer"
)

// transfers is transfer.Desk: what is handed over to other authorities.
type transfers interface {
	Authorities(ctx context.Context) ([]transfer.Authority, error)
	AddAuthority(ctx context.Context, by transfer.By, w transfer.AuthorityDraft) (transfer.Authority, error)
	Send(ctx context.Context, by transfer.By, w transfer.Draft) (string, error)
	Transfer(ctx context.Context, authority, id string) (transfer.Detail, error)
	Transfers(ctx context.Context, authority, before string, limit int) ([]transfer.Transfer, error)
	Sign(ctx context.Context, by transfer.By, authority, id string, s transfer.Signed) error
	Enter(ctx context.Context, by transfer.By, id string, p transfer.Paper) error
	Report(ctx context.Context, by transfer.By, authority, id string, s transfer.Status) error
	Scan(ctx context.Context, id string) (content []byte, kind string, err error)
	Paper(ctx context.Context, id string) (name string, pdf []byte, err error)
}

const scanBody = 9 << 20 // of a request with a scanned receipt in it

func (a *API) transferOperations() {
	const tag = "transfers"
	handle(a, operation{id: "list-authorities", method: http.MethodGet, path: "/authorities", summary: "To whom leads and cases are handed over", tag: tag}, a.listAuthorities)
	handle(a, operation{id: "add-authority", method: http.MethodPost, path: "/authorities", summary: "Add one, with the public key by which it signs receipts", tag: tag, status: http.StatusCreated}, a.addAuthority)
	handle(a, operation{id: "send-transfer", method: http.MethodPost, path: "/transfers", summary: "Hand a lead, or a case that the head has transferred, over to an authority", tag: tag, status: http.StatusCreated}, a.sendTransfer)
	handle(a, operation{id: "list-transfers", method: http.MethodGet, path: "/transfers", summary: "What was handed over, the newest first; an authority's system sees its own", tag: tag}, a.listTransfers)
	handle(a, operation{id: "get-transfer", method: http.MethodGet, path: "/transfers/{id}", summary: "A transfer with its letter and its steps", tag: tag}, a.getTransfer)
	handle(a, operation{id: "get-transfer-file", method: http.MethodGet, path: "/transfers/{id}/file.zip", summary: "What is handed over as a BagIt bag, the letter in transfer.json; each bundle is recorded as seen", tag: tag, binary: "application/zip"}, a.getTransferFile)
	handle(a, operation{id: "sign-receipt", method: http.MethodPost, path: "/transfers/{id}/receipt", summary: "Sign for a transfer with the authority's key", tag: tag, status: http.StatusNoContent}, a.signReceipt)
	handle(a, operation{id: "enter-receipt", method: http.MethodPost, path: "/transfers/{id}/paper-receipt", summary: "Keep a receipt on paper, scanned", tag: tag, status: http.StatusNoContent, body: scanBody}, a.enterReceipt)
	handle(a, operation{id: "get-receipt-scan", method: http.MethodGet, path: "/transfers/{id}/paper-receipt", summary: "A scanned receipt", tag: tag, binary: "application/pdf,image/jpeg,image/png"}, a.getReceiptScan)
	handle(a, operation{id: "report-transfer", method: http.MethodPost, path: "/transfers/{id}/status", summary: "Say what has come of it there", tag: tag, status: http.StatusNoContent}, a.reportTransfer)
}

// authorityOf is the authority for which another system acts; "" for staff.
func authorityOf(ctx context.Context) string {
	if k := callerOf(ctx).key; k != nil {
		return k.Authority
	}
	return ""
}

func (a *API) listAuthorities(ctx context.Context, _ *empty) (*list[transfer.Authority], error) {
	all, err := a.o.Transfers.Authorities(ctx)
	if err != nil {
		return nil, err
	}
	return listOf(all), nil
}

func (a *API) addAuthority(ctx context.Context, in *struct{ Body wire.AuthorityDraft }) (*answer[transfer.Authority], error) {
	made, err := a.o.Transfers.AddAuthority(ctx, leadBy(ctx), transfer.AuthorityDraft(in.Body))
	if err != nil {
		return nil, err
	}
	return &answer[transfer.Authority]{made}, nil
}

type transferDraft struct {
	OnceKey
	Body wire.TransferDraft
}

func (a *API) sendTransfer(ctx context.Context, in *transferDraft) (*answer[wire.Made], error) {
	made, err := onceOnly(ctx, a, in.OnceKey, "send-transfer", in.Body, func(ctx context.Context) (wire.Made, error) {
		id, err := a.o.Transfers.Send(ctx, leadBy(ctx), transfer.Draft(in.Body))
		return wire.Made{ID: id}, err
	})
	if err != nil {
		return nil, err
	}
	return &answer[wire.Made]{made}, nil
}

type transferQuery struct {
	Cursor string `query:"cursor" maxLength:"36" format:"uuid"`
}

const transfersShown = 50

func (a *API) listTransfers(ctx context.Context, in *transferQuery) (*page[transfer.Transfer], error) {
	all, err := a.o.Transfers.Transfers(ctx, authorityOf(ctx), in.Cursor, transfersShown)
	if err != nil {
		return nil, err
	}
	out := &page[transfer.Transfer]{}
	if out.Body.Items = all; len(all) == transfersShown {
		out.Body.NextCursor = all[len(all)-1].ID
	}
	return out, nil
}

func (a *API) getTransfer(ctx context.Context, in *ByID) (*answer[wire.TransferPage], error) {
	d, err := a.o.Transfers.Transfer(ctx, authorityOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return &answer[wire.TransferPage]{wire.TransferPage(d)}, nil
}

// getTransferFile sends what the letter names while it is read: nothing is held.
func (a *API) getTransferFile(ctx context.Context, in *ByID) (*stream, error) {
	d, err := a.o.Transfers.Transfer(ctx, authorityOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	t := d.Transfer
	var write func(context.Context, *bag.Writer) error
	switch t.SubjectKind {
	case transfer.OfCase:
		write, err = a.caseBag(ctx, t.Subject)
	case transfer.OfLead:
		write, err = a.leadBag(ctx, t)
	default:
		write, err = a.paperBag(ctx, t)
	}
	if err != nil {
		return nil, err
	}
	return &stream{func(hc huma.Context) {
		r, w := humachi.Unwrap(hc)
		h := w.Header()
		h.Set("Content-Type", "application/zip")
		h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(t.Number+".zip"))
		_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // as long as it takes to carry it
		b := bag.Zip(w, t.Number, a.now())
		_, err := b.Add("transfer.json", bytes.NewReader([]byte(d.Letter)))
		if err == nil {
			err = write(r.Context(), b)
		}
		if err != nil {
			a.log.ErrorContext(ctx, "sending what is handed over failed", "transfer", t.ID, "error", err)
			panic(http.ErrAbortHandler) // what was sent must not look whole
		}
	}}, nil
}

// caseBag writes a case's whole file.
func (a *API) caseBag(ctx context.Context, id string) (func(context.Context, *bag.Writer) error, error) {
	trust, err := a.o.Trust(ctx)
	if err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(trust, "", "  ")
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, w *bag.Writer) error {
		return a.o.Casework.Export(ctx, actor(ctx), id, "offsite "+a.o.Version, a.o.Vault, text, w)
	}, nil
}

// leadBag writes who told of a lead, where that is known: the authority that takes it
// over must be able to ask back. The look is recorded.
func (a *API) leadBag(ctx context.Context, t transfer.Transfer) (func(context.Context, *bag.Writer) error, error) {
	if err := a.recordLook(ctx, t.Subject, "移送 handed over as "+t.Number); err != nil {
		return nil, err
	}
	contact, err := a.o.Leads.Contact(ctx, t.Subject)
	if err != nil {
		return nil, err
	}
	return func(_ context.Context, w *bag.Writer) error {
		if contact != "" {
			if _, err := w.Add("contact.txt", bytes.NewReader([]byte(contact+"\n"))); err != nil {
				return err
			}
		}
		return w.Close(t.Number, "offsite "+a.o.Version)
	}, nil
}

// paperBag writes the one paper that asks the register of real estate: it is told no more.
func (a *API) paperBag(ctx context.Context, t transfer.Transfer) (func(context.Context, *bag.Writer) error, error) {
	name, pdf, err := a.o.Transfers.Paper(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	return func(_ context.Context, w *bag.Writer) error {
		if _, err := w.Add(name, bytes.NewReader(pdf)); err != nil {
			return err
		}
		return w.Close(t.Number, "offsite "+a.o.Version)
	}, nil
}

type signedReceipt struct {
	ByID
	Body wire.SignedReceipt
}

func (a *API) signReceipt(ctx context.Context, in *signedReceipt) (*empty, error) {
	return &empty{}, a.o.Transfers.Sign(ctx, leadBy(ctx), authorityOf(ctx), in.ID, transfer.Signed(in.Body))
}

type paperReceipt struct {
	ByID
	Body wire.PaperReceipt
}

func (a *API) enterReceipt(ctx context.Context, in *paperReceipt) (*empty, error) {
	return &empty{}, a.o.Transfers.Enter(ctx, leadBy(ctx), in.ID, transfer.Paper(in.Body))
}

func (a *API) getReceiptScan(ctx context.Context, in *ByID) (*stream, error) {
	content, kind, err := a.o.Transfers.Scan(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return attachment(content, kind), nil
}

type transferStatus struct {
	ByID
	Body wire.TransferStatus
}

func (a *API) reportTransfer(ctx context.Context, in *transferStatus) (*empty, error) {
	return &empty{}, a.o.Transfers.Report(ctx, leadBy(ctx), authorityOf(ctx), in.ID, transfer.Status(in.Body))
}
