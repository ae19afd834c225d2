package intake

import (
	"slices"
	"strings"
)

// field is a column that is understood.
type field string

const (
	fieldName         field = "name"
	fieldKind         field = "kind"
	fieldAddress      field = "address"
	fieldBusiness     field = "business"
	fieldLicence      field = "licence_no"
	fieldTownship     field = "township"
	fieldLongitude    field = "longitude"
	fieldLatitude     field = "latitude"
	fieldParty        field = "party"
	fieldPartyKind    field = "party_kind"
	fieldIdentity     field = "identity"
	fieldPhone        field = "phone"
	fieldPartyAddress field = "party_address"
	fieldEmail        field = "email"
)

// titles are the headings under which a field is found.
func titles() map[field][]string {
	return map[field][]string{
		fieldName:         {"名称", "店名", "商铺名称", "店铺名称", "门店名称", "工地名称", "项目名称", "对象名称", "name"},
		fieldKind:         {"类型", "类别", "对象类型", "kind", "type"},
		fieldAddress:      {"地址", "经营地址", "店铺地址", "工地地址", "详细地址", "address"},
		fieldBusiness:     {"业态", "经营范围", "行业", "经营类型", "business"},
		fieldLicence:      {"证照编号", "许可证号", "执照编号", "营业执照号", "施工许可证号", "licence_no", "licence", "license"},
		fieldTownship:     {"乡镇", "街道", "镇", "所属乡镇", "township"},
		fieldLongitude:    {"经度", "longitude", "lng", "lon", "x"},
		fieldLatitude:     {"纬度", "latitude", "lat", "y"},
		fieldParty:        {"当事人", "经营者", "负责人", "法定代表人", "业主", "单位名称", "施工单位", "party", "owner"},
		fieldPartyKind:    {"当事人类型", "主体类型", "party_kind"},
		fieldIdentity:     {"证件号码", "身份证号", "身份证号码", "统一社会信用代码", "信用代码", "identity"},
		fieldPhone:        {"电话", "手机", "手机号", "联系电话", "手机号码", "phone"},
		fieldPartyAddress: {"当事人地址", "住址", "住所", "party_address"},
		fieldEmail:        {"邮箱", "电子邮箱", "email"},
	}
}

// sheet is what the columns of a file may be.
type sheet struct {
	titles map[field][]string
	needs  []field
	lacks  error // where one that is needed is missing
}

// objectSheet is a file of objects.
func objectSheet() sheet {
	return sheet{titles: titles(), needs: []field{fieldName}, lacks: unreadable("找不到表头：需要“名称”一列，例如 名称、类型、地址、经度、纬度、当事人、证件号码",
		"there is no heading: a column 名称 or name is needed, as name, kind, address, longitude, latitude, party, identity")}
}

// heading is the columns of a file that are understood.
type heading struct {
	sheet   sheet
	columns map[field]int
	names   map[field]string // as written in the file
	unknown []string
}

// readHeading understands a row as heading; false if a column that is needed is missing.
func readHeading(cells []string, s sheet) (heading, bool) {
	h := heading{sheet: s, columns: map[field]int{}, names: map[field]string{}}
	for i, cell := range cells {
		folded := strings.ToLower(strings.Map(func(c rune) rune {
			if strings.ContainsRune(" \t\n\r　*：:", c) {
				return -1
			}
			return c
		}, cell))
		found := false
		for f, known := range s.titles {
			if _, taken := h.columns[f]; !taken && slices.Contains(known, folded) {
				h.columns[f], h.names[f], found = i, strings.TrimSpace(cell), true
			}
		}
		if !found && folded != "" {
			h.unknown = append(h.unknown, strings.TrimSpace(cell))
		}
	}
	for _, f := range s.needs {
		if _, there := h.columns[f]; !there {
			return h, false
		}
	}
	return h, true
}

// line is a row of the file that holds something.
type line struct {
	n     int // as the spreadsheet counts, from 1
	cells map[field]string
	dates map[field]string // of cells, those that are dates to the spreadsheet, as it shows them
	// problems of reading, before what is written is looked at
	problems []Fault
}

func (h heading) line(n int, cells []string) line {
	l := line{n: n, cells: map[field]string{}}
	for f, i := range h.columns {
		if i < len(cells) {
			if text := strings.TrimSpace(cells[i]); text != "" {
				l.cells[f] = text
			}
		}
	}
	return l
}

// table is a file as read.
type table struct {
	sheet    sheet
	heading  heading
	lines    []line
	warnings []Fault
}

// Fault is what is wrong with a row, or with the file (row 0). A warning does not
// keep the row out.
type Fault struct {
	Row     int    `json:"row"`
	Column  string `json:"column,omitempty"` // as headed in the file
	ZH      string `json:"zh"`
	EN      string `json:"en"`
	Warning bool   `json:"warning,omitempty"`
}
