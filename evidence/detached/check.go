package detached

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"offsite/evidence/canonical"
	"offsite/evidence/seal"
	"offsite/evidence/verify"
)

// The names of the checks, in the order in which they are made.
const (
	CheckForm     = "form"     // the seal can be read
	CheckDocument = "document" // the document is the one that was sealed
	CheckSeal     = "seal"     // signatures by keys that count
)

// Check tells what holds of a document and the seal that lies beside it. Without a seal
// (nil) there is nothing to tell by. The error is for a document that cannot be read; what
// is wrong stands in the report.
func Check(document io.Reader, text []byte, trust *seal.Trust) (verify.Report, error) {
	plain, chinese := sha256.New(), sm3.New()
	n, err := io.Copy(io.MultiWriter(plain, chinese), document)
	if err != nil {
		return verify.Report{}, fmt.Errorf("read the document: %w", err)
	}
	r := verify.Report{Files: 1, Bytes: n, Kind: "document"}
	if text == nil {
		r.CannotTell(CheckForm, "", "没有签名文件：文书签发时尚未附电子签名，或签名文件没有随文书交来", "there is no seal: the document was issued before documents were sealed, or its seal did not come with it")
		return r, nil
	}
	s, err := Parse(text)
	if err != nil {
		r.Fails(CheckForm, "", "签名文件无法读取，或不合格式", err.Error())
		return r, nil
	}
	st := s.Statement
	r.SealedAt = st.Issued
	r.Holds(CheckForm, fmt.Sprintf("签名文件：%s，%s，%s", st.Issuer, st.Number, st.Issued.Format(time.RFC3339)),
		fmt.Sprintf("the seal of %s, number %s, of %s", st.Issuer, st.Number, st.Issued.Format(time.RFC3339)))
	if st.Size == n && st.SHA256 == hex.EncodeToString(plain.Sum(nil)) && st.SM3 == hex.EncodeToString(chinese.Sum(nil)) {
		r.Holds(CheckDocument, "文书与签名时一致，SHA-256 "+st.SHA256, "the document is as it was sealed, SHA-256 "+st.SHA256)
	} else {
		r.Fails(CheckDocument, "", "文书不是被签名的那一份，或签名后被改动", "this is not the document that was sealed, or it was changed since")
	}
	checks, key, err := Signatures(Signed{Statement: st, Keys: st.Keys, Signatures: s.Signatures, At: st.Issued, ZH: "文书", EN: "the document"}, trust)
	r.Checks, r.SealKeyID = append(r.Checks, checks...), key
	return r, err
}

// Signed is a statement of the bureau's with its signatures.
type Signed struct {
	Statement  any
	Keys       []SealKey // that it names
	Signatures [][]byte  // one of each of them
	At         time.Time // when it says that it was signed
	Stamped    time.Time // when a trusted timestamp proves that it existed; zero: none does
	ZH, EN     string    // what it is, in a sentence
}

// Signatures checks those of a statement: one check a key, at least one of them Ed25519.
// key is the first whose signature it is, "" where none is.
func Signatures(s Signed, trust *seal.Trust) (checks []verify.Check, key string, err error) {
	message, err := canonical.Write(s.Statement)
	if err != nil {
		return nil, "", fmt.Errorf("write the statement again: %w", err)
	}
	var r verify.Report
	ed := false
	for i, k := range s.Keys {
		ed = ed || k.Algorithm == seal.Ed25519
		signature(&r, k, message, s.Signatures[i], s, trust)
	}
	if !ed {
		r.Fails(CheckSeal, "", "没有 Ed25519 签名", "it names no Ed25519 key")
	}
	return r.Checks, r.SealKeyID, nil
}

// signature checks one signature and whether its key counted when the statement was
// signed, and when it was timestamped. Where no timestamp proves that time, what a revoked key
// signed before it was lost cannot be told from what a thief dated back: the process record
// can, which names what was signed and stands in the transparency log.
func signature(r *verify.Report, k SealKey, message, signature []byte, s Signed, trust *seal.Trust) {
	known, ok := trust.Key(k.Key)
	switch {
	case !ok:
		r.CannotTell(CheckSeal, "", fmt.Sprintf("trust.json 中没有密钥 %.32q，不能确认是本机关的签名", k.Key), fmt.Sprintf("the key %.32q is not among those of trust.json: whose signature it is cannot be told", k.Key))
		return
	case known.Algorithm != k.Algorithm:
		r.Fails(CheckSeal, "", "密钥与算法不符", fmt.Sprintf("key %s is for %s, not %.16q", known.ID, known.Algorithm, k.Algorithm))
		return
	case !known.Verify(message, signature):
		r.Fails(CheckSeal, "", fmt.Sprintf("密钥 %s 的签名不成立", known.ID), fmt.Sprintf("the signature is not one of key %s over this statement", known.ID))
		return
	}
	if r.SealKeyID == "" {
		r.SealKeyID = known.ID
	}
	proven, zh, en := s.At, "签发时", "was signed" // the later of the two times: where the key counted then, it did at both
	if s.Stamped.After(s.At) && known.CountsAt(s.At) {
		proven, zh, en = s.Stamped, "加盖时间戳时", "was timestamped"
	}
	at := proven.Format(time.RFC3339)
	switch {
	case s.Stamped.IsZero() && known.Revoked != "" && known.RevokedSince != nil && s.At.Before(*known.RevokedSince):
		since := known.RevokedSince.Format(time.RFC3339)
		r.CannotTell(CheckSeal, "", fmt.Sprintf("密钥 %s 自 %s 起吊销（%s）；%s写明的时间更早，须凭日志中的过程记录证明", known.ID, since, known.Revoked, s.ZH),
			fmt.Sprintf("key %s was revoked from %s on (%s); %s says that it is older, which the process record in the log can prove", known.ID, since, known.Revoked, s.EN))
	case known.Revoked != "" && (known.RevokedSince == nil || !proven.Before(*known.RevokedSince)):
		r.Fails(CheckSeal, "", fmt.Sprintf("密钥 %s 已吊销：%s", known.ID, known.Revoked), fmt.Sprintf("key %s was revoked: %s", known.ID, known.Revoked))
	case !known.CountsAt(proven):
		r.Fails(CheckSeal, "", fmt.Sprintf("%s%s（%s）密钥 %s 不在有效期内", s.ZH, zh, at, known.ID), fmt.Sprintf("key %s was not in force when %s %s, %s", known.ID, s.EN, en, at))
	default:
		r.Holds(CheckSeal, fmt.Sprintf("签名有效：密钥 %s（%s），%s有效", known.ID, known.Algorithm, zh), fmt.Sprintf("the signature is that of key %s (%s), in force at the time", known.ID, known.Algorithm))
	}
}
