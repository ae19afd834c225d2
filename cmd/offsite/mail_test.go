package main

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"offsite/config"
)

// clerk is a session of a mail server that lets one password in and refuses all e-mails.
type clerk struct{ smtp.Session }

func (clerk) AuthMechanisms() []string { return []string{sasl.Plain} }
func (clerk) Logout() error            { return nil }
func (clerk) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "notice" || password != "of-the-file" {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (clerk) Mail(string, *smtp.MailOptions) error { return errors.New("a trial sends nothing") }
func (clerk) Data(io.Reader) error                 { return errors.New("a trial sends nothing") }

// The console's trial signs in with what the configuration names; without a mail server
// there is nothing to try.
func TestTheMailServerIsTriedAsConfigured(t *testing.T) {
	t.Parallel()
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return clerk{}, nil }))
	server.AllowInsecureAuth = true // it listens on this machine alone
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })

	file := filepath.Join(t.TempDir(), "password")
	c := &config.Config{Mail: config.Mail{Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, From: "notice@bureau.test", Username: "notice", PasswordFile: file, TLS: "none"}}
	for password, want := range map[string]string{"of-the-file\n": "", "another": "535"} {
		if err := os.WriteFile(file, []byte(password), 0o600); err != nil {
			t.Fatal(err)
		}
		letters, err := mailServer(c)
		if err != nil {
			t.Fatal(err)
		}
		s := mailer(letters)
		if s.Key != "mail" || s.Setting != "mail.host" || s.Address != listener.Addr().String() {
			t.Errorf("the service: %+v", s)
		}
		said, err := s.Try(t.Context())
		switch {
		case want == "" && (err != nil || said.ZH == "" || said.EN == ""):
			t.Errorf("tried: %+v, %v", said, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("with another password: %v", err)
		}
	}

	letters, err := mailServer(&config.Config{})
	if err != nil || letters != nil || mailer(letters).Try != nil {
		t.Errorf("without mail.host there is %v, %v", letters, err)
	}
}
