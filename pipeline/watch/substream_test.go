package watch

import (
	"encoding/json"
	"testing"
	"time"

	"offsite/pipeline/ingest"
)

// A held picture of the substream is kept with the main stream's beside it, and taken up
// again as both: each with its stream's parameter sets, the look with its own number.
func TestHeldPicturesOfTwoStreams(t *testing.T) {
	t.Parallel()
	small, large := &ingest.Params{Width: 640}, &ingest.Params{Width: 1920}
	at := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	held := heldFrames{Before: []ingest.Unit{
		{Seq: 7, Key: true, Sub: true, At: at, Params: small}, {Seq: 8, Sub: true, At: at.Add(time.Second), Params: small},
		{Seq: 90, Key: true, At: at, Params: large}, {Seq: 91, At: at.Add(time.Second), Params: large},
	}, Start: []ingest.Unit{{Seq: 92, Key: true, At: at, Params: large}}}
	text, err := json.Marshal(held)
	if err != nil {
		t.Fatal(err)
	}
	var again heldFrames
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	f := frameOf(again.Before)
	if !f.sub || f.seq != 8 || !f.at.Equal(at.Add(time.Second)) || len(f.looked()) != 2 || len(f.full()) != 2 {
		t.Fatalf("taken up as %+v", f)
	}
	if f.units[1].Params != f.units[0].Params || f.units[3].Params != f.units[2].Params || f.units[0].Params.Width != 640 || f.units[2].Params.Width != 1920 {
		t.Error("the streams share parameter sets, or a stream has two")
	}
	if g := frameOf(again.Start); g.sub || g.seq != 92 || len(g.looked()) != 1 || len(g.full()) != 0 {
		t.Errorf("of the main stream: %+v", g)
	}
	if none := frameOf(nil); none != nil {
		t.Errorf("of no units: %+v", none)
	}
}
