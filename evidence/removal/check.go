package removal

import (
	"errors"
	"fmt"
	"time"

	"offsite/evidence/detached"
	"offsite/evidence/seal"
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
// removal, seal, log; gone is nil unless everything holds. The error is for a statement that
// cannot be written again.
func Check(text []byte, trust *seal.Trust, o Options) (report verify.Report, gone *verify.Removal, err error) {
	if trust == nil {
		trust = &seal.Trust{}
	}
	c := checker{Report: verify.Report{Kind: Kind, Bundle: o.Bundle, Files: 1, Bytes: int64(len(text))}}
	r, err := Parse(text)
	if err != nil {
		c.wrong(verify.CheckRemoval, "删除记录无法读取，或不合格式", err.Error())
		return c.Report, nil, nil
	}
	s := r.Statement
	c.Bundle, c.Camera, c.SealedAt, c.ManifestSHA256, c.PreviousBundle = s.Bundle, s.Camera, s.Sealed, s.ManifestSHA256, s.Previous
	c.lawful(s, o.Bundle)
	signed, key, err := detached.Signatures(detached.Signed{Statement: s, Keys: s.Keys, Signatures: r.Signatures, At: s.Signed, ZH: "删除记录", EN: "the removal record"}, trust)
	if err != nil {
		return c.Report, nil, err
	}
	c.Checks, c.SealKeyID = append(c.Checks, signed...), key
	c.log(text, trust.Log, o)
	if c.Exit() != 0 {
		return c.Report, nil, nil
	}
	return c.Report, &verify.Removal{Bundle: s.Bundle, Camera: s.Camera, ManifestSHA256: s.ManifestSHA256, Previous: s.Previous, At: s.Removed, ZH: s.ZH, EN: s.EN}, nil
}

// checker is a report that is being written.
type checker struct{ verify.Report }

func (c *checker) ok(name, zh, en string) {
	c.Checks = append(c.Checks, verify.Check{Name: name, OK: true, ZH: zh, EN: en})
}

func (c *checker) wrong(name, zh, en string) {
	c.Checks = append(c.Checks, verify.Check{Name: name, File: File, ZH: zh, EN: en})
}

func (c *checker) unsure(name, zh, en string) {
	c.Checks = append(c.Checks, verify.Check{Name: name, Unchecked: true, File: File, ZH: zh, EN: en})
}

// lawful compares the record with where it lies and with what the law asks of its reason.
func (c *checker) lawful(s Statement, place string) {
	kept, known := least[s.Reason]
	removed := s.Removed.Format(time.RFC3339)
	switch {
	case place != "" && place != s.Bundle:
		c.wrong(verify.CheckRemoval, fmt.Sprintf("它是证据包 %.40s 的删除记录，不是 %.40s 的", s.Bundle, place), fmt.Sprintf("it is the removal record of bundle %.40s, not of %.40s", s.Bundle, place))
	case !known:
		c.wrong(verify.CheckRemoval, fmt.Sprintf("删除理由 %.20q 不在法定之列", s.Reason), fmt.Sprintf("%.20q is no reason for which a bundle is deleted", s.Reason))
	case s.KeptUntil.Before(s.Sealed.Add(kept)) || s.Removed.Before(s.KeptUntil):
		c.wrong(verify.CheckRemoval, fmt.Sprintf("证据包于 %s 删除，尚未满法定保存期限", removed), fmt.Sprintf("the bundle was deleted on %s, before its time was over", removed))
	case s.Signed.Before(s.Removed):
		c.wrong(verify.CheckRemoval, "删除记录早于删除", "the record is older than the deletion")
	default:
		c.ok(verify.CheckRemoval, fmt.Sprintf("已于 %s 依法删除：%s", removed, s.ZH), fmt.Sprintf("removed lawfully on %s because %s", removed, s.EN))
	}
}

// log checks that the record stands in the transparency log.
func (c *checker) log(text []byte, t *seal.TrustedLog, o Options) {
	switch {
	case o.Receipt == nil && o.Logged:
		c.unsure(verify.CheckLog, "没有日志回执", "there is no receipt of the transparency log")
		return
	case o.Receipt == nil:
		return
	case t == nil:
		c.unsure(verify.CheckLog, "trust.json 中没有透明日志", "trust.json names no transparency log")
		return
	}
	entry, err := Entry(text)
	var leaf []byte
	var p proof.Proof
	var place proof.Place
	if err == nil {
		leaf, err = entry.Bytes()
	}
	if err == nil {
		p, err = proof.Parse(o.Receipt)
	}
	if err == nil {
		place, err = p.Check(leaf, proof.Trusted{Origin: t.Origin, Verifier: t.Verifier, Witnesses: t.Witnesses, Quorum: t.Quorum})
	}
	switch {
	case errors.Is(err, proof.ErrStranger):
		c.unsure(verify.CheckLog, "日志检查点不是 trust.json 所列日志签署的", err.Error())
	case errors.Is(err, proof.ErrWitnesses):
		c.unsure(verify.CheckLog, "见证人签名不足", err.Error())
	case err != nil:
		c.wrong(verify.CheckLog, "此删除记录不在日志回执所指的位置", err.Error())
	default:
		c.LogIndex = &place.Index
		c.ok(verify.CheckLog, fmt.Sprintf("已记入透明日志第 %d 条（共 %d 条）", place.Index, place.Size), fmt.Sprintf("it is entry %d of the transparency log, which had %d then", place.Index, place.Size))
	}
}
