package matter

import (
	"bytes"
	"fmt"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// file is a matter as it stands in YAML.
type file struct {
	Key         string        `yaml:"key"`
	Name        Words         `yaml:"name"`
	Detector    string        `yaml:"detector"`
	Offsite     bool          `yaml:"offsite"`
	Major       bool          `yaml:"major"`
	Plan        string        `yaml:"plan"`
	GraceS      int           `yaml:"grace_s"`
	Hours       string        `yaml:"hours"`
	Order       Words         `yaml:"order"`
	Reminder    string        `yaml:"reminder"`
	BandsSource Words         `yaml:"bands_source"`
	PublishDays int           `yaml:"publish_days"`
	Unpublished Words         `yaml:"unpublished"`
	Bands       []bandFile    `yaml:"bands"`
	Versions    []versionFile `yaml:"versions"`
}

type versionFile struct {
	From      string             `yaml:"from"`
	To        string             `yaml:"to"`
	May       bool               `yaml:"may"`
	FinesYuan map[string][]int64 `yaml:"fines_yuan"`
	NoOffence bool               `yaml:"no_offence"`
	Awaits    Words              `yaml:"awaits"`
	Confirm   Words              `yaml:"confirm"`
	Basis     []basisFile        `yaml:"basis"`
}

type basisFile struct {
	Role      string `yaml:"role"`
	Law       Words  `yaml:"law"`
	Edition   string `yaml:"edition"`
	Article   string `yaml:"article"`
	ArticleEN string `yaml:"article_en"`
	Source    string `yaml:"source"`
	Text      string `yaml:"text"`
}

type bandFile struct {
	Key       string             `yaml:"key"`
	Name      Words              `yaml:"name"`
	When      []string           `yaml:"when"`
	NoPenalty string             `yaml:"no_penalty"`
	Part      []int64            `yaml:"part"`       // hundredths of each range
	FinesYuan map[string][]int64 `yaml:"fines_yuan"` // or the bureau's own figures
	Article   Words              `yaml:"article"`
}

// Parse reads one matter from YAML and checks it. name is what an error calls it; the
// error names file, line, key and what to do.
func Parse(name string, data []byte) (Matter, error) {
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		return Matter{}, fmt.Errorf("matter: %s: this isn't YAML: %w", name, err)
	}
	var f file
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&f); err != nil {
		return Matter{}, fmt.Errorf("matter: %s: %w", name, err)
	}
	r := &reader{name: name, tree: tree}
	m := r.matter(f)
	if r.err != nil {
		return Matter{}, r.err
	}
	return m, nil
}

// reader turns YAML into a matter and keeps the first thing that is wrong.
type reader struct {
	name string
	tree *ast.File
	err  error
}

// wrong keeps what is wrong with the entry at path, as "$.versions[0].from".
func (r *reader) wrong(path, format string, args ...any) {
	if r.err != nil {
		return
	}
	r.err = fmt.Errorf("matter: %s:%d: %s: %s", r.name, r.line(path), path[len("$."):], fmt.Sprintf(format, args...))
}

// line finds where an entry stands; an entry that is missing stands where its parent does.
func (r *reader) line(path string) int {
	for path != "$" && path != "" {
		if p, err := yaml.PathString(path); err == nil {
			if node, err := p.FilterFile(r.tree); err == nil && node != nil {
				return max(1, node.GetToken().Position.Line)
			}
		}
		cut := len(path) - 1
		for cut > 0 && path[cut] != '.' && path[cut] != '[' {
			cut--
		}
		path = path[:cut]
	}
	return 1
}

func (r *reader) words(path string, w Words) Words {
	if (w.ZH == "") != (w.EN == "") {
		r.wrong(path, "one language is missing; write {zh: …, en: …}")
	}
	return w
}

func (r *reader) date(path, text string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, text, legal())
	if err != nil {
		r.wrong(path, "%q isn't a date; write it like 2022-12-01", text)
	}
	return t
}

func (r *reader) fines(path string, in map[string][]int64) map[PartyKind]Range {
	if len(in) == 0 {
		return nil
	}
	out := map[PartyKind]Range{}
	for _, kind := range []PartyKind{Person, Unit} {
		yuan, ok := in[string(kind)]
		if !ok {
			continue
		}
		if len(yuan) != 2 || yuan[0] < 0 || yuan[1] < yuan[0] || yuan[1] == 0 || yuan[1] > 10_000_000 {
			r.wrong(path+"."+string(kind), "%v isn't a range in yuan; write it like [100, 1000]", yuan)
			return nil
		}
		out[kind] = Range{Min: yuan[0] * 100, Max: yuan[1] * 100}
	}
	if len(out) != len(in) {
		r.wrong(path, "only person and unit can be fined")
	}
	return out
}
