package verify

import (
	"errors"
	"fmt"

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
	place, err := p.Check(entry, proof.Trusted{Origin: t.Origin, Verifier: t.Verifier, Witnesses: t.Witnesses, Quorum: t.Quorum})
	switch {
	case errors.Is(err, proof.ErrStranger):
		c.cannotTell(CheckLog, LogProof, "日志检查点不是 trust.json 所列日志签署的", err.Error())
	case errors.Is(err, proof.ErrWitnesses):
		c.cannotTell(CheckLog, LogProof, "见证人签名不足", err.Error())
	case err != nil:
		c.fails(CheckLog, LogProof, "此证据包不在日志回执所指的位置", err.Error())
	default:
		c.report.LogIndex = &place.Index
		c.holds(CheckLog,
			fmt.Sprintf("已记入透明日志第 %d 条（共 %d 条）", place.Index, place.Size),
			fmt.Sprintf("it is entry %d of the transparency log, which had %d then", place.Index, place.Size))
	}
}
