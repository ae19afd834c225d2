package watch

import (
	"fmt"
	"slices"
	"time"

	"offsite/detectors"
)

const (
	formLooks    = 5    // pictures of which a baseline is made, by their median
	followStep   = 8    // a place that is not new comes nearer to the picture by 1/8 a look
	strangeShare = 0.6  // of the picture that is new: the camera was moved, or the light is another
	strangeLooks = 5    // looks in a row after which a new baseline is made
	strangeMost  = 900  // though a suspicion stands
	unit         = 1024 // of a kept value to a pixel value: rounding must not stop slow light
)

// baseline is the clean picture of a camera, as the novelty model takes it: a Source
// of one size. Each cell of the model's map covers a block of its pixels.
type baseline struct {
	Width   int       `json:"width"`
	Height  int       `json:"height"`
	Columns int       `json:"columns"` // cells of the model's map
	Rows    int       `json:"rows"`
	At      time.Time `json:"at"`    // when it was last refreshed
	Pixels  []int32   `json:"-"`     // RGB, in 1/unit
	Known   []bool    `json:"known"` // by cell: it has been seen free of people and vehicles
	Odd     int       `json:"odd"`   // looks in a row in which most of the picture is new
	formed  []sample  // while it forms
}

// sample is a picture with the cells that something covers.
type sample struct {
	rgb    []byte
	hidden []bool
}

func newBaseline(width, height, columns, rows int) *baseline {
	return &baseline{Width: width, Height: height, Columns: columns, Rows: rows}
}

// Size implements infer.Source.
func (b *baseline) Size() (w, h int) { return b.Width, b.Height }

// RGB implements infer.Source at its own size.
func (b *baseline) RGB(dst []byte, w, h, stride int) error {
	if w != b.Width || h != b.Height {
		return fmt.Errorf("the baseline is of %d×%d pixels, not %d×%d", b.Width, b.Height, w, h)
	}
	for y := range h {
		kept := b.Pixels[y*3*w : (y+1)*3*w]
		line := dst[y*stride:][:len(kept)]
		for x, v := range kept { // none is below 0: a shift divides alike
			line[x] = byte(uint32(v+unit/2) / unit)
		}
	}
	return nil
}

func (b *baseline) ready() bool { return len(b.Pixels) > 0 }

// fits says whether there is a baseline, and the latest picture was not strange to it.
func (b *baseline) fits() bool { return b != nil && b.ready() && b.Odd == 0 }

// form collects pictures, and makes the baseline of them.
func (b *baseline) form(rgb []byte, masks []detectors.Box, at time.Time) {
	b.formed = append(b.formed, sample{slices.Clone(rgb), b.hidden(masks)})
	if len(b.formed) < formLooks {
		return
	}
	b.Pixels, b.Known = make([]int32, len(rgb)), make([]bool, b.Columns*b.Rows)
	var values []byte
	for cell := range b.Known {
		free := slices.ContainsFunc(b.formed, func(s sample) bool { return !s.hidden[cell] })
		b.Known[cell] = free
		b.rows(cell, func(from, to int) {
			for i := from; i < to; i++ {
				values = values[:0]
				for _, s := range b.formed {
					if !free || !s.hidden[cell] {
						values = append(values, s.rgb[i])
					}
				}
				slices.Sort(values)
				b.Pixels[i] = int32(values[(len(values)-1)/2]) * unit
			}
		})
	}
	b.formed, b.At, b.Odd = nil, at, 0
}

// hidden tells for each cell whether a mask covers it.
func (b *baseline) hidden(masks []detectors.Box) []bool {
	cells := make([]bool, b.Columns*b.Rows)
	for i := range cells {
		c := detectors.CellBox(i%b.Columns, i/b.Columns, b.Columns, b.Rows)
		cells[i] = slices.ContainsFunc(masks, func(m detectors.Box) bool { return m.Meet(c).Area() > 0 })
	}
	return cells
}

// rows calls do with the part, [from, to), of each line of pixels that a cell covers;
// both are multiples of 3.
func (b *baseline) rows(cell int, do func(from, to int)) {
	cx, cy := cell%b.Columns, cell/b.Columns
	left, right := cx*b.Width/b.Columns, (cx+1)*b.Width/b.Columns
	for y := cy * b.Height / b.Rows; y < (cy+1)*b.Height/b.Rows; y++ {
		do(3*(y*b.Width+left), 3*(y*b.Width+right))
	}
}

