package limit_test

import (
	"fmt"
	"testing"
	"time"

	"offsite/api/limit"
)

func TestTake(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	l := limit.New(limit.Rate{PerSecond: 2, Burst: 3}, 10, func() time.Time { return now })
	for i := range 3 {
		if _, ok := l.Take("a"); !ok {
			t.Fatalf("take %d of the burst was refused", i+1)
		}
	}
	wait, ok := l.Take("a")
	if ok || wait != 500*time.Millisecond {
		t.Fatalf("after the burst: wait %v, ok %v; want 500ms, false", wait, ok)
	}
	if _, ok := l.Take("b"); !ok {
		t.Fatal("another key was refused")
	}
	now = now.Add(wait)
	if _, ok := l.Take("a"); !ok {
		t.Fatal("refused after the wait it named")
	}
	now = now.Add(-time.Hour) // a clock set back takes nothing away
	if _, ok := l.Take("b"); !ok {
		t.Fatal("refused after the clock was set back")
	}
}

func TestKeysAreBounded(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	l := limit.New(limit.Rate{PerSecond: 1, Burst: 1}, 100, func() time.Time { return now })
	for i := range 10_000 {
		l.Take(fmt.Sprint(i))
	}
	if _, ok := l.Take("9999"); ok {
		t.Error("the newest key was forgotten")
	}
}
