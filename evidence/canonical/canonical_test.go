package canonical_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"offsite/evidence/canonical"
)

// paper is something that is signed.
type paper struct {
	Name  string  `json:"name"`
	Size  int64   `json:"size"`
	Parts []paper `json:"parts,omitempty"`
}

const most = 1000

func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	in := paper{Name: "决定书 \"1\" é\n", Size: 1 << 53, Parts: []paper{{Name: "a"}, {Name: "b", Size: -1}}}
	text, err := canonical.Write(in)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(text), `{"name":"决定书 \"1\" é\n","parts":[{"name":"a","size":0}`) {
		t.Errorf("written: %s", text)
	}
	var out paper
	if err := errors.Join(canonical.Decode(text, &out, most), canonical.Is(text, out)); err != nil || len(out.Parts) != 2 || out.Size != in.Size {
		t.Errorf("%v: %+v", err, out)
	}
}

// TestWhatTwoReadersTakeDifferentlyIsRefused: each of these is read as one thing by one
// program and as another by the next, or by none.
func TestWhatTwoReadersTakeDifferentlyIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		err  error  // nil: by its words
		says string // a part of the error
	}{
		"a name twice":               {`{"name":"a","name":"b","size":1}`, canonical.ErrTwice, `"name"`},
		"a name twice, further in":   {`{"name":"a","size":1,"parts":[{"name":"x","size":1,"size":2}]}`, canonical.ErrTwice, `"size"`},
		"a name in another case":     {`{"name":"a","Name":"b","size":1}`, canonical.ErrTwice, `"Name"`},
		"a name by another letter":   {`{"name":"a","size":1,"ſize":2}`, canonical.ErrTwice, ""},
		"a name escaped":             {`{"name":"a","\u006eame":"b","size":1}`, canonical.ErrTwice, `"name"`},
		"an unknown name":            {`{"name":"a","size":1,"also":2}`, nil, "unknown field"},
		"a number that is too large": {`{"name":"a","size":1e999999999}`, nil, "cannot unmarshal number"},
		"a number with a fraction":   {`{"name":"a","size":1.5}`, nil, "cannot unmarshal number"},
		"not UTF-8":                  {"{\"name\":\"a\xff\",\"size\":1}", canonical.ErrEncoding, ""},
		"something after it":         {`{"name":"a","size":1}{}`, canonical.ErrMore, ""},
		"nested without end":         {strings.Repeat(`{"name":"a","size":1,"parts":[`, 9), canonical.ErrDeep, ""},
		"too long":                   {strings.Repeat(" ", most+1), nil, "more than 1000"},
		"nothing":                    {"", nil, "EOF"},
		"broken off":                 {`{"name":"a",`, nil, "EOF"},
		"no JSON":                    {"signed", nil, "invalid character"},
	} {
		var p paper
		err := canonical.Decode([]byte(c.text), &p, most)
		if err == nil || c.err != nil && !errors.Is(err, c.err) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOneFormIsCanonical(t *testing.T) {
	t.Parallel()
	p := paper{Name: "a", Size: 1}
	for text, want := range map[string]error{
		`{"name":"a","size":1}`:      nil,
		`{"size":1,"name":"a"}`:      canonical.ErrForm,
		`{"name": "a","size":1}`:     canonical.ErrForm,
		`{"name":"\u0061","size":1}`: canonical.ErrForm,
		`{"name":"a","size":1.0}`:    canonical.ErrForm,
		`{"name":"b","size":1}`:      canonical.ErrForm,
	} {
		if err := canonical.Is([]byte(text), p); !errors.Is(err, want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// FuzzDecode: what is taken has one meaning, and one canonical text.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"name":"a","size":1,"parts":[{"name":"b","size":2}]}`))
	f.Add([]byte(`{"name":"a","Name":"b"}`))
	f.Add([]byte("{\"name\":\"\xff\"}"))
	f.Add([]byte(`[[[[[[[[[[[[[[[[[[`))
	f.Fuzz(func(t *testing.T, in []byte) {
		var p paper
		if canonical.Decode(in, &p, most) != nil {
			return
		}
		if !json.Valid(in) {
			t.Fatalf("what is no JSON was read: %q", in)
		}
		text, err := canonical.Write(p)
		if err != nil {
			t.Fatal(err)
		}
		var again paper
		if err := errors.Join(canonical.Decode(text, &again, len(text)), canonical.Is(text, again)); err != nil {
			t.Errorf("%q was read, and is not read as it is written: %v", in, err)
		}
	})
}
