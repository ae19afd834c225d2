package verify

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"offsite/evidence/bundle"
	"offsite/evidence/timestamp/token"
)

// timestamps checks every token over the manifest. One that holds is enough;
// others may come from authorities that this verifier does not know.
func (c *checker) timestamps() {
	roots, err := c.trust.Roots()
	if err != nil {
		c.cannotTell(CheckTimestamp, "", "trust.json 中的时间戳机构证书无法读取", err.Error())
		return
	}
	text, ok := c.found.Text[bundle.ManifestDoc]
	if !ok {
		c.cannotTell(CheckTimestamp, "", "没有封存清单", "there is no manifest")
		return
	}
	digest := sha256.Sum256(text)
	before := c.wrong
	var good []token.Token
	var strangers []Check
	for i := range c.tokens() {
		path := bundle.TokenPath(i)
		der, ok := c.found.Text[path]
		if !ok {
			continue // layout has named it
		}
		t, err := token.Check(der, digest[:], roots)
		switch {
		case err == nil:
			good = append(good, t)
			c.report.TimestampAt = good[0].At.UTC()
			c.plausible(path, t)
		case errors.Is(err, token.ErrChain):
			strangers = append(strangers, Check{File: path, EN: err.Error()})
		case errors.Is(err, token.ErrImprint) && c.broken:
			c.fails(CheckTimestamp, bundle.ManifestDoc, "时间戳不是对此清单作出的", "the timestamp was made over another manifest")
		default:
			c.fails(CheckTimestamp, path, TokenZH(err), err.Error())
		}
	}
	for _, s := range strangers {
		if len(good) == 0 {
			c.cannotTell(CheckTimestamp, s.File, "时间戳机构不在 trust.json 中", s.EN)
		}
	}
	if len(good) > 0 {
		t := good[0]
		c.unless(before, CheckTimestamp,
			fmt.Sprintf("可信时间戳：%s，由 %s 签发", t.At.UTC().Format(time.RFC3339), t.Signer),
			fmt.Sprintf("the manifest existed at %s, says %s", t.At.UTC().Format(time.RFC3339), t.Signer))
	}
}

// TokenZH says in Chinese what token.Check found wrong.
func TokenZH(err error) string {
	switch {
	case errors.Is(err, token.ErrImprint):
		return "时间戳是对其他内容作出的"
	case errors.Is(err, token.ErrExpired):
		return "时间戳机构的证书在该时刻不在有效期内"
	}
	return "时间戳无法读取，或其签名无效"
}

// plausible compares the token's time with the seal's.
func (c *checker) plausible(path string, t token.Token) {
	if c.manifest == nil || c.broken {
		return
	}
	if t.At.Before(c.manifest.Sealed.Add(-MaxSkew - t.Accuracy)) {
		c.fails(CheckTimestamp, path, fmt.Sprintf("时间戳 %s 早于封存时间", t.At.UTC().Format(time.RFC3339)),
			fmt.Sprintf("its time, %s, is before the manifest says it was sealed", t.At.UTC().Format(time.RFC3339)))
	}
	for _, ref := range c.manifest.Seals {
		if key, ok := c.trust.Key(ref.Key); ok && key.CountsAt(c.manifest.Sealed) {
			c.counts(ref.File, key, t.At, "加盖时间戳时", "when it was timestamped")
		}
	}
}
