package casework

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"offsite/casework/attachment"
	"offsite/casework/document"
	"offsite/evidence"
	"offsite/evidence/bag"
	"offsite/evidence/detached"
	"offsite/evidence/removal"
	"offsite/store"
)

// Sealed is where sealed bundles lie: a vault.
type Sealed interface {
	ReadBundle(ctx context.Context, r evidence.Receipt) (io.ReadCloser, error)
	// LogProof is the transparency log's receipt of a bundle; nil where it has none.
	LogProof(ctx context.Context, r evidence.Receipt) ([]byte, error)
}

// CaseID finds a case by its number or id.
func (b *Book) CaseID(ctx context.Context, number string) (string, error) {
	var id string
	err := b.o.Pool.QueryRow(ctx, `SELECT id::text FROM casefile WHERE number = $1 OR id = $2`, number, store.ID(number)).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return "", fmt.Errorf("find case %q: %w", number, err)
	}
	return id, nil
}

// Paper prints a sheet under the bureau's name.
func (b *Book) Paper(of func(document.Bureau) document.Sheet) ([]byte, error) {
	return b.o.Press.Sheet(of(document.Bureau{Name: b.o.Bureau.Name, Demo: b.o.Bureau.Demo}))
}

// Specimen prints a kind of document of an invented case under the bureau's name,
// marked as a demonstration.
func (b *Book) Specimen(kind document.Kind) (document.Document, error) {
	f := document.Sample(kind)
	f.Bureau.Name, f.Bureau.Address = first(b.o.Bureau.Name, f.Bureau.Name), first(b.o.Bureau.Address, f.Bureau.Address)
	f.Bureau.Phone, f.Bureau.Contact = first(b.o.Bureau.Phone, f.Bureau.Phone), first(b.o.Bureau.Contact, f.Bureau.Contact)
	return b.o.Press.Render(kind, f)
}

// Export writes a case's whole file, for a court: documents, the papers that came with
// steps, bundles with the log's receipts, the process record with its chain, what a
// verifier trusts, and a cover that lists all digests and says how to check them. Each
// bundle and each paper is recorded as seen.
func (b *Book) Export(ctx context.Context, a Actor, caseID, agent string, vault Sealed, trust []byte, w *bag.Writer) error {
	c, err := b.Case(ctx, a, caseID)
	if err != nil {
		return err
	}
	e := export{b: b, c: c, w: w}
	if err := e.run(ctx, a, vault, trust); err != nil {
		return fmt.Errorf("export case %s: %w", caseID, err)
	}
	return w.Close(first(c.Number, c.ID), agent)
}

// export is one case on its way into a bag.
type export struct {
	b *Book
	c CaseFile
	w *bag.Writer

	unsigned []string // numbers of documents without a seal
}

func (e *export) run(ctx context.Context, a Actor, vault Sealed, trust []byte) error {
	if err := e.documents(ctx); err != nil {
		return err
	}
	if err := e.papers(ctx, a); err != nil {
		return err
	}
	bundles, err := e.b.caseBundles(ctx, e.b.o.Pool, e.c.ID)
	if err != nil {
		return err
	}
	for _, one := range bundles {
		if one.Removed != nil {
			continue // the cover says so, and its removal record
		}
		if err := e.bundle(ctx, a, vault, one); err != nil {
			return err
		}
	}
	if err := e.removals(ctx); err != nil {
		return err
	}
	if err := e.record(ctx); err != nil {
		return err
	}
	if _, err := e.w.Add("trust.json", bytes.NewReader(trust)); err != nil {
		return err
	}
	cover, err := e.cover(bundles)
	if err == nil {
		_, err = e.w.Add("cover.pdf", bytes.NewReader(cover))
	}
	return err
}

// documents writes each document with its seal beside it, as "documents/05-decision.pdf"
// and "documents/05-decision.seal.json".
func (e *export) documents(ctx context.Context) error {
	for i, d := range e.c.Documents {
		name := fmt.Sprintf("documents/%02d-%s", i+1, d.Kind)
		_, pdf, err := e.b.documentPDF(ctx, d.ID, e.c.ID)
		if err == nil {
			_, err = e.w.Add(name+".pdf", bytes.NewReader(pdf))
		}
		if err != nil {
			return err
		}
		text, err := e.b.documentSeal(ctx, d.ID)
		if err == nil && text != nil {
			_, err = e.w.Add(name+detached.Suffix, bytes.NewReader(text))
		}
		if err != nil {
			return err
		}
		if text == nil {
			e.unsigned = append(e.unsigned, d.Number)
		}
	}
	return nil
}

// exported is why something was looked at that is in a court's bag.
const exported = "导出案卷 export of the case's file"

