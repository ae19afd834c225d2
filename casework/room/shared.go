package room

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/store"
)

// Shared are the rooms of all processes on a database. The process that a room's first
// side comes to holds it; the others hand it what they are asked, through the database, so
// that a balancer may send anybody anywhere. Media still go to the holder alone, whose
// address its answers name.
type Shared struct {
	pool *pgxpool.Pool
	log  *slog.Logger
	id   string // of this process, this time

	own    *Rooms // nil until Start: this process holds none
	cancel context.CancelFunc
	work   sync.WaitGroup
}

// Processes are told on this channel, by their id, that something is asked of them.
const callChannel = "offsite_room_calls"

const (
	patience    = 5 * time.Second // until another process takes a call; then it counts as gone
	longestCall = 30 * time.Second
	askAgain    = 50 * time.Millisecond
	forgotten   = "1 hour" // after which a call that nobody took back is removed
)

// errGone says that the process that holds a room does not answer.
var errGone = errors.New("the process that holds the room does not answer")

// NewShared returns the rooms of a migrated database; this process holds none yet.
func NewShared(pool *pgxpool.Pool, log *slog.Logger) *Shared {
	return &Shared{pool: pool, log: log, id: uuid.NewString()}
}

// Start lets rooms be held here, until Stop.
func (s *Shared) Start(ctx context.Context, own *Rooms) error {
	if _, err := s.pool.Exec(ctx, `DELETE FROM room_call WHERE at < now() - interval '`+forgotten+`'`); err != nil {
		return fmt.Errorf("prepare inquiries: %w", err)
	}
	s.own = own
	ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	s.work.Go(func() {
		store.Listen(ctx, s.pool, callChannel, func(n store.Notice) {
			if n.Gap || n.Payload == s.id {
				s.work.Go(func() { s.answer(ctx) })
			}
		})
	})
	return nil
}

// Stop ends the rooms that are held here and gives them up. Without Start it does nothing.
func (s *Shared) Stop() {
	if s.own == nil {
		return
	}
	s.cancel()
	s.work.Wait()
	s.own.Stop()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if _, err := s.pool.Exec(ctx, `DELETE FROM room_holder WHERE process = $1`, s.id); err != nil {
		s.log.Warn("the rooms of inquiries are not given up; others find out when they ask", "error", err)
	}
}

// call is what is asked of the holder of a room.
type call struct {
	id, room, caseID string
	side             Side // "": end the room
	offer            string
}

// Join lets a side into a room, wherever that is held; where nobody holds it, or its
// holder is gone, it is held here. It wants Start.
func (s *Shared) Join(ctx context.Context, roomID, caseID string, side Side, offer string) (answer string, err error) {
	for {
		var holder string
		err := s.pool.QueryRow(ctx, `INSERT INTO room_holder (room_id, process) VALUES ($1, $2) ON CONFLICT (room_id) DO UPDATE SET room_id = $1 RETURNING process::text`, roomID, s.id).Scan(&holder)
		if err != nil {
			return "", fmt.Errorf("see who holds room %s: %w", roomID, err)
		}
		if holder == s.id {
			return s.own.Join(ctx, roomID, caseID, side, offer)
		}
		answer, err := s.ask(ctx, holder, call{room: roomID, caseID: caseID, side: side, offer: offer})
		if !errors.Is(err, errGone) {
			return answer, err
		}
		s.log.Warn("the process that held an inquiry is gone; it is held here", "room", roomID)
		if _, err := s.pool.Exec(ctx, `UPDATE room_holder SET process = $3 WHERE room_id = $1 AND process = $2`, roomID, holder, s.id); err != nil {
			return "", fmt.Errorf("take over room %s: %w", roomID, err)
		}
	}
}

