package decode

import (
	"errors"
	"fmt"

	"github.com/asticode/go-astiav"

	"offsite/pipeline/ingest"
)

var (
	// ErrDamaged says that slices of the picture are missing or wrong. Take the next
	// key unit.
	ErrDamaged = errors.New("the picture is damaged")
	// ErrNoPicture says that the bits gave no picture, such as a unit that is no key
	// unit without those before it. Take the next key unit.
	ErrNoPicture = errors.New("the bits give no picture")
	// ErrCodec says that the codec is none of h264, h265, mjpeg.
	ErrCodec = errors.New("the codec is not supported")
)

// padding is how many zero bytes libavcodec wants behind the bits, for it reads
// ahead.
const padding = 64

// Decoder decodes the units of one camera. It is used by one goroutine at a time;
// its pictures may outlive it.
type Decoder struct {
	codec   string
	params  *ingest.Params
	context *astiav.CodecContext
	packet  *astiav.Packet
	bits    []byte // of the latest unit; its memory is used again
	scalers *scalers
	next    uint64 // unit that follows what the context has seen; 0: none
}

// New makes a decoder; nothing is opened before the first unit.
func New() *Decoder {
	quiet()
	return &Decoder{scalers: &scalers{}, packet: astiav.AllocPacket()}
}

// quiet keeps libavcodec, which writes to standard error for the whole process, from
// telling what our errors tell.
func quiet() { astiav.SetLogLevel(astiav.LogLevelPanic) }

// Close frees the decoder.
func (d *Decoder) Close() {
	d.shut()
	d.packet.Free()
	d.scalers.close()
}

func (d *Decoder) shut() {
	if d.context != nil {
		d.context.Free()
		d.context = nil
	}
	d.next = 0
}

// Decode decodes a key unit on its own. Errors wrap ErrDamaged, ErrNoPicture or
// ErrCodec; the decoder can go on with the next key unit after each.
func (d *Decoder) Decode(u ingest.Unit) (*Picture, error) {
	return d.Follow([]ingest.Unit{u})
}

// Follow decodes units in order, the first a key unit or the one right after the
// last that was decoded, and returns the picture of the last. Units that the decoder
// has seen already are left out, so that a long group of pictures is decoded once.
func (d *Decoder) Follow(units []ingest.Unit) (*Picture, error) {
	if len(units) == 0 {
		return nil, fmt.Errorf("decode: %w: no units are given", ErrNoPicture)
	}
	last := units[len(units)-1]
	frame, err := d.frame(units)
	if err != nil {
		d.shut()
		return nil, fmt.Errorf("decode access unit %d (%s): %w", last.Seq, last.Codec, err)
	}
	p := newPicture(frame, d.scalers)
	p.Unit, p.At, p.Received = last.Seq, last.At, last.Received
	return p, nil
}

// Next is the number of the unit that Follow may go on with, 0 where it needs a
// key unit.
func (d *Decoder) Next() uint64 { return d.next }

func (d *Decoder) frame(units []ingest.Unit) (*astiav.Frame, error) {
	first, last := units[0], units[len(units)-1]
	if d.context != nil && !d.fits(first) {
		d.shut()
	}
	if d.context == nil {
		if err := d.open(first); err != nil {
			return nil, err
		}
	}
	frame := astiav.AllocFrame()
	whole := false
	for _, u := range d.unseen(units) {
		if err := d.send(u); err != nil {
			frame.Free()
			return nil, err
		}
		d.next = u.Seq + 1
		whole = d.receive(frame, last.Seq) || whole
	}
	if !whole { // the codec keeps it back for reordering
		whole = d.drain(frame, last.Seq)
	}
	return finish(frame, whole)
}

// fits says whether the context goes on with the unit.
func (d *Decoder) fits(u ingest.Unit) bool {
	return d.codec == u.Codec && d.params.Same(u.Params)
}

// unseen leaves out what the context has decoded already.
func (d *Decoder) unseen(units []ingest.Unit) []ingest.Unit {
	for i, u := range units {
		if i > 0 && d.next == u.Seq && !u.Key {
			return units[i:]
		}
	}
	return units
}

