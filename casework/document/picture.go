package document

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // stills of a bundle are PNG

	"github.com/signintech/gopdf"
	"golang.org/x/image/draw"
)

// Pictures are set at most this wide, which is 200 dots an inch over half the measure.
const maxPictureWidth = 960

// picture is a picture ready to be embedded.
type picture struct {
	jpeg []byte
	w, h int
}

// prepare decodes a picture and brings it to the size of print. A broken picture is an
// error: a paper without its evidence isn't made.
func prepare(data []byte, what string) (picture, error) {
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return picture{}, fmt.Errorf("%s isn't a picture: %w; give JPEG or PNG", what, err)
	}
	if config.Width < 1 || config.Height < 1 || config.Width*config.Height > 64<<20 {
		return picture{}, fmt.Errorf("%s is %d × %d points; at most 64 million can be set", what, config.Width, config.Height)
	}
	if format == "jpeg" && config.Width <= maxPictureWidth && config.ColorModel == color.YCbCrModel {
		return picture{jpeg: data, w: config.Width, h: config.Height}, nil
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return picture{}, fmt.Errorf("%s is a broken picture: %w", what, err)
	}
	w, h := config.Width, config.Height
	if w > maxPictureWidth {
		w, h = maxPictureWidth, max(1, h*maxPictureWidth/w)
	}
	flat := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(flat, flat.Bounds(), image.White, image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(flat, flat.Bounds(), img, img.Bounds(), draw.Over, nil)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, flat, &jpeg.Options{Quality: 85}); err != nil {
		return picture{}, fmt.Errorf("%s: encode for print: %w", what, err)
	}
	return picture{jpeg: out.Bytes(), w: w, h: h}, nil
}

// checkSeal refuses a seal that isn't a PNG, which alone keeps the paper visible under it.
func checkSeal(data []byte) (picture, error) {
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || format != "png" {
		return picture{}, errors.Join(errors.New("the bureau's seal isn't a PNG with a transparent ground"), err)
	}
	if config.Width > 2000 || config.Height > 2000 {
		return picture{}, fmt.Errorf("the bureau's seal is %d × %d points; at most 2000 × 2000 are set", config.Width, config.Height)
	}
	return picture{w: config.Width, h: config.Height}, nil
}

func (p *pen) picture(pic picture, x, y, w, h float64) error { return p.image(pic.jpeg, x, y, w, h) }

func (p *pen) image(data []byte, x, y, w, h float64) error {
	holder, err := gopdf.ImageHolderByBytes(data)
	if err != nil {
		return fmt.Errorf("set a picture: %w", err)
	}
	if err := p.pdf.ImageByHolder(holder, x, y, &gopdf.Rect{W: w, H: h}); err != nil {
		return fmt.Errorf("set a picture: %w", err)
	}
	return nil
}

// stills sets the evidence, two pictures a row, each over its number, name and time.
func (s *sheet) stills() error {
	const between = 12.0
	width := (measure - between) / 2
	all := s.fields.Stills
	for i := 0; i < len(all); i += 2 {
		pair := all[i:min(i+2, len(all))]
		var pics []picture
		var captions [][]line
		height, lines := 0.0, 0
		for n, still := range pair {
			pic, err := prepare(still.Picture, fmt.Sprintf("still %d (%s)", i+n+1, still.Caption))
			if err != nil {
				return err
			}
			pics = append(pics, pic)
			height = max(height, width*float64(pic.h)/float64(pic.w))
			caption := s.fonts.wrap(kai, fmt.Sprintf("图%d　%s", i+n+1, still.Caption), smallSize, width, 0)
			captions = append(captions, append(caption, s.fonts.wrap(kai, secondZH(still.At), smallSize, width, 0)...))
			lines = max(lines, len(captions[n]))
		}
		height = min(height, 260)
		s.add(height+float64(lines)*s.pitch.small+10, func(p *pen, y float64, _, _ bool) error {
			for n, pic := range pics {
				x := left + float64(n)*(width+between)
				w, h := fit(pic, width, height)
				if err := p.picture(pic, x+(width-w)/2, y+4+(height-h)/2, w, h); err != nil {
					return err
				}
				for k, l := range captions[n] {
					if err := p.centred(kai, smallSize, x, width, y+4+height+float64(k+1)*s.pitch.small-3, l.text); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
	return nil
}

func fit(pic picture, w, h float64) (float64, float64) {
	scale := min(w/float64(pic.w), h/float64(pic.h))
	return float64(pic.w) * scale, float64(pic.h) * scale
}

// signature sets the signature that the party gave on the screen.
func (s *sheet) signature() error {
	if len(s.fields.Consent.Signature) == 0 {
		return errors.New("there is no signature to set")
	}
	pic, err := prepare(s.fields.Consent.Signature, "the signature")
	if err != nil {
		return err
	}
	s.add(64, func(p *pen, y float64, _, _ bool) error {
		if err := p.text(song, bodySize, left, y+40, "当事人（签名）：", 0); err != nil {
			return err
		}
		w, h := fit(pic, 150, 56)
		if err := p.picture(pic, left+118, y+4, w, h); err != nil {
			return err
		}
		return p.ending(song, bodySize, left+measure, y+40, minuteZH(s.fields.Consent.At))
	})
	return nil
}
