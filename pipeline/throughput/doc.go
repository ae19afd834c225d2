// Package throughput measures what a look costs: the processor time of our way from
// access units to signals, against its peer and its limit in the same run.
//
// The peer decodes the stream in full with ffmpeg, gives a picture each cadence, and
// runs the same models on it: what systems do that decode what nobody looks at. The
// limit is a bare loop of libavcodec on key units and ONNX Runtime. Figures go to
// package bench.
package throughput
