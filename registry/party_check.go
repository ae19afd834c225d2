package registry

import (
	"errors"
	"net/mail"
	"regexp"
	"strings"
	"time"

	"offsite/registry/identity"
)

// phoneForm takes mobile and fixed lines, with area and country codes.
var phoneForm = regexp.MustCompile(`^\+?[0-9][0-9 -]{4,18}[0-9]$`)

// Problems trims the fields and says what is wrong with them, nothing if all is well.
func (p *Party) Problems(now time.Time) []*Refused {
	var wrong problems
	for _, text := range []*string{&p.Name, &p.Phone, &p.Address, &p.Email} {
		*text = strings.TrimSpace(*text)
	}
	if p.Kind != "person" && p.Kind != "unit" {
		wrong.add(refuse("kind", "当事人类型只能是 person（个人）或 unit（单位）", `the kind is "person" or "unit"`))
	}
	wrong.add(required("name", "姓名或名称", "the name", p.Name, 200))
	wrong.add(bounded("address", "地址", "the address", p.Address, 300))
	if p.Phone != "" && !phoneForm.MatchString(p.Phone) {
		wrong.add(refuse("phone", "电话号码应为数字，可含区号", "the telephone number has digits, perhaps with an area code"))
	}
	if !emailForm(p.Email) {
		wrong.add(unreadableEmail())
	}
	wrong.add(p.checkIdentity(now))
	return wrong
}

// emailForm takes an address without a name beside it, or none.
func emailForm(email string) bool {
	a, err := mail.ParseAddress(email)
	return email == "" || err == nil && a.Address == email
}

func unreadableEmail() error {
	return refuse("email", "电子邮箱地址无法识别", "the e-mail address cannot be read")
}

func (p *Party) checkIdentity(now time.Time) error {
	if p.keepsIdentity() {
		return nil
	}
	p.Identity = identity.Normal(p.Identity)
	err, zh := identity.Unit(p.Identity), "统一社会信用代码"
	if p.Kind == "person" {
		err, zh = identity.Citizen(p.Identity, now), "公民身份号码"
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, identity.ErrLength):
		zh += "应为18位"
	case errors.Is(err, identity.ErrDate):
		zh += "中的出生日期不可能"
	case errors.Is(err, identity.ErrDigit):
		zh += "校验码不符，请核对是否有错字或顺序颠倒"
	default:
		zh += "含有不允许的字符"
	}
	return refuse("identity", zh, "the identity number is wrong: "+err.Error())
}

// keepsIdentity says that what is kept stays: nothing or a masked number was given.
func (p *Party) keepsIdentity() bool { return p.Identity == "" || strings.Contains(p.Identity, "*") }

// shownIdentity masks a person's number. A unit's code is public by law.
func (p *Party) shownIdentity() string {
	if p.Kind == "person" {
		return identity.Masked(p.Identity)
	}
	return p.Identity
}
