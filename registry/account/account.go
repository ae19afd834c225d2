package account

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/store"
)

// The roles.
const (
	Operator   = "operator"   // 设备管理员: cameras and zones
	Collector  = "collector"  // 采集员: base data
	Reviewer   = "reviewer"   // 审核员: confirms and verifies findings
	Officer    = "officer"    // 办案人员
	Legal      = "legal"      // 法制审核
	Head       = "head"       // 负责人
	Auditor    = "auditor"    // 审计: reads everything, changes nothing
	Admin      = "admin"      // 系统管理员: accounts
	Supervisor = "supervisor" // 督察
)

// Roles lists all roles.
func Roles() []string {
	return []string{Operator, Collector, Reviewer, Officer, Legal, Head, Auditor, Admin, Supervisor}
}

// Account is a member of staff who may sign in.
type Account struct {
	ID        string   `json:"id"`
	Username  string   `json:"username"`
	Name      string   `json:"name"`
	Roles     []string `json:"roles"`
	LicenceNo string   `json:"licence_no,omitempty"` // of law enforcement, APL art. 42
	// LicenceUntil is the certificate's last day, 2006-01-02; "" where none is entered.
	LicenceUntil string `json:"licence_until,omitempty"`
	Reach
	Disabled           bool       `json:"disabled"`
	MustChangePassword bool       `json:"must_change_password"`
	LastSignIn         *time.Time `json:"last_sign_in,omitempty"`
}

// Has says whether the account has one of the roles.
func (a Account) Has(roles ...string) bool {
	return slices.ContainsFunc(roles, func(r string) bool { return slices.Contains(a.Roles, r) })
}

// Draft is an account to be made.
type Draft struct {
	Username  string   `json:"username"`
	Name      string   `json:"name"`
	Roles     []string `json:"roles"`
	LicenceNo string   `json:"licence_no,omitempty"`
	// LicenceUntil is the certificate's last day, 2006-01-02, or "".
	LicenceUntil string `json:"licence_until,omitempty"`
	Reach
}

// Change is what an administrator changes of an account; nil stays as it is.
type Change struct {
	Name      *string   `json:"name,omitempty"`
	Roles     *[]string `json:"roles,omitempty"`
	LicenceNo *string   `json:"licence_no,omitempty"`
	// LicenceUntil: "" takes the last day away.
	LicenceUntil *string `json:"licence_until,omitempty"`
	Disabled     *bool   `json:"disabled,omitempty"`
	Reach        *Reach  `json:"reach,omitempty"`
}

// Accounts manages accounts and sessions. It is safe for concurrent use.
type Accounts struct {
	pool *pgxpool.Pool
	now  func() time.Time
	cost cost
	// hashing bounds the passwords hashed at once: each takes tens of MiB, and a
	// connection is held meanwhile.
	hashing chan struct{}
	secrets secrets
	party   *webauthn.WebAuthn
	memory  memory
}

// secrets is registry.Secrets.
type secrets interface {
	Seal(purpose, text string) ([]byte, error)
	Unseal(purpose string, sealed []byte) (string, error)
	Digest(purpose, text string) []byte
}

// Option changes how New makes Accounts.
type Option func(*Accounts)

// WithClock replaces the clock, for tests.
func WithClock(now func() time.Time) Option { return func(a *Accounts) { a.now = now } }

// WithCheapHashing makes passwords weak and fast, for tests alone.
func WithCheapHashing() Option {
	return func(a *Accounts) { a.cost = cost{memoryKiB: 64, passes: 1, lanes: 1} }
}

// WithFactors lets accounts have second factors, encrypted with the secrets. Passkeys
// belong to the address under which browsers reach the console.
func WithFactors(s secrets, party *webauthn.WebAuthn) Option {
	return func(a *Accounts) { a.secrets, a.party = s, party }
}

// New returns the accounts in a migrated database.
func New(pool *pgxpool.Pool, options ...Option) *Accounts {
	a := &Accounts{pool: pool, now: time.Now, cost: fullCost(), hashing: make(chan struct{}, 2)}
	for _, o := range options {
		o(a)
	}
	return a
}

