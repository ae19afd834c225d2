package verify

import (
	"errors"
	"fmt"

	"offsite/evidence/seal"
	"offsite/evidence/translog/proof"
)

// LogProof is the name of the log's receipt, which lies beside the bundle.
const LogProof = "log.tlog-proof"

// log checks that the bundle stands in the transparency log.
func (c *checker) log(text []byte) {
	t := c.trust.Log
	if t == nil {
		c.cannotTell(CheckLog, LogProof, "trust.json 中没有透明日志", "trust.json names no transparency log")
		return
	}
	entry, err := proof.BundleEntry(c.report.Bundle, c.report.ManifestSHA256, c.report.SealedAt).Bytes()
	if err != nil || c.manifest == nil {
		c.cannotTell(CheckLog, LogProof, "封存清单无法读取", "the manifest cannot be read")
		return
	}
	p, err := proof.Parse(text)
	if err != nil {
		c.fails(CheckLog, LogProof, "日志回执无法读取", err.Error())
		return
	}
	check, index := Logged(p, entry, *t, "此证据包不在日志回执所指的位置")
	c.report.LogIndex = index
	switch {
	case check.OK:
		c.holds(check.Name, check.ZH, check.EN)
	case check.Unchecked:
		c.cannotTell(check.Name, LogProof, check.ZH, check.EN)
	default:
		c.fails(check.Name, LogProof, check.ZH, check.EN)
	}
}

// Logged holds a receipt of the transparency log against an entry: the check names no file;
// index is where the entry stands, nil unless it is proved. elsewhere says in Chinese that it
// does not stand there.
func Logged(p proof.Proof, entry []byte, t seal.TrustedLog, elsewhere string) (check Check, index *uint64) {
	place, err := p.Check(entry, t.ForProofs())
	check = Check{Name: CheckLog}
	switch {
	case errors.Is(err, proof.ErrStranger):
		check.Unchecked, check.ZH, check.EN = true, "日志检查点不是 trust.json 所列日志签署的", err.Error()
	case errors.Is(err, proof.ErrWitnesses):
		check.Unchecked, check.ZH, check.EN = true, "见证人签名不足", err.Error()
	case err != nil:
		check.ZH, check.EN = elsewhere, err.Error()
	default:
		index, check.OK = &place.Index, true
		check.ZH = fmt.Sprintf("已记入透明日志第 %d 条（共 %d 条）", place.Index, place.Size)
		check.EN = fmt.Sprintf("it is entry %d of the transparency log, which had %d then", place.Index, place.Size)
	}
	return check, index
}
