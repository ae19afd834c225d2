package payment

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offsite/sandbox/wire"
)

func key() []byte { return []byte("a key shared in the test of payments") }

// stage is a provider with a bureau that takes its callbacks.
type stage struct {
	t      *testing.T
	dir    string
	server *Server
	http   *httptest.Server
	bureau *httptest.Server
	events chan wire.Event
	ids    chan string
}

func newStage(t *testing.T, dir string, answers ...int) *stage {
	t.Helper()
	g := &stage{t: t, dir: dir, events: make(chan wire.Event, 16), ids: make(chan string, 16)}
	codes := make(chan int, len(answers))
	for _, code := range answers {
		codes <- code
	}
	g.bureau = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_, _ = w.Write([]byte("the case page"))
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		id, err := wire.VerifyCallback(key(), r.Header, body, time.Now())
		if err != nil {
			t.Error(err)
		}
		select {
		case code := <-codes:
			w.WriteHeader(code)
			return
		default:
		}
		var e wire.Event
		if err := json.Unmarshal(body, &e); err != nil {
			t.Error(err)
		}
		g.events <- e
		g.ids <- id
	}))
	t.Cleanup(g.bureau.Close)
	g.open()
	return g
}

// open starts the provider on its folder, as after a kill.
func (g *stage) open() {
	g.t.Helper()
	g.http = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { g.server.Handler().ServeHTTP(w, r) }))
	s, err := New(Options{Dir: g.dir, Key: key(), PublicURL: g.http.URL, Retry: time.Millisecond})
	if err != nil {
		g.t.Fatal(err)
	}
	g.server = s
	if err := s.Start(g.t.Context()); err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { s.Stop(); g.http.Close() })
}

