package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"offsite/api/problem"
	"offsite/casework"
	"offsite/evidence"
	gone "offsite/evidence/removal"
	"offsite/evidence/seal"
	"offsite/evidence/vault"
	"offsite/evidence/verify"
	"offsite/registry"
)

func (a *API) evidenceOperations() {
	const tag = "evidence"
	handle(a, operation{id: "get-evidence", method: http.MethodGet, path: "/evidence/{bundle}", summary: "A sealed bundle's receipt and files", tag: tag}, a.getEvidence)
	handle(a, operation{id: "get-evidence-file", method: http.MethodGet, path: "/evidence/{bundle}/files/{path}", summary: "One file of a bundle, by range if asked; the view is recorded", tag: tag, binary: entryTypes}, a.getEvidenceFile)
	handle(a, operation{id: "get-bundle", method: http.MethodGet, path: "/evidence/{bundle}/bundle.tar", summary: "The whole bundle as it is stored; the view is recorded", tag: tag, binary: "application/x-tar"}, a.getBundle)
	handle(a, operation{id: "get-log-proof", method: http.MethodGet, path: "/evidence/{bundle}/bundle.tlog-proof", summary: "The transparency log's receipt of a bundle (C2SP tlog-proof)", tag: tag, binary: "text/plain; charset=utf-8"}, a.getLogProof)
	handle(a, operation{id: "get-removal-record", method: http.MethodGet, path: "/evidence/{bundle}/removal.json", summary: "The bureau's signed record that the law had a bundle deleted, to be checked offline", tag: tag, binary: jsonType}, a.getRemovalRecord)
	handle(a, operation{id: "get-removal-proof", method: http.MethodGet, path: "/evidence/{bundle}/removal.tlog-proof", summary: "The transparency log's receipt of that record (C2SP tlog-proof)", tag: tag, binary: "text/plain; charset=utf-8"}, a.getRemovalProof)
	handle(a, operation{id: "verify-evidence", method: http.MethodPost, path: "/evidence/{bundle}/verify", summary: "Check a bundle here", tag: tag}, a.verifyEvidence)
	handle(a, operation{id: "list-views", method: http.MethodGet, path: "/views", summary: "Who looked at which evidence, when and why, the latest first", tag: tag}, a.listViews)
	handle(a, operation{id: "list-gaps", method: http.MethodGet, path: "/cameras/{id}/gaps", summary: "When a camera was not watched, sealed, the latest first", tag: tag}, a.listGaps)
	handle(a, operation{id: "get-trust", method: http.MethodGet, path: "/trust.json", summary: "The public keys and authorities that a verifier needs", tag: tag}, a.getTrust)
}

// BundleID names a bundle.
type BundleID struct {
	Bundle string `path:"bundle" maxLength:"64"`
}

func (a *API) getEvidence(ctx context.Context, in *BundleID) (*answer[casework.Evidence], error) {
	e, err := a.o.Casework.Evidence(ctx, in.Bundle)
	if err != nil {
		return nil, err
	}
	return &answer[casework.Evidence]{e}, nil
}

// stored describes a bundle that lies in the store.
func (a *API) stored(ctx context.Context, bundle string) (casework.Evidence, error) {
	e, err := a.o.Casework.Evidence(ctx, bundle)
	if err != nil || e.Removed == nil {
		return e, err
	}
	day := e.Removed.Day()
	return e, problem.New(http.StatusGone, fmt.Sprintf("证据包已于%s从证据库删除：%s。其封存和删除都记在公开日志中。", day, e.Removed.ZH),
		fmt.Sprintf("The bundle was deleted from the store on %s: %s. The public log holds that it was sealed and that it went.", day, e.Removed.EN))
}

type bundleFile struct {
	BundleID
	Path string `path:"path" maxLength:"200" doc:"Path within the bundle, with or without data/ before it."`
}

// getEvidenceFile records who looks before anything is sent.
func (a *API) getEvidenceFile(ctx context.Context, in *bundleFile) (*stream, error) {
	e, err := a.stored(ctx, in.Bundle)
	if err != nil {
		return nil, err
	}
	name, err := fileOf(e.Receipt, in.Path)
	if err != nil {
		return nil, err
	}
	return &stream{func(hc huma.Context) {
		r, w := humachi.Unwrap(hc)
		if first(r) && shows(name) {
			if err := a.o.Casework.RecordView(r.Context(), actor(ctx), in.Bundle, name, reasonOf(r)); err != nil {
				a.refuse(w, r, a.problem(ctx, "record-view", err))
				return
			}
		}
		a.sendEntry(w, r, e.Receipt, name)
	}}, nil
}

