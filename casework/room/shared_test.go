package room_test

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"offsite/casework/room"
	"offsite/store/storetest"
)

// process is one that serves.
func process(t *testing.T, pool *pgxpool.Pool) (*room.Shared, *shelf) {
	t.Helper()
	own, s := open(t)
	shared := room.NewShared(pool, slog.New(slog.DiscardHandler))
	must(t, shared.Start(t.Context(), own))
	t.Cleanup(shared.Stop)
	return shared, s
}

func holders(t *testing.T, pool *pgxpool.Pool) (n int) {
	t.Helper()
	must(t, pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM room_holder) + (SELECT count(*) FROM room_call)`).Scan(&n))
	return n
}

// The balancer sends officer and party to two processes: they meet in one room, which a
// third process, that holds none, can end with all that was recorded kept.
func TestTwoProcessesHoldOneRoom(t *testing.T) {
	t.Parallel()
	pool := storetest.Open(t)
	first, kept := process(t, pool)
	second, nothing := process(t, pool)
	id := newID()
	for _, one := range []*room.Shared{first, second} { // from now on the first holds it
		var wrong *room.OfferError
		if _, err := one.Join(t.Context(), id, "case", room.Party, "v=0"); !errors.As(err, &wrong) {
			t.Errorf("an offer that is none: %v", err)
		}
	}
	officer, party := newPeer(t, 'O'), newPeer(t, 'P')
	officer.join(first, id, room.Officer)
	party.join(second, id, room.Party)
	officer.hears('P')
	party.hears('O')
	until(t, "both files grow", func() bool { return kept.size(room.Party) > 100_000 && kept.size(room.Officer) > 100_000 })
	third := room.NewShared(pool, slog.New(slog.DiscardHandler))
	must(t, third.End(t.Context(), id))
	for side, mark := range map[room.Side]byte{room.Party: 'P', room.Officer: 'O'} {
		checkFile(t, kept.files[side], mark)
	}
	if nothing.size(room.Party)+nothing.size(room.Officer) > 0 {
		t.Error("the other process recorded something too")
	}
	must(t, third.End(t.Context(), id)) // gone: no error
	third.Stop()
	if n := holders(t, pool); n != 0 {
		t.Errorf("%d rows are left of a room that has ended", n)
	}
}

// A process that was killed answers nobody: who comes next holds the room, and ending it
// is no error.
func TestTheHolderOfARoomIsGone(t *testing.T) {
	t.Parallel()
	pool := storetest.Open(t)
	here, kept := process(t, pool)
	id, other := newID(), newID()
	_, err := pool.Exec(t.Context(), `INSERT INTO room_holder (room_id, process) VALUES ($1, gen_random_uuid()), ($2, gen_random_uuid())`, id, other)
	must(t, err)
	party := newPeer(t, 'P')
	party.join(here, id, room.Party)
	until(t, "it is recorded", func() bool { return kept.size(room.Party) > 10_000 })
	must(t, here.End(t.Context(), other))
	here.Stop()
	<-party.gone
	if n := holders(t, pool); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}
