package decode

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/asticode/go-astiav"
)

// File reads the pictures of a recorded video, or the one of a picture file, of
// any kind that libavformat and libavcodec know.
type File struct {
	name    string
	input   *astiav.FormatContext
	context *astiav.CodecContext
	stream  *astiav.Stream
	packet  *astiav.Packet
	scalers *scalers
	every   time.Duration
	due     time.Duration
	count   uint64
	drained bool
}

// Open opens a file whose pictures are wanted at least every apart in video time
// (0: each one).
func Open(name string, every time.Duration) (*File, error) {
	quiet()
	f := &File{name: name, every: every, scalers: &scalers{}, packet: astiav.AllocPacket(), input: astiav.AllocFormatContext()}
	if err := f.open(); err != nil {
		f.Close()
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	return f, nil
}

// First returns the first whole picture of a file, such as a still or a film, which the caller
// releases.
func First(name string) (*Picture, error) {
	f, err := Open(name, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p, err := f.Next(time.Time{})
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("open %s: it holds no whole picture", name)
	}
	return p, err
}

func (f *File) open() error {
	options := astiav.NewDictionary()
	defer options.Free()
	// A name is that of one file, also with a colon or "%d" in it.
	if err := options.Set("pattern_type", "none", 0); err != nil {
		return err
	}
	if err := f.input.OpenInput("file:"+f.name, nil, options); err != nil {
		f.input.Free()
		f.input = nil
		return fmt.Errorf("it is no video or picture that can be read: %w", err)
	}
	if err := f.input.FindStreamInfo(nil); err != nil {
		return fmt.Errorf("its streams cannot be told: %w", err)
	}
	for _, s := range f.input.Streams() {
		if s.CodecParameters().CodecType() == astiav.MediaTypeVideo {
			f.stream = s
			break
		}
	}
	if f.stream == nil {
		return errors.New("it holds no pictures")
	}
	codec := astiav.FindDecoder(f.stream.CodecParameters().CodecID())
	if codec == nil {
		return fmt.Errorf("%w: %s", ErrCodec, f.stream.CodecParameters().CodecID().Name())
	}
	var err error
	f.context, err = openContext(codec, f.stream.CodecParameters(), false)
	return err
}

// Close frees the file.
func (f *File) Close() {
	if f.context != nil {
		f.context.Free()
	}
	if f.input != nil {
		f.input.CloseInput()
		f.input.Free()
	}
	f.packet.Free()
	f.scalers.close()
}

// Next returns the next wanted picture, At being start plus its time in the video,
// or io.EOF after the last. Damaged pictures are passed over. A picture that its file
// wants turned (EXIF orientation) is turned: sizes are those of what is shown.
func (f *File) Next(start time.Time) (*Picture, error) {
	frame := astiav.AllocFrame()
	for {
		at, err := f.frame(frame)
		if err != nil {
			frame.Free()
			if errors.Is(err, io.EOF) {
				return nil, io.EOF
			}
			return nil, fmt.Errorf("read %s: %w", f.name, err)
		}
		f.count++
		if at < f.due || damaged(rawFrame(frame)) {
			frame.Unref()
			continue
		}
		f.due = at + f.every
		if frame, err = upright(frame, f.scalers); err != nil {
			return nil, fmt.Errorf("turn %s upright: %w", f.name, err)
		}
		p := newPicture(frame, f.scalers)
		p.Unit, p.At = f.count-1, start.Add(at)
		p.Received = p.At
		return p, nil
	}
}

// frame decodes the next picture and tells its time in the video.
func (f *File) frame(frame *astiav.Frame) (time.Duration, error) {
	for {
		err := f.context.ReceiveFrame(frame)
		switch {
		case err == nil:
			return f.time(frame.Pts()), nil
		case errors.Is(err, astiav.ErrEof) || f.drained && errors.Is(err, astiav.ErrEagain):
			return 0, io.EOF
		case !errors.Is(err, astiav.ErrEagain):
			continue // a damaged picture; the decoder goes on
		}
		if err := f.feed(); err != nil {
			return 0, err
		}
	}
}

// feed hands the decoder the next packet, or the end.
func (f *File) feed() error {
	for {
		f.packet.Unref()
		err := f.input.ReadFrame(f.packet)
		if errors.Is(err, astiav.ErrEof) {
			f.drained = true
			if err := f.context.SendPacket(nil); err != nil {
				return io.EOF
			}
			return nil
		}
		if err != nil {
			return err
		}
		if f.packet.StreamIndex() != f.stream.Index() {
			continue
		}
		if f.context.SendPacket(f.packet) == nil {
			return nil
		} // a damaged packet; take the next
	}
}

func (f *File) time(pts int64) time.Duration {
	base := f.stream.TimeBase()
	if base.Den() == 0 {
		return 0
	}
	if pts == astiav.NoPtsValue { // bare access units have no times: each is wanted
		return f.due
	}
	return time.Duration(float64(pts) * float64(base.Num()) / float64(base.Den()) * float64(time.Second))
}
