package wire

import "time"

// SignIn asks for a session.
type SignIn struct {
	Username string `json:"username" minLength:"1" maxLength:"120"`
	Password string `json:"password" minLength:"1" maxLength:"1024"`
	Code     string `json:"code,omitempty" maxLength:"40" doc:"Of the second factor, or a recovery code; asked for by a problem of type urn:offsite:second-factor."`
}

// SignInWays are the ways to sign in here.
type SignInWays struct {
	Passkeys  bool `json:"passkeys"`
	Elsewhere bool `json:"elsewhere" doc:"At the bureau's identity provider: GET /api/v1/session/elsewhere."`
}

// Code shows a second factor: six digits or a recovery code.
type Code struct {
	Code string `json:"code" minLength:"6" maxLength:"40"`
}

// Proof shows anew who somebody is: by the second factor, or without one by the password.
type Proof struct {
	Code     string `json:"code,omitempty" maxLength:"40" doc:"Of the authenticator app, or a recovery code."`
	Password string `json:"password,omitempty" maxLength:"1024" doc:"Of an account without a second factor."`
}

// PasswordAgain is asked before a second factor is added.
type PasswordAgain struct {
	Password string `json:"password" minLength:"1" maxLength:"1024"`
}

// Ceremony is what the browser is asked about a passkey.
type Ceremony struct {
	Token   string `json:"token" doc:"Goes back with the answer."`
	Options any    `json:"options" doc:"For navigator.credentials, as in WebAuthn's JSON forms."`
}

// PasskeyAnswer is what the browser answered.
type PasskeyAnswer struct {
	Token  string         `json:"token" maxLength:"64"`
	Answer map[string]any `json:"answer" doc:"PublicKeyCredential.toJSON()."`
}

// PasskeyDraft is a passkey that the browser made.
type PasskeyDraft struct {
	Token  string         `json:"token" maxLength:"64"`
	Name   string         `json:"name" minLength:"1" maxLength:"60"`
	Answer map[string]any `json:"answer" doc:"PublicKeyCredential.toJSON()."`
}

// CodeKey is the key of an authenticator app, shown once.
type CodeKey struct {
	Secret string `json:"secret"`
	URL    string `json:"url" doc:"otpauth://, as in the picture."`
	QR     string `json:"qr" doc:"PNG as a data URL."`
}

// Recovery is new recovery codes, shown once; empty where the old ones stay.
type Recovery struct {
	Codes []string `json:"codes"`
}

// Factors are the account's second factors.
type Factors struct {
	CodesSince *time.Time `json:"codes_since,omitempty" doc:"Of the authenticator app; absent: none."`
	Recovery   int        `json:"recovery" doc:"Recovery codes not yet used."`
	Passkeys   []Passkey  `json:"passkeys"`
	Possible   bool       `json:"passkeys_possible" doc:"Browsers make passkeys under this address."`
	Elsewhere  bool       `json:"elsewhere" doc:"The account signs in at the identity provider, which keeps its factors."`
}

// Passkey is one passkey of the account.
type Passkey struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	CreatedAt time.Time  `json:"created_at"`
	UsedAt    *time.Time `json:"used_at,omitempty"`
}

// OpenSession is one open session of the account.
type OpenSession struct {
	ID        string    `json:"id"`
	Address   string    `json:"address"`
	Agent     string    `json:"agent"`
	How       string    `json:"how" enum:"password,passkey,elsewhere"`
	CreatedAt time.Time `json:"created_at"`
	SeenAt    time.Time `json:"seen_at"`
	This      bool      `json:"this" doc:"The session that asks."`
}

// Session is who is signed in.
type Session struct {
	User User   `json:"user"`
	CSRF string `json:"csrf" doc:"Goes into X-CSRF-Token of every request that changes something."`
}

// User is the signed-in person.
type User struct {
	ID                 string   `json:"id"`
	Username           string   `json:"username"`
	Name               string   `json:"name"`
	Roles              []string `json:"roles"`
	MustChangePassword bool     `json:"must_change_password"`
	MustAddFactor      bool     `json:"must_add_factor" doc:"The bureau demands a second factor, and there is none yet."`
	Factor             bool     `json:"factor" doc:"There is a second factor."`
	Elsewhere          bool     `json:"elsewhere" doc:"Signed in at the identity provider."`
	Level              string   `json:"level" doc:"district, brigade, township: whose records the account sees."`
	Townships          []string `json:"townships" doc:"Those that the account sees; empty: the whole district."`
	Certificate
}

// PasswordChange changes one's own password.
type PasswordChange struct {
	Current string `json:"current" maxLength:"1024"`
	New     string `json:"new" minLength:"12" maxLength:"1024"`
}

// UserRow is an account as others see it. Those who are not administrators see
// neither user name nor last sign-in.
type UserRow struct {
	ID        string   `json:"id"`
	Username  string   `json:"username"`
	Name      string   `json:"name"`
	Roles     []string `json:"roles"`
	LicenceNo string   `json:"licence_no,omitempty" doc:"Law-enforcement licence (Penalty Law art. 42)."`
	Certificate
	TrainingHours float64    `json:"training_hours" doc:"Hours of training in this calendar year; of lists of accounts."`
	Disabled      bool       `json:"disabled"`
	LastSignIn    *time.Time `json:"last_sign_in,omitempty"`
	Team          string     `json:"team,omitempty"`
	Level         string     `json:"level" doc:"district, brigade, township."`
	Townships     []string   `json:"townships" doc:"Whose records the account sees; empty: the whole district's."`
}

// UserDraft makes an account.
type UserDraft struct {
	Username     string   `json:"username" minLength:"2" maxLength:"60" pattern:"^[A-Za-z0-9._@-]+$"`
	Name         string   `json:"name" minLength:"1" maxLength:"60"`
	Roles        []string `json:"roles" minItems:"1" maxItems:"9" enum:"operator,collector,reviewer,officer,legal,head,auditor,admin,supervisor"`
	LicenceNo    string   `json:"licence_no,omitempty" maxLength:"60"`
	LicenceUntil string   `json:"licence_until,omitempty" maxLength:"10" doc:"The certificate's last day, YYYY-MM-DD."`
	UserReach
}

// UserReach is whose records an account sees, and in which team it works.
type UserReach struct {
	Team      string   `json:"team,omitempty" maxLength:"60"`
	Level     string   `json:"level,omitempty" enum:"district,brigade,township" doc:"Left out: the district's."`
	Townships []string `json:"townships,omitempty" maxItems:"60" doc:"None of the district's, one of a township's, those that a brigade covers."`
}

// UserChange changes an account; what is left out stays.
type UserChange struct {
	Name          *string    `json:"name,omitempty" minLength:"1" maxLength:"60"`
	Roles         *[]string  `json:"roles,omitempty" maxItems:"9"`
	LicenceNo     *string    `json:"licence_no,omitempty" maxLength:"60"`
	LicenceUntil  *string    `json:"licence_until,omitempty" maxLength:"10" doc:"The certificate's last day, YYYY-MM-DD; empty takes it away."`
	Disabled      *bool      `json:"disabled,omitempty"`
	Reach         *UserReach `json:"reach,omitempty"`
	ResetPassword bool       `json:"reset_password,omitempty" doc:"Makes a new one-time password."`
	ForgetFactors bool       `json:"forget_factors,omitempty" doc:"Takes all second factors away, for an owner who has lost them."`
}

// UserResult is a changed account, with its one-time password where one was made.
type UserResult struct {
	User     UserRow `json:"user"`
	Password string  `json:"password,omitempty"`
}
