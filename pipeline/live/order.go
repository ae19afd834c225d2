package live

import (
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h265"

	"offsite/pipeline/ingest"
	"offsite/pipeline/ring"
)

// late is how far a decoding time is put after the one before, in ticks, where the
// stream's own order cannot be read.
const late = ring.TimeScale / 1000

// order finds decoding times for pictures that come in the order of decoding and
// carry presentation times alone. Its zero value is ready.
type order struct {
	extract func(au [][]byte, pts int64) (int64, error)
	last    int64
	begun   bool
}

// decoding returns when a picture is decoded, in ticks, later than the one before.
// Where the stream does not tell, that is when it came.
func (o *order) decoding(u ingest.Unit, pts int64) int64 {
	if o.extract == nil {
		o.extract = extractor(u.Codec)
	}
	nalus := u.NALUs
	if u.Key && u.Params != nil { // those of the description may be all there are
		nalus = append([][]byte{}, nonEmpty(u.Params.VPS, u.Params.SPS, u.Params.PPS)...)
		nalus = append(nalus, u.NALUs...)
	}
	dts, err := o.extract(nalus, pts)
	if err != nil {
		o.extract, dts = nil, pts // anew from here
	}
	if o.begun && dts <= o.last {
		dts = o.last + late
	}
	o.last, o.begun = dts, true
	return dts
}

func extractor(codec string) func([][]byte, int64) (int64, error) {
	if codec == ingest.H265 {
		var e h265.DTSExtractor
		e.Initialize()
		return e.Extract
	}
	var e h264.DTSExtractor
	e.Initialize()
	return e.Extract
}

func nonEmpty(sets ...[]byte) (some [][]byte) {
	for _, s := range sets {
		if len(s) > 0 {
			some = append(some, s)
		}
	}
	return some
}
