package casework_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"offsite/casework"
	"offsite/registry"
	"offsite/sandbox/wire"
)

// lines are the telephone lines before the gateway: cut, or so bad that its answer is lost.
type lines struct {
	casework.Caller
	cut, lost bool
}

func (l *lines) Call(ctx context.Context, id, phone, text string) (casework.MessageReceipt, error) {
	if l.cut {
		return casework.MessageReceipt{}, errors.New("the gateway cannot be reached")
	}
	r, err := l.Caller.Call(ctx, id, phone, text)
	if l.lost && err == nil {
		return casework.MessageReceipt{}, context.DeadlineExceeded
	}
	return r, err
}

func (l *lines) through(c casework.Caller) casework.Caller { l.Caller = c; return l }

func calledAt(phone string) registry.Party {
	return registry.Party{Kind: "person", Name: "张三", Phone: phone, Address: "崇明区城桥镇八一路100号"}
}

// calls are those that the gateway made to a number.
func (h *house) calls(phone string) (calls []wire.Message) {
	h.t.Helper()
	for _, m := range h.sent(phone) {
		if m.Channel == wire.Voice {
			calls = append(calls, m)
		}
	}
	return calls
}

// A fixed line takes no SMS: the reminder is said in a call, once; where that is not
// answered either, or nobody is called, the case goes to the second review.
func TestAReminderIsSaidInACall(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		phone, state string
		off          bool
		calls        int
		events       []string
		rechecks     int
	}{
		"answered":         {"13800000405", "reminded", false, 1, []string{"call_ordered", "delivered"}, 1},
		"not answered":     {"13800000404", "reviewed", false, 1, []string{"call_ordered", "undeliverable"}, 0},
		"nobody is called": {"13800000405", "reviewed", true, 0, []string{"undeliverable"}, 0},
		"the SMS arrives":  {"13800000001", "reminded", false, 0, []string{"delivered"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := want{party: calledAt(one.phone)}
			if !one.off {
				w.caller = (&lines{}).through
			}
			h := open(t, w)
			id := h.reminded()
			h.must(h.DeliverAll(t.Context()))
			h.must(h.DeliverAll(t.Context()))
			h.expect(id, one.state)
			calls := h.calls(one.phone)
			if len(calls) != one.calls || h.rechecks(id) != one.rechecks {
				t.Errorf("%d calls, %d re-checks", len(calls), h.rechecks(id))
			}
			events := h.entries(id)
			for _, e := range one.events {
				if !slices.Contains(events, e) {
					t.Errorf("the record: %v, without %s", events, e)
				}
			}
			for _, c := range calls {
				if strings.Contains(c.Text, "http") || strings.Contains(c.Text, "张三") || !strings.Contains(c.Text, "021-12345678") || !strings.Contains(c.Text, "不代替文书送达") {
					t.Errorf("the call says %s", c.Text)
				}
			}
			h.must(h.CheckRecord(t.Context(), id))
		})
	}
}

// A gateway whose answer was lost is asked again under the same number: it has called, and
// does not call twice.
func TestACallWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	l := &lines{lost: true}
	h := open(t, want{party: calledAt("13800000405"), caller: l.through})
	id := h.reminded()
	// The gateway's receipt may come before we ask again; either way it is one call.
	if err := h.DeliverAll(t.Context()); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	l.lost = false
	h.must(h.DeliverAll(t.Context()))
	if n := len(h.calls("13800000405")); n != 1 || h.rechecks(id) != 1 {
		t.Errorf("%d calls, %d re-checks, want one each", n, h.rechecks(id))
	}
	h.expect(id, "reminded")
}

