package credit

import (
	"fmt"
	"regexp"
	"strconv"
)

// Rules by which a record has its level.
const (
	InBetween = "in_between" // 一般
	Major     = "major"      // 重大案件
	FineFrom  = "fine_from"  // 罚款达到
	FineUpTo  = "fine_up_to" // 罚款不超过
)

// Grounds are why a record has its level, in parts, for a reader of any language.
type Grounds struct {
	Rule       string `json:"rule" enum:"in_between,major,fine_from,fine_up_to" doc:"in_between: the fine is neither light nor serious."`
	FineFen    int64  `json:"fine_fen" doc:"The bound that the fine reached or kept, in fen, as the rules then had it; 0: of other rules."`
	RepeatDays int    `json:"repeat_days" doc:"Another record within so many days raised the class by one; 0: none did."`
}

// String is how grounds stand in the record, in Chinese: what the party's copy of its data says.
func (g Grounds) String() string {
	text := map[string]string{InBetween: "一般", Major: "重大案件", FineFrom: "罚款达到" + yuan(g.FineFen), FineUpTo: "罚款不超过" + yuan(g.FineFen)}[g.Rule]
	if g.RepeatDays > 0 {
		text += fmt.Sprintf("，%d天内已有记录，加重一级", g.RepeatDays)
	}
	return text
}

func yuan(fen int64) string {
	const hundred = 100
	if rest := fen % hundred; rest != 0 {
		return fmt.Sprintf("%d.%02d元", fen/hundred, rest)
	}
	return fmt.Sprintf("%d元", fen/hundred)
}

var written = regexp.MustCompile(`^(?:(一般)|(重大案件)|罚款(达到|不超过)(\d+)(?:\.(\d\d))?元)(?:，(\d+)天内已有记录，加重一级)?$`)

// groundsOf reads what String has written; nil where it is something else.
func groundsOf(text string) *Grounds {
	part := written.FindStringSubmatch(text)
	if part == nil {
		return nil
	}
	g := Grounds{Rule: FineUpTo}
	switch {
	case part[1] != "":
		g.Rule = InBetween
	case part[2] != "":
		g.Rule = Major
	case part[3] == "达到":
		g.Rule = FineFrom
	}
	g.FineFen, _ = strconv.ParseInt(part[4]+(part[5] + "00")[:2], 10, 64) // digits by the pattern
	g.RepeatDays, _ = strconv.Atoi(part[6])                               // none is 0
	return &g
}