// finish hands out a frame that is whole, or frees it. Units that show what came
// before their key unit (leading pictures of an open group) give none.
func finish(frame *astiav.Frame, whole bool) (*astiav.Frame, error) {
	switch {
	case !whole:
		frame.Free()
		return nil, ErrNoPicture
	case damaged(rawFrame(frame)):
		frame.Free()
		return nil, ErrDamaged
	}
	return frame, nil
}

func (d *Decoder) open(u ingest.Unit) error {
	id, err := codecID(u.Codec)
	if err != nil {
		return err
	}
	codec := astiav.FindDecoder(id)
	if codec == nil {
		return fmt.Errorf("%w: this build of libavcodec has no decoder for %s", ErrCodec, u.Codec)
	}
	d.context, err = openContext(codec, nil, true)
	if err != nil {
		return fmt.Errorf("open the decoder for %s: %w", u.Codec, err)
	}
	d.codec, d.params = u.Codec, u.Params
	return nil
}

// openContext opens a codec on one thread. parameters may be nil; prompt: without the
// delay of reordering where the codec can.
func openContext(codec *astiav.Codec, parameters *astiav.CodecParameters, prompt bool) (*astiav.CodecContext, error) {
	ctx := astiav.AllocCodecContext(codec)
	if ctx == nil {
		return nil, errors.New("libavcodec has no memory")
	}
	if parameters != nil {
		if err := parameters.ToCodecContext(ctx); err != nil {
			ctx.Free()
			return nil, err
		}
	}
	ctx.SetThreadCount(1)
	if prompt {
		ctx.SetFlags(ctx.Flags().Add(astiav.CodecContextFlagLowDelay))
	}
	options := astiav.NewDictionary()
	defer options.Free()
	var err error
	if codec.ID() == astiav.CodecIDHevc || codec.ID() == astiav.CodecIDMjpeg { // they would give half a picture without a word
		err = options.Set("err_detect", "explode", 0)
	}
	if err == nil {
		err = ctx.Open(codec, options)
	}
	if err != nil {
		ctx.Free()
		return nil, err
	}
	return ctx, nil
}

func codecID(name string) (astiav.CodecID, error) {
	switch name {
	case ingest.H264:
		return astiav.CodecIDH264, nil
	case ingest.H265:
		return astiav.CodecIDHevc, nil
	case ingest.MJPEG:
		return astiav.CodecIDMjpeg, nil
	}
	return 0, fmt.Errorf("%w: %q", ErrCodec, name)
}

func (d *Decoder) send(u ingest.Unit) error {
	defer d.packet.Unref()
	d.bits = u.AppendAnnexB(d.bits[:0])
	n := len(d.bits)
	d.bits = append(d.bits, make([]byte, padding)...)
	if err := d.packet.FromData(d.bits); err != nil { // which copies
		return fmt.Errorf("%w: %w", ErrNoPicture, err)
	}
	d.packet.SetSize(n)
	d.packet.SetPts(int64(u.Seq)) // by which its picture is known again
	if err := d.context.SendPacket(d.packet); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}

// receive takes the pictures that are ready, and says whether that of the wanted unit,
// which then is in frame, is among them.
func (d *Decoder) receive(frame *astiav.Frame, seq uint64) (whole bool) {
	for {
		next := astiav.AllocFrame()
		if d.context.ReceiveFrame(next) != nil {
			next.Free()
			return whole
		}
		if next.Pts() == int64(seq) {
			frame.Unref()
			frame.MoveRef(next)
			whole = true
		}
		next.Free()
	}
}

// drain gets a picture out that the decoder keeps back for reordering. The
// context cannot go on after it.
func (d *Decoder) drain(frame *astiav.Frame, seq uint64) bool {
	defer d.shut()
	return d.context.SendPacket(nil) == nil && d.receive(frame, seq)
}

// JPEG decodes units, the first of which is a key unit, and encodes the picture of the
// last as JPEG, at most maxWidth pixels wide (0: as it is).
func JPEG(maxWidth int, units ...ingest.Unit) ([]byte, error) {
	d := New()
	defer d.Close()
	p, err := d.Follow(units)
	if err != nil {
		return nil, err
	}
	defer p.Release()
	const quality = 85
	return p.JPEG(quality, maxWidth)
}
