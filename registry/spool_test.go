package registry_test

import (
	"testing"
	"time"
)

func TestWaitingSumsUpTheNodes(t *testing.T) {
	t.Parallel()
	r, pool := open(t)
	ctx := t.Context()
	if w, err := r.Waiting(ctx); err != nil || w.Count != 0 || w.Oldest != nil || len(w.Silent) != 0 {
		t.Fatalf("nothing waits, told %+v, %v", w, err)
	}
	save := func(node string, count int, oldest time.Time) {
		t.Helper()
		if err := r.SaveWaiting(ctx, node, count, oldest); err != nil {
			t.Fatal(err)
		}
	}
	save("a", 3, noon())
	save("b", 2, noon().Add(-time.Hour))
	save("c", 0, time.Time{})
	save("a", 1, noon().Add(time.Minute)) // the newest word counts
	w, err := r.Waiting(ctx)
	if err != nil || w.Count != 3 || w.Oldest == nil || !w.Oldest.Equal(noon().Add(-time.Hour)) || len(w.Silent) != 0 {
		t.Fatalf("told %+v, %v", w, err)
	}
	if _, err := pool.Exec(ctx, `UPDATE node_spool SET at = at - interval '2 minutes' WHERE node <> 'a'`); err != nil {
		t.Fatal(err)
	}
	w, err = r.Waiting(ctx)
	if err != nil || w.Count != 3 || len(w.Silent) != 1 || w.Silent[0] != "b" {
		t.Errorf("node b holds two and is silent, told %+v, %v", w, err)
	}
}
