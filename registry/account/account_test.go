package account_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/registry/account"
	"offsite/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// clock is one that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.at }
func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

type setting struct {
	*account.Accounts
	pool  *pgxpool.Pool
	clock *clock
}

func open(t *testing.T, options ...account.Option) setting {
	t.Helper()
	pool := storetest.Open(t)
	c := &clock{at: time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)}
	options = append([]account.Option{account.WithClock(c.now), account.WithCheapHashing()}, options...)
	return setting{Accounts: account.New(pool, options...), pool: pool, clock: c}
}

const sound = "a long enough phrase"

// member makes an account whose password is sound.
func (s setting) member(t *testing.T, username string, roles ...string) account.Account {
	t.Helper()
	made, once, err := s.Create(t.Context(), "admin", account.Draft{Username: username, Name: "某人", Roles: roles, LicenceNo: "31-1"})
	if err != nil {
		t.Fatal(err)
	}
	session := s.signIn(t, username, once)
	if err = s.ChangePassword(t.Context(), session.Token, once, sound); err != nil {
		t.Fatal(err)
	}
	return made
}

func from(address, username, password string) account.Credentials {
	return account.Credentials{Username: username, Password: password, Address: address, Agent: "test"}
}

func (s setting) signIn(t *testing.T, username, password string) account.Session {
	t.Helper()
	session, err := s.SignIn(t.Context(), from("192.0.2.1", username, password))
	if err != nil {
		t.Fatal(err)
	}
	return session
}

func TestOneTimePasswordMustBeChanged(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	made, once, err := s.Create(ctx, "admin", account.Draft{Username: "Wang.Wu", Name: "王五", Roles: []string{account.Operator}})
	if err != nil || !made.MustChangePassword {
		t.Fatal(made, err)
	}
	first := s.signIn(t, "wang.wu", once)
	if !first.Account.MustChangePassword || first.Account.Username != "Wang.Wu" || first.Token == "" || first.CSRF == "" {
		t.Fatalf("signed in as %+v", first.Account)
	}
	other := s.signIn(t, "wang.wu", once)
	if err = s.ChangePassword(ctx, first.Token, "wrong wrong wrong", sound); !errors.Is(err, account.ErrCredentials) {
		t.Errorf("changed with a wrong password: %v", err)
	}
	if err = s.ChangePassword(ctx, first.Token, once, sound); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Session(ctx, first.Token); err != nil || got.Account.MustChangePassword || got.CSRF != first.CSRF {
		t.Errorf("after the change the session is %+v, %v", got, err)
	}
	if _, err = s.Session(ctx, other.Token); !errors.Is(err, account.ErrNoSession) {
		t.Errorf("another session stays: %v", err)
	}
	if _, err = s.SignIn(ctx, from("192.0.2.1", "wang.wu", once)); !errors.Is(err, account.ErrCredentials) {
		t.Errorf("the one-time password opens twice: %v", err)
	}
	s.signIn(t, "WANG.WU", sound)

	again, err := s.ResetPassword(ctx, "admin", made.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = s.Session(ctx, first.Token); !errors.Is(err, account.ErrNoSession) {
		t.Errorf("a reset leaves the session: %v", err)
	}
	s.clock.add(8 * 24 * time.Hour)
	if _, err = s.SignIn(ctx, from("192.0.2.1", "wang.wu", again)); !errors.Is(err, account.ErrCredentials) {
		t.Errorf("the one-time password lasts longer than a week: %v", err)
	}
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	s.member(t, "reader", account.Auditor)
	ended := func(token, why string) {
		t.Helper()
		if _, err := s.Session(ctx, token); !errors.Is(err, account.ErrNoSession) {
			t.Errorf("%s: the session stands: %v", why, err)
		}
	}
	idle := s.signIn(t, "reader", sound).Token
	s.clock.add(61 * time.Minute)
	ended(idle, "idle")

	used := s.signIn(t, "reader", sound).Token
	for range 14 {
		s.clock.add(50 * time.Minute)
		if _, err := s.Session(ctx, used); err != nil {
			t.Fatalf("a used session ends: %v", err)
		}
	}
	s.clock.add(30 * time.Minute)
	ended(used, "12 hours")

	out := s.signIn(t, "reader", sound).Token
	if err := s.SignOut(ctx, out); err != nil {
		t.Fatal(err)
	}
	ended(out, "signed out")
	ended("", "no token")
	if err := s.SignOut(ctx, out); err != nil {
		t.Errorf("signing out twice: %v", err)
	}
}

func TestSessionsAreListedAndRevoked(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	who := s.member(t, "reader", account.Auditor)
	session := s.signIn(t, "reader", sound)
	list, err := s.Sessions(ctx, who.ID)
	if err != nil || len(list) != 2 || list[0].Address != "192.0.2.1" || list[0].Agent != "test" {
		t.Fatalf("listed %+v, %v", list, err)
	}
	stranger := s.member(t, "other", account.Auditor)
	if err = s.Revoke(ctx, "admin", stranger.ID, session.ID); !errors.Is(err, account.ErrNotFound) {
		t.Errorf("a session of another is ended: %v", err)
	}
	if err = s.Revoke(ctx, "admin", who.ID, session.ID); err != nil {
		t.Fatal(err)
	}
	if _, err = s.Session(ctx, session.Token); !errors.Is(err, account.ErrNoSession) {
		t.Errorf("a revoked session stands: %v", err)
	}
}

func TestTokensAreNotInTheDatabase(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.member(t, "reader", account.Auditor)
	session := s.signIn(t, "reader", sound)
	for _, table := range []string{"account", "account_session", "sign_in", "change_log"} {
		var text string
		if err := s.pool.QueryRow(t.Context(), `SELECT coalesce(string_agg(t::text, ' '), '') FROM `+table+` t`).Scan(&text); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text, session.Token) || strings.Contains(text, sound) {
			t.Errorf("%s holds a token or password", table)
		}
	}
}

