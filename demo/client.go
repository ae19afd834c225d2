package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"time"

	"offsite/api/problem"
)

// client speaks to the API as one person, with a session of its own.
type client struct {
	base     string
	csrf     string
	password string // shown anew where that is wanted
	http     *http.Client
}

func newClient(base string) (*client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("make cookie jar: %w", err)
	}
	return &client{base: base, http: &http.Client{Jar: jar, Timeout: time.Minute}}, nil
}

// signIn opens a session for a staff account.
func signIn(ctx context.Context, base, username, password string) (*client, error) {
	c, err := newClient(base)
	if err != nil {
		return nil, err
	}
	var session struct {
		CSRF string `json:"csrf"`
	}
	if err := c.call(ctx, "POST", "/api/v1/session", map[string]string{"username": username, "password": password}, &session); err != nil {
		return nil, fmt.Errorf("sign in as %s: %w", username, err)
	}
	c.csrf, c.password = session.CSRF, password
	return c, nil
}

// refusal is an answer that is none of success.
type refusal struct {
	request string
	status  int
	text    []byte
}

func (r *refusal) Error() string {
	return fmt.Sprintf("%s: %d %s: %s", r.request, r.status, http.StatusText(r.status), r.text)
}

// call sends body as JSON and reads the answer into into; both may be nil. A
// header is given as "Name: value". Where an approval wants a fresh proof, the password is
// shown and the request sent again.
func (c *client) call(ctx context.Context, method, path string, body, into any, headers ...string) error {
	err := c.send(ctx, method, path, body, into, headers...)
	var no *refusal
	if c.password == "" || !errors.As(err, &no) || no.status != http.StatusForbidden || !bytes.Contains(no.text, []byte(problem.SecondFactor)) {
		return err
	}
	if err := c.send(ctx, "POST", "/api/v1/session/proof", map[string]string{"password": c.password}, nil); err != nil {
		return err
	}
	return c.send(ctx, method, path, body, into, headers...)
}

func (c *client) send(ctx context.Context, method, path string, body, into any, headers ...string) error {
	var payload io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
		payload = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, payload) // #nosec G704 -- the demonstration's own address
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	req.Header.Set("Accept-Language", "en")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.csrf != "" {
		req.Header.Set("X-CSRF-Token", c.csrf)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	res, err := c.http.Do(req) // #nosec G704 -- see above
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if res.StatusCode >= 300 {
		return &refusal{method + " " + path, res.StatusCode, bytes.TrimSpace(text)}
	}
	switch into := into.(type) {
	case nil:
		return nil
	case *[]byte:
		*into = text
		return nil
	default:
		if err := json.Unmarshal(text, into); err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
		return nil
	}
}
