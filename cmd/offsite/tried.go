package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"net/url"
	"time"

	"offsite/casework"
	"offsite/casework/calendar"
	"offsite/casework/mail"
	"offsite/config"
	"offsite/evidence/vault"
	"offsite/exchange/gateway"
)

// trier is a gateway that can be tried; those that are not configured cannot.
type trier interface {
	Try(ctx context.Context) error
}

// tried are the services that an administrator can try in the console.
func tried(c *config.Config, p *platform, v *vault.Vault, pay casework.Payment, messages casework.Messenger, letters *mail.Client) []gateway.Service {
	all := []gateway.Service{payments(c, pay), messenger(c, messages), mailer(letters), bucket(c, v)}
	for i, a := range p.authorities {
		all = append(all, stamps(a, i))
	}
	return all
}

func payments(c *config.Config, pay casework.Payment) gateway.Service {
	s := gateway.Service{
		Key: "payment", Setting: "payment.url", Address: hostOf(c.Payment.URL), Name: gateway.Sentence{ZH: "支付机构", EN: "Payment provider"},
		Does: gateway.Sentence{ZH: "取昨日对账单：核对地址、密钥和时钟，不产生订单。", EN: "Fetches yesterday's reconciliation file: address, key and clock are checked, nothing is ordered."},
	}
	if c.Payment.URL == "" {
		return s
	}
	s.Try = func(ctx context.Context) (gateway.Sentence, error) {
		lines, err := pay.Daily(ctx, time.Now().AddDate(0, 0, -1))
		return gateway.Sentence{ZH: fmt.Sprintf("签名有效，昨日对账单共 %d 笔。", len(lines)), EN: fmt.Sprintf("It takes our signature; yesterday's file has %d payments.", len(lines))}, err
	}
	return s
}

func messenger(c *config.Config, messages casework.Messenger) gateway.Service {
	s := gateway.Service{
		Key: "messages", Setting: "reminder.url", Address: hostOf(c.Reminder.URL), Name: gateway.Sentence{ZH: "短信网关", EN: "SMS gateway"},
		Does: gateway.Sentence{ZH: "提交一条没有号码和内容的短信，网关应予拒绝：核对地址、密钥和时钟，不发送短信。", EN: "Hands in a message without number and text, which must be refused: address, key and clock are checked, nothing is sent."},
	}
	if t, ok := messages.(trier); ok {
		s.Try = func(ctx context.Context) (gateway.Sentence, error) {
			return gateway.Sentence{ZH: "签名有效，空短信按约定被拒绝，没有发送任何短信。", EN: "It takes our signature and refuses the empty message, as agreed upon; nothing was sent."}, t.Try(ctx)
		}
	}
	return s
}

func mailer(letters *mail.Client) gateway.Service {
	s := gateway.Service{
		Key: "mail", Setting: "mail.host", Name: gateway.Sentence{ZH: "邮件服务器", EN: "Mail server"},
		Does: gateway.Sentence{ZH: "连接、加密、登录后只发 NOOP：核对地址、证书和密码，不发送邮件。", EN: "Connects, encrypts, signs in and asks for nothing (NOOP): address, certificate and password are checked, no e-mail is sent."},
	}
	if letters == nil {
		return s
	}
	s.Address = letters.Address()
	s.Try = func(ctx context.Context) (gateway.Sentence, error) {
		return gateway.Sentence{ZH: "邮件服务器可以连接并登录，没有发送任何邮件。", EN: "The mail server can be reached and lets us in; no e-mail was sent."}, letters.Try(ctx)
	}
	return s
}

func bucket(c *config.Config, v *vault.Vault) gateway.Service {
	return gateway.Service{
		Key: "store", Setting: "s3.endpoint", Address: hostOf(c.S3.Endpoint), Name: gateway.Sentence{ZH: "证据存储", EN: "Evidence store"},
		Does: gateway.Sentence{ZH: "查询存储桶的版本与对象锁定设置，并核对时钟；不写入。", EN: "Asks for the bucket's versions and object lock, and compares clocks; nothing is written."},
		Try: func(ctx context.Context) (gateway.Sentence, error) {
			return gateway.Sentence{ZH: fmt.Sprintf("存储桶 %s 保留版本并启用对象锁定，时钟一致。", v.Bucket()), EN: fmt.Sprintf("The bucket %s keeps versions and locks; the clocks agree.", v.Bucket())}, v.Check(ctx)
		},
	}
}

func stamps(a authority, i int) gateway.Service {
	s := gateway.Service{
		Key: "timestamps", Setting: "tsa.url", Address: hostOf(a.name), Name: gateway.Sentence{ZH: "时间戳机构", EN: "Timestamp authority"},
		Does: gateway.Sentence{ZH: "为一个随机摘要申请时间戳并核验（RFC 3161）；不涉及任何证据。", EN: "Asks for a timestamp over a random digest and verifies it (RFC 3161); no evidence is concerned."},
		Try: func(ctx context.Context) (gateway.Sentence, error) {
			t, err := a.client.Stamp(ctx, sha256.Sum256([]byte(rand.Text())))
			if err != nil {
				return gateway.Sentence{}, err
			}
			at := t.At.In(calendar.Shanghai()).Format(time.DateTime)
			return gateway.Sentence{ZH: "时间戳有效，机构时间 " + at + "（北京时间）。", EN: "The timestamp holds; by the authority it is " + at + " (Beijing time)."}, nil
		},
	}
	if i > 0 {
		s.Key, s.Setting = fmt.Sprintf("timestamps.%d", i+1), "tsa.further"
	}
	return s
}

// hostOf is where a service is, without what else its address may say; of a private one
// nothing is set.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