func TestWrongTriesMustWait(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	s.member(t, "target", account.Operator)
	try := func(address, username, password string) error {
		_, err := s.SignIn(ctx, from(address, username, password))
		return err
	}
	for i := range 5 {
		if err := try("198.51.100.9", "target", "guess"); !errors.Is(err, account.ErrCredentials) {
			t.Fatalf("try %d: %v", i, err)
		}
	}
	var limited *account.Limited
	if err := try("198.51.100.9", "target", sound); !errors.As(err, &limited) || limited.Wait > 5*time.Second || !errors.Is(err, account.ErrLimited) {
		t.Fatalf("the right password after five wrong ones: %v", err)
	}
	if err := try("192.0.2.1", "target", sound); err != nil {
		t.Errorf("the owner elsewhere must wait: %v", err)
	}
	s.clock.add(5 * time.Second)
	if err := try("198.51.100.9", "target", "guess"); !errors.Is(err, account.ErrCredentials) {
		t.Errorf("after the wait: %v", err)
	}
	if err := try("198.51.100.9", "target", "guess"); !errors.As(err, &limited) || limited.Wait <= 5*time.Second {
		t.Errorf("the wait does not grow: %v", err)
	}
	s.clock.add(10 * time.Second)
	if err := try("198.51.100.9", "target", sound); err != nil {
		t.Errorf("the right password after the wait: %v", err)
	}
	if err := try("198.51.100.9", "target", "guess"); !errors.Is(err, account.ErrCredentials) {
		t.Errorf("a success does not forgive: %v", err)
	}
	for i := range 60 { // another account each time
		_ = try("203.0.113.5", fmt.Sprint("nobody", i), "guess")
	}
	if err := try("203.0.113.5", "target", sound); !errors.Is(err, account.ErrLimited) {
		t.Errorf("an address that tries all accounts goes on: %v", err)
	}
}

func TestManyTriesAtOnceGainNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.member(t, "target", account.Operator)
	var mu sync.Mutex
	judged := 0
	var wait sync.WaitGroup
	for range 40 {
		wait.Go(func() {
			_, err := s.SignIn(t.Context(), from("198.51.100.9", "target", "guess"))
			mu.Lock()
			defer mu.Unlock()
			if errors.Is(err, account.ErrCredentials) {
				judged++
			} else if !errors.Is(err, account.ErrLimited) {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if judged > 5 {
		t.Errorf("%d guesses were judged at once", judged)
	}
}

func TestTriesAreRecordedWithoutWhatWasTyped(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	who := s.member(t, "reader", account.Auditor)
	_, _ = s.SignIn(ctx, from("192.0.2.1", "MyPasswordInTheWrongField\x00\xff", "x"))
	_, _ = s.SignIn(ctx, from("192.0.2.1", "reader", "x"))
	disabled := true
	if _, err := s.Change(ctx, "admin", who.ID, account.Change{Disabled: &disabled}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SignIn(ctx, from("192.0.2.1", "reader", sound)); !errors.Is(err, account.ErrCredentials) {
		t.Errorf("a disabled account: %v", err)
	}
	tries, err := s.Tries(ctx, "", 10)
	if err != nil {
		t.Fatal(err)
	}
	var outcomes []string
	for _, try := range tries {
		outcomes = append(outcomes, try.Outcome)
		if strings.Contains(strings.ToLower(try.Username), "mypassword") {
			t.Errorf("the record holds what was typed: %s", try.Username)
		}
	}
	if want := []string{"disabled", "password", "unknown", "ok", "ok"}; !slices.Equal(outcomes, want) {
		t.Errorf("recorded %v, not %v", outcomes, want)
	}
	if of, err := s.Tries(ctx, who.ID, 10); err != nil || len(of) != 4 {
		t.Errorf("%d tries of the account, %v", len(of), err)
	}
}

func TestRolesAreKeptApart(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, c := range []struct {
		d     account.Draft
		field string
	}{
		{account.Draft{Username: "x y", Name: "n", Roles: []string{"head"}}, "username"},
		{account.Draft{Username: "ab", Name: "", Roles: []string{"head"}}, "name"},
		{account.Draft{Username: "ab", Name: "n"}, "roles"},
		{account.Draft{Username: "ab", Name: "n", Roles: []string{"king"}}, "roles"},
		{account.Draft{Username: "ab", Name: "n", Roles: []string{"admin", "officer"}, LicenceNo: "1"}, "roles"},
		{account.Draft{Username: "ab", Name: "n", Roles: []string{"auditor", "operator"}}, "roles"},
		{account.Draft{Username: "ab", Name: "n", Roles: []string{"officer"}}, "licence_no"},
	} {
		_, _, err := s.Create(t.Context(), "admin", c.d)
		var r *account.Refused
		if !errors.As(err, &r) || r.Field != c.field || r.ZH == "" || !errors.Is(err, account.ErrInvalid) {
			t.Errorf("%+v: %v", c.d, err)
		}
	}
	s.member(t, "taken", account.Head, account.Legal)
	if _, _, err := s.Create(t.Context(), "admin", account.Draft{Username: "TAKEN", Name: "n", Roles: []string{"head"}}); !errors.Is(err, account.ErrDuplicate) {
		t.Errorf("a taken name: %v", err)
	}
}

func TestTheLastAdministratorStays(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	one, two := s.member(t, "one", account.Admin), s.member(t, "two", account.Admin)
	disabled := true
	var wait sync.WaitGroup
	errs := make([]error, 2)
	for i, id := range []string{one.ID, two.ID} { // both at once
		wait.Go(func() { _, errs[i] = s.Change(ctx, "admin", id, account.Change{Disabled: &disabled}) })
	}
	wait.Wait()
	if errors.Is(errs[0], account.ErrLastAdmin) == errors.Is(errs[1], account.ErrLastAdmin) {
		t.Errorf("disabling both at once: %v and %v", errs[0], errs[1])
	}
}

func TestLosingARoleEndsTheSessions(t *testing.T) {
	t.Parallel()
	s := open(t)
	who := s.member(t, "many", account.Head, account.Legal)
	session := s.signIn(t, "many", sound)
	roles := []string{account.Legal}
	after, err := s.Change(t.Context(), "admin", who.ID, account.Change{Roles: &roles})
	if err != nil || !slices.Equal(after.Roles, roles) {
		t.Fatal(after, err)
	}
	if _, err = s.Session(t.Context(), session.Token); !errors.Is(err, account.ErrNoSession) {
		t.Errorf("the session stands: %v", err)
	}
	all, err := s.Accounts.Accounts(t.Context())
	if err != nil || len(all) != 1 || all[0].LastSignIn == nil {
		t.Errorf("listed %+v, %v", all, err)
	}
}

func TestBootstrap(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	var mu sync.Mutex
	var told []string
	var wait sync.WaitGroup
	for range 4 { // several processes start at once
		wait.Go(func() {
			password, err := s.Bootstrap(ctx)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if password != "" {
				told = append(told, password)
			}
		})
	}
	wait.Wait()
	if len(told) != 1 {
		t.Fatalf("%d passwords were told", len(told))
	}
	s.clock.add(time.Hour) // started anew, nobody had signed in
	next, err := s.Bootstrap(ctx)
	if err != nil || next == "" {
		t.Fatal(next, err)
	}
	if _, err = s.SignIn(ctx, from("192.0.2.1", account.BootstrapName, told[0])); !errors.Is(err, account.ErrCredentials) {
		t.Errorf("the first password still opens: %v", err)
	}
	s.signIn(t, account.BootstrapName, next)
	s.clock.add(time.Hour)
	if again, err := s.Bootstrap(ctx); err != nil || again != "" {
		t.Errorf("after the first sign-in it makes another password: %v, %v", again != "", err)
	}
}

func TestPasswordPolicy(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.member(t, "zhaoliu", account.Operator)
	session := s.signIn(t, "zhaoliu", sound)
	for _, weak := range []string{"short", "aaaaaaaaaaaaaaaa", "password1234", "Admin@20261124", "mynameiszhaoliu!", "qwertyuiop123", sound, strings.Repeat("long", 300)} {
		err := s.ChangePassword(t.Context(), session.Token, sound, weak)
		var r *account.Refused
		if !errors.As(err, &r) || r.Field != "new" {
			t.Errorf("%.20q is taken: %v", weak, err)
		}
	}
	for _, strong := range []string{"correct horse battery", "崇明岛上有一条很长的江堤", "password for the left-handed"} {
		if err := s.ChangePassword(t.Context(), session.Token, sound, strong); err != nil {
			t.Errorf("%q is refused: %v", strong, err)
		}
		if err := s.ChangePassword(t.Context(), session.Token, strong, sound); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAnOldCostIsHashedAnew(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.member(t, "reader", account.Auditor)
	full := account.New(s.pool, account.WithClock(s.clock.now))
	if _, err := full.SignIn(t.Context(), from("192.0.2.1", "reader", sound)); err != nil {
		t.Fatal(err)
	}
	var kept string
	if err := s.pool.QueryRow(t.Context(), `SELECT password FROM account`).Scan(&kept); err != nil || !strings.HasPrefix(kept, "$argon2id$v=19$m=32768,t=3,p=1$") {
		t.Errorf("kept as %.40s, %v", kept, err)
	}
	s.signIn(t, "reader", sound)
}

func TestReachIsOfThreeLevels(t *testing.T) {
	t.Parallel()
	s := open(t)
	for name, c := range map[string]struct {
		reach account.Reach
		roles []string
		want  bool
	}{
		"district":               {account.Reach{}, []string{account.Supervisor}, true},
		"brigade":                {account.Reach{Level: account.Brigade, Townships: []string{"甲镇", "乙镇"}, Team: "一大队"}, []string{account.Supervisor}, true},
		"township":               {account.Reach{Level: account.Township, Townships: []string{" 甲镇 ", "甲镇", ""}}, []string{account.Supervisor}, true},
		"district-that-names":    {account.Reach{Level: account.District, Townships: []string{"甲镇"}}, []string{account.Supervisor}, false},
		"township-of-two":        {account.Reach{Level: account.Township, Townships: []string{"甲镇", "乙镇"}}, []string{account.Supervisor}, false},
		"brigade-of-none":        {account.Reach{Level: account.Brigade}, []string{account.Supervisor}, false},
		"no-level":               {account.Reach{Level: "province"}, []string{account.Supervisor}, false},
		"administrator-township": {account.Reach{Level: account.Township, Townships: []string{"甲镇"}}, []string{account.Admin}, false},
	} {
		made, _, err := s.Create(t.Context(), "test", account.Draft{Username: name, Name: name, Roles: c.roles, Reach: c.reach})
		if (err == nil) != c.want {
			t.Errorf("%s: %v", name, err)
		}
		if name == "township" && (len(made.Townships) != 1 || made.Townships[0] != "甲镇") {
			t.Errorf("%s sees %v", name, made.Townships)
		}
	}
	who := s.member(t, "mover", account.Supervisor)
	session := s.signIn(t, "mover", sound)
	after, err := s.Change(t.Context(), "test", who.ID, account.Change{Reach: &account.Reach{Level: account.Township, Townships: []string{"甲镇"}}})
	if err != nil || after.Level != account.Township {
		t.Fatalf("moved: %+v, %v", after, err)
	}
	if _, err := s.Session(t.Context(), session.Token); err == nil {
		t.Error("a session outlived the change of what it sees")
	}
}

// Two accounts that one administrator has had in hand lately are not two people.
func TestOnePersonsAccountsAreNotTwoPeople(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	made := func(by, name, role string) string {
		t.Helper()
		a, _, err := s.Create(ctx, by, account.Draft{Username: name, Name: name, Roles: []string{role}, LicenceNo: "31-1"})
		if err != nil {
			t.Fatal(err)
		}
		return a.ID
	}
	apart := func(what, one, other string, want error) {
		t.Helper()
		for _, pair := range [][2]string{{one, other}, {other, one}} {
			if err := account.Apart(ctx, s.pool, pair[0], pair[1], s.clock.now()); !errors.Is(err, want) {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	admin, other := made("system", "admin1", account.Admin), made("system", "admin2", account.Admin)
	apart("two whom no account made", admin, other, nil)
	apart("one alone", other, other, account.ErrInvalid)
	head := made(admin, "head", account.Head)
	legal := made(admin, "legal", account.Legal)
	apart("made by the other", admin, head, account.ErrInvalid)
	apart("made by one administrator", legal, head, account.ErrInvalid)
	apart("made by another administrator", other, head, nil)
	puppet := made(admin, "puppet", account.Admin)
	apart("made by somebody whom the other made", admin, made(puppet, "second", account.Head), account.ErrInvalid)

	s.clock.add(8 * 24 * time.Hour)
	apart("made long ago", admin, head, nil)
	apart("both made long ago", legal, head, nil)
	name := "改名"
	for what, let := range map[string]func(id string) error{
		"":               func(id string) error { _, err := s.Change(ctx, admin, id, account.Change{Name: &name}); return err },
		"a new password": func(id string) error { _, err := s.ResetPassword(ctx, admin, id); return err },
		"factors taken":  func(id string) error { return s.ForgetFactors(ctx, admin, id) },
		"given a role": func(id string) error {
			_, err := s.Change(ctx, admin, id, account.Change{Roles: &[]string{account.Head, account.Legal}})
			return err
		},
		"disabled": func(id string) error {
			yes := true
			_, err := s.Change(ctx, admin, id, account.Change{Disabled: &yes})
			return err
		},
	} {
		id := made("system", fmt.Sprintf("head.%d", len(what)), account.Head)
		if err := let(id); err != nil {
			t.Fatal(err)
		}
		want := account.ErrInvalid
		if what == "" {
			want = nil
		}
		apart(what, admin, id, want)
	}
}
