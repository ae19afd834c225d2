package account

import "time"

// How many days before its last day a certificate is told of: once to prepare, once because
// it is urgent.
const (
	CertificateSoonDays   = 60
	CertificateUrgentDays = 30
)

// The states of an enforcement certificate.
const (
	CertificateNone   = ""       // no last day is entered
	CertificateValid  = "valid"  // more than 60 days are left
	CertificateSoon   = "soon"   // 31 to 60 days are left
	CertificateUrgent = "urgent" // 0 to 30 days are left; it holds on its last day
	CertificateEnded  = "ended"  // it has run out
)

// today is the day in Shanghai, 2006-01-02.
func today(now time.Time) string { return now.In(shanghai()).Format(time.DateOnly) }

func shanghai() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }

// Certificate says how the account's certificate stands on the day of now, and how many days
// are left, negative where it has run out.
func (a Account) Certificate(now time.Time) (state string, daysLeft int) {
	until, err := time.Parse(time.DateOnly, a.LicenceUntil)
	if err != nil {
		return CertificateNone, 0
	}
	day, err := time.Parse(time.DateOnly, today(now))
	if err != nil {
		return CertificateNone, 0
	}
	switch daysLeft = int(until.Sub(day).Hours() / 24); {
	case daysLeft < 0:
		return CertificateEnded, daysLeft
	case daysLeft <= CertificateUrgentDays:
		return CertificateUrgent, daysLeft
	case daysLeft <= CertificateSoonDays:
		return CertificateSoon, daysLeft
	}
	return CertificateValid, daysLeft
}

func (a *Account) checkCertificate() error {
	if a.LicenceUntil == "" {
		return nil
	}
	if _, err := time.Parse(time.DateOnly, a.LicenceUntil); err != nil {
		return refuse("licence_until", "请按“年-月-日”填写执法证有效期", "write the certificate's last day as YYYY-MM-DD")
	}
	if a.LicenceNo == "" {
		return refuse("licence_no", "填写执法证有效期须同时填写执法证号", "a certificate's last day needs the certificate's number")
	}
	return nil
}
