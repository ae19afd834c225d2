package message

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"offsite/sandbox/ledger"
	"offsite/sandbox/notify"
	"offsite/sandbox/wire"
)

// Options say where and how the gateway runs.
type Options struct {
	Dir    string // messages are kept here
	Key    []byte // shared with Offsite, at least 16 bytes
	Logger *slog.Logger
	Client *http.Client     // for receipts; nil for one with a timeout
	Now    func() time.Time // nil for time.Now
	Retry  time.Duration    // pause after a receipt's first failure; 0 for a second
}

// record is a message as it lies on disk.
type record struct {
	Message   wire.Message      `json:"message"`
	NotifyURL string            `json:"notify_url,omitempty"`
	Owed      []notify.Callback `json:"owed,omitempty"`
}

// Server is the gateway.
type Server struct {
	o      Options
	sender *notify.Sender
	ledger *ledger.Ledger[record]

	mu       sync.Mutex
	messages map[string]record // by key
}

// New opens the gateway's folder.
func New(o Options) (*Server, error) {
	if len(o.Key) < 16 {
		return nil, errors.New("sandbox message: the shared key has fewer than 16 bytes; make a longer one")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	kept, messages, err := ledger.Open[record](filepath.Join(o.Dir, "messages"))
	if err != nil {
		return nil, fmt.Errorf("sandbox message: %w", err)
	}
	s := &Server{o: o, ledger: kept, messages: messages}
	s.sender = notify.New(notify.Options{Key: o.Key, Client: o.Client, Now: o.Now, Retry: o.Retry, Logger: o.Logger, Settled: s.settled})
	for _, r := range messages {
		for _, c := range r.Owed {
			s.sender.Send(c)
		}
	}
	return s, nil
}

// Start begins to send receipts that are still owed.
func (s *Server) Start(ctx context.Context) error { return s.sender.Start(ctx) }

// Stop ends sending and waits for it.
func (s *Server) Stop() { s.sender.Stop() }

// Handler takes messages and lists them.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /messages", wire.Signed(s.o.Key, s.o.Now, s.take))
	mux.HandleFunc("GET /messages", wire.Signed(s.o.Key, s.o.Now, s.list))
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	return mux
}

func (s *Server) take(w http.ResponseWriter, _ *http.Request, body []byte) {
	wire.Keep[wire.NewMessage, wire.Message]{What: "message", Check: check, Keep: s.keep, Conflict: errConflict}.Answer(w, body, s.o.Logger)
}

var errConflict = errors.New("the key was used for another message")

func check(n *wire.NewMessage) error {
	n.To = number(n.To)
	if n.Channel == "sms" {
		n.Channel = ""
	}
	switch {
	case !ledger.Valid(n.Key):
		return fmt.Errorf("key %q: use 1 to 80 letters, digits, - or _", n.Key)
	case n.Channel != "" && n.Channel != wire.Voice:
		return fmt.Errorf("channel %q isn't sms or voice", n.Channel)
	case !regexp.MustCompile(`^\+?[0-9]{5,15}$`).MatchString(n.To):
		return fmt.Errorf("to %q isn't a phone number", n.To)
	case strings.TrimSpace(n.Text) == "" || utf8.RuneCountInString(n.Text) > 500:
		return errors.New("text: 1 to 500 characters")
	case n.NotifyURL == "":
		return nil
	}
	if u, err := url.Parse(n.NotifyURL); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("notify_url %q isn't an address like https://host/path", n.NotifyURL)
	}
	return nil
}

// number is a phone number without spaces, hyphens and the country's own prefix, so that
// a message is found however the number was written.
func number(text string) string {
	text = strings.NewReplacer(" ", "", "-", "").Replace(text)
	for _, prefix := range []string{"+86", "0086"} {
		if rest, ok := strings.CutPrefix(text, prefix); ok && len(rest) == 11 {
			return rest
		}
	}
	return text
}

// keep writes a message to disk with the receipt that is owed for it. A number that ends
// in 0404 can't be reached, so that a failed delivery can be shown; one in 0405 is a fixed
// line, which takes calls alone.
func (s *Server) keep(n wire.NewMessage) (wire.Message, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, exists := s.messages[n.Key]; exists {
		if old.Message.To != n.To || old.Message.Text != n.Text || old.Message.Channel != n.Channel {
			return wire.Message{}, false, errConflict
		}
		return old.Message, false, nil
	}
	r := record{Message: wire.Message{Channel: n.Channel, ID: "sms_" + n.Key, Key: n.Key, To: n.To, Text: n.Text, State: "delivered", At: s.o.Now().UTC()}, NotifyURL: n.NotifyURL}
	if n.Channel == wire.Voice {
		r.Message.ID, r.Message.State = "call_"+n.Key, "answered"
	}
	switch {
	case strings.HasSuffix(n.To, "0404"):
		r.Message.State, r.Message.Reason = "failed", "空号 / no such number"
	case strings.HasSuffix(n.To, "0405") && n.Channel == "":
		r.Message.State, r.Message.Reason = "failed", "固定电话不收短信 / a fixed line takes no SMS"
	}
	if n.NotifyURL != "" {
		body, err := json.Marshal(wire.MessageEvent{Type: "message." + r.Message.State, Timestamp: r.Message.At, Data: r.Message})
		if err != nil {
			return wire.Message{}, false, fmt.Errorf("encode the receipt of %s: %w", n.Key, err)
		}
		r.Owed = []notify.Callback{{ID: "msg_" + n.Key, URL: n.NotifyURL, Body: body}}
	}
	if err := s.ledger.Put(n.Key, r); err != nil {
		return wire.Message{}, false, err
	}
	s.messages[n.Key] = r
	for _, c := range r.Owed {
		s.sender.Send(c)
	}
	return r.Message, true, nil
}

func (s *Server) settled(c notify.Callback) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := strings.TrimPrefix(c.ID, "msg_")
	r, ok := s.messages[key]
	if !ok {
		return
	}
	r.Owed = nil
	if err := s.ledger.Put(key, r); err != nil { // it will be sent once more after a restart; the id makes that harmless
		s.o.Logger.Error("receipt was taken but couldn't be struck off", "message", key, "error", err)
		return
	}
	s.messages[key] = r
}

// list shows the messages of a number, oldest first, as the demo's phone reads them.
func (s *Server) list(w http.ResponseWriter, r *http.Request, _ []byte) {
	to := number(r.URL.Query().Get("to"))
	if to == "" {
		wire.Refuse(w, http.StatusBadRequest, "to: say whose messages")
		return
	}
	found := []wire.Message{}
	s.mu.Lock()
	for _, one := range s.messages {
		if one.Message.To == to {
			found = append(found, one.Message)
		}
	}
	s.mu.Unlock()
	slices.SortFunc(found, func(a, b wire.Message) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.Key, b.Key)
	})
	wire.Answer(w, http.StatusOK, found)
}
