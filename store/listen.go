package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Notice is what a listener hears.
type Notice struct {
	// Gap says that notices may have been missed: the connection is new. It comes
	// first on every connection, the first one too, without a payload.
	Gap     bool
	Payload string
}

// quiet is how long a connection may be silent before it is asked whether it lives.
const quiet = 20 * time.Second

// Listen hears what is sent on channel until ctx is done, on a connection of its
// own that is made anew, with growing pauses, whenever it fails. heard must not
// block for long.
func Listen(ctx context.Context, pool *pgxpool.Pool, channel string, heard func(Notice)) {
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval, pause.MaxInterval = 100*time.Millisecond, 5*time.Second
	for {
		// The error is not told: what a listener does about it is what it does on
		// every gap, and the pool's other users report a database that is away.
		_ = listenOnce(ctx, pool, channel, func(n Notice) { pause.Reset(); heard(n) })
		timer := time.NewTimer(pause.NextBackOff())
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

func listenOnce(ctx context.Context, pool *pgxpool.Pool, channel string, heard func(Notice)) error {
	conn, err := dial(ctx, pool)
	if err != nil {
		return fmt.Errorf("connect to listen on %s: %w", channel, err)
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(closing)
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{channel}.Sanitize()); err != nil {
		return fmt.Errorf("listen on %s: %w", channel, err)
	}
	heard(Notice{Gap: true})
	for {
		n, err := next(ctx, conn)
		if err != nil {
			return fmt.Errorf("listen on %s: %w", channel, err)
		}
		if n != nil {
			heard(Notice{Payload: n.Payload})
		}
	}
}

// next waits for a notification; nil means that none came but the server answers.
func next(ctx context.Context, conn *pgx.Conn) (*pgconn.Notification, error) {
	wait, cancel := context.WithTimeout(ctx, quiet)
	defer cancel()
	n, err := conn.WaitForNotification(wait)
	if err == nil {
		return n, nil
	}
	if ctx.Err() == nil && errors.Is(wait.Err(), context.DeadlineExceeded) && !conn.IsClosed() {
		ask, stop := context.WithTimeout(ctx, 5*time.Second)
		defer stop()
		return nil, conn.Ping(ask)
	}
	return nil, err
}
