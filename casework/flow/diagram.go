package flow

import (
	_ "embed" // the picture
	"fmt"
	"slices"
	"strings"
)

// Markdown is the page docs/casework.md: the table as a diagram and as rows.
func (t *Table) Markdown() string {
	var b strings.Builder
	b.WriteString("# Casework: the states of a case\n\n<!-- Generated from casework/flow by `go test ./casework/flow -run Page -update`; do not edit. -->\n\n")
	b.WriteString("Every step that exists is in this table; the console's buttons, the API's refusals and the tests derive from it. What is not in it cannot be done.\n\n")
	b.WriteString("![The states of a case](../casework/flow/casework.svg)\n\n")
	b.WriteString("## Steps\n\n| from | event | 步骤 | step | to | by | needs | must hold | documents | article |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for _, s := range t.Steps {
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s | %s | %s | %s | %s | %s | %s |\n", join(s.From), s.Event, s.ZH, s.EN, join(s.Targets()), join(s.Roles),
			strings.Join(s.Needs, ", "), guardNames(s), strings.Join(s.Issues, ", "), s.Article)
	}
	b.WriteString("\n## What must hold\n\n| guard | 不成立时 | when it does not | article |\n| --- | --- | --- | --- |\n")
	for _, g := range t.guards() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", g.Name, g.ZH, g.EN, g.Article)
	}
	return b.String()
}

//go:embed casework.svg
var drawn []byte

// Diagram is the table as a picture, SVG, that Graphviz drew from DOT.
func Diagram() []byte { return drawn }

// DOT is the table as a graph, for Graphviz: states by their stage, ends doubled.
func (t *Table) DOT() string {
	var b strings.Builder
	b.WriteString("digraph casework {\n  rankdir=TB; nodesep=0.3; ranksep=0.35; bgcolor=transparent;\n" +
		"  node [shape=box, style=\"rounded,filled\", fillcolor=\"#f5f7fa\", color=\"#5b6b7f\", fontname=\"sans-serif\", fontsize=12];\n" +
		"  edge [color=\"#8a97a8\", fontname=\"sans-serif\", fontsize=9, fontcolor=\"#3d4a5c\", arrowsize=0.6];\n")
	for _, s := range t.States {
		end := ""
		if s.End {
			end = ", peripheries=2, fillcolor=\"#e8f3ec\""
		}
		fmt.Fprintf(&b, "  %s [label=\"%s\\n%s\"%s];\n", s.State, s.ZH, s.EN, end)
	}
	for _, e := range t.edges() {
		var labels []string
		for _, event := range e.events {
			zh, _ := t.Label(Event(event))
			labels = append(labels, zh)
		}
		fmt.Fprintf(&b, "  %s -> %s [label=\"%s\"];\n", e.from, e.to, strings.Join(labels, "\\n"))
	}
	b.WriteString("}\n")
	return b.String()
}

type edge struct {
	from, to State
	events   []string
}

func (t *Table) edges() []edge {
	var list []edge
	for _, s := range t.Steps {
		for _, from := range s.From {
			for _, to := range s.Targets() {
				if to == from || to == "" {
					continue
				}
				i := slices.IndexFunc(list, func(e edge) bool { return e.from == from && e.to == to })
				if i < 0 {
					list, i = append(list, edge{from: from, to: to}), len(list)
				}
				if !slices.Contains(list[i].events, string(s.Event)) {
					list[i].events = append(list[i].events, string(s.Event))
				}
			}
		}
	}
	return list
}

// Targets are the states that a step may lead to, "" for none but its own.
func (s Step) Targets() []State {
	if len(s.Branches) > 0 {
		return s.Branches
	}
	return []State{s.To}
}

func (t *Table) guards() []Guard {
	var list []Guard
	for _, s := range t.Steps {
		for _, g := range s.Guards {
			if !slices.ContainsFunc(list, func(o Guard) bool { return o.Name == g.Name }) {
				list = append(list, g)
			}
		}
	}
	return list
}

func guardNames(s Step) string {
	var names []string
	for _, g := range s.Guards {
		names = append(names, "`"+g.Name+"`")
	}
	return strings.Join(names, " ")
}

func join[T ~string](list []T) string {
	var out []string
	for _, s := range list {
		if s == "" {
			s = "="
		}
		out = append(out, string(s))
	}
	return strings.Join(out, ", ")
}
