package removal

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"offsite/evidence/bundle"
	"offsite/evidence/canonical"
	"offsite/evidence/detached"
	"offsite/evidence/seal"
	"offsite/evidence/timestamp/token"
	"offsite/evidence/translog/proof"
	"offsite/evidence/verify"
)

// Kind is what a report on a removal record says of its kind.
const Kind = "removal"

// Options say what is known beside the record.
type Options struct {
	Bundle  string // that it should be of, by where it lies; "": that says nothing
	Receipt []byte // the transparency log's; nil: there is none
	Logged  bool   // one without a receipt explains nothing
}

// Check tells what holds of a record. What is wrong stands in the report, in the order
// removal, timestamp, seal, log; gone is nil unless everything holds. The error is for a statement that
// cannot be written again.
func Check(text []byte, trust *seal.Trust, o Options) (report verify.Report, gone *verify.Removal, err error) {
	if trust == nil {
		trust = &seal.Trust{}
	}
	report = verify.Report{Kind: Kind, Bundle: o.Bundle, Files: 1, Bytes: int64(len(text))}
	r, err := Parse(text)
	if err != nil {
		report.Fails(verify.CheckRemoval, File, "删除记录无法读取，或不合格式", err.Error())
		return report, nil, nil
	}
	s, before := r.Statement, bundle.Link{}
	if s.Previous != nil {
		before = *s.Previous
	}
	report.Bundle, report.Camera, report.SealedAt, report.ManifestSHA256, report.PreviousBundle = s.Bundle, s.Camera, s.Sealed, s.ManifestSHA256, before.Bundle
	report.PreviousManifestSHA256 = before.ManifestSHA256
	lawful(&report, s, o.Bundle)
	if err := stamped(&report, r, trust); err != nil {
		return report, nil, err
	}
	signed, key, err := detached.Signatures(detached.Signed{Statement: s, Keys: s.Keys, Signatures: r.Signatures, At: s.Signed, Stamped: report.TimestampAt, ZH: "删除记录", EN: "the removal record"}, trust)
	if err != nil {
		return report, nil, err
	}
	report.Checks, report.SealKeyID = append(report.Checks, signed...), key
	logged(&report, text, trust.Log, o)
	if report.Exit() != 0 {
		return report, nil, nil
	}
	return report, &verify.Removal{Bundle: s.Bundle, Camera: s.Camera, ManifestSHA256: s.ManifestSHA256, Previous: before.Bundle, PreviousManifestSHA256: before.ManifestSHA256, At: s.Removed, ZH: s.ZH, EN: s.EN}, nil
}

// lawful compares the record with where it lies and with what the law asks of its reason.
func lawful(r *verify.Report, s Statement, place string) {
	kept, known := least[s.Reason]
	removed := s.Removed.Format(time.RFC3339)
	switch {
	case place != "" && place != s.Bundle:
		r.Fails(verify.CheckRemoval, File, fmt.Sprintf("它是证据包 %.40s 的删除记录，不是 %.40s 的", s.Bundle, place), fmt.Sprintf("it is the removal record of bundle %.40s, not of %.40s", s.Bundle, place))
	case !known:
		r.Fails(verify.CheckRemoval, File, fmt.Sprintf("删除理由 %.20q 不在法定之列", s.Reason), fmt.Sprintf("%.20q is no reason for which a bundle is deleted", s.Reason))
	case s.KeptUntil.Before(s.Sealed.Add(kept)) || s.Removed.Before(s.KeptUntil):
		r.Fails(verify.CheckRemoval, File, fmt.Sprintf("证据包于 %s 删除，尚未满法定保存期限", removed), fmt.Sprintf("the bundle was deleted on %s, before its time was over", removed))
	case s.Signed.Before(s.Removed):
		r.Fails(verify.CheckRemoval, File, "删除记录早于删除", "the record is older than the deletion")
	default:
		r.Holds(verify.CheckRemoval, fmt.Sprintf("已于 %s 依法删除：%s", removed, s.ZH), fmt.Sprintf("removed lawfully on %s because %s", removed, s.EN))
	}
}

// stamped holds the tokens against the statement, as those of a bundle are against its manifest:
// one that holds is enough, others may come from authorities that this verifier does not know.
func stamped(r *verify.Report, record Record, trust *seal.Trust) error {
	roots, err := trust.Roots()
	if err != nil {
		r.CannotTell(verify.CheckTimestamp, File, "trust.json 中的时间戳机构证书无法读取", err.Error())
		return nil
	}
	message, err := canonical.Write(record.Statement)
	if err != nil {
		return fmt.Errorf("write the statement of the removal record again: %w", err)
	}
	digest := sha256.Sum256(message)
	var signer, stranger string
	sound := true
	for _, der := range record.Timestamps {
		t, err := token.Check(der, digest[:], roots)
		switch {
		case err == nil && t.At.Before(record.Statement.Signed.Add(-verify.MaxSkew-t.Accuracy)):
			at := t.At.UTC().Format(time.RFC3339)
			r.Fails(verify.CheckTimestamp, File, fmt.Sprintf("时间戳 %s 早于删除记录签署时间", at), fmt.Sprintf("its timestamp, %s, is before the record says it was signed", at))
			sound = false
		case err == nil && signer == "":
			r.TimestampAt, signer = t.At.UTC(), t.Signer
		case err == nil:
		case errors.Is(err, token.ErrChain):
			stranger = err.Error()
		default:
			r.Fails(verify.CheckTimestamp, File, verify.TokenZH(err), err.Error())
			sound = false
		}
	}
	switch at := r.TimestampAt.Format(time.RFC3339); {
	case sound && signer != "":
		r.Holds(verify.CheckTimestamp, fmt.Sprintf("可信时间戳：%s，由 %s 签发", at, signer), fmt.Sprintf("the record existed at %s, says %s", at, signer))
	case sound:
		r.CannotTell(verify.CheckTimestamp, File, "时间戳机构不在 trust.json 中", stranger)
	}
	return nil
}

// logged checks that the record stands in the transparency log.
func logged(r *verify.Report, text []byte, t *seal.TrustedLog, o Options) {
	switch {
	case o.Receipt == nil && o.Logged:
		r.CannotTell(verify.CheckLog, File, "没有日志回执", "there is no receipt of the transparency log")
		return
	case o.Receipt == nil:
		return
	case t == nil:
		r.CannotTell(verify.CheckLog, File, "trust.json 中没有透明日志", "trust.json names no transparency log")
		return
	}
	const elsewhere = "此删除记录不在日志回执所指的位置"
	entry, err := Entry(text)
	var leaf []byte
	var p proof.Proof
	if err == nil {
		leaf, err = entry.Bytes()
	}
	if err == nil {
		p, err = proof.Parse(o.Receipt)
	}
	if err != nil {
		r.Fails(verify.CheckLog, File, elsewhere, err.Error())
		return
	}
	check, index := verify.Logged(p, leaf, *t, elsewhere)
	if !check.OK {
		check.File = File
	}
	r.Checks, r.LogIndex = append(r.Checks, check), index
}
