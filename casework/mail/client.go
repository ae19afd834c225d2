// Package mail hands e-mails to the bureau's mail server (SMTP): in goes an address and a
// text, out comes what the server says of it. It knows nothing of cases.
package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"offsite/casework"
)

// Encryption says whether the way to the mail server must be encrypted.
type Encryption string

// The three ways. Unencrypted is for a server on this machine alone; the configuration
// sees to it.
const (
	Required      Encryption = "required"
	Opportunistic Encryption = "opportunistic"
	Unencrypted   Encryption = "none"
)

// PortOfTLS is where TLS comes first (RFC 8314).
const PortOfTLS = 465

// patience bounds each exchange with the server; its acceptance may take a while, since
// it looks at what it takes.
const patience = time.Minute

// Options are the mail server and who writes.
type Options struct {
	Host     string
	Port     int
	From     string // address of the sender, as in notice@example.gov.cn
	Name     string // of the sender; "": none
	Username string // "": the server knows us by our address
	Password string
	TLS      Encryption
	TLSFirst bool           // before SMTP, as at PortOfTLS; else it begins by STARTTLS
	Roots    *x509.CertPool // that the server's certificate ends in; nil: the machine's
}

// Client is the mail server as casework.Mailer.
type Client struct {
	o      Options
	domain string // of Message-IDs
}

// New checks the options.
func New(o Options) (*Client, error) {
	from, err := mail.ParseAddress(o.From)
	if err != nil || from.Address != o.From {
		return nil, fmt.Errorf("open the mail server: the sender %q is no e-mail address", o.From)
	}
	c := &Client{o: o, domain: o.From[strings.LastIndex(o.From, "@")+1:]}
	c.o.Name = oneLine(o.Name)
	_, err = c.open(context.Background())
	return c, err
}

