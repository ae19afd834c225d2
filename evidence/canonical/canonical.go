// Package canonical writes and reads JSON that is sealed, signed or entered in the log.
//
// In: a value, or text that somebody hands over. Out: the one text that RFC 8785 has for
// the value, or the value, where the text says one thing to every program that reads it.
// Manifests, seals of documents, removal records and trust.json are read by this alone.
package canonical

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cyberphone/json-canonicalization/go/src/webpki.org/jsoncanonicalizer"
)

// deepest is how far values may be nested; none of ours goes further than five.
const deepest = 16

// Errors of texts that other programs could read otherwise than this one.
var (
	ErrEncoding = errors.New("it is not UTF-8")
	ErrTwice    = errors.New("it has the same name twice in one object")
	ErrDeep     = fmt.Errorf("it is nested more than %d deep", deepest)
	ErrMore     = errors.New("something follows its end")
	ErrForm     = errors.New("it is not as this format writes it (RFC 8785, the known fields, times in UTC)")
)

// Write is the value as RFC 8785 writes it.
func Write(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return jsoncanonicalizer.Transform(text)
}

// Decode reads JSON in any layout into v. It takes at most so many bytes of UTF-8, one value
// with nothing after it, no name twice in an object (case ignored), no field that v does not
// have, and no number that v cannot hold.
func Decode(text []byte, v any, most int) error { return decode(text, v, most, true) }

// Read is Decode for what another version may have given more fields.
func Read(text []byte, v any, most int) error { return decode(text, v, most, false) }

func decode(text []byte, v any, most int, known bool) error {
	if len(text) > most {
		return fmt.Errorf("it has %d bytes, more than %d", len(text), most)
	}
	if !utf8.Valid(text) {
		return ErrEncoding
	}
	if err := plain(text); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	if known {
		dec.DisallowUnknownFields()
	}
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return ErrMore
	}
	return nil
}

// Is returns ErrForm where the text is not the one that Write gives for the value.
func Is(text []byte, v any) error {
	again, err := Write(v)
	if err != nil {
		return err
	}
	if !bytes.Equal(again, text) {
		return ErrForm
	}
	return nil
}

// fold is what names have in common that encoding/json takes for one: case, and letters such
// as the Kelvin sign.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		return least
	}, name)
}

// object is one that is being read: which names it had.
type object struct {
	names map[string]bool // nil: it is a list
	value bool            // what comes next is a value, not a name
}

// plain looks for what encoding/json lets pass and other readers take otherwise: the same
// name twice, or nesting without end. What is no JSON, it leaves to the decoder.
func plain(text []byte) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var open []object
	for {
		token, err := dec.Token()
		if err != nil {
			return nil //nolint:nilerr // its end, or no JSON, which the decoder names
		}
		if len(open) > 0 {
			o := &open[len(open)-1]
			if name, ok := token.(string); ok && o.names != nil && !o.value {
				folded := fold(name)
				if o.names[folded] {
					return fmt.Errorf("%w: %.40q", ErrTwice, name)
				}
				o.names[folded], o.value = true, true
				continue
			}
			o.value = false
		}
		switch token {
		case json.Delim('{'):
			open = append(open, object{names: map[string]bool{}})
		case json.Delim('['):
			open = append(open, object{})
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
			if len(open) == 0 {
				return nil
			}
		}
		if len(open) > deepest {
			return ErrDeep
		}
	}
}
