// Package identity checks and masks the numbers by which parties are known: citizen
// identity numbers (公民身份号码, GB 11643-1999) and unified social credit codes
// (统一社会信用代码, GB 32100-2015).
//
// Check digits find every single wrong character and every swap of two neighbours,
// which is most of what goes wrong in typing. That a number is well formed does not
// say that it was ever issued.
package identity

import (
	"errors"
	"strings"
	"time"
)

// Errors of Citizen and Unit.
var (
	ErrLength   = errors.New("it does not have 18 characters")
	ErrAlphabet = errors.New("it holds a character that such numbers do not have")
	ErrDate     = errors.New("it holds no possible day of birth")
	ErrDigit    = errors.New("its check digit does not fit; one character is wrong or two are swapped")
)

const length = 18

// Normal puts a typed number into its one form: half-width, upper case, without
// spaces and hyphens.
func Normal(typed string) string {
	return strings.Map(func(c rune) rune {
		if c >= '！' && c <= '～' { // full-width forms
			c -= '！' - '!'
		}
		switch {
		case c == ' ' || c == '\u3000' || c == '\t' || c == '-':
			return -1
		case c >= 'a' && c <= 'z':
			return c - 'a' + 'A'
		}
		return c
	}, typed)
}

// Citizen checks a citizen identity number in normal form, born by a time. Those of
// foreign permanent residents and residents from Hong Kong, Macao and Taiwan have the
// same form.
func Citizen(number string, now time.Time) error {
	if len(number) != length {
		return ErrLength
	}
	sum := 0
	for i := range length - 1 {
		c := number[i]
		if c < '0' || c > '9' {
			return ErrAlphabet
		}
		sum += int(c-'0') * citizenWeight(i)
	}
	born, err := time.Parse("20060102", number[6:14])
	if err != nil || born.Year() < 1800 || born.After(now) || number[14:17] == "000" {
		return ErrDate
	}
	last := number[length-1]
	if last != 'X' && (last < '0' || last > '9') {
		return ErrAlphabet
	}
	if last != "10X98765432"[sum%11] {
		return ErrDigit
	}
	return nil
}

// citizenWeight is 2^(17-i) mod 11 (ISO 7064, MOD 11-2).
func citizenWeight(i int) int { return (1 << (length - 1 - i)) % 11 }

// codes is the alphabet of unified social credit codes: no I, O, S, V, Z.
const codes = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// Unit checks a unified social credit code in normal form.
func Unit(code string) error {
	if len(code) != length {
		return ErrLength
	}
	sum, weight := 0, 1
	for i := range length {
		v := strings.IndexByte(codes, code[i])
		if v < 0 || i >= 2 && i < 8 && v > 9 { // the administrative division is numeric
			return ErrAlphabet
		}
		if i < length-1 {
			sum += v * weight
			weight = weight * 3 % len(codes)
		}
	}
	if code[length-1] != codes[(len(codes)-sum%len(codes))%len(codes)] {
		return ErrDigit
	}
	return nil
}

// Masked hides a citizen number but for the four characters at each end.
func Masked(number string) string {
	const shown = 4
	if len(number) <= 2*shown {
		return strings.Repeat("*", len(number))
	}
	return number[:shown] + strings.Repeat("*", len(number)-2*shown) + number[len(number)-shown:]
}
