package mail_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"mime"
	"strings"
	"testing"

	"offsite/casework"
	client "offsite/casework/mail"
)

const (
	id      = "0198c000-0000-7000-8000-0000000000aa"
	subject = "【崇明区城管局】违法事实告知书"
	text    = "【崇明区城管局】您有一份《违法事实告知书》。详情：https://enforce.test/p/abc 咨询：021-12345678"
)

func TestAnEMailArrivesAsItWasWritten(t *testing.T) {
	t.Parallel()
	s := serve(t, offer{})
	r, err := s.open(nil).Send(t.Context(), id, "zhang@party.test", subject, text)
	if err != nil || !r.DeliveredAt.IsZero() || r.Failed != "" || r.Ref == "" {
		t.Fatalf("sent: %+v, %v; that the server took it is no delivery", r, err)
	}
	mails, texts := s.got()
	if len(mails) != 1 || s.signedIn != 1 {
		t.Fatalf("%d e-mails, signed in %d times", len(mails), s.signedIn)
	}
	h := mails[0].Header
	var words mime.WordDecoder
	if got, err := words.DecodeHeader(h.Get("Subject")); err != nil || got != subject {
		t.Errorf("subject %q, %v", got, err)
	}
	if got, err := h.AddressList("From"); err != nil || got[0].Name != "崇明区城管局" || got[0].Address != "notice@bureau.test" {
		t.Errorf("from %v, %v", got, err)
	}
	if h.Get("To") != "<zhang@party.test>" || h.Get("Message-Id") != "<"+id+"@bureau.test>" || h.Get("Auto-Submitted") != "auto-generated" ||
		!strings.HasPrefix(h.Get("Content-Type"), "text/plain; charset=UTF-8") {
		t.Errorf("headers %v", h)
	}
	body, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(strings.TrimSpace(texts[0]), "\r\n", ""))
	if err != nil || strings.TrimSpace(string(body)) != text {
		t.Errorf("text %q, %v", body, err)
	}
}

func TestARefusalIsFinalOnlyWhereItIsTheRecipients(t *testing.T) {
	t.Parallel()
	s := serve(t, offer{})
	c := s.open(nil)
	_, err := c.Send(t.Context(), id, "nobody@party.test", subject, text)
	if !errors.Is(err, casework.ErrUndeliverable) || !strings.Contains(err.Error(), "550") || !strings.Contains(err.Error(), "no such mailbox") {
		t.Errorf("no such mailbox: %v", err)
	}
	if err != nil && strings.Contains(err.Error(), "nobody@party.test") {
		t.Errorf("the address is told on: %v", err)
	}
	_, err = c.Send(t.Context(), id, "busy@party.test", subject, text)
	if err == nil || errors.Is(err, casework.ErrUndeliverable) || !strings.Contains(err.Error(), "451") {
		t.Errorf("not now: %v", err)
	}
	if _, err = c.Send(t.Context(), id, "busy@party.test", subject, text); err != nil {
		t.Errorf("the second time: %v", err)
	}
	// Our own sender and password are ours to mend.
	for name, change := range map[string]func(*client.Options){
		"sender":   func(o *client.Options) { o.From = "stranger@bureau.test" },
		"password": func(o *client.Options) { o.Password = "another" },
	} {
		if _, err := s.open(change).Send(t.Context(), id, "li@party.test", subject, text); err == nil || errors.Is(err, casework.ErrUndeliverable) {
			t.Errorf("with a wrong %s: %v", name, err)
		}
	}
	if mails, _ := s.got(); len(mails) != 1 {
		t.Errorf("%d e-mails were taken, want one", len(mails))
	}
}

// The server has the e-mail and its answer does not come: the same is sent again, and
// can be told by its Message-ID.
func TestATimeoutAfterTheTextKeepsTheMessageID(t *testing.T) {
	t.Parallel()
	s := serve(t, offer{})
	c := s.open(nil)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-s.taken; cancel() }()
	if _, err := c.Send(ctx, id, "late@party.test", subject, text); !errors.Is(err, context.Canceled) || errors.Is(err, casework.ErrUndeliverable) {
		t.Fatalf("without an answer: %v", err)
	}
	if _, err := c.Send(t.Context(), id, "late@party.test", subject, text); err != nil {
		t.Fatal(err)
	}
	mails, _ := s.got()
	if len(mails) != 2 || mails[0].Header.Get("Message-Id") != mails[1].Header.Get("Message-Id") {
		t.Errorf("%d e-mails: %v", len(mails), mails)
	}
}