// open makes the client of one exchange, which ends with ctx.
func (c *Client) open(ctx context.Context) (*gomail.Client, error) {
	settings := &tls.Config{ServerName: c.o.Host, RootCAs: c.o.Roots, MinVersion: tls.VersionTLS12}
	policy, ok := map[Encryption]gomail.TLSPolicy{Required: gomail.TLSMandatory, Opportunistic: gomail.TLSOpportunistic, Unencrypted: gomail.NoTLS}[c.o.TLS]
	if !ok {
		return nil, fmt.Errorf("open the mail server: %q is no way of encryption", c.o.TLS)
	}
	first := c.o.TLSFirst && c.o.TLS != Unencrypted
	options := []gomail.Option{gomail.WithPort(c.o.Port), gomail.WithTLSConfig(settings), gomail.WithTLSPolicy(policy), gomail.WithTimeout(patience),
		gomail.WithDialContextFunc(func(dialling context.Context, network, _ string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(dialling, network, c.Address())
			if err != nil {
				return nil, err
			}
			context.AfterFunc(ctx, func() { _ = conn.Close() }) // the library waits for an answer without looking at ctx
			if first {
				return tls.Client(conn, settings), nil
			}
			return conn, nil
		})}
	if first {
		options = append(options, gomail.WithSSL())
	}
	if c.o.Username != "" {
		// The last two show the password to the server; the library refuses them where nothing is encrypted.
		options = append(options, gomail.WithUsername(c.o.Username), gomail.WithPassword(c.o.Password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	client, err := gomail.NewClient(c.o.Host, options...)
	if err != nil {
		return nil, fmt.Errorf("open the mail server: %w", err)
	}
	return client, nil
}

// exchange connects, encrypts and signs in, and hands the connection over.
func (c *Client) exchange(ctx context.Context, do func(*gomail.Client, *smtp.Client) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // closes the connection
	client, err := c.open(ctx)
	if err != nil {
		return err
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return fmt.Errorf("the mail server cannot be reached: %w", err)
	}
	if err := do(client, conn); err != nil {
		return err
	}
	_ = conn.Quit() // what was to be done is done
	return nil
}

// Send hands an e-mail to the server. Sent again after a time-out it has the same
// Message-ID, by which a mailbox or server tells the second. An address or a text that
// the server refuses for good (5xx) wraps casework.ErrUndeliverable; what it says of us,
// our account or the moment is tried again. No error names the address.
func (c *Client) Send(ctx context.Context, id, address, subject, text string) (casework.MessageReceipt, error) {
	var none casework.MessageReceipt
	if to, err := mail.ParseAddress(address); err != nil || to.Address != address {
		return none, fmt.Errorf("send e-mail %s: the address cannot be read: %w", id, casework.ErrUndeliverable)
	}
	m := gomail.NewMsg(gomail.WithEncoding(gomail.EncodingB64), gomail.WithNoDefaultUserAgent())
	if err := errors.Join(m.FromFormat(c.o.Name, c.o.From), m.To(address)); err != nil {
		return none, fmt.Errorf("send e-mail %s: the address cannot be written: %w", id, casework.ErrUndeliverable)
	}
	m.SetMessageIDWithValue(id + "@" + c.domain)
	m.SetDate()
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no machine answers it
	m.Subject(oneLine(subject))
	m.SetBodyString(gomail.TypeTextPlain, text)
	err := c.exchange(ctx, func(client *gomail.Client, conn *smtp.Client) error {
		if err := client.SendWithSMTPClient(conn, m); err != nil && !m.IsDelivered() {
			return err
		}
		return nil
	})
	if err != nil {
		said := strings.ReplaceAll(oneLine(spoken(err)), address, "…")
		if refused(err) {
			return none, fmt.Errorf("the mail server refused it: %s: %w", said, casework.ErrUndeliverable)
		}
		if gone := context.Cause(ctx); gone != nil {
			return none, fmt.Errorf("send e-mail %s: %s: %w", id, said, gone)
		}
		return none, fmt.Errorf("send e-mail %s: %s", id, said)
	}
	return casework.MessageReceipt{Ref: oneLine(m.ServerResponse())}, nil
}

// Try connects, encrypts, signs in and asks for nothing (NOOP): address, certificate and
// password are right, and nobody is written to.
func (c *Client) Try(ctx context.Context) error {
	err := c.exchange(ctx, func(_ *gomail.Client, conn *smtp.Client) error { return conn.Noop() })
	if gone := context.Cause(ctx); err != nil && gone != nil {
		return fmt.Errorf("try the mail server: it did not answer in time: %w", gone)
	}
	if err != nil {
		return fmt.Errorf("try the mail server: %w", err)
	}
	return nil
}

// String is the server's address: whoever logs a client does not show its password.
func (c *Client) String() string { return c.Address() }

// Address is the server's.
func (c *Client) Address() string { return net.JoinHostPort(c.o.Host, strconv.Itoa(c.o.Port)) }

// refused is whether the recipient's address or the text was refused for good. A 5xx to
// the sender's address or password is ours to mend, not the recipient's fault.
func refused(err error) bool {
	var s *gomail.SendError
	if !errors.As(err, &s) || s.ErrorCode() < 500 || s.ErrorCode() > 599 {
		return false
	}
	return s.Reason == gomail.ErrSMTPRcptTo || s.Reason == gomail.ErrSMTPData || s.Reason == gomail.ErrSMTPDataClose
}

// spoken is the server's own sentence, where it spoke.
func spoken(err error) string {
	var answer *textproto.Error
	if errors.As(err, &answer) {
		return answer.Error()
	}
	return err.Error()
}

// oneLine takes line breaks and control characters away: nothing may begin another header.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
	return short(strings.Join(strings.Fields(s), " "))
}

const mostSaid = 300 // letters of what a server says

func short(s string) string {
	if r := []rune(s); len(r) > mostSaid {
		return string(r[:mostSaid]) + "…"
	}
	return s
}
