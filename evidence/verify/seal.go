package verify

import (
	"fmt"
	"time"

	"offsite/evidence/bundle"
	"offsite/evidence/seal"
)

// seals checks every signature over the manifest.
func (c *checker) seals() {
	if c.manifest == nil {
		c.cannotTell(CheckSeal, "", "没有可读的封存清单", "there is no manifest that can be read")
		return
	}
	before, unknown := c.wrong, 0
	seen := map[string]bool{}
	for _, ref := range c.manifest.Seals {
		want, ok := map[string]string{seal.Ed25519: bundle.Signature, seal.SM2: bundle.SM2Sig}[ref.Algorithm]
		if !ok || ref.File != want || seen[ref.File] {
			c.fails(CheckSeal, bundle.ManifestDoc, "列出的签名不合规则", fmt.Sprintf("it lists a seal that this format does not have (%q in %q)", ref.Algorithm, ref.File))
			continue
		}
		seen[ref.File] = true
		if ref.Algorithm == seal.Ed25519 {
			c.report.SealKeyID = ref.Key
		}
		if !c.seal(ref) {
			unknown++
		}
	}
	if !seen[bundle.Signature] {
		c.broken = true
		c.fails(CheckSeal, bundle.ManifestDoc, "没有 Ed25519 签名", "it names no Ed25519 seal")
	}
	if _, ok := c.found.Text[bundle.SM2Sig]; ok && !seen[bundle.SM2Sig] {
		c.fails(CheckSeal, bundle.SM2Sig, "封存清单没有列出此签名", "the manifest does not name this seal")
	}
	if unknown == 0 {
		c.unless(before, CheckSeal,
			fmt.Sprintf("封存签名有效，密钥 %s", c.report.SealKeyID),
			fmt.Sprintf("the seal is that of key %s, in force at the time", c.report.SealKeyID))
	}
}

// seal checks one signature; false: the key is unknown.
func (c *checker) seal(ref bundle.SealRef) (known bool) {
	key, ok := c.trust.Key(ref.Key)
	if !ok {
		c.cannotTell(CheckSeal, ref.File, fmt.Sprintf("trust.json 中没有密钥 %.32q", ref.Key), fmt.Sprintf("the key %.32q is not among those of trust.json", ref.Key))
		return false
	}
	text := c.found.Text[bundle.ManifestDoc]
	signature, ok := c.found.Text[ref.File]
	switch {
	case !ok:
		if ref.File != bundle.Signature { // whose lack layout names
			c.fails(CheckSeal, ref.File, "缺少此签名", "it is missing")
		}
	case key.Algorithm != ref.Algorithm:
		c.broken = true
		c.fails(CheckSeal, bundle.ManifestDoc, "密钥与算法不符", fmt.Sprintf("key %s is for %s, not %s", key.ID, key.Algorithm, ref.Algorithm))
	case !key.Verify(text, signature):
		c.broken = true
		file := bundle.ManifestDoc
		if c.listed(bundle.ManifestDoc) && !c.listed(ref.File) {
			file = ref.File
		}
		c.fails(CheckSeal, file, fmt.Sprintf("密钥 %s 的签名与封存清单不符", key.ID), fmt.Sprintf("the signature of key %s is not one over this manifest", key.ID))
	default:
		c.proven[ref.File], c.proven[bundle.ManifestDoc] = true, true
		c.counts(ref.File, key, c.manifest.Sealed, "封存时", "when it was sealed")
	}
	return true
}

// counts checks that the key was in force at that time.
func (c *checker) counts(file string, key seal.TrustedKey, at time.Time, zh, en string) {
	switch {
	case key.CountsAt(at):
	case key.Revoked != "" && (key.RevokedSince == nil || !at.Before(*key.RevokedSince)):
		c.fails(CheckSeal, file, fmt.Sprintf("密钥 %s 已吊销：%s", key.ID, key.Revoked), fmt.Sprintf("key %s was revoked: %s", key.ID, key.Revoked))
	default:
		c.fails(CheckSeal, file, fmt.Sprintf("%s（%s）密钥 %s 不在有效期内", zh, at.Format(time.RFC3339), key.ID),
			fmt.Sprintf("key %s was not in force %s, %s", key.ID, en, at.Format(time.RFC3339)))
	}
}

// listed tells whether the file's digest is that of the list of tag files.
func (c *checker) listed(path string) bool {
	f, ok := c.file(path)
	return ok && c.tags.sums[path] == fmt.Sprintf("%x", f.SHA256)
}
