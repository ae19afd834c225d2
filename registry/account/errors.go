package account

import (
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrNotFound says that there is no such account or session.
var ErrNotFound = errors.New("not found")

// ErrCredentials says that user name and password do not belong together, or that
// the account is disabled: which of them is not told.
var ErrCredentials = errors.New("user name or password is wrong")

// ErrFactor says that the password is right and a second factor is wanted: a code, a
// recovery code, or a passkey instead of all.
var ErrFactor = errors.New("a second factor is wanted")

// ErrCode says that a code is wrong, too old, or was used before. Wait for the next.
var ErrCode = errors.New("the code is wrong or was used before")

// ErrRole says that an account has none of the roles that may decide something.
var ErrRole = errors.New("this account has none of the roles that may decide this")

// ErrPasskey says that a passkey's answer does not hold, or came too late.
var ErrPasskey = errors.New("the passkey's answer does not hold")

// ErrElsewhere says that the account's owner signs in elsewhere: password and second
// factors are kept there.
var ErrElsewhere = errors.New("this account signs in elsewhere")

// ErrNoSession says that there is no session for a token, or that it has ended. Ask
// for the password anew.
var ErrNoSession = errors.New("not signed in, or the session has ended")

// ErrInvalid says that a field is not acceptable; errors.As with *Refused names it.
var ErrInvalid = errors.New("not acceptable")

// ErrDuplicate says that the user name is taken, by an account that may be disabled.
var ErrDuplicate = errors.New("this user name is taken")

// ErrLastAdmin says that nobody could manage accounts afterwards. Make another
// administrator first.
var ErrLastAdmin = errors.New("the last administrator cannot be disabled or lose the role")

// ErrLimited says that there were too many wrong tries; errors.As with *Limited
// tells until when.
var ErrLimited = errors.New("too many tries to sign in")

// Limited tells how long to wait.
type Limited struct{ Wait time.Duration }

func (e *Limited) Error() string {
	return fmt.Sprintf("%v; try again in %v", ErrLimited, e.Wait.Round(time.Second))
}

// Is matches ErrLimited.
func (e *Limited) Is(target error) bool { return target == ErrLimited }

// Refused says which field was refused and what to do, in both languages.
type Refused struct {
	Field  string
	ZH, EN string
}

func (e *Refused) Error() string { return e.EN }

// Is matches ErrInvalid.
func (e *Refused) Is(target error) bool { return target == ErrInvalid }

func refuse(field, zh, en string) error { return &Refused{Field: field, ZH: zh, EN: en} }

func absent(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNotFound
	}
	return err
}
