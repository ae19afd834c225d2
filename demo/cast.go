package demo

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"
)

// cast is the staff, each with a session of their own.
type cast struct {
	stage  Stage
	people map[string]*client
}

func (s Stage) signIn(ctx context.Context) (*cast, error) {
	c := &cast{stage: s, people: map[string]*client{}}
	for part, account := range s.Accounts {
		person, err := signIn(ctx, s.URL, account.Username, account.Password)
		if err != nil {
			return nil, err
		}
		c.people[part] = person
	}
	return c, nil
}

// as gives a member of the cast.
func (c *cast) as(part string) (*client, error) {
	if person := c.people[part]; person != nil {
		return person, nil
	}
	return nil, fmt.Errorf("the demonstration has no %s", part)
}

// finding is what the demonstration reads of a finding.
type finding struct {
	ID       string    `json:"id"`
	State    string    `json:"state"`
	Version  int       `json:"version"`
	Detector string    `json:"detector"`
	CameraID string    `json:"camera_id"`
	Object   string    `json:"object"`
	First    time.Time `json:"first"`
	Last     time.Time `json:"last"`
	Raised   time.Time `json:"raised"`
	WhyEN    string    `json:"why_en"`
	Bundle   string    `json:"bundle"`
	CaseID   string    `json:"case_id"`
}

// findings lists all, in every state.
func (c *cast) findings(ctx context.Context) ([]finding, error) {
	auditor, err := c.as("auditor")
	if err != nil {
		return nil, err
	}
	var all []finding
	for cursor := ""; ; {
		var page struct {
			Items []finding `json:"items"`
			Next  string    `json:"next_cursor"`
		}
		if err := auditor.call(ctx, "GET", "/api/v1/findings?limit=100&cursor="+url.QueryEscape(cursor), nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if page.Next == "" {
			return all, nil
		}
		cursor = page.Next
	}
}

func (c *cast) finding(ctx context.Context, id string) (finding, error) {
	auditor, err := c.as("auditor")
	if err != nil {
		return finding{}, err
	}
	var f finding
	err = auditor.call(ctx, "GET", "/api/v1/findings/"+id, nil, &f)
	return f, err
}

// review gives a reviewer's verdict: "confirm", "reject" or "verify".
func (c *cast) review(ctx context.Context, part, id, verdict string, body any) error {
	person, err := c.as(part)
	if err != nil {
		return err
	}
	f, err := c.finding(ctx, id)
	if err != nil {
		return err
	}
	return person.call(ctx, "POST", "/api/v1/findings/"+id+"/"+verdict, body, nil, ifMatch(f.Version))
}

func ifMatch(version int) string { return fmt.Sprintf("If-Match: \"%d\"", version) }

// caseFile is what the demonstration reads of a case.
type caseFile struct {
	ID        string  `json:"id"`
	Number    string  `json:"number"`
	State     string  `json:"state"`
	Version   int     `json:"version"`
	FineFen   int64   `json:"fine_fen"`
	PaidFen   int64   `json:"paid_fen"`
	ReceiptNo string  `json:"receipt_no"`
	PortalURL string  `json:"portal_url"`
	Events    []event `json:"events"`
	Documents []struct {
		ID     string `json:"id"`
		Kind   string `json:"kind"`
		Number string `json:"number"`
		SHA256 string `json:"sha256"`
	} `json:"documents"`
	Evidence []struct {
		Bundle string `json:"bundle"`
		Kind   string `json:"kind"`
	} `json:"evidence"`
}

type event struct {
	Event   string `json:"event"`
	Allowed bool   `json:"allowed"`
	WhyEN   string `json:"why_en"`
	Article string `json:"article"`
}

// file reads a case as a member of the cast sees it.
func (c *cast) file(ctx context.Context, part, id string) (caseFile, error) {
	person, err := c.as(part)
	if err != nil {
		return caseFile{}, err
	}
	var f caseFile
	err = person.call(ctx, "GET", "/api/v1/cases/"+id, nil, &f)
	return f, err
}

// step takes one lawful step in a case.
func (c *cast) step(ctx context.Context, part, id, name string, fields map[string]any) error {
	f, err := c.file(ctx, part, id)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(f.Events, func(e event) bool { return e.Event == name })
	if i < 0 {
		return fmt.Errorf("case %s, %s: the table offers no step %s", id, f.State, name)
	}
	if e := f.Events[i]; !e.Allowed {
		return fmt.Errorf("case %s, %s: step %s is refused: %s (%s)", id, f.State, name, e.WhyEN, e.Article)
	}
	if fields == nil {
		fields = map[string]any{}
	}
	return c.people[part].call(ctx, "POST", "/api/v1/cases/"+id+"/events/"+name, fields, nil, ifMatch(f.Version))
}

// until waits for a case to come into one of the states.
func (c *cast) until(ctx context.Context, id string, patience time.Duration, states ...string) (caseFile, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var f caseFile
	err := poll(ctx, 250*time.Millisecond, fmt.Sprintf("case %s to be %v", id, states), func() (bool, error) {
		var err error
		f, err = c.file(ctx, "auditor", id)
		return slices.Contains(states, f.State), err
	})
	return f, err
}
