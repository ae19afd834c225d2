package ingest

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"

	"github.com/bluenviron/gortsplib/v4/pkg/base"
)

// target is where and how to connect.
type target struct {
	url      *base.URL // with credentials, without fragment
	host     string    // host:port as written, for sentences
	protocol string    // "tcp" or "udp"
	mayFall  bool      // whether TCP may be tried when UDP brings nothing
	tls      *tls.Config
	secrets  []string // never to be shown
}

// parseTarget checks an address before anything is dialled.
func parseTarget(cfg Config) (*target, *Problem) {
	u, err := base.ParseURL(strings.TrimSpace(cfg.URL))
	if err != nil {
		return nil, badAddress("")
	}
	if u.Scheme != "rtsp" && u.Scheme != "rtsps" {
		return nil, badAddress(u.Scheme)
	}
	if u.Hostname() == "" {
		return nil, badAddress("")
	}
	t := &target{host: u.Host, protocol: cfg.Protocol}
	pin, problem := fingerprint(u.Fragment)
	if problem != nil {
		return nil, problem
	}
	u.Fragment, u.RawFragment = "", ""
	t.url = u
	if u.User != nil {
		t.secrets = secrets(u.User)
	}
	switch {
	case cfg.Protocol == "" && u.Scheme == "rtsps":
		t.protocol = "tcp"
	case cfg.Protocol == "":
		t.protocol, t.mayFall = "udp", true
	case cfg.Protocol != "tcp" && cfg.Protocol != "udp":
		return nil, badProtocol(cfg.Protocol)
	}
	if u.Scheme == "rtsps" {
		t.tls = tlsConfig(cfg.TLS, pin)
	}
	return t, nil
}

func (t *target) fallBack() { t.protocol, t.mayFall = "tcp", false }

// scrub takes credentials out of a text.
func (t *target) scrub(s string) string {
	for _, secret := range t.secrets {
		s = strings.ReplaceAll(s, secret, "***")
	}
	return s
}

// secrets lists a password in the forms in which errors could show it.
func secrets(u *url.Userinfo) []string {
	password, _ := u.Password()
	if password == "" {
		return nil
	}
	return []string{u.String(), password, url.QueryEscape(password), url.PathEscape(password)}
}

// fingerprint reads "sha256=HEX" from an address's fragment.
func fingerprint(fragment string) ([]byte, *Problem) {
	if fragment == "" {
		return nil, nil
	}
	text, found := strings.CutPrefix(fragment, "sha256=")
	sum, err := hex.DecodeString(strings.ReplaceAll(text, ":", ""))
	if !found || err != nil || len(sum) != sha256.Size {
		return nil, &Problem{
			Code: BadAddress,
			ZH:   "地址中 # 之后应为 sha256= 加 64 位十六进制证书指纹，请改正或删去",
			EN:   "what follows # in the address should be sha256= and 64 hexadecimal digits of a certificate; correct or remove it",
		}
	}
	return sum, nil
}

// tlsConfig makes the TLS settings of one camera. With a pin, exactly that
// certificate is accepted, whoever signed it: cameras sign their own.
func tlsConfig(base *tls.Config, pin []byte) *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if base != nil {
		c = base.Clone()
	}
	if pin == nil {
		return c
	}
	c.InsecureSkipVerify = true // the pin below is stronger than the chain
	c.VerifyConnection = func(s tls.ConnectionState) error {
		if len(s.PeerCertificates) == 0 {
			return fmt.Errorf("the server shows no certificate")
		}
		if got := sha256.Sum256(s.PeerCertificates[0].Raw); string(got[:]) != string(pin) {
			return &pinError{got: hex.EncodeToString(got[:])}
		}
		return nil
	}
	return c
}

// pinError tells that a certificate is not the one in the address.
type pinError struct{ got string }

func (e *pinError) Error() string {
	return "the certificate is not the pinned one, its SHA-256 is " + e.got
}

// shown returns the SHA-256 of the certificate that an error is about, or "".
func shown(cert *x509.Certificate) string {
	if cert == nil {
		return ""
	}
	sum := sha256.Sum256(cert.Raw)
	return hex.EncodeToString(sum[:])
}
