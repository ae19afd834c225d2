package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// cost is what one hash takes.
type cost struct {
	memoryKiB, passes uint32
	lanes             uint8
}

// fullCost takes 32 MiB and about a tenth of a second of one core; OWASP asks for no
// less than 19 MiB and two passes.
func fullCost() cost { return cost{memoryKiB: 32 * 1024, passes: 3, lanes: 1} }

const (
	saltSize = 16
	hashSize = 32
)

// hash returns the PHC string of a password.
func (c cost) hash(password string) (string, error) {
	salt := make([]byte, saltSize)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return c.phc(salt, argon2.IDKey([]byte(password), salt, c.passes, c.memoryKiB, c.lanes, hashSize)), nil
}

func (c cost) phc(salt, hash []byte) string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memoryKiB, c.passes, c.lanes,
		b.EncodeToString(salt), b.EncodeToString(hash))
}

var errStored = errors.New("the kept password is not of argon2id; reset it")

// verify compares in constant time. stale says that it was hashed at another cost
// than today's.
func (c cost) verify(password, stored string) (fits, stale bool, err error) {
	var was cost
	var version int
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, false, errStored
	}
	_, err1 := fmt.Sscanf(parts[2], "v=%d", &version)
	_, err2 := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &was.memoryKiB, &was.passes, &was.lanes)
	salt, err3 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err4 := base64.RawStdEncoding.DecodeString(parts[5])
	if errors.Join(err1, err2, err3, err4) != nil || version != argon2.Version || was.passes == 0 || was.lanes == 0 || len(want) == 0 {
		return false, false, errStored
	}
	got := argon2.IDKey([]byte(password), salt, was.passes, was.memoryKiB, was.lanes, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1, was != c, nil
}

// slot waits for one of the few places to hash in; call the result to leave it.
func (a *Accounts) slot(ctx context.Context) (func(), error) {
	select {
	case a.hashing <- struct{}{}:
		return func() { <-a.hashing }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

const (
	passwordLeast = 12   // characters
	passwordMost  = 1024 // bytes
	passwordKinds = 5    // different characters
)

// checkPassword refuses what is guessed first. No mixture of character kinds is
// asked for: it makes passwords that are forgotten, not ones that are strong.
func checkPassword(password, username string) error {
	different := map[rune]bool{}
	for _, c := range password {
		different[c] = true
	}
	folded := strings.ToLower(password)
	switch {
	case len([]rune(password)) < passwordLeast:
		return refuse("new", "口令至少12个字符", "a password has at least 12 characters")
	case len(password) > passwordMost:
		return refuse("new", "口令过长", "the password is too long")
	case len(different) < passwordKinds:
		return refuse("new", "口令须含至少5个不同的字符", "a password has at least 5 different characters")
	case username != "" && strings.Contains(folded, strings.ToLower(username)):
		return refuse("new", "口令不得包含用户名", "a password must not hold the user name")
	}
	for _, common := range guessedFirst() {
		if strings.Trim(strings.ReplaceAll(folded, common, ""), "0123456789!@#.*_-") == "" {
			return refuse("new", "该口令过于常见，请另选", "this password is among those tried first; choose another")
		}
	}
	return nil
}

// guessedFirst are words that, with digits and signs around them, make most guesses.
func guessedFirst() []string {
	return []string{"password", "passw0rd", "p@ssw0rd", "qwertyuiop", "qwerty", "admin", "administrator", "letmein", "welcome",
		"iloveyou", "woaini", "chengguan", "chongming", "shanghai", "offsite", "abcdefghijkl", "1q2w3e4r", "abc", "asdfghjkl", "zxcvbnm"}
}

// oneTime makes a password of 80 random bits that is read out or typed without
// mistake.
func oneTime() (string, error) {
	b := make([]byte, 10)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("make a one-time password: %w", err)
	}
	s := base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding).EncodeToString(b)
	return s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:], nil
}
