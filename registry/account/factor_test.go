package account_test

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"
	"github.com/pquerna/otp/totp"

	"offsite/registry"
	"offsite/registry/account"
	"offsite/registry/account/passkeytest"
)

// openFactors is a setting whose accounts may have second factors.
func openFactors(t *testing.T) setting {
	t.Helper()
	secrets, err := registry.OpenSecrets(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	party, err := account.Party("https://enforcement.example", "局")
	if err != nil {
		t.Fatal(err)
	}
	return open(t, account.WithFactors(secrets, party))
}

// code is what an authenticator app shows now.
func (s setting) code(t *testing.T, secret string) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, s.clock.now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// withApp adds an authenticator app to the session's account.
func (s setting) withApp(t *testing.T, token string) (secret string, recovery []string) {
	t.Helper()
	key, err := s.BeginCodes(t.Context(), token, sound)
	if err != nil {
		t.Fatal(err)
	}
	if recovery, err = s.ConfirmCodes(t.Context(), token, s.code(t, key.Secret)); err != nil {
		t.Fatal(err)
	}
	return key.Secret, recovery
}

func (s setting) trySignIn(t *testing.T, code string) (account.Session, error) {
	t.Helper()
	c := from("192.0.2.9", "wang", sound)
	c.Code = code
	return s.SignIn(t.Context(), c)
}

func TestAnAuthenticatorAppIsWantedOnceItIsThere(t *testing.T) {
	t.Parallel()
	s := openFactors(t)
	made := s.member(t, "wang", account.Head)
	session, other := s.signIn(t, "wang", sound), s.signIn(t, "wang", sound)
	if _, err := s.BeginCodes(t.Context(), session.Token, "not the password"); !errors.Is(err, account.ErrCredentials) {
		t.Errorf("added without the password: %v", err)
	}
	key, err := s.BeginCodes(t.Context(), session.Token, sound)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.trySignIn(t, ""); err != nil {
		t.Errorf("before the first code was shown it counts: %v", err)
	}
	if _, err := s.ConfirmCodes(t.Context(), session.Token, "000000"); !errors.Is(err, account.ErrCode) {
		t.Errorf("confirmed by a wrong code: %v", err)
	}
	recovery, err := s.ConfirmCodes(t.Context(), session.Token, s.code(t, key.Secret))
	if err != nil || len(recovery) != 10 {
		t.Fatalf("%d recovery codes, %v", len(recovery), err)
	}
	if _, err := s.Session(t.Context(), other.Token); !errors.Is(err, account.ErrNoSession) {
		t.Errorf("a session from before lives on: %v", err)
	}
	if now, err := s.Session(t.Context(), session.Token); err != nil || !now.Factor || !now.Proved {
		t.Errorf("the session that added it is %+v, %v", now, err)
	}
	if _, err := s.trySignIn(t, ""); !errors.Is(err, account.ErrFactor) {
		t.Errorf("the password alone: %v", err)
	}
	if _, err := s.trySignIn(t, s.code(t, key.Secret)); !errors.Is(err, account.ErrCode) {
		t.Errorf("the code that was used to confirm: %v", err)
	}
	s.clock.add(30 * time.Second)
	if now, err := s.trySignIn(t, s.code(t, key.Secret)); err != nil || !now.Proved {
		t.Errorf("the next code: %v", err)
	}
	var kept []byte
	if err := s.pool.QueryRow(t.Context(), `SELECT secret FROM account_totp WHERE account_id = $1`, made.ID).Scan(&kept); err != nil || strings.Contains(string(kept), key.Secret) {
		t.Errorf("the secret is kept in the clear, %v", err)
	}
}

func TestCodesDriftByOnePeriodAndCountOnce(t *testing.T) {
	t.Parallel()
	s := openFactors(t)
	s.member(t, "wang", account.Officer)
	secret, _ := s.withApp(t, s.signIn(t, "wang", sound).Token)
	for _, c := range []struct {
		name  string
		drift time.Duration
		want  error
	}{
		{"two periods late", -time.Minute, account.ErrCode}, {"one period late", -30 * time.Second, nil}, {"the same again", -30 * time.Second, account.ErrCode},
		{"on time", 0, nil}, {"one period early", 30 * time.Second, nil}, {"now older than the newest", 0, account.ErrCode},
		{"two periods early", time.Minute, account.ErrCode},
	} {
		if c.name == "two periods late" {
			s.clock.add(5 * time.Minute)
		}
		code, err := totp.GenerateCode(secret, s.clock.now().Add(c.drift))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.trySignIn(t, code); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func TestGuessingCodesIsSlowedDown(t *testing.T) {
	t.Parallel()
	s := openFactors(t)
	s.member(t, "wang", account.Officer)
	session := s.signIn(t, "wang", sound)
	s.withApp(t, session.Token)
	s.clock.add(time.Second)
	var err error
	for range 10 {
		if _, err = s.trySignIn(t, "123456"); !errors.Is(err, account.ErrCode) {
			break
		}
	}
	if !errors.Is(err, account.ErrLimited) {
		t.Errorf("signing in: %v", err)
	}
	for range 10 {
		if err = s.StepUp(t.Context(), session.Token, "123456"); !errors.Is(err, account.ErrCode) {
			break
		}
	}
	if !errors.Is(err, account.ErrLimited) {
		t.Errorf("within a session: %v", err)
	}
}

func TestRecoveryCodesCountOnce(t *testing.T) {
	t.Parallel()
	s := openFactors(t)
	made := s.member(t, "wang", account.Officer)
	_, recovery := s.withApp(t, s.signIn(t, "wang", sound).Token)
	if _, err := s.trySignIn(t, strings.ToUpper(recovery[0])); err != nil {
		t.Errorf("a recovery code: %v", err)
	}
	if _, err := s.trySignIn(t, recovery[0]); !errors.Is(err, account.ErrCode) {
		t.Errorf("the same again: %v", err)
	}
	fresh, err := s.RenewRecovery(t.Context(), made.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.trySignIn(t, recovery[1]); !errors.Is(err, account.ErrCode) {
		t.Errorf("one from before they were renewed: %v", err)
	}
	session, err := s.trySignIn(t, fresh[1])
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveCodes(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	if f, err := s.Factors(t.Context(), made.ID); err != nil || f.CodesSince != nil || f.Recovery != 0 {
		t.Errorf("after the app was removed: %+v, %v", f, err)
	}
	if _, err := s.RenewRecovery(t.Context(), made.ID); !errors.Is(err, account.ErrNotFound) {
		t.Errorf("recovery codes of nothing: %v", err)
	}
	if err := s.StepUp(t.Context(), session.Token, fresh[2]); !errors.Is(err, account.ErrCode) {
		t.Errorf("a proof without a factor: %v", err)
	}
}

func TestAProofIsFreshForTenMinutes(t *testing.T) {
	t.Parallel()
	s := openFactors(t)
	made := s.member(t, "wang", account.Head)
	session := s.signIn(t, "wang", sound)
	secret, _ := s.withApp(t, session.Token)
	proved := func() bool {
		now, err := s.Session(t.Context(), session.Token)
		if err != nil {
			t.Fatal(err)
		}
		return now.Proved
	}
	s.clock.add(9 * time.Minute)
	if !proved() {
		t.Error("after nine minutes it is not fresh")
	}
	s.clock.add(2 * time.Minute)
	if proved() {
		t.Error("after eleven minutes it is fresh")
	}
	if err := s.StepUp(t.Context(), session.Token, s.code(t, secret)); err != nil || !proved() {
		t.Errorf("stepped up: %v", err)
	}
	if err := s.ForgetFactors(t.Context(), "admin", made.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Session(t.Context(), session.Token); !errors.Is(err, account.ErrNoSession) {
		t.Errorf("after an administrator took the factors away: %v", err)
	}
	if session = s.signIn(t, "wang", sound); session.Factor || !session.Proved {
		t.Errorf("signed in without a factor: %+v", session)
	}
	s.clock.add(11 * time.Minute)
	if proved() {
		t.Error("after eleven minutes the password is fresh")
	}
	if err := s.StepUpByPassword(t.Context(), session.Token, "not the password"); !errors.Is(err, account.ErrCredentials) || proved() {
		t.Errorf("stepped up by another password: %v", err)
	}
	if err := s.StepUpByPassword(t.Context(), session.Token, sound); err != nil || !proved() {
		t.Errorf("stepped up by the password: %v", err)
	}
	s.withApp(t, session.Token)
	if err := s.StepUpByPassword(t.Context(), session.Token, sound); !errors.Is(err, account.ErrFactor) {
		t.Errorf("by the password beside a factor: %v", err)
	}
}

// device is a software authenticator.
type device struct {
	party         virtualwebauthn.RelyingParty
	authenticator virtualwebauthn.Authenticator
	credential    virtualwebauthn.Credential
}

func newDevice(owner account.Account) *device {
	return &device{
		party:         virtualwebauthn.RelyingParty{Name: "局", ID: "enforcement.example", Origin: "https://enforcement.example"},
		authenticator: virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserHandle: []byte(owner.ID)}),
		credential:    passkeytest.NewCredential(),
	}
}

func options(t *testing.T, asked account.Asked) string {
	t.Helper()
	text, err := json.Marshal(asked.Options)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (d *device) make(t *testing.T, asked account.Asked) []byte {
	t.Helper()
	o, err := virtualwebauthn.ParseAttestationOptions(options(t, asked))
	if err != nil {
		t.Fatal(err)
	}
	d.authenticator.AddCredential(d.credential)
	return []byte(virtualwebauthn.CreateAttestationResponse(d.party, d.authenticator, d.credential, *o))
}

func (d *device) answer(t *testing.T, asked account.Asked) []byte {
	t.Helper()
	o, err := virtualwebauthn.ParseAssertionOptions(options(t, asked))
	if err != nil {
		t.Fatal(err)
	}
	d.credential.Counter++
	return []byte(virtualwebauthn.CreateAssertionResponse(d.party, d.authenticator, d.credential, *o))
}

func TestAPasskeySignsInAndProves(t *testing.T) {
	t.Parallel()
	s := openFactors(t)
	made := s.member(t, "wang", account.Head)
	session, phone := s.signIn(t, "wang", sound), newDevice(made)
	asked, err := s.BeginPasskey(t.Context(), session.Token, sound)
	if err != nil {
		t.Fatal(err)
	}
	answer := phone.make(t, asked)
	recovery, err := s.AddPasskey(t.Context(), session.Token, asked.Token, "手机", answer)
	if err != nil || len(recovery) != 10 {
		t.Fatalf("%d recovery codes, %v", len(recovery), err)
	}
	if _, err := s.AddPasskey(t.Context(), session.Token, asked.Token, "手机", answer); !errors.Is(err, account.ErrPasskey) {
		t.Errorf("the same answer again: %v", err)
	}
	if _, err := s.trySignIn(t, ""); !errors.Is(err, account.ErrFactor) {
		t.Errorf("the password alone: %v", err)
	}
	if asked, err = s.BeginPasskeySignIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	answer = phone.answer(t, asked)
	now, err := s.PasskeySignIn(t.Context(), asked.Token, answer, from("192.0.2.1", "", ""))
	if err != nil || now.Account.ID != made.ID || !now.Proved || now.How != account.ByPasskey {
		t.Fatalf("signed in as %+v, %v", now, err)
	}
	if _, err := s.PasskeySignIn(t.Context(), asked.Token, answer, from("192.0.2.1", "", "")); !errors.Is(err, account.ErrPasskey) {
		t.Errorf("the same answer again: %v", err)
	}
	s.clock.add(11 * time.Minute)
	if asked, err = s.BeginPasskeyStepUp(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.PasskeyStepUp(t.Context(), now.Token, asked.Token, phone.answer(t, asked)); err != nil {
		t.Fatal(err)
	}
	if again, err := s.Session(t.Context(), now.Token); err != nil || !again.Proved {
		t.Errorf("after the proof: %+v, %v", again, err)
	}
	f, err := s.Factors(t.Context(), made.ID)
	if err != nil || len(f.Passkeys) != 1 || f.Passkeys[0].Name != "手机" || f.Passkeys[0].UsedAt == nil || f.Recovery != 10 {
		t.Fatalf("factors %+v, %v", f, err)
	}
	if err := s.RemovePasskey(t.Context(), made.ID, f.Passkeys[0].ID); err != nil {
		t.Fatal(err)
	}
	if asked, err = s.BeginPasskeySignIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PasskeySignIn(t.Context(), asked.Token, phone.answer(t, asked), from("192.0.2.1", "", "")); !errors.Is(err, account.ErrPasskey) {
		t.Errorf("after it was removed: %v", err)
	}
}

func TestPasskeysThatDoNotCount(t *testing.T) {
	t.Parallel()
	s := openFactors(t)
	made, another := s.member(t, "wang", account.Head), s.member(t, "li", account.Officer)
	session, phone := s.signIn(t, "wang", sound), newDevice(made)
	asked, err := s.BeginPasskey(t.Context(), session.Token, sound)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddPasskey(t.Context(), session.Token, asked.Token, "手机", phone.make(t, asked)); err != nil {
		t.Fatal(err)
	}
	refused := func(name string, spoil func(*device), late time.Duration) {
		t.Helper()
		question, err := s.BeginPasskeySignIn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		spoiled := *phone
		spoil(&spoiled)
		answer := spoiled.answer(t, question)
		s.clock.add(late)
		if _, err := s.PasskeySignIn(t.Context(), question.Token, answer, from("192.0.2.1", "", "")); !errors.Is(err, account.ErrPasskey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	refused("another site", func(d *device) { d.party.Origin = "https://evil.example" }, 0)
	refused("another party", func(d *device) { d.party.ID = "evil.example" }, 0)
	refused("another's account", func(d *device) { d.authenticator.Options.UserHandle = []byte(another.ID) }, 0)
	refused("nobody's account", func(d *device) { d.authenticator.Options.UserHandle = []byte("nobody") }, 0)
	refused("another key", func(d *device) {
		id := d.credential.ID
		d.credential = passkeytest.NewCredential()
		d.credential.ID = id
	}, 0)
	refused("nobody touched it", func(d *device) { d.authenticator.Options.UserNotVerified = true }, 0)
	refused("too late", func(*device) {}, 6*time.Minute)

	other := s.signIn(t, "li", sound)
	if asked, err = s.BeginPasskeyStepUp(t.Context(), another.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.PasskeyStepUp(t.Context(), other.Token, asked.Token, phone.answer(t, asked)); !errors.Is(err, account.ErrPasskey) {
		t.Errorf("another's passkey in one's own session: %v", err)
	}
	disabled := true
	if _, err := s.Change(t.Context(), "admin", made.ID, account.Change{Disabled: &disabled}); err != nil {
		t.Fatal(err)
	}
	if asked, err = s.BeginPasskeySignIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PasskeySignIn(t.Context(), asked.Token, phone.answer(t, asked), from("192.0.2.1", "", "")); !errors.Is(err, account.ErrCredentials) {
		t.Errorf("a disabled account: %v", err)
	}
}

func TestPasskeysNeedANameUnderHTTPS(t *testing.T) {
	t.Parallel()
	for address, possible := range map[string]bool{
		"https://enforcement.example": true, "http://localhost:8080": true, "http://enforcement.example": false, "https://10.0.0.1": false, "http://127.0.0.1:8080": false,
	} {
		if party, err := account.Party(address, "局"); err != nil || (party != nil) != possible {
			t.Errorf("%s: %v, %v", address, party, err)
		}
	}
}
