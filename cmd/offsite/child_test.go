package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

func TestWhatAChildLogsIsLoggedAtItsLevel(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		`{"time":"2026-01-02T03:04:05Z","level":"WARN","msg":"session closed","camera":"c1","after":3}`: `level=WARN msg="session closed" process=cameras after=3 camera=c1`,
		`{"level":"DEBUG","msg":"quiet"}`: ``,
		`rtsp://127.0.0.1:1/stall`:        `level=INFO msg=rtsp://127.0.0.1:1/stall process=cameras`,
		`{"msg":"no level"}`:              `level=INFO msg="no level" process=cameras`,
		`{"level":"INFO","msg":7}`:        `level=INFO msg="" process=cameras`,
	} {
		var out bytes.Buffer
		relog(t.Context(), slog.New(slog.NewTextHandler(&out, nil)).With("process", "cameras"), []byte(line))
		_, got, _ := strings.Cut(strings.TrimSpace(out.String()), " ") // after the time
		if got != want {
			t.Errorf("%s\n is logged as %s\n instead of %s", line, got, want)
		}
	}
}

func FuzzRelog(f *testing.F) {
	f.Add([]byte(`{"level":"INFO","msg":"x","a":{"b":[1]}}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, line []byte) {
		relog(t.Context(), slog.New(slog.DiscardHandler), line)
	})
}
