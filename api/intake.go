package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"mime"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/sync/semaphore"

	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/registry"
	"offsite/registry/intake"
)

const (
	importBody     = 64<<20 + 1      // intake refuses what is larger in words of its own
	importPatience = 5 * time.Minute // for a slow line to bring it
	importsShown   = 100
	previewsAtOnce = 2 // each holds its file in memory
)

// imports are the operations that take files of one subject in.
type imports struct {
	*API
	subject string              // intake.Objects or intake.Cameras
	reading *semaphore.Weighted // bounds the previews at once, of all subjects
}

func (a *API) intakeOperations() {
	reading := semaphore.NewWeighted(previewsAtOnce)
	(&imports{a, intake.Objects, reading}).operations("import", "", "base data")
	(&imports{a, intake.Cameras, reading}).operations("camera-import", "/cameras", "cameras")
}

// operations registers them: their ids end in noun, their paths begin with under.
func (i *imports) operations(noun, under, what string) {
	const tag = "imports"
	a, at := i.API, under+"/imports"
	handle(a, operation{id: "preview-" + noun, method: http.MethodPost, path: at, summary: "Read a file of " + what + " and say what it would change; nothing is changed", tag: tag,
		status: http.StatusCreated, body: importBody, patience: importPatience, raw: true}, i.preview)
	handle(a, operation{id: "list-" + noun + "s", method: http.MethodGet, path: at, summary: "The latest files of " + what, tag: tag}, i.list)
	handle(a, operation{id: "get-" + noun, method: http.MethodGet, path: at + "/{id}", summary: "One file of " + what + " as it stands", tag: tag}, i.get)
	handle(a, operation{id: "list-" + noun + "-rows", method: http.MethodGet, path: at + "/{id}/rows", summary: "Rows of a file of " + what + " with their errors and what they change", tag: tag}, i.rows)
	handle(a, operation{id: "apply-" + noun, method: http.MethodPost, path: at + "/{id}/apply", summary: "Take a previewed file of " + what + " in; progress comes as events", tag: tag, status: http.StatusAccepted}, i.apply)
	handle(a, operation{id: "undo-" + noun, method: http.MethodPost, path: at + "/{id}/undo", summary: "Take an applied file of " + what + " back, as far as nobody changed it since", tag: tag, status: http.StatusAccepted}, i.undo)
}

// port is the intake, where there is one.
func (i *imports) port() (files, error) {
	if i.o.Intake == nil {
		return nil, problem.Away("此服务未启用导入。", "This server takes no files in.", nil)
	}
	return i.o.Intake, nil
}

// mine is the intake, where the file is of this subject: others have rights of their
// own.
func (i *imports) mine(ctx context.Context, id string) (files, intake.Batch, error) {
	port, err := i.port()
	if err != nil {
		return nil, intake.Batch{}, err
	}
	b, err := port.Batch(ctx, id)
	if err == nil && b.Subject != i.subject {
		err = registry.ErrNotFound
	}
	return port, b, err
}

type importFile struct {
	OnceKey
	ContentType string `header:"Content-Type"`
	Name        string `query:"name" required:"true" minLength:"1" maxLength:"200" doc:"The file's name; its ending says what it is: .csv, .tsv, .txt, .xlsx, .geojson, .json."`
	Rule        string `query:"rule" enum:"fill,overwrite,skip" default:"fill" doc:"What becomes of what is registered already."`
	System      string `query:"system" enum:"wgs84,gcj02" default:"wgs84"`
	Kind        string `query:"kind" enum:"shop,site,land" default:"shop" doc:"Of objects in a file without a column for it."`
	RawBody     []byte `contentType:"application/octet-stream"`
}

// asBytes refuses what is not sent as bytes; named for what should have been.
func asBytes(contentType, zh, en string) error {
	if media, _, err := mime.ParseMediaType(contentType); err != nil || media != "application/octet-stream" {
		return problem.New(http.StatusUnsupportedMediaType, "请以 application/octet-stream 发送"+zh+"。", "Send the "+en+" as application/octet-stream.")
	}
	return nil
}

