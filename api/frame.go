package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"offsite/api/problem"
	"offsite/store"
)

const requestIDBytes = 8

// identify names the request, and notes who sends it.
func (a *API) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		random := make([]byte, requestIDBytes)
		_, _ = rand.Read(random) // never fails
		ctx, scope := store.WithScope(r.Context())
		c := &caller{
			scope: scope, request: hex.EncodeToString(random), address: a.remote(r),
			agent: clip(r.UserAgent()), accept: r.Header.Get("Accept-Language"),
		}
		w.Header().Set("X-Request-Id", c.request)
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, callerKey{}, c)))
	})
}

func clip(text string) string {
	const most = 240
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "")
	}
	return text
}

// logged writes one line per request: the route's pattern, never the address
// itself, since links carry tokens and queries carry names.
func (a *API) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := a.now()
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		next.ServeHTTP(ww, r)
		took := a.now().Sub(begun)
		status := ww.Status()
		if status == 0 {
			status = http.StatusOK
		}
		route := routeOf(r)
		a.metrics.observe(r.Method, route, status, took)
		level := slog.LevelDebug
		if strings.HasPrefix(route, prefix) && (r.Method != http.MethodGet || status >= http.StatusBadRequest) {
			level = slog.LevelInfo
		}
		c := callerOf(r.Context())
		a.log.Log(r.Context(), level, "request", "method", r.Method, "route", route, "status", status,
			"ms", took.Milliseconds(), "bytes", ww.BytesWritten(), "from", c.address, "request", c.request)
	})
}

func routeOf(r *http.Request) string {
	if rc := chi.RouteContext(r.Context()); rc != nil {
		if pattern := rc.RoutePattern(); pattern != "" {
			return pattern
		}
	}
	return "/*"
}

// recovered turns a panic into a problem and a line in the log.
func (a *API) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if cause == http.ErrAbortHandler { //nolint:errorlint // a value to be told apart by identity
				panic(cause)
			}
			a.log.ErrorContext(r.Context(), "request panicked", "route", routeOf(r), "request", callerOf(r.Context()).request,
				"panic", cause, "stack", string(debug.Stack()))
			a.refuse(w, r, problem.Internal(nil))
		}()
		next.ServeHTTP(w, r)
	})
}

// guarded sets the headers that keep a browser from being used against us. Pages
// bring a policy of their own; everything else may do nothing at all.
func (a *API) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(self), microphone=(self), geolocation=(self), payment=(), usb=()")
		if a.secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if strings.HasPrefix(r.URL.Path, "/api/") {
			h.Set("Cache-Control", "no-store")
		}
		next.ServeHTTP(w, r)
	})
}

// refuse writes a problem outside of any operation.
func (a *API) refuse(w http.ResponseWriter, r *http.Request, p *problem.Problem) {
	c := callerOf(r.Context())
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p.In(c.accept, c.request)) // the client may have gone
}
