package decode

/*
#cgo pkg-config: libswscale libavutil
#include <libavutil/frame.h>
#include <libavutil/pixfmt.h>
#include <libswscale/swscale.h>

static int scale_frame(struct SwsContext *c, const AVFrame *f, uint8_t *d0, int s0, uint8_t *d1, int s1, uint8_t *d2, int s2) {
	uint8_t *dst[4] = {d0, d1, d2, NULL};
	int stride[4] = {s0, s1, s2, 0};
	return sws_scale(c, (const uint8_t *const *)f->data, f->linesize, 0, f->height, dst, stride);
}

static void set_colours(struct SwsContext *c, const AVFrame *f, int dst_full) {
	int space = f->colorspace == AVCOL_SPC_BT709 ? SWS_CS_ITU709 : SWS_CS_ITU601;
	int full = f->color_range == AVCOL_RANGE_JPEG || f->format == AV_PIX_FMT_YUVJ420P ||
		f->format == AV_PIX_FMT_YUVJ422P || f->format == AV_PIX_FMT_YUVJ444P;
	sws_setColorspaceDetails(c, sws_getCoefficients(space), full,
		sws_getCoefficients(SWS_CS_ITU601), dst_full, 0, 1 << 16, 1 << 16);
}
*/
import "C"

import (
	"fmt"
	"sync"
	"unsafe"
)

// layout is how the scaled pixels lie in the caller's memory.
type layout int

const (
	rgb24 layout = iota
	rgba
	gray
	jpeg420 // three planes, full range, chroma halved both ways
)

func (l layout) format() C.enum_AVPixelFormat {
	switch l {
	case rgba:
		return C.AV_PIX_FMT_RGBA
	case gray:
		return C.AV_PIX_FMT_GRAY8
	case jpeg420:
		return C.AV_PIX_FMT_YUV420P
	default:
		return C.AV_PIX_FMT_RGB24
	}
}

// scalerKey tells scalers apart.
type scalerKey struct {
	srcW, srcH, srcFormat, srcSpace, srcRange int
	dstW, dstH                                int
	to                                        layout
}

// maxScalers bounds what a resolution change leaves behind.
const maxScalers = 16

// scalers keeps swscale contexts, which are costly to make and not safe for
// concurrent use.
type scalers struct {
	mu   sync.Mutex
	held map[scalerKey]*C.struct_SwsContext
	shut bool // its decoder is closed: keep nothing for later
}

// plane is where scaled pixels go.
type plane struct {
	pix    []byte
	stride int
}

// onlyPlane is the memory of a frame whose format has one.
func onlyPlane(frame unsafe.Pointer) plane {
	f := (*C.AVFrame)(frame)
	stride := int(f.linesize[0])
	return plane{unsafe.Slice((*byte)(f.data[0]), stride*int(f.height)), stride}
}

// scale writes the frame in w×h pixels to the planes.
func (s *scalers) scale(frame unsafe.Pointer, w, h int, to layout, planes ...plane) error {
	f := (*C.AVFrame)(frame)
	s.mu.Lock()
	defer s.mu.Unlock()
	key := scalerKey{int(f.width), int(f.height), int(f.format), int(f.colorspace), int(f.color_range), w, h, to}
	ctx, err := s.context(f, key)
	if err != nil {
		return err
	}
	if s.shut {
		defer s.drop()
	}
	var at [3]*C.uint8_t
	var stride [3]C.int
	for i, p := range planes {
		at[i], stride[i] = (*C.uint8_t)(unsafe.SliceData(p.pix)), C.int(p.stride)
	}
	if n := C.scale_frame(ctx, f, at[0], stride[0], at[1], stride[1], at[2], stride[2]); int(n) != h {
		return fmt.Errorf("scale a picture of %d×%d to %d×%d: swscale gave %d lines", f.width, f.height, w, h, int(n))
	}
	return nil
}

func (s *scalers) context(f *C.AVFrame, key scalerKey) (*C.struct_SwsContext, error) {
	if ctx := s.held[key]; ctx != nil {
		return ctx, nil
	}
	if len(s.held) >= maxScalers {
		s.drop()
	}
	flags := C.int(C.SWS_BILINEAR | C.SWS_ACCURATE_RND)
	if key.dstW < key.srcW/2 {
		flags = C.SWS_AREA
	}
	ctx := C.sws_getContext(f.width, f.height, plain(f.format), C.int(key.dstW), C.int(key.dstH),
		key.to.format(), flags, nil, nil, nil)
	if ctx == nil {
		return nil, fmt.Errorf("scale a picture of %d×%d, pixel format %d, to %d×%d: swscale refuses",
			f.width, f.height, f.format, key.dstW, key.dstH)
	}
	C.set_colours(ctx, f, 1)
	if s.held == nil {
		s.held = map[scalerKey]*C.struct_SwsContext{}
	}
	s.held[key] = ctx
	return ctx, nil
}

// plain names a format without its range, which set_colours tells apart: the names
// with range are deprecated, and swscale says so each time.
func plain(format C.int) int32 {
	switch format {
	case C.AV_PIX_FMT_YUVJ420P:
		return C.AV_PIX_FMT_YUV420P
	case C.AV_PIX_FMT_YUVJ422P:
		return C.AV_PIX_FMT_YUV422P
	case C.AV_PIX_FMT_YUVJ444P:
		return C.AV_PIX_FMT_YUV444P
	}
	return int32(format)
}

// drop frees all contexts.
func (s *scalers) drop() {
	for key, ctx := range s.held {
		C.sws_freeContext(ctx)
		delete(s.held, key)
	}
}

func (s *scalers) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shut = true
	s.drop()
}

// damaged says whether the decoder reported errors in the frame.
func damaged(frame unsafe.Pointer) bool {
	f := (*C.AVFrame)(frame)
	return f.decode_error_flags != 0 || f.flags&C.AV_FRAME_FLAG_CORRUPT != 0
}