func TestNothingBeginsAnotherHeader(t *testing.T) {
	t.Parallel()
	s := serve(t, offer{})
	c := s.open(func(o *client.Options) { o.Name = "Bureau\r\nBcc: all@party.test" })
	if _, err := c.Send(t.Context(), id, "zhang@party.test", "Notice\r\nBcc: all@party.test\r\n\r\nanother text", text); err != nil {
		t.Fatal(err)
	}
	mails, _ := s.got()
	if len(mails) != 1 || mails[0].Header.Get("Bcc") != "" || len(s.tries) != 1 || !strings.Contains(mails[0].Header.Get("Subject"), "another text") {
		t.Errorf("%v, to %v", mails[0].Header, s.tries)
	}
	for _, address := range []string{"zhang@party.test\r\nBcc: all@party.test", "a@party.test, b@party.test", "张 <a@party.test>", "nothing", ""} {
		if _, err := c.Send(t.Context(), id, address, subject, text); !errors.Is(err, casework.ErrUndeliverable) {
			t.Errorf("to %q: %v", address, err)
		}
	}
	if _, err := client.New(client.Options{Host: "127.0.0.1", Port: 25, From: "a@b.cn\r\nBcc: c@d.cn", TLS: client.Required}); err == nil {
		t.Error("a sender with a line break")
	}
}

func TestWhatMustBeEncryptedIsNotSentInClear(t *testing.T) {
	t.Parallel()
	plain := serve(t, offer{plain: true})
	without := func(how client.Encryption) func(*client.Options) {
		return func(o *client.Options) { o.TLS, o.Username, o.Password = how, "", "" }
	}
	if _, err := plain.open(without(client.Required)).Send(t.Context(), id, "zhang@party.test", subject, text); err == nil || !strings.Contains(err.Error(), "STARTTLS") {
		t.Errorf("required, not offered: %v", err)
	}
	if err := plain.open(without(client.Required)).Try(t.Context()); err == nil {
		t.Error("the trial of a server without encryption succeeded")
	}
	if mails, _ := plain.got(); len(mails) != 0 || len(plain.senders) != 0 {
		t.Error("something was sent in clear")
	}
	for _, how := range []client.Encryption{client.Opportunistic, client.Unencrypted} {
		if _, err := plain.open(without(how)).Send(t.Context(), id, "zhang@party.test", subject, text); err != nil {
			t.Errorf("%s: %v", how, err)
		}
	}
	// Another's certificate ends it, also where encryption is not demanded.
	s := serve(t, offer{})
	for _, how := range []client.Encryption{client.Required, client.Opportunistic} {
		c := s.open(func(o *client.Options) { o.TLS, o.Roots = how, plain.roots })
		if err := c.Try(t.Context()); err == nil || !strings.Contains(err.Error(), "certificate") {
			t.Errorf("%s, another's certificate: %v", how, err)
		}
	}
	if s.signedIn != 0 {
		t.Error("the password went to a stranger")
	}
}

func TestTLSMayComeFirst(t *testing.T) {
	t.Parallel()
	s := serve(t, offer{first: true})
	c := s.open(func(o *client.Options) { o.TLSFirst = true })
	if _, err := c.Send(t.Context(), id, "zhang@party.test", subject, text); err != nil || s.signedIn != 1 {
		t.Errorf("%v, signed in %d times", err, s.signedIn)
	}
	stranger := serve(t, offer{})
	if err := s.open(func(o *client.Options) { o.TLSFirst, o.Roots = true, stranger.roots }).Try(t.Context()); err == nil {
		t.Error("another's certificate was taken")
	}
}

func TestATrialSendsNothing(t *testing.T) {
	t.Parallel()
	s := serve(t, offer{})
	if err := s.open(nil).Try(t.Context()); err != nil {
		t.Error(err)
	}
	err := s.open(func(o *client.Options) { o.Password = "not the secret" }).Try(t.Context())
	if err == nil || !strings.Contains(err.Error(), "535") {
		t.Errorf("with another password: %v", err)
	}
	if mails, _ := s.got(); len(mails) != 0 || len(s.senders) != 0 || s.signedIn != 1 {
		t.Errorf("%d e-mails, senders %v, signed in %d times", len(mails), s.senders, s.signedIn)
	}
	// Neither what goes wrong nor the client itself shows the password.
	var out bytes.Buffer
	c := s.open(nil)
	slog.New(slog.NewTextHandler(&out, nil)).Error("told", "error", err, "client", c, "address", c.Address())
	if shown := out.String(); strings.Contains(shown, "not the secret") || strings.Contains(shown, base64.StdEncoding.EncodeToString([]byte(password))) || strings.Contains(shown, password) {
		t.Errorf("logged: %s", shown)
	}
}
