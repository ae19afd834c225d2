package mail_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	client "offsite/casework/mail"
)

const (
	username = "notice"
	password = "a secret that is never told"
)

// server is a mail server that keeps what it takes. It refuses recipients by their
// names: nobody@ for good, busy@ once, late@ takes the first e-mail and does not answer.
type server struct {
	t       *testing.T
	port    int
	roots   *x509.CertPool
	taken   chan struct{} // the first e-mail of late@ has come
	release chan struct{} // closed at the end: late@ is answered

	mu       sync.Mutex
	mails    []*mail.Message
	texts    []string
	senders  []string
	tries    map[string]int
	signedIn int
}

type offer struct {
	plain bool // no STARTTLS
	first bool // TLS before SMTP
}

func serve(t *testing.T, o offer) *server {
	t.Helper()
	s := &server{t: t, taken: make(chan struct{}), release: make(chan struct{}), tries: map[string]int{}}
	settings := s.certificate()
	smtpd := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{s: s}, nil }))
	smtpd.Domain, smtpd.ErrorLog = "mail.test", log.New(io.Discard, "", 0)
	if !o.plain {
		smtpd.TLSConfig = settings
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.port = listener.Addr().(*net.TCPAddr).Port
	if o.first {
		listener = tls.NewListener(listener, settings)
	}
	go func() { _ = smtpd.Serve(listener) }()
	t.Cleanup(func() { close(s.release); _ = smtpd.Close() })
	return s
}

// certificate is one of the server's own for 127.0.0.1.
func (s *server) certificate() *tls.Config {
	s.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		s.t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		s.t.Fatal(err)
	}
	s.roots = x509.NewCertPool()
	s.roots.AddCert(leaf)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
}

// open is a client of the server, as the bureau's configuration makes it.
func (s *server) open(change func(*client.Options)) *client.Client {
	s.t.Helper()
	o := client.Options{Host: "127.0.0.1", Port: s.port, From: "notice@bureau.test", Name: "崇明区城管局", Username: username, Password: password, TLS: client.Required, Roots: s.roots}
	if change != nil {
		change(&o)
	}
	c, err := client.New(o)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

func (s *server) got() (mails []*mail.Message, texts []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mails, s.texts
}

type session struct {
	s  *server
	to string
}

func (x *session) Reset()                   {}
func (x *session) Logout() error            { return nil }
func (x *session) AuthMechanisms() []string { return []string{sasl.Plain} }
func (x *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, pass string) error {
		if user != username || pass != password {
			return smtp.ErrAuthFailed
		}
		x.s.mu.Lock()
		defer x.s.mu.Unlock()
		x.s.signedIn++
		return nil
	}), nil
}

func (x *session) Mail(from string, _ *smtp.MailOptions) error {
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	x.s.senders = append(x.s.senders, from)
	if strings.HasPrefix(from, "stranger@") {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "sender not allowed"}
	}
	return nil
}

func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	x.to = to
	x.s.tries[to]++
	switch name, _, _ := strings.Cut(to, "@"); {
	case name == "nobody":
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox: <" + to + ">"}
	case name == "busy" && x.s.tries[to] == 1:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted, come again"}
	}
	return nil
}

func (x *session) Data(r io.Reader) error {
	m, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(m.Body)
	if err != nil {
		return err
	}
	x.s.mu.Lock()
	x.s.mails, x.s.texts = append(x.s.mails, m), append(x.s.texts, string(text))
	first := x.s.tries[x.to] == 1
	x.s.mu.Unlock()
	if strings.HasPrefix(x.to, "late@") && first {
		close(x.s.taken)
		<-x.s.release
		return errors.New("too late")
	}
	return nil
}
