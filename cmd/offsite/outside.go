package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"offsite/casework"
	"offsite/casework/mail"
	"offsite/casework/payment"
	"offsite/casework/remind"
	"offsite/config"
	"offsite/sandbox/wire"
)

var (
	errNoProvider = errors.New("no payment provider is configured: set payment.url and payment.key_file")
	errNoGateway  = errors.New("no SMS gateway is configured: set reminder.url and reminder.key_file")
)

// outside are the bureau's payment provider and SMS gateway. Without one, fines
// cannot be paid online and messages wait until there is one.
func outside(c *config.Config) (casework.Payment, casework.Messenger, error) {
	var pay casework.Payment = noProvider{}
	var messages casework.Messenger = noGateway{}
	if c.Payment.URL != "" {
		key, err := readKey(c.Payment.KeyFile)
		if err != nil {
			return nil, nil, fmt.Errorf("payment.key_file: %w", err)
		}
		if pay, err = payment.New(wire.Gateway{URL: c.Payment.URL, Key: key}); err != nil {
			return nil, nil, err
		}
	}
	if c.Reminder.URL != "" {
		key, err := readKey(c.Reminder.KeyFile)
		if err != nil {
			return nil, nil, fmt.Errorf("reminder.key_file: %w", err)
		}
		if messages, err = remind.New(wire.Gateway{URL: c.Reminder.URL, Key: key}, c.Public()+casework.MessageCallbackPath); err != nil {
			return nil, nil, err
		}
	}
	return pay, messages, nil
}

// mailServer takes e-mails to parties; nil where none is configured.
func mailServer(c *config.Config) (*mail.Client, error) {
	if c.Mail.Host == "" {
		return nil, nil
	}
	o := mail.Options{Host: c.Mail.Host, Port: c.Mail.Port, From: c.Mail.From, Name: c.Bureau.NameZH, Username: c.Mail.Username, TLS: mail.Encryption(c.Mail.TLS), TLSFirst: c.Mail.Port == mail.PortOfTLS}
	if c.Mail.PasswordFile != "" {
		password, err := readKey(c.Mail.PasswordFile)
		if err != nil {
			return nil, fmt.Errorf("mail.password_file: %w", err)
		}
		o.Password = string(password)
	}
	return mail.New(o)
}

type noProvider struct{}

// Create implements casework.Payment.
func (noProvider) Create(context.Context, casework.Order) (string, error) { return "", errNoProvider }

// Daily implements casework.Payment: who takes no money has an empty file.
func (noProvider) Daily(context.Context, time.Time) ([]casework.PaymentLine, error) { return nil, nil }

// Query implements casework.Payment.
func (noProvider) Query(_ context.Context, order string) (casework.PaymentNotice, error) {
	return casework.PaymentNotice{OrderID: order}, errNoProvider
}

// Refund implements casework.Payment.
func (noProvider) Refund(context.Context, casework.RefundOrder) (time.Time, error) {
	return time.Time{}, errNoProvider
}

// Verify implements casework.Payment.
func (noProvider) Verify(http.Header, []byte) (casework.PaymentNotice, error) {
	return casework.PaymentNotice{}, errNoProvider
}

type noGateway struct{}

// Send implements casework.Messenger.
func (noGateway) Send(context.Context, string, string, string) (casework.MessageReceipt, error) {
	return casework.MessageReceipt{}, errNoGateway
}

// Verify implements casework.Messenger.
func (noGateway) Verify(http.Header, []byte) (string, casework.MessageReceipt, error) {
	return "", casework.MessageReceipt{}, errNoGateway
}
