package main

import (
	"context"
	"io"
	"log/slog"

	"k8s.io/klog/v2"

	"offsite/config"
)

// newLogger writes to w as the configuration says. The level's names are checked
// by the command line's enum.
func newLogger(w io.Writer, c config.Log) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	log := slog.New(slog.NewTextHandler(w, options))
	if c.Format == "json" {
		log = slog.New(slog.NewJSONHandler(w, options))
	}
	klog.SetSlogLogger(atLeast(slog.LevelWarn, log.With("part", "transparency"))) // where the transparency log's library writes
	return log
}

// atLeast drops what is under a level: for libraries that tell their routine.
func atLeast(level slog.Level, log *slog.Logger) *slog.Logger {
	return slog.New(leastLevel{log.Handler(), level})
}

type leastLevel struct {
	slog.Handler
	level slog.Level
}

// Enabled implements slog.Handler.
func (h leastLevel) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= h.level && h.Handler.Enabled(ctx, l)
}

// WithAttrs implements slog.Handler.
func (h leastLevel) WithAttrs(attrs []slog.Attr) slog.Handler {
	return leastLevel{h.Handler.WithAttrs(attrs), h.level}
}

// WithGroup implements slog.Handler.
func (h leastLevel) WithGroup(name string) slog.Handler {
	return leastLevel{h.Handler.WithGroup(name), h.level}
}