// strange says whether so much of the picture is new that the baseline does not fit
// it. If that goes on a new one is made, unless a suspicion stands, for goods must
// not become the baseline.
func (b *baseline) strange(novel *detectors.NoveltyMap, masks []detectors.Box, suspect bool) bool {
	hidden, fresh, seen := b.hidden(masks), 0, 0
	for i, v := range novel.Cells {
		if !hidden[i] {
			seen++
			if v >= 128 {
				fresh++
			}
		}
	}
	if float64(fresh) < strangeShare*float64(seen) || seen == 0 {
		b.Odd = 0
		return false
	}
	b.Odd++
	if b.Odd >= strangeLooks && !suspect || b.Odd >= strangeMost {
		b.Pixels, b.formed, b.Odd = nil, nil, 0
	}
	return true
}

// follow lets the baseline adapt: where the picture is not new it comes nearer to it;
// where it is new, or next to that, it takes on only the change of light that the
// rest of the picture shows; behind people and vehicles it stays. Places never seen
// before are taken as they are. Cells that are not known are no news.
func (b *baseline) follow(rgb []byte, novel *detectors.NoveltyMap, masks []detectors.Box, absorb uint8, at time.Time) {
	hidden, held := b.hidden(masks), b.held(novel, absorb)
	light := b.light(rgb, hidden, held)
	for cell := range b.Known {
		switch {
		case hidden[cell] && b.Known[cell]:
		case hidden[cell]:
			novel.Cells[cell] = 0
		case !b.Known[cell]:
			novel.Cells[cell] = 0
			b.rows(cell, func(from, to int) {
				for i := from; i < to; i++ {
					b.Pixels[i] = int32(rgb[i]) * unit
				}
			})
			b.Known[cell] = true
		case held[cell]:
			b.rows(cell, func(from, to int) {
				for kept := b.Pixels[from:to]; len(kept) >= 3; kept = kept[3:] {
					for c, gain := range light {
						target := min(max(int32(float64(kept[c])*gain), 0), 255*unit)
						kept[c] += (target - kept[c]) / followStep
					}
				}
			})
		default:
			b.rows(cell, func(from, to int) {
				kept := b.Pixels[from:to]
				for i, v := range rgb[from:to][:len(kept)] {
					kept[i] += (int32(v)*unit - kept[i]) / followStep
				}
			})
		}
	}
	b.At = at
}

// held tells which cells are new or have a new neighbour.
func (b *baseline) held(novel *detectors.NoveltyMap, absorb uint8) []bool {
	held := make([]bool, len(novel.Cells))
	for i, v := range novel.Cells {
		if v < absorb {
			continue
		}
		x, y := i%b.Columns, i/b.Columns
		for ny := max(0, y-1); ny <= min(b.Rows-1, y+1); ny++ {
			for nx := max(0, x-1); nx <= min(b.Columns-1, x+1); nx++ {
				held[ny*b.Columns+nx] = true
			}
		}
	}
	return held
}

// light returns, by colour, how much brighter the picture is than the baseline where
// nothing is new.
func (b *baseline) light(rgb []byte, hidden, held []bool) [3]float64 {
	var now, before [3]int64
	for cell := range b.Known {
		if hidden[cell] || held[cell] || !b.Known[cell] {
			continue
		}
		b.rows(cell, func(from, to int) {
			var n, k [3]int32 // of a line: they cannot overflow
			kept := b.Pixels[from:to]
			for line := rgb[from:to]; len(line) >= 3 && len(kept) >= 3; line, kept = line[3:], kept[3:] {
				n[0], n[1], n[2] = n[0]+int32(line[0]), n[1]+int32(line[1]), n[2]+int32(line[2])
				k[0], k[1], k[2] = k[0]+kept[0], k[1]+kept[1], k[2]+kept[2]
			}
			for c := range now {
				now[c] += int64(n[c])
				before[c] += int64(k[c])
			}
		})
	}
	gain := [3]float64{1, 1, 1}
	for c := range gain {
		if before[c] > 0 && now[c] > 0 {
			gain[c] = min(max(unit*float64(now[c])/float64(before[c]), 0.5), 2)
		}
	}
	return gain
}
