package intake

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"offsite/registry"
	"offsite/registry/identity"
	"offsite/registry/place"
)

// draft is what a row says: an object, and the party it belongs to if it names one; or
// a camera.
type draft struct {
	Object registry.Object       `json:"object"`
	Party  *registry.Party       `json:"party,omitempty"`
	Camera *registry.CameraDraft `json:"camera,omitempty"`
}

// reading is a row as understood.
type reading struct {
	n        int
	draft    draft
	given    *place.Position // as written, before conversion
	problems []Fault
}

func (r *reading) wrong() bool {
	return slices.ContainsFunc(r.problems, func(p Fault) bool { return !p.Warning })
}

// reader understands rows under the options of a batch.
type reader struct {
	heading heading
	options Options
	now     time.Time
}

func (r reader) read(l line) reading {
	out := reading{n: l.n, problems: l.problems}
	clean := r.clean(l, &out)
	out.draft.Object = r.object(clean, &out)
	out.draft.Party = r.party(clean)
	r.add(l, clean, &out, out.draft.Object.Problems(), nil)
	if out.draft.Party != nil {
		r.add(l, clean, &out, out.draft.Party.Problems(r.now), map[string]field{"name": fieldParty, "kind": fieldPartyKind, "address": fieldPartyAddress})
	}
	return out
}

// clean returns the cells that no spreadsheet program has spoiled, and tells of the
// others.
func (r reader) clean(l line, out *reading) map[field]string {
	clean := map[field]string{}
	for f, text := range l.cells {
		zh, en, bad := spoiled(f, text)
		if day, dated := l.dates[f]; dated && f != fieldPublished {
			zh, en, bad = "表格软件把单元格当作了日期（"+day+"），请将该列设为文本后重新填写", "the spreadsheet took the cell for a date ("+day+"); format the column as text and type it anew", true
		}
		if bad {
			out.problems = append(out.problems, Fault{Row: l.n, Column: r.heading.column(f), ZH: zh, EN: en})
			continue
		}
		clean[f] = text
	}
	slices.SortFunc(out.problems, func(a, b Fault) int { return strings.Compare(a.Column, b.Column) })
	if lost(l.cells, clean, fieldLongitude) || lost(l.cells, clean, fieldLatitude) { // told already
		delete(clean, fieldLongitude)
		delete(clean, fieldLatitude)
	}
	return clean
}

// add tells what the registry refuses of a row; of names the columns of fields that are
// called otherwise in the file.
func (r reader) add(l line, clean map[field]string, out *reading, wrong []*registry.Refused, of map[string]field) {
	for _, w := range wrong {
		f, ok := of[w.Field]
		if !ok {
			f = field(w.Field)
		}
		if lost(l.cells, clean, f) { // told already
			continue
		}
		out.problems = append(out.problems, Fault{Row: l.n, Column: r.heading.column(f), ZH: w.ZH, EN: w.EN})
	}
}

// lost tells whether a cell was written and is not understood.
func lost(written, clean map[field]string, f field) bool {
	_, found := written[f]
	return found && clean[f] == ""
}

// column names a field as the file does.
func (h heading) column(f field) string {
	if name, ok := h.names[f]; ok {
		return name
	}
	return h.sheet.titles[f][0]
}

var (
	// rounded is what a spreadsheet makes of a long number: 3.10230199001011E+17.
	rounded = regexp.MustCompile(`^[0-9](\.[0-9]+)?[eE]\+?[0-9]+$`)
	// creditCode is the shape of a unit's number that a citizen's never has, right or
	// wrong: a letter before the last place.
	creditCode = regexp.MustCompile(`[A-Z].`)
	// decimal ends are what it adds to a whole number.
	wholeNumber = regexp.MustCompile(`^([0-9]+)\.0+$`)
)