func (g *stage) call(method, path string, value any, into any) (int, string) {
	g.t.Helper()
	var body []byte
	if value != nil {
		var err error
		if body, err = json.Marshal(value); err != nil {
			g.t.Fatal(err)
		}
	}
	r, err := http.NewRequestWithContext(g.t.Context(), method, g.http.URL+path, bytes.NewReader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	wire.Sign(key(), r, body, time.Now())
	return g.do(r, into)
}

func (g *stage) do(r *http.Request, into any) (int, string) {
	g.t.Helper()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		g.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	if into != nil && answer.StatusCode/100 == 2 {
		if err := json.Unmarshal(text, into); err != nil {
			g.t.Fatalf("%s: %v", text, err)
		}
	}
	return answer.StatusCode, string(text)
}

func (g *stage) order(no string, fen int64) wire.NewOrder {
	return wire.NewOrder{OrderNo: no, AmountFen: fen, Title: "行政处罚决定书 沪崇城管罚决字〔2026〕第000123号", Payee: "上海市崇明区财政局",
		ReturnURL: g.bureau.URL + "/p/token", NotifyURL: g.bureau.URL + "/callbacks"}
}

func (g *stage) press(url string) (int, string) {
	g.t.Helper()
	r, err := http.NewRequestWithContext(g.t.Context(), http.MethodPost, url, nil)
	if err != nil {
		g.t.Fatal(err)
	}
	return g.do(r, nil)
}

func TestFromOrderToReceipt(t *testing.T) {
	t.Parallel()
	g := newStage(t, t.TempDir())
	var made, again, paid wire.Order
	if code, text := g.call("POST", "/orders", g.order("order-1", 500_00), &made); code != http.StatusCreated {
		t.Fatal(code, text)
	}
	if code, _ := g.call("POST", "/orders", g.order("order-1", 500_00), &again); code != http.StatusOK || again.PayURL != made.PayURL {
		t.Fatalf("the same order: %d, %+v", code, again)
	}
	if code, text := g.call("POST", "/orders", g.order("order-1", 500_01), nil); code != http.StatusConflict {
		t.Fatalf("another amount: %d %s", code, text)
	}
	code, page := g.do(mustGet(t, made.PayURL), nil)
	for _, want := range []string{"500.00", "沪崇城管罚决字〔2026〕第000123号", "上海市崇明区财政局", "确认支付", "Sandbox"} {
		if code != http.StatusOK || !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if code, text := g.press(made.PayURL + "/pay"); code != http.StatusOK || text != "the case page" {
		t.Fatalf("paid, then %d %s", code, text)
	}
	e := <-g.events // sent before the browser was sent back
	if e.Type != "order.paid" || e.Data.OrderNo != "order-1" || e.Data.AmountFen != 500_00 || e.Data.ReceiptNo == "" || e.Data.PaidAt == nil {
		t.Errorf("%+v", e)
	}
	if code, _ := g.call("GET", "/orders/order-1", nil, &paid); code != http.StatusOK || paid.State != wire.OrderPaid || paid.ReceiptNo != e.Data.ReceiptNo {
		t.Errorf("%d, %+v", code, paid)
	}
	for range 3 { // pressed again and again: paid once
		g.press(made.PayURL + "/pay")
		g.press(made.PayURL + "/cancel")
	}
	if len(g.events) != 0 {
		t.Errorf("%d callbacks more", len(g.events))
	}
	_, page = g.do(mustGet(t, made.PayURL), nil)
	if !strings.Contains(page, paid.ReceiptNo) || strings.Contains(page, "确认支付") {
		t.Errorf("the page after payment: %s", page)
	}
}

func mustGet(t *testing.T, url string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCallbackUntilTaken(t *testing.T) {
	t.Parallel()
	g := newStage(t, t.TempDir(), 503, 500, 404)
	var made wire.Order
	g.call("POST", "/orders", g.order("order-2", 100), &made)
	g.press(made.PayURL + "/pay")
	if e := <-g.events; e.Data.OrderNo != "order-2" {
		t.Errorf("%+v", e)
	}
}

// A provider killed right after it was paid still owes the callback, and sends the same
// one when it is back.
func TestKillLosesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	g := newStage(t, dir)
	var made wire.Order
	g.call("POST", "/orders", g.order("order-3", 200_00), &made)
	g.server.Stop() // as dead as a process can be in a test: nothing is sent any more
	if _, _, err := g.server.move("order-3", wire.OrderPaid, wire.OrderOpen); err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(filepath.Join(dir, "orders", "order-3.json"))
	if err != nil || !strings.Contains(string(kept), `"owed"`) {
		t.Fatalf("%s, %v", kept, err)
	}
	g.open()
	e, id := <-g.events, <-g.ids
	if e.Type != "order.paid" || e.Data.AmountFen != 200_00 || !strings.Contains(string(kept), id) {
		t.Errorf("%+v under %s", e, id)
	}
	var order wire.Order
	if code, _ := g.call("GET", "/orders/order-3", nil, &order); code != http.StatusOK || order.State != wire.OrderPaid {
		t.Errorf("%+v", order)
	}
	// It is struck off once our answer has come: a stop before that leaves it owed.
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		kept, err := os.ReadFile(filepath.Join(dir, "orders", "order-3.json"))
		if err == nil && !strings.Contains(string(kept), `"owed"`) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("still owed: %s, %v", kept, err)
		}
	}
}

func TestCancelAndOrderAgain(t *testing.T) {
	t.Parallel()
	g := newStage(t, t.TempDir())
	var made, again wire.Order
	g.call("POST", "/orders", g.order("order-4", 100), &made)
	g.press(made.PayURL + "/cancel")
	if e := <-g.events; e.Type != "order.cancelled" {
		t.Errorf("%+v", e)
	}
	if code, _ := g.call("POST", "/orders", g.order("order-4", 100), &again); code != http.StatusOK || again.State != wire.OrderOpen {
		t.Errorf("%d, %+v", code, again)
	}
	g.press(made.PayURL + "/pay")
	if e := <-g.events; e.Type != "order.paid" {
		t.Errorf("%+v", e)
	}
}

