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

// readTemplates reads one template a kind. A file of a later folder takes the place of
// one with the same name before it.
func readTemplates(folders []fs.FS) (map[Kind]*template.Template, error) {
	ours, err := fs.Sub(builtin, "templates")
	if err != nil {
		return nil, fmt.Errorf("document: open the templates: %w", err)
	}
	all := map[Kind]*template.Template{}
	for _, folder := range append([]fs.FS{ours}, folders...) {
		shared, err := readShared(folder)
		if err != nil {
			return nil, err
		}
		for _, kind := range Kinds() {
			name := string(kind) + ".txt"
			text, err := fs.ReadFile(folder, name)
			if err != nil {
				continue
			}
			t, err := template.New(name).Funcs(functions()).Option("missingkey=error").Parse(shared + string(text))
			if err != nil {
				return nil, fmt.Errorf("document: template %s: %w", name, err)
			}
			all[kind] = t
		}
	}
	for _, kind := range Kinds() {
		if all[kind] == nil {
			return nil, fmt.Errorf("document: there is no template %s.txt", kind)
		}
	}
	return all, nil
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
		"date": dateZH, "minute": minuteZH, "second": secondZH, "yuan": yuan, "capital": capital, "paragraphs": paragraphs,
		"cite": cite, "cites": cites, "ordinal": func(i int) string { return ordinal(i + 1) }, "add": func(a, b int64) int64 { return a + b },
		"inc": func(i int) int { return i + 1 }, "officers": officers, "join": strings.Join, "dash": dash,
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
