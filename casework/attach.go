package casework

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"offsite/casework/attachment"
	"offsite/casework/flow"
	"offsite/registry"
	"offsite/store"
)

// papersAtMost come with the statements of one case, so that nobody fills the database.
const papersAtMost = 30

// CasePaper is a paper that came with a step, as the process record names it.
type CasePaper struct {
	ID        string `json:"id"`
	Type      string `json:"type" enum:"image/jpeg,application/pdf"`
	SizeBytes int    `json:"size_bytes"`
	SHA256    string `json:"sha256"`
}

// readPapers takes what attachment.Read takes. Pictures are drawn anew and carry no
// metadata.
func readPapers(event flow.Event, list []string) ([]attachment.File, error) {
	papers, err := attachment.Read(list)
	for i, p := range papers {
		if p.Kind != "application/pdf" && err == nil {
			var drawn []byte
			drawn, err = registry.Redrawn("papers", p.Content)
			papers[i] = attachment.Of("image/jpeg", drawn)
		}
	}
	if err != nil {
		return nil, &Refusal{Kind: flow.Invalid, Event: event, Field: "papers", ZH: attachment.WantZH, EN: attachment.WantEN}
	}
	return papers, nil
}

// attach keeps what came with the step; its record names each by its digest.
func (t *taking) attach(ctx context.Context) error {
	for _, p := range t.given.Papers {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		_, err = t.tx.Exec(ctx, `INSERT INTO case_paper (id, case_id, event, at, type, sha256, content) VALUES ($1, $2, $3, $4, $5, decode($6, 'hex'), $7)`,
			id.String(), t.c.ID, t.step.Event, t.now, p.Kind, p.SHA256, p.Content)
		if err != nil {
			return fmt.Errorf("keep a paper of case %s: %w", t.c.ID, err)
		}
		t.entry.detail.Papers = append(t.entry.detail.Papers, CasePaper{ID: id.String(), Type: p.Kind, SizeBytes: len(p.Content), SHA256: p.SHA256})
	}
	return nil
}

// state enters what the party says, with the papers that attach has kept.
func (t *taking) state() error {
	said := statement{At: t.now, Text: t.given.Text, Papers: t.entry.detail.Papers}
	n := len(said.Papers)
	for _, s := range t.c.D.Statements {
		n += len(s.Papers)
	}
	if len(said.Papers) > 0 && n > papersAtMost {
		return &Refusal{Kind: flow.Invalid, Event: t.step.Event, State: t.c.State, Field: "papers",
			ZH: fmt.Sprintf("本案材料已达 %d 份，请当面提交其余材料", papersAtMost), EN: fmt.Sprintf("the case has %d papers: hand in the rest at the bureau", papersAtMost)}
	}
	t.c.D.Statements = append(t.c.D.Statements, said)
	return nil
}

// CasePaper gives the bytes of a paper that came with a step of a case. Who asks is recorded
// before.
func (b *Book) CasePaper(ctx context.Context, a Actor, caseID, id string) (content []byte, kind string, err error) {
	return b.paper(ctx, a, caseID, id, atWork)
}

func (b *Book) paper(ctx context.Context, a Actor, caseID, id, why string) (content []byte, kind string, err error) {
	err = b.o.Pool.QueryRow(ctx, `SELECT content, type FROM case_paper WHERE id = $1 AND case_id = $2`, store.ID(id), store.ID(caseID)).Scan(&content, &kind)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNotFound
	}
	if err == nil {
		err = b.o.Registry.RecordView(ctx, registry.View{By: first(a.Name, a.ID), What: "paper", Subject: caseID, File: id, Reason: why})
	}
	if err != nil {
		return nil, "", fmt.Errorf("read paper %q of case %q: %w", id, caseID, err)
	}
	return content, kind, nil
}