func TestRefundAndReconciliation(t *testing.T) {
	t.Parallel()
	g := newStage(t, t.TempDir())
	var made, refunded wire.Order
	for _, no := range []string{"order-5", "order-6"} {
		g.call("POST", "/orders", g.order(no, 300_00), &made)
		g.press(made.PayURL + "/pay")
		<-g.events
	}
	back := func(no, refund string, fen int64) int {
		code, _ := g.call("POST", "/orders/"+no+"/refund", wire.NewRefund{RefundNo: refund, AmountFen: fen, Reason: "决定撤销"}, &refunded)
		return code
	}
	if code := back("order-5", "back-1", 100_00); code != http.StatusOK || refunded.State != wire.OrderPaid || refunded.RefundedFen() != 100_00 {
		t.Errorf("a part: %d, %+v", code, refunded)
	}
	if e := <-g.events; e.Type != "order.refunded" || len(e.Data.Refunds) != 1 || e.Data.Refunds[0].RefundNo != "back-1" {
		t.Errorf("%+v", e)
	}
	if code := back("order-5", "back-1", 100_00); code != http.StatusOK || refunded.RefundedFen() != 100_00 {
		t.Errorf("the same again: %d, %+v", code, refunded)
	}
	for name, code := range map[string]int{
		"another amount under the number": back("order-5", "back-1", 100_01) - http.StatusConflict,
		"a fen too much":                  back("order-5", "back-2", 200_01) - http.StatusUnprocessableEntity,
		"nothing":                         back("order-5", "back-2", 0) - http.StatusUnprocessableEntity,
		"less than nothing":               back("order-5", "back-2", -1) - http.StatusUnprocessableEntity,
		"no number":                       back("order-5", "", 1) - http.StatusUnprocessableEntity,
		"no such order":                   back("none", "back-2", 1) - http.StatusNotFound,
	} {
		if code != 0 {
			t.Errorf("%s: %d off", name, code)
		}
	}
	if code := back("order-5", "back-2", 200_00); code != http.StatusOK || refunded.State != wire.OrderRefunded || refunded.RefundedFen() != 300_00 {
		t.Errorf("the rest: %d, %+v", code, refunded)
	}
	<-g.events
	if code := back("order-5", "back-3", 1); code != http.StatusConflict {
		t.Errorf("beyond the whole: %d", code)
	}
	day := time.Now().In(legal()).Format(time.DateOnly)
	_, csv := g.call("GET", "/reconciliation?date="+day, nil, nil)
	rows := strings.Split(strings.TrimSpace(csv), "\n")
	if len(rows) != 5 || !strings.Contains(csv, ",back-1\n") || !strings.Contains(csv, "order-5,20000,refund,,") || !strings.Contains(csv, "order-5,30000,refunded,DEMO-") || !strings.Contains(csv, "order-6,30000,paid,DEMO-") {
		t.Errorf("%s", csv)
	}
	if code, _ := g.call("GET", "/reconciliation?date=today", nil, nil); code != http.StatusBadRequest {
		t.Errorf("a bad date: %d", code)
	}
}

// What was paid at a counter has no order: it is in the day's file alone, once for each receipt,
// and still there after a kill.
func TestAtTheCounter(t *testing.T) {
	t.Parallel()
	g := newStage(t, t.TempDir())
	sound := wire.Counter{ReceiptNo: "counter-1", AmountFen: 200_00, DecisionNo: "沪崇城管罚决字〔2026〕第000123号"}
	paid := func(change func(c *wire.Counter)) int {
		c := sound
		change(&c)
		code, _ := g.call("POST", "/counter", c, nil)
		return code
	}
	for _, one := range []struct {
		name   string
		change func(c *wire.Counter)
		want   int
	}{
		{"a payment", func(*wire.Counter) {}, http.StatusCreated},
		{"the same again", func(*wire.Counter) {}, http.StatusOK},
		{"another amount", func(c *wire.Counter) { c.AmountFen++ }, http.StatusConflict},
		{"another decision", func(c *wire.Counter) { c.DecisionNo = "" }, http.StatusConflict},
		{"no decision named", func(c *wire.Counter) { c.ReceiptNo, c.DecisionNo = "counter-2", "" }, http.StatusCreated},
		{"no receipt", func(c *wire.Counter) { c.ReceiptNo = "" }, http.StatusUnprocessableEntity},
		{"a path", func(c *wire.Counter) { c.ReceiptNo = "../orders/order-5" }, http.StatusUnprocessableEntity},
		{"nothing", func(c *wire.Counter) { c.ReceiptNo, c.AmountFen = "counter-3", 0 }, http.StatusUnprocessableEntity},
		{"a telephone", func(c *wire.Counter) { c.ReceiptNo, c.DecisionNo = "counter-3", "13800000001" }, http.StatusUnprocessableEntity},
	} {
		if code := paid(one.change); code != one.want {
			t.Errorf("%s: %d, want %d", one.name, code, one.want)
		}
	}
	g.http.Close()
	g.server.Stop()
	g.open()
	today := time.Now().In(legal())
	_, csv := g.call("GET", "/reconciliation?date="+today.Format(time.DateOnly), nil, nil)
	rows := strings.Split(strings.TrimSpace(csv), "\n")
	if len(rows) != 3 || !strings.HasPrefix(rows[1], sound.DecisionNo+",20000,counter,counter-1,") || !strings.HasPrefix(rows[2], ",20000,counter,counter-2,") {
		t.Errorf("%s", csv)
	}
	if _, csv = g.call("GET", "/reconciliation?date="+today.AddDate(0, 0, 1).Format(time.DateOnly), nil, nil); strings.Contains(csv, "counter") {
		t.Errorf("tomorrow: %s", csv)
	}
}

