package recording

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/abema/go-mp4"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h265"
)

// The codecs, as package ingest names them.
const (
	H264  = "h264"
	H265  = "h265"
	MJPEG = "mjpeg"
)

// Video is the video track of one open file.
type Video struct {
	Name          string
	Codec         string // "h264", "h265", "mjpeg"
	VPS, SPS, PPS []byte
	Samples       []Sample // in order of decoding
	Duration      time.Duration

	file       *os.File
	lengthSize int // bytes of the length before each NAL unit
}

// Sample is one picture of a file; its bits stay there until they are read.
type Sample struct {
	DTS time.Duration // when it is decoded, since the file's beginning
	PTS time.Duration // when it is shown
	Key bool

	at   int64
	size int
}

// Open reads a file's index.
func Open(name string) (*Video, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open the video: %w", err)
	}
	v, err := index(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("read the video %s (an MP4 file with H.264, H.265 or MJPEG is wanted): %w", name, err)
	}
	v.Name = name
	return v, nil
}

// Close closes the file.
func (v *Video) Close() error { return v.file.Close() }

// index finds the first video track that can be served.
func index(f *os.File) (*Video, error) {
	if err := plausible(f); err != nil {
		return nil, err
	}
	info, err := mp4.Probe(f)
	if err != nil {
		return nil, err
	}
	traks, err := mp4.ExtractBoxes(f, nil, []mp4.BoxPath{{mp4.BoxTypeMoov(), mp4.BoxTypeTrak()}})
	if err != nil {
		return nil, err
	}
	for i, trak := range traks {
		v := &Video{file: f}
		if err := v.describe(trak); err != nil {
			return nil, err
		}
		if v.Codec == "" || i >= len(info.Tracks) || len(info.Tracks[i].Samples) == 0 {
			continue
		}
		if err := v.list(trak, info.Tracks[i]); err != nil {
			return nil, err
		}
		return v, nil
	}
	return nil, errors.New("there is no video track that we know")
}

// plausible refuses an index that names more pictures than the file has bytes, before
// anything is laid out by it: the counts in it can be any.
func plausible(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	table := mp4.BoxPath{mp4.BoxTypeMoov(), mp4.BoxTypeTrak(), mp4.BoxTypeMdia(), mp4.BoxTypeMinf(), mp4.BoxTypeStbl()}
	in := func(t mp4.BoxType) mp4.BoxPath { return append(append(mp4.BoxPath{}, table...), t) }
	boxes, err := mp4.ExtractBoxesWithPayload(f, nil, []mp4.BoxPath{in(mp4.BoxTypeStts()), in(mp4.BoxTypeStsz()), in(mp4.BoxTypeCtts())})
	if err != nil {
		return err
	}
	for _, b := range boxes {
		pictures := int64(0)
		switch c := b.Payload.(type) {
		case *mp4.Stts:
			for _, e := range c.Entries {
				pictures += int64(e.SampleCount)
			}
		case *mp4.Ctts:
			for _, e := range c.Entries {
				pictures += int64(e.SampleCount)
			}
		case *mp4.Stsz:
			pictures = int64(c.SampleCount)
		}
		if pictures > info.Size() {
			return fmt.Errorf("its index names %d pictures in %d bytes", pictures, info.Size())
		}
	}
	return nil
}

// describe reads codec and parameter sets; Codec stays "" for another track.
func (v *Video) describe(trak *mp4.BoxInfo) error {
	stsd := mp4.BoxPath{mp4.BoxTypeMdia(), mp4.BoxTypeMinf(), mp4.BoxTypeStbl(), mp4.BoxTypeStsd()}
	in := func(types ...mp4.BoxType) mp4.BoxPath { return append(append(mp4.BoxPath{}, stsd...), types...) }
	boxes, err := mp4.ExtractBoxesWithPayload(v.file, trak, []mp4.BoxPath{
		in(mp4.BoxTypeAvc1(), mp4.BoxTypeAvcC()),
		in(mp4.BoxTypeHvc1(), mp4.BoxTypeHvcC()),
		in(mp4.BoxTypeHev1(), mp4.BoxTypeHvcC()),
		in(mp4.BoxTypeMp4v(), mp4.BoxTypeEsds()),
	})
	if err != nil {
		return err
	}
	for _, b := range boxes {
		switch c := b.Payload.(type) {
		case *mp4.AVCDecoderConfiguration:
			if len(c.SequenceParameterSets) == 0 || len(c.PictureParameterSets) == 0 {
				return errors.New("its H.264 parameter sets are missing")
			}
			v.Codec, v.lengthSize = H264, int(c.LengthSizeMinusOne)+1
			v.SPS, v.PPS = c.SequenceParameterSets[0].NALUnit, c.PictureParameterSets[0].NALUnit
		case *mp4.HvcC:
			v.Codec, v.lengthSize = H265, int(c.LengthSizeMinusOne)+1
			v.VPS = firstOf(c, h265.NALUType_VPS_NUT)
			v.SPS = firstOf(c, h265.NALUType_SPS_NUT)
			v.PPS = firstOf(c, h265.NALUType_PPS_NUT)
			if v.VPS == nil || v.SPS == nil || v.PPS == nil {
				return errors.New("its H.265 parameter sets are missing")
			}
		case *mp4.Esds:
			const visualJPEG = 0x6c
			for _, d := range c.Descriptors {
				if d.DecoderConfigDescriptor != nil && d.DecoderConfigDescriptor.ObjectTypeIndication == visualJPEG {
					v.Codec = MJPEG
				}
			}
		}
	}
	return nil
}

