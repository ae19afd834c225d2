package wire

import "time"

// SignIn asks for a session.
type SignIn struct {
	Username string `json:"username" minLength:"1" maxLength:"120"`
	Password string `json:"password" minLength:"1" maxLength:"1024"`
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
}

// PasswordChange changes one's own password.
type PasswordChange struct {
	Current string `json:"current" maxLength:"1024"`
	New     string `json:"new" minLength:"12" maxLength:"1024"`
}

// UserRow is an account as others see it. Those who are not administrators see
// neither user name nor last sign-in.
type UserRow struct {
	ID         string     `json:"id"`
	Username   string     `json:"username"`
	Name       string     `json:"name"`
	Roles      []string   `json:"roles"`
	LicenceNo  string     `json:"licence_no,omitempty" doc:"Law-enforcement licence (Penalty Law art. 42)."`
	Disabled   bool       `json:"disabled"`
	LastSignIn *time.Time `json:"last_sign_in,omitempty"`
}

// UserDraft makes an account.
type UserDraft struct {
	Username  string   `json:"username" minLength:"2" maxLength:"60" pattern:"^[A-Za-z0-9._@-]+$"`
	Name      string   `json:"name" minLength:"1" maxLength:"60"`
	Roles     []string `json:"roles" minItems:"1" maxItems:"9" enum:"operator,collector,reviewer,officer,legal,head,auditor,admin,supervisor"`
	LicenceNo string   `json:"licence_no,omitempty" maxLength:"60"`
}

// UserChange changes an account; what is left out stays.
type UserChange struct {
	Name          *string   `json:"name,omitempty" minLength:"1" maxLength:"60"`
	Roles         *[]string `json:"roles,omitempty" maxItems:"9"`
	LicenceNo     *string   `json:"licence_no,omitempty" maxLength:"60"`
	Disabled      *bool     `json:"disabled,omitempty"`
	ResetPassword bool      `json:"reset_password,omitempty" doc:"Makes a new one-time password."`
}

// UserResult is a changed account, with its one-time password where one was made.
type UserResult struct {
	User     UserRow `json:"user"`
	Password string  `json:"password,omitempty"`
}
