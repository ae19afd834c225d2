package api

import (
	"bytes"
	"context"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/casework/audit"
	"offsite/evidence/translog/sample"
)

func (a *API) sampleOperations() {
	const tag = "audits"
	handle(a, operation{id: "list-samples", method: http.MethodGet, path: "/samples", summary: "Samples of evidence, the latest draw first", tag: tag}, a.listSamples)
	handle(a, operation{id: "announce-sample", method: http.MethodPost, path: "/samples", summary: "Announce a sample: period, rate, and when it is drawn", tag: tag, status: http.StatusCreated}, a.announceSample)
	handle(a, operation{id: "get-sample", method: http.MethodGet, path: "/samples/{id}", summary: "A sample with all that is needed to draw it again", tag: tag}, a.getSample)
	handle(a, operation{id: "report-sample", method: http.MethodGet, path: "/samples/{id}/report", summary: "What the verifier says of every bundle that was drawn, as XLSX or PDF", tag: tag, binary: "application/octet-stream"}, a.reportSample)
}

// samples are the samples, where there is a log to draw from.
func (a *API) samples() (sampler, error) {
	if a.o.Samples == nil {
		return nil, problem.Away("此服务未启用证据抽样。", "This server draws no samples.", nil)
	}
	return a.o.Samples, nil
}

const mostSamples = 200

func (a *API) listSamples(ctx context.Context, _ *empty) (*list[wire.Sample], error) {
	s, err := a.samples()
	if err != nil {
		return nil, err
	}
	all, err := s.List(ctx, mostSamples)
	if err != nil {
		return nil, err
	}
	out := make([]wire.Sample, 0, len(all))
	for _, one := range all {
		shown := sampleOf(one)
		shown.Members, shown.AnnouncementText, shown.AnnouncedProof, shown.DrawnProof = nil, "", "", "" // on its own page
		out = append(out, shown)
	}
	return listOf(out), nil
}

func (a *API) announceSample(ctx context.Context, in *struct{ Body wire.SampleDraft }) (*answer[wire.Sample], error) {
	s, err := a.samples()
	if err != nil {
		return nil, err
	}
	one, err := s.Announce(ctx, actor(ctx).Name, sample.Terms{From: in.Body.From, To: in.Body.To, Rate: in.Body.Rate}, in.Body.Draws)
	if err != nil {
		return nil, err
	}
	return &answer[wire.Sample]{sampleOf(one)}, nil
}

func (a *API) getSample(ctx context.Context, in *ByID) (*answer[wire.Sample], error) {
	s, err := a.samples()
	if err != nil {
		return nil, err
	}
	one, err := s.Sample(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &answer[wire.Sample]{sampleOf(one)}, nil
}

func sampleOf(s sample.Sample) wire.Sample {
	out := wire.Sample{ID: s.ID, By: s.By, From: s.Terms.From, To: s.Terms.To, Rate: s.Terms.Rate, Announced: s.Announced, Draws: s.Draws,
		Logged: s.AnnouncedProof != nil, Taken: s.Taken, Population: s.Population, Members: s.Members,
		AnnouncementText: string(s.Text), AnnouncedProof: string(s.AnnouncedProof), DrawnProof: string(s.DrawnProof)}
	if s.Seed != nil {
		out.Seed, out.Index = hex.EncodeToString(s.Seed.Root), s.Seed.Index
	}
	return out
}

type sampleReport struct {
	ByID
	Format string `query:"format" enum:"xlsx,pdf" default:"xlsx"`
}

func (a *API) reportSample(ctx context.Context, in *sampleReport) (*stream, error) {
	s, err := a.samples()
	if err != nil {
		return nil, err
	}
	one, err := s.Sample(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if !one.Taken {
		return nil, problem.New(http.StatusConflict, "尚未抽取，请在公告的抽取时间之后再试。", "It is not drawn yet; try again after the announced time.")
	}
	trust, err := a.o.Trust(ctx)
	if err != nil {
		return nil, err
	}
	report, err := audit.Check(ctx, one, a.o.Casework, a.o.Vault, trust, a.now())
	if err != nil {
		return nil, away(err)
	}
	var out bytes.Buffer
	kind := "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	if in.Format == "pdf" {
		kind = "application/pdf"
		paper, err := a.o.Casework.Paper(report.Sheet)
		if err != nil {
			return nil, err
		}
		out.Write(paper)
	} else if err := report.XLSX(&out); err != nil {
		return nil, err
	}
	return &stream{func(hc huma.Context) {
		_, w := humachi.Unwrap(hc)
		h := w.Header()
		h.Set("Content-Type", kind)
		h.Set("Content-Disposition", `attachment; filename="sample-`+one.ID+`.`+in.Format+`"`)
		_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // checking many took long
		_, _ = w.Write(out.Bytes())                                     // the client may have gone
	}}, nil
}