// Nobody is called from 21:00 to 8:00, neither at first nor when the gateway comes back.
func TestNobodyIsCalledAtNight(t *testing.T) {
	t.Parallel()
	for at, calls := range map[string]int{"2026-11-24T20:59:59+08:00": 1, "2026-11-24T21:00:00+08:00": 0, "2026-11-25T07:59:59+08:00": 0, "2026-11-25T08:00:00+08:00": 1} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			now, err := time.Parse(time.RFC3339, at)
			if err != nil {
				t.Fatal(err)
			}
			h := open(t, want{party: calledAt("13800000405"), caller: (&lines{}).through, at: now})
			id := h.reminded()
			h.must(h.DeliverAll(t.Context()))
			if n := len(h.calls("13800000405")); n != calls {
				t.Errorf("%d calls, want %d", n, calls)
			}
			h.expect(id, map[int]string{0: "reviewed", 1: "reminded"}[calls])
		})
	}
	l := &lines{cut: true}
	h := open(t, want{party: calledAt("13800000405"), caller: l.through, at: time.Date(2026, 11, 24, 12, 59, 0, 0, time.UTC)})
	id := h.reminded()
	if err := h.DeliverAll(t.Context()); err == nil {
		t.Fatal("the gateway was away")
	}
	h.expect(id, "reminded")
	h.clock.add(time.Minute) // 21:00
	l.cut = false
	h.must(h.DeliverAll(t.Context()))
	h.expect(id, "reviewed")
	if n := len(h.calls("13800000405")); n != 0 {
		t.Errorf("%d calls at 21:00", n)
	}
}

// takenOnly is a gateway that takes an SMS and says nothing of it.
type takenOnly struct {
	casework.Messenger
	id string
}

func (g *takenOnly) Send(_ context.Context, id, _, _ string) (casework.MessageReceipt, error) {
	g.id = id
	return casework.MessageReceipt{Ref: "taken"}, nil
}

// Without a receipt within the time set, a call is made, once; an SMS that arrives after
// all changes nothing, and one that arrived in time needs no call.
func TestAnSMSWithoutAReceipt(t *testing.T) {
	t.Parallel()
	for name, arrives := range map[string]bool{"in time": true, "too late": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, g := t.Context(), &takenOnly{}
			h := open(t, want{party: calledAt("13800000001"), caller: (&lines{}).through,
				messenger: func(m casework.Messenger) casework.Messenger { g.Messenger = m; return g }})
			id := h.reminded()
			var args []byte
			var due time.Time
			h.must(h.pool.QueryRow(ctx, `SELECT args::text, scheduled_at FROM river_job WHERE kind = 'casework.call'`).Scan(&args, &due))
			if !due.Equal(h.clock.now().Add(5 * time.Minute)) {
				t.Errorf("the call is due at %v", due)
			}
			receipt := func() {
				now := h.clock.now()
				body, err := json.Marshal(wire.MessageEvent{Type: "message.delivered", Timestamp: now, Data: wire.Message{Key: g.id, ID: "sms_1", State: "delivered", At: now}})
				h.must(err)
				header := http.Header{}
				h.must(wire.SignCallback(key, header, "msg_1", body, now))
				h.must(h.MessageCallback(ctx, header, body))
			}
			if arrives {
				receipt()
			}
			h.clock.add(5 * time.Minute)
			h.must(h.Work(ctx, "casework.call", args))
			h.must(h.Work(ctx, "casework.call", args)) // the job twice, as after a crash
			h.must(h.DeliverAll(ctx))
			h.must(h.Work(ctx, "casework.call", args))
			h.must(h.DeliverAll(ctx))
			n := map[bool]int{true: 0, false: 1}[arrives]
			if got := len(h.calls("13800000001")); got != n || h.rechecks(id) != 1 {
				t.Errorf("%d calls, want %d; %d re-checks", got, n, h.rechecks(id))
			}
			if !arrives {
				receipt()
			}
			h.expect(id, "reminded")
			if h.rechecks(id) != 1 {
				t.Errorf("%d re-checks", h.rechecks(id))
			}
			h.must(h.CheckRecord(ctx, id))
		})
	}
}
