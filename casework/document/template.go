package document

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"text/template"
	"time"
)

//go:embed templates/*.txt
var builtin embed.FS

// readTemplates reads the templates by name: one a kind ("decision"), one for a kind and a
// matter ("decision.stall") where there is a text for that matter alone, and the English
// page ("gloss"). A file of a later folder takes the place of one with the same name.
func readTemplates(folders []fs.FS) (map[string]*template.Template, error) {
	ours, err := fs.Sub(builtin, "templates")
	if err != nil {
		return nil, fmt.Errorf("document: open the templates: %w", err)
	}
	all := map[string]*template.Template{}
	for _, folder := range append([]fs.FS{ours}, folders...) {
		if err := readFolder(folder, all); err != nil {
			return nil, err
		}
	}
	for _, kind := range Kinds() {
		if all[string(kind)] == nil {
			return nil, fmt.Errorf("document: there is no template %s.txt", kind)
		}
	}
	return all, nil
}

func readFolder(folder fs.FS, all map[string]*template.Template) error {
	shared, err := readShared(folder)
	if err != nil {
		return err
	}
	names, err := fs.Glob(folder, "*.txt")
	if err != nil {
		return fmt.Errorf("document: list the templates: %w", err)
	}
	for _, file := range names {
		name := strings.TrimSuffix(file, ".txt")
		if strings.HasPrefix(name, "_") {
			continue
		}
		kind, _, _ := strings.Cut(name, ".")
		if zh, _ := Kind(kind).Title(); zh == "" && name != gloss {
			return fmt.Errorf("document: template %s: there is no kind %q; call it like decision.txt or decision.stall.txt", file, kind)
		}
		text, err := fs.ReadFile(folder, file)
		if err != nil {
			return fmt.Errorf("document: read the template %s: %w", file, err)
		}
		t, err := template.New(file).Funcs(functions()).Option("missingkey=error").Parse(shared + string(text))
		if err != nil {
			return fmt.Errorf("document: template %s: %w", file, err)
		}
		all[name] = t
	}
	return nil
}

// gloss is the name of the English page's template.
const gloss = "gloss"

// glossed is what the English page is filled from.
type glossed struct {
	Fields
	Kind    Kind
	TitleEN string
}

// readShared reads the pieces that several templates use.
func readShared(folder fs.FS) (string, error) {
	names, err := fs.Glob(folder, "_*.txt")
	if err != nil {
		return "", fmt.Errorf("document: list the templates: %w", err)
	}
	var b strings.Builder
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return "", fmt.Errorf("document: read the template %s: %w", name, err)
		}
		b.Write(text)
	}
	return b.String(), nil
}

// functions are what a template may call beside the language's own.
func functions() template.FuncMap {
	return template.FuncMap{
		"date": dateZH, "minute": minuteZH, "second": secondZH, "yuan": Yuan, "capital": capital, "paragraphs": paragraphs,
		"cite": cite, "cites": cites, "ordinal": func(i int) string { return ordinal(i + 1) }, "add": func(a, b int64) int64 { return a + b },
		"dateEN": dateEN, "inc": func(i int) int { return i + 1 }, "officers": officers, "join": strings.Join, "dash": dash,
		"listed": listed, "lines": numbered, "same": func(a, b time.Time) bool { return a.Equal(b) },
	}
}

// numbered lists items for a cell, each on a line of its own.
func numbered(all []string) string {
	var b strings.Builder
	for i := range all {
		fmt.Fprintf(&b, "%d. %s%c", i+1, listed(i, all), newline)
	}
	return b.String()
}

func dash(text string) string {
	if text == "" {
		return "——"
	}
	return text
}

func legal() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }

func dateZH(t time.Time) string {
	if t.IsZero() {
		return "　　年　月　日"
	}
	return t.In(legal()).Format("2006年1月2日")
}

func minuteZH(t time.Time) string {
	if t.IsZero() {
		return dateZH(t)
	}
	return fmt.Sprintf("%s%d时%02d分", dateZH(t), t.In(legal()).Hour(), t.In(legal()).Minute())
}

func secondZH(t time.Time) string {
	if t.IsZero() {
		return dateZH(t)
	}
	return fmt.Sprintf("%s%02d秒", minuteZH(t), t.In(legal()).Second())
}

func dateEN(t time.Time) string { return t.In(legal()).Format("2 January 2006, 15:04") }

// listed ends an item of a list: 。 after the last, ； after the others.
func listed(i int, all []string) string {
	text := strings.TrimRight(all[i], "。；;")
	if i == len(all)-1 {
		return text + "。"
	}
	return text + "；"
}

// cite names a provision: 《某条例》（2022年修订）第二十一条第二款.
func cite(c Citation) string {
	name := "《" + c.Law + "》"
	if c.Version != "" {
		name += "（" + c.Version + "）"
	}
	return name + c.Article
}

func cites(all []Citation) string {
	var names []string
	for _, c := range all {
		names = append(names, cite(c))
	}
	return strings.Join(names, "、")
}

func officers(all []Officer) string {
	var names []string
	for _, o := range all {
		names = append(names, o.Name+"（执法证号："+dash(o.Licence)+"）")
	}
	return strings.Join(names, "、")
}
