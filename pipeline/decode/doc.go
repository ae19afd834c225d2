// Package decode turns one access unit into one picture.
//
// In go access units of package ingest (H.264, H.265, MJPEG) or a recorded file.
// Out come Pictures: the decoder's own frame, kept until it is released, which is
// scaled by swscale straight into the caller's memory (RGB for models, luma for
// the change gate) or encoded as JPEG or PNG at full size.
//
// A Decoder belongs to one camera. It decodes on one thread, is kept between
// units, and is opened anew when the parameter sets change or after a picture had
// to be drained out of it. A damaged picture is an error and no picture: nothing
// is judged by concealed slices.
package decode
