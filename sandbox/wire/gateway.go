package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Gateway is the other side as Offsite sees it: the payment provider, the SMS gateway.
type Gateway struct {
	URL    string           // without a path of the interface
	Key    []byte           // shared, at least 16 bytes
	Client *http.Client     // nil for one with a timeout
	Now    func() time.Time // nil for time.Now
}

const patience = 20 * time.Second // with a gateway's answer

// Open checks the gateway's settings and fills in what is left out. section is where
// they are in the configuration.
func (g Gateway) Open(section string) (*Gateway, error) {
	if len(g.Key) < 16 {
		return nil, fmt.Errorf("%s.key_file: the shared key has fewer than 16 bytes; agree on a longer one", section)
	}
	if !strings.HasPrefix(g.URL, "http://") && !strings.HasPrefix(g.URL, "https://") {
		return nil, fmt.Errorf("%s.url: %q is no address like https://host", section, g.URL)
	}
	if g.Client == nil {
		g.Client = &http.Client{Timeout: patience}
	}
	if g.Now == nil {
		g.Now = time.Now
	}
	g.URL = strings.TrimRight(g.URL, "/")
	return &g, nil
}

// Get sends a signed request without a body. The caller closes the answer's.
func (g *Gateway) Get(ctx context.Context, path string) (*http.Response, error) {
	return g.send(ctx, http.MethodGet, path, nil)
}

// Reply is what the other side said.
type Reply struct {
	Code   int
	Status string // code and words
	Body   []byte
}

// OK tells whether it said yes.
func (a Reply) OK() bool { return a.Code/100 == 2 }

// Post sends a value as JSON, signed, and reads the answer.
func (g *Gateway) Post(ctx context.Context, path string, value any) (Reply, error) {
	body, err := json.Marshal(value)
	if err != nil {
		return Reply{}, err
	}
	answer, err := g.send(ctx, http.MethodPost, path, body)
	if err != nil {
		return Reply{}, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, MaxBody))
	return Reply{answer.StatusCode, answer.Status, text}, err
}

func (g *Gateway) send(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, g.URL+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	Sign(g.Key, r, body, g.Now())
	return g.Client.Do(r)
}

// VerifyCallback checks that a callback is the gateway's own, and recent.
func (g *Gateway) VerifyCallback(h http.Header, body []byte) (id string, err error) {
	return VerifyCallback(g.Key, h, body, g.Now())
}

// Said is the sentence of a refusal, or the beginning of what came instead.
func Said(text []byte) string {
	var p Problem
	if json.Unmarshal(text, &p) == nil && p.Detail != "" {
		return p.Detail
	}
	return string(text[:min(len(text), 200)])
}

// Signed lets only requests through that the shared key signed, with their bodies.
func Signed(key []byte, now func() time.Time, next func(w http.ResponseWriter, r *http.Request, body []byte)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := Verify(key, r, now())
		switch {
		case errors.Is(err, ErrSignature):
			Refuse(w, http.StatusUnauthorized, err.Error())
		case err != nil:
			Refuse(w, http.StatusBadRequest, err.Error())
		default:
			next(w, r, body)
		}
	}
}