// spoiled finds what a spreadsheet program did to a cell.
func spoiled(f field, text string) (zh, en string, bad bool) {
	switch {
	case len([]rune(text)) > maxCell:
		return fmt.Sprintf("单元格超过%d个字符", maxCell), fmt.Sprintf("the cell has more than %d characters", maxCell), true
	case strings.HasPrefix(text, "="):
		return "单元格是公式，请改为数值", "the cell is a formula; put its value there", true
	case slices.Contains([]string{"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}, strings.ToUpper(text)):
		return "单元格是表格错误值 " + text, "the cell is the error " + text + " of a spreadsheet", true
	case (f == fieldIdentity || f == fieldLicence || f == fieldPhone) && rounded.MatchString(text):
		return "号码已被表格软件当作数字而丢失末位，请将该列设为文本后重新填写",
			"the spreadsheet took the number for a figure and lost its last digits; format the column as text and type it anew", true
	}
	return "", "", false
}

func (r reader) object(cells map[field]string, out *reading) registry.Object {
	o := registry.Object{Name: cells[fieldName], Address: cells[fieldAddress], Business: cells[fieldBusiness],
		LicenceNo: plainNumber(cells[fieldLicence]), Township: cells[fieldTownship], Kind: r.options.Kind, Grade: "green"}
	if k, ok := cells[fieldKind]; ok {
		o.Kind = kindOf(k)
	}
	o.Longitude, o.Latitude = r.place(cells, out)
	return o
}

// place is where a row says that its thing stands, in WGS 84.
func (r reader) place(cells map[field]string, out *reading) (longitude, latitude *float64) {
	lon, lat := cells[fieldLongitude], cells[fieldLatitude]
	if lon == "" && lat == "" {
		return nil, nil
	}
	p, problem := position(lon, lat)
	if problem != nil {
		problem.Row, problem.Column = out.n, r.heading.column(fieldLongitude)
		out.problems = append(out.problems, *problem)
		return nil, nil
	}
	given := p
	out.given = &given
	if r.options.System == GCJ02 {
		p = p.FromGCJ02()
	}
	p.Longitude, p.Latitude = round(p.Longitude), round(p.Latitude)
	return &p.Longitude, &p.Latitude
}

// round keeps a centimetre: what comes after it is noise that would count as change.
func round(degrees float64) float64 { return math.Round(degrees*1e7) / 1e7 }

func position(lon, lat string) (p place.Position, problem *Fault) {
	x, err1 := strconv.ParseFloat(identity.Normal(lon), 64)
	y, err2 := strconv.ParseFloat(identity.Normal(lat), 64)
	p = place.Position{Longitude: x, Latitude: y}
	switch {
	case err1 != nil || err2 != nil || math.IsNaN(x+y) || math.IsInf(x+y, 0):
		return p, &Fault{ZH: "经纬度应为十进制度数，如 121.397428", EN: "longitude and latitude are decimal degrees, as 121.397428"}
	case p.Swapped().InChina() && !p.InChina():
		return p, &Fault{ZH: "经度与纬度填反了", EN: "longitude and latitude are swapped"}
	case !p.InChina():
		return p, &Fault{ZH: "坐标不在中国境内", EN: "the position is not in China"}
	}
	return p, nil
}

func (r reader) party(cells map[field]string) *registry.Party {
	p := registry.Party{Name: cells[fieldParty], Identity: identity.Normal(plainNumber(cells[fieldIdentity])),
		Phone: plainNumber(cells[fieldPhone]), Address: cells[fieldPartyAddress], Email: cells[fieldEmail]}
	if p.Name == "" && p.Identity == "" {
		return nil
	}
	switch kind := cells[fieldPartyKind]; {
	case strings.Contains(kind, "个人") || kind == "person" || kind == "自然人":
		p.Kind = "person"
	case kind != "":
		p.Kind = "unit"
	case p.Identity != "" && (identity.Unit(p.Identity) == nil || creditCode.MatchString(p.Identity)):
		p.Kind = "unit"
	case p.Identity != "":
		p.Kind = "person"
	case strings.HasSuffix(p.Name, "公司") || strings.HasSuffix(p.Name, "店") || len([]rune(p.Name)) > 4:
		p.Kind = "unit"
	default:
		p.Kind = "person"
	}
	return &p
}

func plainNumber(text string) string {
	if m := wholeNumber.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return text
}

// kindOf understands the kinds of objects; what it does not is left to be refused.
func kindOf(text string) string {
	for kind, words := range map[string][]string{
		"shop": {"shop", "商铺", "店铺", "门店", "商户", "沿街商铺"},
		"site": {"site", "工地", "建设工地", "建筑工地", "施工工地"},
		"land": {"land", "空地", "裸土", "土地", "闲置土地", "裸地"},
	} {
		if slices.Contains(words, strings.ToLower(text)) {
			return kind
		}
	}
	return text
}
