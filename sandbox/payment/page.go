package payment

import (
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"time"

	"offsite/sandbox/wire"
)

//go:embed page/page.html
var pageHTML string

//go:embed page/style.css
var styleCSS []byte

// firstTry is how long the party's browser waits for the callback's first attempt, so
// that the portal usually knows of the payment when the party is back.
const firstTry = 3 * time.Second

// view is what the page shows.
type view struct {
	Title, Payee, OrderNo, Amount, State, Receipt, PaidAt, Return, Token string
}

func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	found, ok := s.byPage(r.PathValue("token"))
	if !ok {
		http.Error(w, "没有这笔订单。 There is no such order.", http.StatusNotFound)
		return
	}
	v := view{Title: found.Title, Payee: found.Payee, OrderNo: found.Order.OrderNo, State: string(found.Order.State), Receipt: found.Order.ReceiptNo,
		Amount: fmt.Sprintf("%d.%02d", found.Order.AmountFen/100, found.Order.AmountFen%100), Return: found.ReturnURL, Token: found.Token}
	if found.Order.PaidAt != nil {
		v.PaidAt = found.Order.PaidAt.In(legal()).Format("2006-01-02 15:04:05")
	}
	t, err := template.New("page").Parse(pageHTML)
	if err != nil {
		s.o.Logger.Error("pay page", "error", err)
		http.Error(w, "the page can't be shown", http.StatusInternalServerError)
		return
	}
	guard(w, found.ReturnURL)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := t.Execute(w, v); err != nil {
		s.o.Logger.Warn("pay page cut off", "error", err)
	}
}

// guard allows the page its own style and forms, and the way back, which a browser
// counts as part of the form; nothing else.
func guard(w http.ResponseWriter, back string) {
	form := "'self'"
	if u, err := url.Parse(back); err == nil {
		form += " " + u.Scheme + "://" + u.Host
	}
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action "+form+"; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
}

func style(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "max-age=3600")
	_, _ = w.Write(styleCSS)
}

func (s *Server) byPage(token string) (record, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.orders[s.byToken[token]]
	return r, ok
}

func (s *Server) pay(w http.ResponseWriter, r *http.Request) {
	s.press(w, r, wire.OrderPaid)
}

func (s *Server) cancel(w http.ResponseWriter, r *http.Request) {
	s.press(w, r, wire.OrderCancelled)
}

// press does what a button of the page says and sends the browser back.
func (s *Server) press(w http.ResponseWriter, r *http.Request, to wire.OrderState) {
	found, ok := s.byPage(r.PathValue("token"))
	if !ok {
		http.Error(w, "没有这笔订单。 There is no such order.", http.StatusNotFound)
		return
	}
	moved, tried, err := s.move(found.Order.OrderNo, to, wire.OrderOpen)
	if errors.Is(err, errState) { // pressed twice, or paid elsewhere: the page says how it stands
		http.Redirect(w, r, "/pay/"+found.Token, http.StatusSeeOther)
		return
	}
	if err != nil {
		s.o.Logger.Error("payment not kept", "order", found.Order.OrderNo, "error", err)
		http.Error(w, "没有办成，请重试。 It didn't work; please try again.", http.StatusInternalServerError)
		return
	}
	if tried != nil {
		wait := time.NewTimer(firstTry)
		select {
		case <-tried:
		case <-wait.C:
		case <-r.Context().Done():
		}
		wait.Stop()
	}
	guard(w, moved.ReturnURL)
	http.Redirect(w, r, moved.ReturnURL, http.StatusSeeOther)
}