// papers writes what came with steps, as "papers/02-statement.pdf".
func (e *export) papers(ctx context.Context, a Actor) error {
	n := 0
	for _, r := range e.c.Record {
		for _, p := range r.Papers {
			content, kind, err := e.b.paper(ctx, a, e.c.ID, p.ID, exported)
			if err != nil {
				return err
			}
			n++
			if _, err := e.w.Add(fmt.Sprintf("papers/%02d-%s%s", n, r.Event, attachment.Suffix(kind)), bytes.NewReader(content)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *export) bundle(ctx context.Context, a Actor, vault Sealed, one Evidence) error {
	if err := e.b.RecordView(ctx, a, one.Bundle, "bundle.tar", exported); err != nil {
		return err
	}
	tar, err := vault.ReadBundle(ctx, one.Receipt)
	if err != nil {
		return err
	}
	_, err = e.w.Add("bundles/"+one.Bundle+".tar", tar)
	if err := errors.Join(err, tar.Close()); err != nil {
		return err
	}
	text, err := vault.LogProof(ctx, one.Receipt)
	if err == nil && text != nil {
		_, err = e.w.Add("bundles/"+one.Bundle+".tlog-proof", bytes.NewReader(text))
	}
	return err
}

// removals writes the records of bundles that were deleted, redacted copies too, with the
// log's receipts, as "bundles/BUNDLE.removal.json".
func (e *export) removals(ctx context.Context) error {
	list, err := e.b.removalRecords(ctx, `g.case_id::text = $1`, e.c.ID)
	if err != nil {
		return fmt.Errorf("read the removal records: %w", err)
	}
	for _, k := range list {
		name := "bundles/" + k.bundle + "." + removal.File
		_, err := e.w.Add(name, bytes.NewReader(k.record))
		if err == nil && k.receipt != nil {
			_, err = e.w.Add(removal.ReceiptOf(name), bytes.NewReader(k.receipt))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// record writes the process record as it was hashed: the SHA-256 of a line is the
// next line's "previous", that of one of the last is what the log holds.
func (e *export) record(ctx context.Context) error {
	// The receipt first, so that its line is among those that are read then.
	_, receipt, err := e.b.RecordProof(ctx, e.c.ID)
	if err != nil && !errors.Is(err, ErrNotFound) { // there is no log, or the first entry waits
		return err
	}
	var lines bytes.Buffer
	err = eachSealed(ctx, e.b.o.Pool, e.c.ID, func(s sealed, _, _ []byte) error {
		text, err := json.Marshal(s)
		lines.Write(append(text, '\n'))
		return err
	})
	if err == nil {
		_, err = e.w.Add("process-record.ndjson", &lines)
	}
	if err == nil && receipt != nil {
		_, err = e.w.Add("process-record.tlog-proof", bytes.NewReader(receipt))
	}
	return err
}

// apart names the cases that a head held for other acts, with the reason: a court asks
// first whether one act was fined twice.
func (e *export) apart() (rows [][2]string) {
	for _, r := range e.c.Record {
		if r.OtherCase != nil {
			rows = append(rows, [2]string{"另案", fmt.Sprintf("%s，%s认定为不同违法行为：%s", r.OtherCase.Number, r.Actor, r.Reason)})
		}
	}
	return rows
}

// bare names the documents that were issued before documents were signed.
func (e *export) bare() [][2]string {
	if len(e.unsigned) == 0 {
		return nil
	}
	return [][2]string{{"未附签名", "下列文书签发时尚未附电子签名，以过程记录中的摘要为准：" + strings.Join(e.unsigned, "；")}}
}

// cover is the first page for whoever opens the bag.
func (e *export) cover(bundles []Evidence) ([]byte, error) {
	bureau := e.b.o.Bureau
	files := document.Part{Heading: "二、案卷文件及其摘要（SHA-256）"}
	for i, f := range e.w.Files() {
		files.Notes = append(files.Notes, fmt.Sprintf("%d. %s（%d 字节）", i+1, f.Path, f.Size), f.SHA256)
	}
	sealed := document.Part{Heading: "三、证据包及其封存清单摘要（SHA-256）"}
	for i, one := range bundles {
		line := fmt.Sprintf("%d. %s，封存于 %s，时间戳 %s", i+1, one.Bundle, one.SealedAt.UTC().Format(time.RFC3339), one.TimestampAt.UTC().Format(time.RFC3339))
		if one.Removed != nil {
			line += fmt.Sprintf("，已于 %s 删除：%s", one.Removed.At.UTC().Format(time.RFC3339), one.Removed.ZH)
		}
		sealed.Notes = append(sealed.Notes, line, one.ManifestSHA256)
	}
	return e.b.o.Press.Sheet(document.Sheet{
		Bureau: document.Bureau{Name: bureau.Name, Demo: bureau.Demo}, Title: "行政处罚案卷（电子）", Number: first(e.c.Number, e.c.ID), Date: e.b.now(),
		Parts: []document.Part{
			{Heading: "一、案件", Rows: append([][2]string{
				{"案由", e.c.MatterZH}, {"当事人", e.c.Party}, {"地点", e.c.Place}, {"案卷内容", fmt.Sprintf("文书 %d 份，证据包 %d 个，过程记录 %d 条", len(e.c.Documents), len(bundles), len(e.c.Record))},
			}, append(e.bare(), e.apart()...)...)},
			files, sealed,
			{Heading: "四、如何核验", Text: []string{
				"在解压后的文件夹内执行以下命令，均无须联网，也无须信任本局的系统。不使用本局程序的核验方法见“docs/verify-yourself.md”。",
				"过程记录每行一条：每行（不含换行符）的SHA-256即下一行的“previous”，末行（记录刚有增加时为其前某行）的SHA-256登记在公开日志中，回执为 process-record.tlog-proof。",
			}, Notes: []string{
				"sha256sum --check --strict --quiet manifest-sha256.txt",
				"sha256sum --check --strict --quiet tagmanifest-sha256.txt",
				"offsite document verify data/documents --trust data/trust.json",
				"offsite verify data/bundles --trust data/trust.json --explain",
				"offsite verify data/bundles --trust data/trust.json --replay",
			}},
		},
	})
}