// End lets everybody out of a room and returns when all that was recorded is kept. A room
// that nobody holds, or whose holder is gone, is no error.
func (s *Shared) End(ctx context.Context, roomID string) error {
	var holder string
	err := s.pool.QueryRow(ctx, `DELETE FROM room_holder WHERE room_id = $1 RETURNING process::text`, roomID).Scan(&holder)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("see who holds room %s: %w", roomID, err)
	case holder == s.id:
		return s.own.End(ctx, roomID)
	}
	_, err = s.ask(ctx, holder, call{room: roomID})
	if errors.Is(err, errGone) {
		s.log.Warn("the process that held an inquiry is gone; what it had kept is sealed", "room", roomID)
		return nil
	}
	return err
}

// ask hands a call to another process and waits for its answer.
func (s *Shared) ask(ctx context.Context, holder string, c call) (answer string, err error) {
	c.id = uuid.NewString()
	defer func() {
		if _, failed := s.pool.Exec(context.WithoutCancel(ctx), `DELETE FROM room_call WHERE id = $1`, c.id); failed != nil {
			err = errors.Join(err, fmt.Errorf("take back a call about room %s: %w", c.room, failed))
		}
	}()
	_, err = s.pool.Exec(ctx, `WITH asked AS (INSERT INTO room_call (id, process, room_id, case_id, side, offer) VALUES ($1, $2, $3, $4, $5, $6) RETURNING process)
		SELECT pg_notify($7, process::text) FROM asked`, c.id, holder, c.room, c.caseID, c.side, c.offer, callChannel)
	if err != nil {
		return "", fmt.Errorf("ask the process that holds room %s: %w", c.room, err)
	}
	for asked := time.Now(); time.Since(asked) < longestCall; {
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("ask the process that holds room %s: %w", c.room, context.Cause(ctx))
		case <-time.After(askAgain):
		}
		var taken, byOffer bool
		var got, fault *string
		if err := s.pool.QueryRow(ctx, `SELECT taken, answer, fault, by_offer FROM room_call WHERE id = $1`, c.id).Scan(&taken, &got, &fault, &byOffer); err != nil {
			return "", fmt.Errorf("read the answer about room %s: %w", c.room, err)
		}
		switch {
		case got != nil:
			return *got, nil
		case fault != nil && byOffer:
			return "", &OfferError{errors.New(*fault)}
		case fault != nil:
			return "", fmt.Errorf("the process that holds room %s: %s", c.room, *fault)
		case !taken && time.Since(asked) > patience:
			return "", errGone
		}
	}
	return "", fmt.Errorf("the process that holds room %s has not answered within %s", c.room, longestCall)
}

// answer does what others ask of this process.
func (s *Shared) answer(ctx context.Context) {
	rows, err := s.pool.Query(ctx, `UPDATE room_call SET taken = true WHERE process = $1 AND NOT taken RETURNING id::text, room_id::text, case_id, side, offer`, s.id)
	var list []call
	if err == nil {
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (c call, err error) {
			return c, row.Scan(&c.id, &c.room, &c.caseID, &c.side, &c.offer)
		})
	}
	if err != nil && ctx.Err() == nil {
		s.log.Error("what another process asks about an inquiry cannot be read", "error", err)
	}
	for _, c := range list {
		s.work.Go(func() { s.do(ctx, c) })
	}
}

// do is finished also when this process stops meanwhile: the other one waits.
func (s *Shared) do(ctx context.Context, c call) {
	ctx = context.WithoutCancel(ctx)
	var answer string
	var err error
	if c.side == "" {
		err = s.own.End(ctx, c.room)
	} else {
		answer, err = s.own.Join(ctx, c.room, c.caseID, c.side, c.offer)
	}
	var fault *string
	var wrong *OfferError
	byOffer := errors.As(err, &wrong)
	if byOffer {
		err = wrong.Err
	}
	if err != nil {
		text := err.Error()
		fault = &text
	}
	if _, err := s.pool.Exec(ctx, `UPDATE room_call SET answer = CASE WHEN $3::text IS NULL THEN $2 END, fault = $3, by_offer = $4 WHERE id = $1`, c.id, answer, fault, byOffer); err != nil {
		s.log.Error("another process is not answered about an inquiry", "room", c.room, "error", err)
	}
}