func (i *imports) preview(ctx context.Context, in *importFile) (*answer[wire.ImportBatch], error) {
	port, err := i.port()
	if err != nil {
		return nil, err
	}
	if err := asBytes(in.ContentType, "文件", "file"); err != nil {
		return nil, err
	}
	format, err := intake.FormatOf(in.Name)
	if err != nil {
		return nil, intakeProblem(err)
	}
	if err := i.reading.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer i.reading.Release(1)
	options := intake.Options{Subject: i.subject, Rule: in.Rule, System: in.System, Kind: in.Kind}
	sum := sha256.Sum256(in.RawBody)
	b, err := onceOnly(ctx, i.API, in.OnceKey, "preview-import", []any{in.Name, hex.EncodeToString(sum[:]), options}, func(ctx context.Context) (intake.Batch, error) {
		return port.Preview(ctx, actor(ctx).ID, in.Name, format, in.RawBody, options)
	})
	if err != nil {
		return nil, intakeProblem(err)
	}
	return i.answer(ctx, b)
}

// answer adds who it was.
func (i *imports) answer(ctx context.Context, b intake.Batch) (*answer[wire.ImportBatch], error) {
	names, err := i.names(ctx)
	if err != nil {
		return nil, err
	}
	return &answer[wire.ImportBatch]{wire.ImportBatch{Batch: b, ByName: names[b.By]}}, nil
}

// names are those of all accounts and of other systems' keys, by id.
func (a *API) names(ctx context.Context) (map[string]string, error) {
	accounts, err := a.o.Accounts.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(accounts))
	for _, u := range accounts {
		names[u.ID] = u.Name
	}
	if a.o.Keys == nil {
		return names, nil
	}
	systems, err := a.o.Keys.List(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range systems {
		names[k.ID] = k.Name
	}
	return names, nil
}

func (i *imports) list(ctx context.Context, _ *empty) (*list[wire.ImportBatch], error) {
	port, err := i.port()
	if err != nil {
		return nil, err
	}
	all, err := port.Batches(ctx, i.subject, importsShown)
	if err != nil {
		return nil, err
	}
	names, err := i.names(ctx)
	if err != nil {
		return nil, err
	}
	items := make([]wire.ImportBatch, len(all))
	for n, b := range all {
		items[n] = wire.ImportBatch{Batch: b, ByName: names[b.By]}
	}
	return listOf(items), nil
}

func (i *imports) get(ctx context.Context, in *ByID) (*answer[wire.ImportBatch], error) {
	_, b, err := i.mine(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return i.answer(ctx, b)
}

type rowQuery struct {
	ByID
	Action string `query:"action" enum:"create,merge,same,skip,error,conflict"`
	After  int    `query:"cursor" minimum:"0" maximum:"2147483647" doc:"Row number after which to go on."`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

func (i *imports) rows(ctx context.Context, in *rowQuery) (*page[wire.ImportRow], error) {
	port, _, err := i.mine(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	rows, err := port.Rows(ctx, in.ID, in.Action, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	p := &page[wire.ImportRow]{}
	for _, r := range rows {
		p.Body.Items = append(p.Body.Items, wire.ImportRow{Row: r})
	}
	if len(rows) == in.Limit {
		p.Body.NextCursor = strconv.Itoa(rows[len(rows)-1].N)
	}
	return p, nil
}

func (i *imports) apply(ctx context.Context, in *ByID) (*answer[wire.ImportBatch], error) {
	return i.begin(ctx, in.ID, files.BeginApply)
}

func (i *imports) undo(ctx context.Context, in *ByID) (*answer[wire.ImportBatch], error) {
	return i.begin(ctx, in.ID, files.BeginUndo)
}

func (i *imports) begin(ctx context.Context, id string, step func(files, context.Context, string, string) (intake.Batch, error)) (*answer[wire.ImportBatch], error) {
	port, _, err := i.mine(ctx, id)
	if err != nil {
		return nil, err
	}
	b, err := step(port, ctx, actor(ctx).ID, id)
	if err != nil {
		return nil, intakeProblem(err)
	}
	return i.answer(ctx, b)
}

// intakeProblem says why a file is not taken.
func intakeProblem(err error) error {
	var why *intake.FileError
	switch {
	case errors.As(err, &why):
		return problem.Invalid("文件无法导入："+why.ZH+"。", "The file cannot be taken in: "+why.EN+".")
	case errors.Is(err, intake.ErrState):
		return problem.New(http.StatusConflict, "该文件当前的状态不能进行此操作（可能已导入或已撤销），请刷新后查看。",
			"The file is not in a state for this; it may have been applied or taken back already. Load it again.").Because(err)
	}
	return err
}
