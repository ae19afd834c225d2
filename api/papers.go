package api

import (
	"context"
	"net/http"
	"time"

	"offsite/api/wire"
	"offsite/registry"
)

func (a *API) paperOperations() {
	const tag = "objects"
	handle(a, operation{id: "list-object-papers", method: http.MethodGet, path: "/objects/{id}/papers", summary: "Signed commitments (告知承诺书) and photographs of an object", tag: tag}, a.listPapers)
	handle(a, operation{id: "add-object-paper", method: http.MethodPost, path: "/objects/{id}/papers", tag: tag, status: http.StatusCreated, body: signBody, patience: signPatience, raw: true,
		summary: "Add a commitment that the object's party has signed (PDF, JPEG or PNG), or a photograph of its front, or of its code where it hangs (JPEG or PNG)"},
		func(ctx context.Context, in *paperFile) (*answer[registry.Paper], error) {
			if err := asBytes(in.ContentType, "文件", "file"); err != nil {
				return nil, err
			}
			if err := a.drawing.Acquire(ctx, 1); err != nil {
				return nil, err
			}
			defer a.drawing.Release(1)
			if in.At.IsZero() {
				in.At = a.now()
			}
			p, err := a.o.Registry.AddPaper(ctx, actor(ctx).ID, in.ID, registry.PaperDraft{Kind: in.Kind, Signer: in.Signer, At: in.At}, in.RawBody)
			if err != nil {
				return nil, err
			}
			p.By = actor(ctx).Name
			return &answer[registry.Paper]{p}, nil
		})
	handle(a, operation{id: "get-object-paper", method: http.MethodGet, path: "/objects/{id}/papers/{paper}", summary: "The file of a commitment or photograph", tag: tag, binary: "application/pdf,image/jpeg"}, a.getPaper)
	handle(a, operation{id: "withdraw-object-paper", method: http.MethodPost, path: "/objects/{id}/papers/{paper}/withdrawal", summary: "Say that a commitment or photograph stands no longer", tag: tag, status: http.StatusNoContent}, a.withdrawPaper)
}

type paperFile struct {
	ByID
	ContentType string    `header:"Content-Type"`
	Kind        string    `query:"kind" enum:"commitment,photo,code" required:"true"`
	Signer      string    `query:"signer" maxLength:"60" doc:"Who signed a commitment."`
	At          time.Time `query:"at" doc:"When it was signed or taken; left out: now."`
	RawBody     []byte    `contentType:"application/octet-stream"`
}

func (a *API) listPapers(ctx context.Context, in *ByID) (*list[registry.Paper], error) {
	all, err := a.o.Registry.Papers(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return listOf(all), nil
}

type ofPaper struct {
	ByID
	Paper string `path:"paper" maxLength:"64"`
}

func (a *API) getPaper(ctx context.Context, in *ofPaper) (*stream, error) {
	content, kind, err := a.o.Registry.PaperFile(ctx, in.ID, in.Paper)
	if err != nil {
		return nil, err
	}
	return attachment(content, kind), nil
}

type paperWithdrawal struct {
	ByID
	Paper string `path:"paper" maxLength:"64"`
	Body  wire.PaperWithdrawal
}

func (a *API) withdrawPaper(ctx context.Context, in *paperWithdrawal) (*empty, error) {
	return &empty{}, a.o.Registry.WithdrawPaper(ctx, actor(ctx).ID, in.ID, in.Paper, in.Body.Reason)
}
