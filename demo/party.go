package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"
	"time"

	"offsite/sandbox/wire"
)

// inbox reads a telephone's messages at the gateway.
func (s Stage) inbox(ctx context.Context, phone string) ([]wire.Message, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.MessageURL+"/messages?to="+url.QueryEscape(phone), nil)
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	wire.Sign([]byte(s.MessageKey), req, nil, time.Now())
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("read messages: %s: %s", res.Status, text)
	}
	var messages []wire.Message
	if err := json.Unmarshal(text, &messages); err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	return messages, nil
}

// linkIn finds the portal's address in the newest message that has one.
func linkIn(messages []wire.Message, base string) (string, bool) {
	link, found := "", false
	for _, m := range messages {
		if at := strings.Index(m.Text, base+"/p/"); at >= 0 {
			link, found = strings.FieldsFunc(m.Text[at:], func(r rune) bool { return r <= ' ' || r > '~' })[0], true
		}
	}
	return link, found
}

// party is the party with a phone: no account, only the link.
type party struct{ *client }

func openPortal(ctx context.Context, base, link string) (party, error) {
	c, err := newClient(base)
	if err != nil {
		return party{}, err
	}
	var session struct {
		CSRF string `json:"csrf"`
	}
	if err := c.call(ctx, "POST", "/api/v1/portal/session", map[string]string{"token": path.Base(link)}, &session); err != nil {
		return party{}, fmt.Errorf("open the party's link: %w", err)
	}
	c.csrf = session.CSRF
	return party{c}, nil
}

// codeEvery is how often the page sends a code; codeWait bounds the wait for one.
const (
	codeEvery = 61 * time.Second
	codeWait  = 30 * time.Second
)

var sixDigits = regexp.MustCompile(`验证码 (\d{6})`)

// prove shows the telephone that the case knows, by the code that it is sent: what binds
// wants that. A code is sent once a minute; who asked before waits.
func (p party) prove(ctx context.Context, s Stage, phone string) error {
	before, err := s.codes(ctx, phone)
	if err != nil {
		return err
	}
	if err := p.call(ctx, "POST", "/api/v1/portal/code", map[string]any{}, nil); err != nil {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(codeEvery):
		}
		if err := p.call(ctx, "POST", "/api/v1/portal/code", map[string]any{}, nil); err != nil {
			return fmt.Errorf("have a code sent: %w", err)
		}
	}
	waiting, cancel := context.WithTimeout(ctx, codeWait)
	defer cancel()
	var codes []string
	err = poll(waiting, 250*time.Millisecond, "the code on the party's telephone", func() (bool, error) {
		codes, err = s.codes(ctx, phone)
		return len(codes) > len(before), err
	})
	if err != nil {
		return err
	}
	return p.call(ctx, "POST", "/api/v1/portal/code/check", map[string]string{"code": codes[len(codes)-1]}, nil)
}

// codes are those that a telephone was sent, oldest first.
func (s Stage) codes(ctx context.Context, phone string) (list []string, err error) {
	messages, err := s.inbox(ctx, phone)
	if err != nil {
		return nil, err
	}
	for _, m := range messages {
		if found := sixDigits.FindStringSubmatch(m.Text); found != nil {
			list = append(list, found[1])
		}
	}
	return list, nil
}

// portalCase is what the demonstration reads of the party's page.
type portalCase struct {
	State   string `json:"state"`
	FineFen int64  `json:"fine_fen"`
	Stills  []struct {
		Name string `json:"name"`
	} `json:"stills"`
	Copies []struct {
		Bundle string `json:"bundle"`
	} `json:"copies"`
	Documents []struct {
		ID     string `json:"id"`
		Number string `json:"number"`
	} `json:"documents"`
}

// look opens the page with every picture and document on it.
func (p party) look(ctx context.Context) (portalCase, error) {
	var page portalCase
	if err := p.call(ctx, "GET", "/api/v1/portal/case", nil, &page); err != nil {
		return page, err
	}
	for _, still := range page.Stills {
		picture, err := p.covered(ctx, still.Name)
		if err != nil {
			return page, err
		}
		if !strings.HasPrefix(string(picture), "\x89PNG") {
			return page, fmt.Errorf("picture %s is no PNG", still.Name)
		}
	}
	for _, d := range page.Documents {
		var pdf []byte
		if err := p.call(ctx, "GET", "/api/v1/portal/documents/"+d.ID+"/pdf", nil, &pdf); err != nil {
			return page, err
		}
		if !strings.HasPrefix(string(pdf), "%PDF-") {
			return page, fmt.Errorf("document %s is no PDF", d.Number)
		}
	}
	return page, nil
}

// coverWait bounds the wait for a picture with people and vehicles covered.
const coverWait = 3 * time.Minute

// covered gives a picture of the party's page. Its copy may still be made and sealed; the page
// asks again then, and so does this.
func (p party) covered(ctx context.Context, name string) (picture []byte, err error) {
	waiting, cancel := context.WithTimeout(ctx, coverWait)
	defer cancel()
	err = poll(waiting, time.Second, "the covered copy of "+name, func() (bool, error) {
		err := p.call(ctx, "GET", "/api/v1/portal/files/"+name, nil, &picture)
		var no *refusal
		if errors.As(err, &no) && no.status == http.StatusServiceUnavailable {
			return false, nil
		}
		return err == nil, err
	})
	return picture, err
}

// pay goes to the provider's page and pays there, as a browser would.
func (p party) pay(ctx context.Context) error {
	var order struct {
		PayURL string `json:"pay_url"`
	}
	if err := p.call(ctx, "POST", "/api/v1/portal/payment", map[string]any{}, &order); err != nil {
		return fmt.Errorf("order the payment: %w", err)
	}
	return payAt(ctx, order.PayURL)
}

// payAt does what the pay page's button does.
func payAt(ctx context.Context, pay string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, pay+"/pay", nil)
	if err != nil {
		return fmt.Errorf("pay: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("pay: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode >= http.StatusBadRequest {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 4096))
		return fmt.Errorf("pay at %s: %s: %s", pay, res.Status, text)
	}
	return nil
}
