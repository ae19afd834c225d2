package infer

// Shared is a picture for several models: what it was scaled to for one is copied for
// the next that takes the same size. It is used by one goroutine at a time.
type Shared struct {
	picture Source
	kept    []scaling // of the picture, first
	spare   []scaling // of earlier ones: their memory is used again
}

// scaling is a picture in w×h pixels, without space between lines.
type scaling struct {
	w, h   int
	pixels []byte
}

// Of makes it another picture's.
func (s *Shared) Of(picture Source) *Shared {
	s.picture = picture
	s.spare = append(s.spare, s.kept...)
	s.kept = s.kept[:0]
	return s
}

// Size implements Source.
func (s *Shared) Size() (w, h int) { return s.picture.Size() }

// RGB implements Source.
func (s *Shared) RGB(dst []byte, w, h, stride int) error {
	for _, k := range s.kept {
		if k.w == w && k.h == h && len(dst) >= (h-1)*stride+3*w {
			for y := range h {
				copy(dst[y*stride:], k.pixels[3*w*y:3*w*(y+1)])
			}
			return nil
		}
	}
	if err := s.picture.RGB(dst, w, h, stride); err != nil {
		return err
	}
	k := s.room(w, h)
	for y := range h {
		copy(k.pixels[3*w*y:3*w*(y+1)], dst[y*stride:])
	}
	s.kept = append(s.kept, k)
	return nil
}

func (s *Shared) room(w, h int) scaling {
	for i, k := range s.spare {
		if k.w == w && k.h == h {
			s.spare = append(s.spare[:i], s.spare[i+1:]...)
			return k
		}
	}
	s.spare = nil // the stream or the models have changed
	return scaling{w, h, make([]byte, 3*w*h)}
}
