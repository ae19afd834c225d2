package casework

import (
	"strings"

	"offsite/casework/flow"
)

// facts is the sentence of what happened: the officers' once they wrote one, the
// rule's until then.
func (d *dossier) facts() string { return first(d.Facts, d.Summary.Why.ZH) }

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// said is what the party stated, for the decision.
func (d *dossier) said() string {
	var list []string
	for _, s := range d.Statements {
		list = append(list, s.Text)
	}
	return strings.Join(list, "\n")
}

func (d *dossier) answered() string {
	var list []string
	for _, s := range d.Statements {
		if s.Answer != "" && (len(list) == 0 || list[len(list)-1] != s.Answer) {
			list = append(list, s.Answer)
		}
	}
	return strings.Join(list, "\n")
}

func (d *dossier) whyReviewed() string {
	switch {
	case d.Hearing.Held != "":
		return "经过听证程序（行政处罚法第五十八条第一款第（二）项）"
	case d.Major:
		return "重大行政执法决定（行政处罚法第五十八条）"
	case d.Complex:
		return "案情疑难复杂（行政处罚法第五十八条第一款第（三）项）"
	}
	return "承办人提请审核"
}

// how is the way in which the case ended.
func (d *dossier) how(c *casefile) string {
	switch c.State {
	case flow.Closed, flow.Archived:
		if d.Ending != "" {
			return "终结执行：" + d.Ending
		}
		return "罚款缴清，结案"
	}
	return d.Ending
}

// addressed is where the decision was sent.
func (d *dossier) addressed() string {
	if d.Method == "electronic" {
		return d.Party.Consent
	}
	return d.Party.Address
}

func methodZH(method string) string {
	names := map[string]string{"electronic": "电子送达", "direct": "直接送达", "mail": "邮寄送达", "public": "公告送达"}
	return first(names[method], method)
}
