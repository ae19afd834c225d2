package film

/*
#cgo pkg-config: libavutil
#include <libavutil/frame.h>
#include <libavutil/imgutils.h>

static void fill_planes(void *p, const uint8_t *y, int ys, const uint8_t *cb, const uint8_t *cr, int cs) {
	AVFrame *f = p;
	av_image_copy_plane(f->data[0], f->linesize[0], y, ys, f->width, f->height);
	av_image_copy_plane(f->data[1], f->linesize[1], cb, cs, f->width / 2, f->height / 2);
	av_image_copy_plane(f->data[2], f->linesize[2], cr, cs, f->width / 2, f->height / 2);
}
*/
import "C"

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"time"
	"unsafe"

	"github.com/asticode/go-astiav"
)

// Quality is x264's constant rate factor: what blocks of a mosaic need is little.
const quality = "27"

var clock = astiav.NewRational(1, 1000)

// Film is a video that is being written.
type Film struct {
	name    string
	w, h    int
	every   time.Duration
	output  *astiav.FormatContext
	file    *astiav.IOContext
	encoder *astiav.CodecContext
	stream  *astiav.Stream
	frame   *astiav.Frame
	packet  *astiav.Packet
	planes  *image.YCbCr
}

// Create begins a video of w×h pixels, both even, in a file. Its pictures come about
// every so often.
func Create(name string, w, h int, every time.Duration) (*Film, error) {
	astiav.SetLogLevel(astiav.LogLevelPanic)
	if w < 2 || h < 2 || w%2 != 0 || h%2 != 0 {
		return nil, fmt.Errorf("write video %s: %d×%d pixels cannot be; give even numbers", name, w, h)
	}
	f := &Film{name: name, w: w, h: h, every: every, frame: astiav.AllocFrame(), packet: astiav.AllocPacket(), planes: image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)}
	if err := f.create(); err != nil {
		f.free()
		return nil, fmt.Errorf("write video %s: %w", name, err)
	}
	return f, nil
}

func (f *Film) create() error {
	codec := astiav.FindEncoderByName("libx264")
	if codec == nil {
		return errors.New("this machine's libavcodec has no libx264; install Debian's")
	}
	var err error
	if f.output, err = astiav.AllocOutputFormatContext(nil, "mp4", f.name); err != nil {
		return err
	}
	f.encoder = astiav.AllocCodecContext(codec)
	f.encoder.SetWidth(f.w)
	f.encoder.SetHeight(f.h)
	f.encoder.SetPixelFormat(astiav.PixelFormatYuv420P)
	f.encoder.SetTimeBase(clock)
	f.encoder.SetThreadCount(1)
	f.encoder.SetFlags(f.encoder.Flags().Add(astiav.CodecContextFlagGlobalHeader))
	if err := with(map[string]string{"preset": "veryfast", "crf": quality}, func(d *astiav.Dictionary) error { return f.encoder.Open(codec, d) }); err != nil {
		return err
	}
	f.stream = f.output.NewStream(codec)
	if err := f.stream.CodecParameters().FromCodecContext(f.encoder); err != nil {
		return err
	}
	f.stream.SetTimeBase(clock)
	if f.file, err = astiav.OpenIOContext(f.name, astiav.NewIOContextFlags(astiav.IOContextFlagWrite)); err != nil {
		return err
	}
	f.output.SetPb(f.file)
	return with(map[string]string{"movflags": "+faststart"}, f.output.WriteHeader)
}

// with calls do with the options.
func with(options map[string]string, do func(*astiav.Dictionary) error) error {
	d := astiav.NewDictionary()
	defer d.Free()
	for key, value := range options {
		if err := d.Set(key, value, astiav.NewDictionaryFlags()); err != nil {
			return err
		}
	}
	return do(d)
}

// Add writes a picture at its time, which is later than that of the one before.
func (f *Film) Add(img *image.RGBA, at time.Duration) error {
	if img.Rect.Dx() != f.w || img.Rect.Dy() != f.h {
		return fmt.Errorf("write video %s: a picture of %v does not fit %d×%d", f.name, img.Rect, f.w, f.h)
	}
	separate(f.planes, img)
	f.frame.Unref() // the encoder may still hold what the last one lay in
	f.frame.SetWidth(f.w)
	f.frame.SetHeight(f.h)
	f.frame.SetPixelFormat(astiav.PixelFormatYuv420P)
	if err := f.frame.AllocBuffer(0); err != nil {
		return fmt.Errorf("write video %s: %w", f.name, err)
	}
	p := f.planes
	C.fill_planes(unsafe.Pointer(f.frame.UnsafeTypedPointer()), (*C.uint8_t)(&p.Y[0]), C.int(p.YStride), (*C.uint8_t)(&p.Cb[0]), (*C.uint8_t)(&p.Cr[0]), C.int(p.CStride))
	f.frame.SetPts(at.Milliseconds())
	if err := f.encode(f.frame); err != nil {
		return fmt.Errorf("write video %s: %w", f.name, err)
	}
	return nil
}

// separate gives brightness and colour as television has them (BT.601, limited range),
// colour at half the size.
func separate(dst *image.YCbCr, img *image.RGBA) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	for y := 0; y < h; y += 2 {
		for x := 0; x < w; x += 2 {
			cb, cr := 0, 0
			for _, at := range [4][2]int{{x, y}, {x + 1, y}, {x, y + 1}, {x + 1, y + 1}} {
				pix := img.Pix[at[1]*img.Stride+4*at[0]:]
				luma, b, r := color.RGBToYCbCr(pix[0], pix[1], pix[2])
				dst.Y[at[1]*dst.YStride+at[0]] = uint8(16 + int(luma)*219/255)
				cb, cr = cb+int(b), cr+int(r)
			}
			at := y/2*dst.CStride + x/2
			dst.Cb[at] = uint8(128 + (cb/4-128)*224/255)
			dst.Cr[at] = uint8(128 + (cr/4-128)*224/255)
		}
	}
}

// encode hands the encoder a picture, or the end (nil), and writes what comes out.
func (f *Film) encode(frame *astiav.Frame) error {
	if err := f.encoder.SendFrame(frame); err != nil {
		return err
	}
	for {
		err := f.encoder.ReceivePacket(f.packet)
		if errors.Is(err, astiav.ErrEagain) || errors.Is(err, astiav.ErrEof) {
			return nil
		}
		if err != nil {
			return err
		}
		f.packet.SetStreamIndex(f.stream.Index())
		f.packet.SetDuration(f.every.Milliseconds()) // without it players leave out the last
		f.packet.RescaleTs(clock, f.stream.TimeBase())
		if err := f.output.WriteInterleavedFrame(f.packet); err != nil {
			return err
		}
	}
}

// Close ends the video. Without it the file is none.
func (f *Film) Close() error {
	defer f.free()
	if err := errors.Join(f.encode(nil), f.output.WriteTrailer()); err != nil {
		return fmt.Errorf("end video %s: %w", f.name, err)
	}
	return nil
}

func (f *Film) free() {
	if f.file != nil {
		_ = f.file.Closep() // a failed write was told before
	}
	if f.encoder != nil {
		f.encoder.Free()
	}
	if f.output != nil {
		f.output.Free()
	}
	f.frame.Free()
	f.packet.Free()
}