// fileOf finds a file of a bundle by its path, where data/ may be left out.
func fileOf(r evidence.Receipt, asked string) (string, error) {
	for _, candidate := range []string{asked, "data/" + asked} {
		for _, e := range r.Files {
			if e.Path == candidate {
				return e.Path, nil
			}
		}
	}
	return "", fmt.Errorf("read %q of bundle %s: %w", asked, r.BundleID, vault.ErrNoEntry)
}

// first tells whether this is the first request for a file, not a later part of it.
func first(r *http.Request) bool {
	asked := r.Header.Get("Range")
	return asked == "" || strings.HasPrefix(asked, "bytes=0-")
}

// shows tells whether a file shows people.
func shows(name string) bool {
	return strings.HasPrefix(name, "data/clip") || strings.HasPrefix(name, "data/stills/") || strings.HasPrefix(name, "data/overlays/") || strings.HasSuffix(name, ".webm")
}

// reasonOf is why somebody looks, by what the page says that asks.
func reasonOf(r *http.Request) string {
	switch r.URL.Query().Get("for") {
	case "review":
		return "审核线索 review"
	case "case":
		return "办理案件 casework"
	case "audit":
		return "检查证据 audit"
	}
	return "查阅证据 consultation"
}

// sendEntry sends a file, or the part of it that is asked for.
func (a *API) sendEntry(w http.ResponseWriter, r *http.Request, receipt evidence.Receipt, name string) {
	body, entry, err := a.o.Vault.OpenEntry(r.Context(), receipt, name)
	if err != nil {
		a.refuse(w, r, a.problem(r.Context(), "read-entry", err))
		return
	}
	defer body.Close()
	checked := &watched{ReadSeeker: body}
	fileHeader(w, name)
	w.Header().Set("ETag", `"`+entry.SHA256+`"`)
	http.ServeContent(w, r, "", time.Time{}, checked)
	if checked.err != nil && r.Context().Err() == nil {
		a.log.ErrorContext(r.Context(), "sending evidence failed", "bundle", receipt.BundleID, "file", name, "request", callerOf(r.Context()).request, "error", checked.err)
		panic(http.ErrAbortHandler) // what was sent must not look whole
	}
}

// fileHeader says what is sent, and that it may be shown on our own pages alone.
func fileHeader(w http.ResponseWriter, name string) {
	h := w.Header()
	h.Set("Content-Type", typeOf(name))
	h.Set("Cache-Control", "private, max-age=600")
	h.Set("Content-Security-Policy", "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'")
	h.Set("X-Frame-Options", "SAMEORIGIN")
}

// watched remembers what kept it from being read.
type watched struct {
	io.ReadSeeker
	err error
}

func (c *watched) Read(p []byte) (int, error) {
	n, err := c.ReadSeeker.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		c.err = err
	}
	return n, err
}

// entryTypes are those that typeOf gives.
const entryTypes = "video/mp4,video/webm,image/png,image/jpeg,application/json,text/plain; charset=utf-8,application/octet-stream"

