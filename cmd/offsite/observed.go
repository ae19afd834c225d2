package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"offsite/api/crowd"
)

// observed answers /metrics, /livez and /readyz of a process that has no console, where
// metrics.listen names an address. stop ends it.
func (d *desk) observed(ctx context.Context) (stop func(), err error) {
	if d.config.Metrics.Listen == "" {
		return func() {}, nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", d.config.Metrics.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen at %s for metrics: %w; choose another address with --metrics.listen", d.config.Metrics.Listen, err)
	}
	fmt.Printf("Metrics at http://%s/metrics\n", listener.Addr())
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(d.metrics, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", d.readyz)
	server := crowd.Server(mux, d.log.With("part", "metrics"), nil, d.metrics)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			d.log.Error("metrics are not answered any more", "error", err)
		}
	}()
	return func() { _ = server.Close(); <-ended }, nil
}

// readyz says whether the database answers. A node whose database is away goes on
// watching; what it finds waits in its spool.
func (d *desk) readyz(w http.ResponseWriter, r *http.Request) {
	const patience = 2 * time.Second
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	if err := d.pool.Ping(ctx); err != nil {
		d.log.WarnContext(ctx, "not ready", "part", "database", "error", err)
		http.Error(w, "database failed", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ok\n"))
}