// moment is the time that goes into rows: PostgreSQL keeps microseconds.
func (a *Accounts) moment() time.Time { return a.now().UTC().Truncate(time.Microsecond) }

var usernameForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@-]{1,59}$`)

func (a *Account) check() error {
	a.Username, a.Name, a.LicenceNo = strings.TrimSpace(a.Username), strings.TrimSpace(a.Name), strings.TrimSpace(a.LicenceNo)
	switch {
	case !usernameForm.MatchString(a.Username):
		return refuse("username", "用户名为2至60个字母、数字或 . _ @ -，以字母或数字开头",
			"a user name has 2 to 60 letters, digits or . _ @ -, and begins with a letter or digit")
	case a.Name == "" || len([]rune(a.Name)) > 60:
		return refuse("name", "请填写姓名（最多60字）", "the name is missing or longer than 60 characters")
	case len(a.LicenceNo) > 60:
		return refuse("licence_no", "执法证号过长", "the licence number is longer than 60 characters")
	case len(a.Roles) == 0:
		return refuse("roles", "请至少选择一个角色", "choose at least one role")
	}
	slices.Sort(a.Roles)
	a.Roles = slices.Compact(a.Roles)
	if err := a.checkRoles(); err != nil {
		return err
	}
	if err := a.checkCertificate(); err != nil {
		return err
	}
	return a.checkReach()
}

// checkRoles keeps duties apart that one person must not hold together.
func (a *Account) checkRoles() error {
	for _, r := range a.Roles {
		if !slices.Contains(Roles(), r) {
			return refuse("roles", "没有“"+r+"”这一角色", "there is no role "+r)
		}
	}
	switch {
	case a.Has(Admin) && a.Has(Reviewer, Officer, Legal, Head):
		return refuse("roles", "管理员不能办案：不得兼任审核员、办案人员、法制审核或负责人",
			"an administrator cannot act on cases: not together with reviewer, officer, legal or head")
	case a.Has(Auditor) && len(a.Roles) > 1:
		return refuse("roles", "审计人员只查阅，不得兼任其他角色", "an auditor changes nothing: not together with another role")
	case a.Has(Officer) && a.LicenceNo == "":
		return refuse("licence_no", "办案人员须有执法证号（行政处罚法第四十二条）",
			"an officer needs a law-enforcement licence number (Penalty Law art. 42)")
	}
	return nil
}

const accountColumns = `id::text, username, name, roles, licence_no, coalesce(licence_until::text, ''), team, level, townships, disabled, must_change_password, last_sign_in`

func scanAccount(row pgx.CollectableRow) (a Account, err error) {
	err = row.Scan(&a.ID, &a.Username, &a.Name, &a.Roles, &a.LicenceNo, &a.LicenceUntil, &a.Team, &a.Level, &a.Townships, &a.Disabled, &a.MustChangePassword, &a.LastSignIn)
	return a, err
}

// Accounts lists all accounts by user name, the disabled ones too.
func (a *Accounts) Accounts(ctx context.Context) ([]Account, error) {
	rows, err := a.pool.Query(ctx, `SELECT `+accountColumns+` FROM account ORDER BY lower(username)`)
	if err != nil {
		return nil, fmt.Errorf("list the accounts: %w", err)
	}
	all, err := pgx.CollectRows(rows, scanAccount)
	if err != nil {
		return nil, fmt.Errorf("list the accounts: %w", err)
	}
	return all, nil
}

// Account returns one account.
func (a *Accounts) Account(ctx context.Context, id string) (Account, error) {
	found, err := one(ctx, a.pool, id, "")
	if err != nil {
		return found, fmt.Errorf("read account %s: %w", id, err)
	}
	return found, nil
}

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func one(ctx context.Context, db querier, id, lock string) (Account, error) {
	if !store.IsID(id) {
		return Account{}, ErrNotFound
	}
	rows, err := db.Query(ctx, `SELECT `+accountColumns+` FROM account WHERE id = $1 `+lock, id)
	if err != nil {
		return Account{}, err
	}
	found, err := pgx.CollectExactlyOneRow(rows, scanAccount)
	return found, absent(err)
}
