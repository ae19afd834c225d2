package identity_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"offsite/registry/identity"
)

func day() time.Time { return time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC) }

func TestCitizen(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]error{
		"11010519491231002X": nil, // the example of GB 11643
		"440524188001010014": nil, // the other one
		"110105194912310021": identity.ErrDigit,
		"11010519491232002X": identity.ErrDate,
		"11010520991231002X": identity.ErrDate, // not born yet
		"11010519491231000X": identity.ErrDate, // no sequence number
		"1101051949123100X":  identity.ErrLength,
		"A1010519491231002X": identity.ErrAlphabet,
		"11010519491231002Y": identity.ErrAlphabet,
		"":                   identity.ErrLength,
	} {
		if err := identity.Citizen(number, day()); !errors.Is(err, want) {
			t.Errorf("%s: %v, not %v", number, err, want)
		}
	}
}

func TestUnit(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]error{
		"91350100M000100Y43": nil, // the example of GB 32100
		"91350100M000100Y44": identity.ErrDigit,
		"91350100M000100Y4":  identity.ErrLength,
		"91350100M000100I43": identity.ErrAlphabet,
		"91A50100M000100Y43": identity.ErrAlphabet,
	} {
		if err := identity.Unit(code); !errors.Is(err, want) {
			t.Errorf("%s: %v, not %v", code, err, want)
		}
	}
}

// kind is one of the two numbers: how to make one, check one, and its alphabet.
type kind struct {
	make     func(*rand.Rand) string
	check    func(string) error
	alphabet string
}

func kinds() map[string]kind {
	const digits, codes = "0123456789", "0123456789ABCDEFGHJKLMNPQRTUWXY"
	citizen := func(n string) error { return identity.Citizen(n, day()) }
	return map[string]kind{
		"citizen": {check: citizen, alphabet: digits, make: func(r *rand.Rand) string {
			born := day().AddDate(0, 0, -1-r.IntN(40000)).Format("20060102")
			return complete(fmt.Sprintf("%06d%s%03d", r.IntN(1000000), born, 1+r.IntN(999)), "0123456789X", citizen)
		}},
		"unit": {check: identity.Unit, alphabet: codes, make: func(r *rand.Rand) string {
			code := []byte("91310230")
			for len(code) < 17 {
				code = append(code, codes[r.IntN(len(codes))])
			}
			return complete(string(code), codes, identity.Unit)
		}},
	}
}

// complete finds the one check digit that fits, "" if none or several do.
func complete(stem, digits string, check func(string) error) (found string) {
	for _, d := range digits {
		if check(stem+string(d)) == nil {
			if found != "" {
				return ""
			}
			found = stem + string(d)
		}
	}
	return found
}

// Every single error and every swap of neighbours is found.
func TestCheckDigitsFindTypingErrors(t *testing.T) {
	t.Parallel()
	for name, k := range kinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, 2))
			for range 300 {
				sound := k.make(r)
				if sound == "" {
					t.Fatal("not exactly one check digit fits")
				}
				for i := range len(sound) {
					for _, c := range k.alphabet {
						if wrong := sound[:i] + string(c) + sound[i+1:]; wrong != sound && k.check(wrong) == nil {
							t.Fatalf("%s passes for %s", wrong, sound)
						}
					}
					if i > 0 && sound[i] != sound[i-1] {
						swapped := sound[:i-1] + string(sound[i]) + string(sound[i-1]) + sound[i+1:]
						if k.check(swapped) == nil {
							t.Fatalf("%s passes for %s", swapped, sound)
						}
					}
				}
			}
		})
	}
}

func TestNormalAndMasked(t *testing.T) {
	t.Parallel()
	if got := identity.Normal(" １１０１０５-19491231 002x　"); got != "11010519491231002X" {
		t.Errorf("normal form %q", got)
	}
	if got := identity.Masked("11010519491231002X"); got != "1101**********002X" {
		t.Errorf("masked %q", got)
	}
	if got := identity.Masked("1234"); got != "****" {
		t.Errorf("a short one is shown: %q", got)
	}
}

func FuzzNumbers(f *testing.F) {
	f.Add("11010519491231002X")
	f.Add("91350100M000100Y43")
	f.Add("１１０１０５")
	f.Fuzz(func(t *testing.T, typed string) {
		n := identity.Normal(typed)
		if identity.Normal(n) != n {
			t.Errorf("normal form of %q is not stable", typed)
		}
		if identity.Citizen(n, day()) == nil && strings.Count(identity.Masked(n), "*") != 10 {
			t.Errorf("%q is shown", n)
		}
		_ = identity.Unit(n)
	})
}