func TestRefusedOrders(t *testing.T) {
	t.Parallel()
	g := newStage(t, t.TempDir())
	for name, v := range map[string]struct {
		change func(*wire.NewOrder)
		want   string
	}{
		"no number":       {func(n *wire.NewOrder) { n.OrderNo = "" }, "order_no"},
		"a path":          {func(n *wire.NewOrder) { n.OrderNo = "../../etc" }, "order_no"},
		"no amount":       {func(n *wire.NewOrder) { n.AmountFen = 0 }, "amount_fen"},
		"negative":        {func(n *wire.NewOrder) { n.AmountFen = -5 }, "amount_fen"},
		"identity number": {func(n *wire.NewOrder) { n.Title = "罚款 310230199001011234" }, "private data"},
		"phone number":    {func(n *wire.NewOrder) { n.Title = "张三 13812345678" }, "private data"},
		"script address":  {func(n *wire.NewOrder) { n.ReturnURL = "javascript:alert(1)" }, "return_url"},
		"no callback":     {func(n *wire.NewOrder) { n.NotifyURL = "/callbacks" }, "notify_url"},
		"no title":        {func(n *wire.NewOrder) { n.Title = "" }, "title"},
	} {
		n := g.order("order-7", 100)
		v.change(&n)
		if code, text := g.call("POST", "/orders", n, nil); code != http.StatusUnprocessableEntity || !strings.Contains(text, v.want) {
			t.Errorf("%s: %d %s", name, code, text)
		}
	}
	if code, text := g.call("POST", "/orders", map[string]any{"order_no": "order-8", "payer_name": "张三"}, nil); code != http.StatusBadRequest || !strings.Contains(text, "payer_name") {
		t.Errorf("a field more: %d %s", code, text)
	}
	r := mustGet(t, g.http.URL+"/orders/order-7")
	if code, _ := g.do(r, nil); code != http.StatusUnauthorized {
		t.Errorf("unsigned: %d", code)
	}
	if code, _ := g.do(mustGet(t, g.http.URL+"/pay/guess"), nil); code != http.StatusNotFound {
		t.Errorf("a guessed page: %d", code)
	}
}

func TestThePageIsGuarded(t *testing.T) {
	t.Parallel()
	g := newStage(t, t.TempDir())
	var made wire.Order
	n := g.order("order-9", 100)
	n.Title = `<script>alert(1)</script>"><b>`
	g.call("POST", "/orders", n, &made)
	answer, err := http.DefaultClient.Do(mustGet(t, made.PayURL))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil || bytes.Contains(text, []byte("<script>")) {
		t.Errorf("%s, %v", text, err)
	}
	policy := answer.Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "form-action 'self' "+g.bureau.URL) {
		t.Error(policy)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	if _, err := New(Options{Dir: t.TempDir(), Key: []byte("short"), PublicURL: "http://x"}); err == nil {
		t.Error("a short key passed")
	}
	if _, err := New(Options{Dir: t.TempDir(), Key: key(), PublicURL: "x"}); err == nil {
		t.Error("no address passed")
	}
}

func FuzzPrivate(f *testing.F) {
	f.Add("310230199001011234")
	f.Add("订单13812345678号")
	f.Fuzz(func(_ *testing.T, text string) { private(text) })
}
