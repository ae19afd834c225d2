package crowd

import (
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// What a server waits for.
const (
	headerPatience = 5 * time.Second // for a whole header, however it drips in
	bodyPatience   = 30 * time.Second
	answerPatience = 2 * time.Minute // streams set their own
	idlePatience   = 2 * time.Minute
	headerBytes    = 32 << 10
)

// Server is an HTTP server for the handler that slow, greedy or many clients cannot hold
// up: every address at which we listen is served by one. apart and r as for New.
func Server(handler http.Handler, log *slog.Logger, apart []netip.Prefix, r prometheus.Registerer) *http.Server {
	s := &http.Server{
		Handler: handler, ReadHeaderTimeout: headerPatience, ReadTimeout: bodyPatience, WriteTimeout: answerPatience, IdleTimeout: idlePatience,
		MaxHeaderBytes: headerBytes, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	New(Most(), apart, r).Guard(s)
	return s
}
