package registry

import (
	"errors"
	"fmt"
)

// ErrNotFound says that there is no such thing, or that it was removed.
var ErrNotFound = errors.New("not found")

// ErrConflict says that somebody else changed it since it was read. Read it anew,
// show both, and let the person decide.
var ErrConflict = errors.New("changed by someone else in the meantime; read it anew")

// ErrInvalid says that a field is not acceptable; errors.As with *Refused names it.
var ErrInvalid = errors.New("not acceptable")

// ErrDuplicate says that it is registered already; errors.As with *Refused names
// the field, and its Existing the thing.
var ErrDuplicate = errors.New("already registered")

// Refused says which field was refused and what to do, in both languages.
type Refused struct {
	Field    string
	ZH, EN   string
	Existing string // id of what is registered already
}

func (e *Refused) Error() string { return e.EN }

// Is matches ErrInvalid, or ErrDuplicate where something exists already.
func (e *Refused) Is(target error) bool {
	if e.Existing != "" {
		return target == ErrDuplicate
	}
	return target == ErrInvalid
}

func refuse(field, zh, en string) error { return &Refused{Field: field, ZH: zh, EN: en} }

// required refuses an empty or overlong text.
func required(field, nameZH, nameEN, text string, most int) error {
	if text == "" {
		return &Refused{Field: field, ZH: "请填写" + nameZH, EN: nameEN + " is missing; fill it in"}
	}
	return bounded(field, nameZH, nameEN, text, most)
}

func bounded(field, nameZH, nameEN, text string, most int) error {
	if n := len([]rune(text)); n > most {
		return &Refused{Field: field, ZH: fmt.Sprintf("%s有%d个字符，最多%d个", nameZH, n, most),
			EN: fmt.Sprintf("%s has %d characters; %d at most", nameEN, n, most)}
	}
	for _, c := range text {
		if c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
			return &Refused{Field: field, ZH: nameZH + "含有控制字符", EN: nameEN + " holds control characters; type it anew"}
		}
	}
	return nil
}

// problems collects what is refused.
type problems []*Refused

func (p *problems) add(err error) {
	var r *Refused
	if errors.As(err, &r) {
		*p = append(*p, r)
	}
}
