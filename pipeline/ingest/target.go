package ingest

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/bluenviron/gortsplib/v4/pkg/base"
)

// foreignScheme matches what may be shown as a scheme: nothing with a secret in it.
var foreignScheme = regexp.MustCompile(`^[a-z]{1,10}$`)

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
	address := strings.TrimSpace(cfg.URL)
	if s, _, ok := strings.Cut(address, "://"); ok && foreignScheme.MatchString(s) && s != "rtsp" && s != "rtsps" {
		return nil, badAddress(s)
	}
	address, fragment, pinned := strings.Cut(address, "#sha256=")
	u, err := base.ParseURL(address)
	if err != nil || !soundHost(u) {
		return nil, badAddress("")
	}
	t := &target{host: u.Host, protocol: cfg.Protocol}
	var pin []byte
	if pinned {
		if pin = fingerprint(fragment); pin == nil {
			return nil, badPin()
		}
	}
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

// soundHost says whether host and port could be dialled at all.
func soundHost(u *base.URL) bool {
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return false
		}
	}
	host := u.Hostname()
	if strings.Contains(host, ":") {
		_, err := netip.ParseAddr(host)
		return err == nil
	}
	return host != "" && !strings.ContainsAny(host, " \t\r\n/\\@")
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

// fingerprint reads a SHA-256 in hexadecimal, with or without colons; nil if it
// is none.
func fingerprint(text string) []byte {
	sum, err := hex.DecodeString(strings.ReplaceAll(text, ":", ""))
	if err != nil || len(sum) != sha256.Size {
		return nil
	}
	return sum
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