func typeOf(name string) string {
	switch path.Ext(name) {
	case ".mp4":
		return "video/mp4"
	case ".webm":
		return "video/webm"
	case ".png":
		return "image/png"
	case ".jpg", ".mjpeg":
		return "image/jpeg"
	case ".json":
		return "application/json"
	case ".ndjson", ".txt":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

func (a *API) getBundle(ctx context.Context, in *BundleID) (*stream, error) {
	e, err := a.stored(ctx, in.Bundle)
	if err != nil {
		return nil, err
	}
	if err := a.o.Casework.RecordView(ctx, actor(ctx), in.Bundle, "bundle.tar", "下载证据包 download"); err != nil {
		return nil, err
	}
	return a.bundle(ctx, e.Receipt)
}

// bundle sends a whole bundle.
func (a *API) bundle(ctx context.Context, receipt evidence.Receipt) (*stream, error) {
	tar, err := a.o.Vault.ReadBundle(ctx, receipt)
	if err != nil {
		return nil, away(err)
	}
	return &stream{func(hc huma.Context) {
		r, w := humachi.Unwrap(hc)
		defer tar.Close()
		h := w.Header()
		h.Set("Content-Type", "application/x-tar")
		h.Set("Content-Disposition", `attachment; filename="`+receipt.BundleID+`.tar"`)
		h.Set("Content-Length", strconv.FormatInt(receipt.SizeBytes, 10))
		_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // as long as it takes to carry it
		if _, err := io.Copy(w, tar); err != nil && r.Context().Err() == nil {
			a.log.ErrorContext(ctx, "sending a bundle failed", "bundle", receipt.BundleID, "error", err)
			panic(http.ErrAbortHandler)
		}
	}}, nil
}

func (a *API) getLogProof(ctx context.Context, in *BundleID) (*stream, error) {
	e, err := a.stored(ctx, in.Bundle)
	if err != nil {
		return nil, err
	}
	return a.logProof(ctx, e.Receipt)
}

// getRemovalRecord sends the record under the name that a verifier looks for beside bundles.
func (a *API) getRemovalRecord(ctx context.Context, in *BundleID) (*stream, error) {
	record, _, err := a.o.Casework.RemovalRecord(ctx, in.Bundle)
	if err != nil {
		return nil, err
	}
	return named(record, jsonType, in.Bundle+"."+gone.File), nil
}

func (a *API) getRemovalProof(ctx context.Context, in *BundleID) (*stream, error) {
	_, receipt, err := a.o.Casework.RemovalRecord(ctx, in.Bundle)
	if err == nil && receipt == nil {
		err = casework.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return named(receipt, "text/plain; charset=utf-8", in.Bundle+"."+gone.Receipt), nil
}

// logProof sends the log's receipt of a bundle.
func (a *API) logProof(ctx context.Context, receipt evidence.Receipt) (*stream, error) {
	text, err := a.o.Vault.LogProof(ctx, receipt)
	if err != nil {
		return nil, away(err)
	}
	if text == nil {
		return nil, fmt.Errorf("read the log's receipt of bundle %s: %w", receipt.BundleID, vault.ErrNoEntry)
	}
	return &stream{func(hc huma.Context) {
		_, w := humachi.Unwrap(hc)
		h := w.Header()
		h.Set("Content-Type", "text/plain; charset=utf-8")
		h.Set("Content-Disposition", `attachment; filename="`+receipt.BundleID+`.tlog-proof"`)
		_, _ = w.Write(text) // the client may have gone
	}}, nil
}

func away(err error) error {
	return problem.Away("证据库暂时无法访问，证据不受影响，请稍后再试。", "The evidence store cannot be reached just now; the evidence is safe. Try again later.", err)
}

func (a *API) verifyEvidence(ctx context.Context, in *BundleID) (*answer[verify.Report], error) {
	e, err := a.stored(ctx, in.Bundle)
	if err != nil {
		return nil, err
	}
	trust, err := a.o.Trust(ctx)
	if err != nil {
		return nil, err
	}
	tar, err := a.o.Vault.ReadBundle(ctx, e.Receipt)
	if err != nil {
		return nil, away(err)
	}
	defer tar.Close()
	var o verify.Options
	if trust.Log != nil {
		if o.LogProof, err = a.o.Vault.LogProof(ctx, e.Receipt); err != nil { // those sealed before there was a log have none
			return nil, away(err)
		}
	}
	report, err := verify.Bundle(ctx, tar, trust, o)
	if err != nil {
		return nil, away(err)
	}
	return &answer[verify.Report]{report}, nil
}

func (a *API) getTrust(ctx context.Context, _ *empty) (*answer[seal.Trust], error) {
	trust, err := a.o.Trust(ctx)
	if err != nil {
		return nil, err
	}
	return &answer[seal.Trust]{*trust}, nil
}

type viewQuery struct {
	By      string    `query:"by" maxLength:"100" doc:"Who looked."`
	Subject string    `query:"subject" maxLength:"64" doc:"Bundle, camera or party."`
	From    time.Time `query:"from"`
	To      time.Time `query:"to"`
	Limit   int       `query:"limit" minimum:"1" maximum:"1000" default:"200"`
}

func (a *API) listViews(ctx context.Context, in *viewQuery) (*list[registry.View], error) {
	if a.o.History == nil {
		return nil, problem.NotFound("查阅记录", "record of views")
	}
	views, err := a.o.History.Views(ctx, registry.ViewFilter{By: in.By, Subject: in.Subject, From: in.From, To: in.To, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return listOf(views), nil
}

type gapQuery struct {
	ByID
	From time.Time `query:"from"`
	To   time.Time `query:"to" doc:"Default: now."`
}

func (a *API) listGaps(ctx context.Context, in *gapQuery) (*list[casework.Gap], error) {
	if in.To.IsZero() {
		in.To = a.now()
	}
	gaps, err := a.o.Casework.Gaps(ctx, in.ID, in.From, in.To)
	if err != nil {
		return nil, err
	}
	return listOf(gaps), nil
}