func firstOf(c *mp4.HvcC, want h265.NALUType) []byte {
	for _, array := range c.NaluArrays {
		if h265.NALUType(array.NaluType) == want && len(array.Nalus) > 0 {
			return array.Nalus[0].NALUnit
		}
	}
	return nil
}

// list lays out the samples in time and in the file.
func (v *Video) list(trak *mp4.BoxInfo, t *mp4.Track) error {
	if t.Timescale == 0 {
		return errors.New("its time scale is 0")
	}
	keys, err := v.keys(trak)
	if err != nil {
		return err
	}
	info, err := v.file.Stat()
	if err != nil {
		return err
	}
	clock, n := int64(0), 0
	for _, c := range t.Chunks {
		at := int64(c.DataOffset)
		for range c.SamplesPerChunk {
			if n == len(t.Samples) {
				return errors.New("its index names more pictures than it has")
			}
			s := t.Samples[n]
			if at < 0 || at+int64(s.Size) > info.Size() {
				return fmt.Errorf("picture %d lies beyond the end of the file; it was cut off", n)
			}
			v.Samples = append(v.Samples, Sample{
				DTS: fromTicks(clock, t.Timescale),
				PTS: fromTicks(clock+s.CompositionTimeOffset, t.Timescale),
				Key: keys == nil || keys[uint32(n)+1],
				at:  at, size: int(s.Size),
			})
			clock += int64(s.TimeDelta)
			at += int64(s.Size)
			n++
		}
	}
	v.Duration = fromTicks(clock, t.Timescale)
	if v.Duration <= 0 {
		return errors.New("it has no length")
	}
	v.alignStart()
	return nil
}

// keys returns the numbers, from 1, of the key pictures; nil means all.
func (v *Video) keys(trak *mp4.BoxInfo) (map[uint32]bool, error) {
	boxes, err := mp4.ExtractBoxWithPayload(v.file, trak,
		mp4.BoxPath{mp4.BoxTypeMdia(), mp4.BoxTypeMinf(), mp4.BoxTypeStbl(), mp4.BoxTypeStss()})
	if err != nil || len(boxes) == 0 {
		return nil, err
	}
	keys := map[uint32]bool{}
	for _, n := range boxes[0].Payload.(*mp4.Stss).SampleNumber {
		keys[n] = true
	}
	return keys, nil
}

// alignStart lets the first picture shown be at 0: with B-frames all are late.
func (v *Video) alignStart() {
	early := v.Samples[0].PTS
	for _, s := range v.Samples {
		early = min(early, s.PTS)
	}
	for i := range v.Samples {
		v.Samples[i].PTS -= early
	}
}

// NALUs reads one picture and puts the parameter sets before key pictures, as
// cameras do. For MJPEG it is one JPEG.
func (v *Video) NALUs(i int) ([][]byte, error) {
	s := v.Samples[i]
	bits := make([]byte, s.size)
	if _, err := v.file.ReadAt(bits, s.at); err != nil {
		return nil, fmt.Errorf("read picture %d of %s: %w", i, v.Name, err)
	}
	if v.Codec == MJPEG {
		return [][]byte{bits}, nil
	}
	var units [][]byte
	if s.Key {
		for _, set := range [][]byte{v.VPS, v.SPS, v.PPS} {
			if set != nil {
				units = append(units, set)
			}
		}
	}
	for len(bits) >= v.lengthSize {
		var length [4]byte
		copy(length[4-v.lengthSize:], bits[:v.lengthSize])
		n := int(binary.BigEndian.Uint32(length[:]))
		bits = bits[v.lengthSize:]
		if n > len(bits) {
			return nil, fmt.Errorf("read picture %d of %s: a NAL unit of %d bytes where %d are left", i, v.Name, n, len(bits))
		}
		if n > 0 {
			units = append(units, bits[:n])
		}
		bits = bits[n:]
	}
	return units, nil
}

func fromTicks(n int64, scale uint32) time.Duration {
	s := int64(scale)
	return time.Duration(n/s)*time.Second + time.Duration(n%s)*time.Second/time.Duration(s)
}
