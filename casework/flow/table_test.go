package flow_test

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"offsite/casework/flow"
)

var update = flag.Bool("update", false, "write docs/casework.md")

const page = "../../docs/casework.md"

func TestPageIsCurrent(t *testing.T) {
	t.Parallel()
	want := flow.New().Markdown() + troublesPage()
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/casework.md is not the table's; run go test ./casework/flow -run Page -update")
	}
}

const picture = "casework.svg"

// The picture names the graph that it was drawn from; with -update, Graphviz draws it.
func TestDiagramIsCurrent(t *testing.T) {
	t.Parallel()
	graph := flow.New().DOT()
	mark := fmt.Sprintf("<!-- drawn from sha256:%x -->\n", sha256.Sum256([]byte(graph)))
	if *update {
		draw := exec.Command("dot", "-Tsvg")
		draw.Stdin = strings.NewReader(graph)
		svg, err := draw.Output()
		if err != nil {
			t.Fatalf("draw the diagram: %v; apt-get install graphviz", err)
		}
		if err := os.WriteFile(picture, append(svg, mark...), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(string(got), mark) {
		t.Error("casework.svg is not the table's; run go test ./casework/flow -run Diagram -update")
	}
}

func TestEveryRowIsWhole(t *testing.T) {
	t.Parallel()
	table := flow.New()
	known := func(s flow.State) bool {
		return slices.ContainsFunc(table.States, func(i flow.StateInfo) bool { return i.State == s })
	}
	for _, s := range table.Steps {
		if s.ZH == "" || s.EN == "" || s.Article == "" || len(s.Roles) == 0 || len(s.From) == 0 {
			t.Errorf("%s: label, article, roles or states are missing", s.Event)
		}
		for _, state := range append(slices.Clone(s.From), s.Branches...) {
			if !known(state) {
				t.Errorf("%s leaves or reaches %q, which is no state", s.Event, state)
			}
		}
		if s.To != "" && !known(s.To) {
			t.Errorf("%s leads to %q, which is no state", s.Event, s.To)
		}
		for _, g := range s.Guards {
			if g.ZH == "" || g.EN == "" || g.Article == "" || g.Holds == nil {
				t.Errorf("guard %s of %s lacks a sentence, an article or its condition", g.Name, s.Event)
			}
			if g.OnFields && g.Field == "" {
				t.Errorf("guard %s of %s reads fields and names none", g.Name, s.Event)
			}
		}
		for _, need := range s.Needs {
			if zh, en := flow.FieldName(need); zh == need || en == "" || !strings.ContainsFunc(zh, func(r rune) bool { return r > 127 }) {
				t.Errorf("field %s of %s has no name", need, s.Event)
			}
		}
	}
}

func TestEveryStateIsReachedAndLeft(t *testing.T) {
	t.Parallel()
	table := flow.New()
	reached := map[flow.State]bool{flow.Found: true}
	for changed := true; changed; {
		changed = false
		for _, s := range table.Steps {
			for _, from := range s.From {
				for _, to := range append([]flow.State{s.To}, s.Branches...) {
					if reached[from] && to != "" && !reached[to] {
						reached[to], changed = true, true
					}
				}
			}
		}
	}
	for _, info := range table.States {
		if !reached[info.State] {
			t.Errorf("%s is never reached", info.State)
		}
		left := slices.ContainsFunc(table.Steps, func(s flow.Step) bool {
			return slices.Contains(s.From, info.State) && s.Event != "revoke" && slices.ContainsFunc(s.Targets(), func(to flow.State) bool { return to != "" })
		})
		if left == info.End {
			t.Errorf("%s: end %t, but a step leaves it: %t", info.State, info.End, left)
		}
	}
}

// One event has one meaning in a state.
func TestEventsAreUniqueInAState(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range flow.New().Steps {
		for _, from := range s.From {
			key := string(from) + " " + string(s.Event)
			if seen[key] {
				t.Errorf("%s is there twice", key)
			}
			seen[key] = true
		}
	}
}

// An administrator and an auditor can do nothing in a case.
func TestAdministratorAndAuditorChangeNothing(t *testing.T) {
	t.Parallel()
	table := flow.New()
	for _, s := range table.Steps {
		for _, from := range s.From {
			for _, role := range []flow.Role{"admin", "auditor", "operator", "collector", "supervisor", ""} {
				_, refusal := table.Judge(flow.Facts{State: from}, flow.Attempt{Event: s.Event, Actor: "x", Roles: []flow.Role{role}})
				if refusal == nil || refusal.Kind != flow.Forbidden {
					t.Errorf("%s by %q in %s: %v", s.Event, role, from, refusal)
				}
			}
		}
	}
}

// Every state × event × role: no panic, and a refusal always says why in both
// languages.
func TestEveryRefusalSpeaks(t *testing.T) {
	t.Parallel()
	table := flow.New()
	events := map[flow.Event]bool{"nonsense": true}
	for _, s := range table.Steps {
		events[s.Event] = true
	}
	for _, info := range table.States {
		for event := range events {
			for _, role := range []flow.Role{flow.Reviewer, flow.Officer, flow.Legal, flow.Head, flow.Auditor, flow.Party, flow.Cashier, flow.System} {
				_, refusal := table.Judge(flow.Facts{State: info.State}, flow.Attempt{Event: event, Actor: "x", Roles: []flow.Role{role}})
				if refusal != nil && (refusal.ZH == "" || refusal.EN == "" || refusal.Kind == 0) {
					t.Errorf("%s by %s in %s is refused without a sentence: %+v", event, role, info.State, refusal)
				}
			}
		}
	}
}
