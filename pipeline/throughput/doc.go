// Package throughput measures what watching a camera costs.
//
// The watching process is measured by its own processor time and memory, while
// cameras that another process serves (`offsite camera serve`) are watched as in
// production: RTSP, ring, looks, gate, models, tracks, rules.
//
// In the same run, and by turns so that a busy machine treats them alike, stand two
// others. The peer decodes each stream in full with ffmpeg, gives a picture each
// cadence, and runs every model on it: what systems do that decode what nobody looks
// at. The limit is a bare loop of libavcodec on key units and ONNX Runtime on tensors
// that are filled already, with nothing around. Figures go to package bench.
package throughput
