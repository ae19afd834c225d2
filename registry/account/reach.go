package account

import (
	"slices"
	"strings"
)

// The levels of an account, as those of the plan's supervisors (“1+3+19”三级督察队伍).
const (
	District = "district" // 区级: sees all townships
	Brigade  = "brigade"  // 大队: sees the townships that it covers
	Township = "township" // 乡镇: sees one
)

// Reach is whose records an account sees, and in which team it works.
type Reach struct {
	Team      string   `json:"team"`      // 中队, as reports name it
	Level     string   `json:"level"`     // District, Brigade, Township
	Townships []string `json:"townships"` // empty for a district's
}

const mostTownships = 60

func (a *Account) checkReach() error {
	r := &a.Reach
	if r.Team = strings.TrimSpace(r.Team); len([]rune(r.Team)) > 60 {
		return refuse("team", "中队名称过长（最多60字）", "the team's name is longer than 60 characters")
	}
	if r.Level == "" {
		r.Level = District
	}
	townships := []string{}
	for _, t := range r.Townships {
		if t = strings.TrimSpace(t); t != "" && !slices.Contains(townships, t) {
			townships = append(townships, t)
		}
	}
	slices.Sort(townships)
	r.Townships = townships
	for _, t := range townships {
		if len([]rune(t)) > 100 {
			return refuse("townships", "乡镇名称过长", "a township's name is longer than 100 characters")
		}
	}
	switch {
	case !slices.Contains([]string{District, Brigade, Township}, r.Level):
		return refuse("level", "层级只能是 district（区级）、brigade（大队）或 township（乡镇）", `the level is "district", "brigade" or "township"`)
	case r.Level == District && len(townships) > 0:
		return refuse("townships", "区级账号面向全区，不限定乡镇", "an account of the district sees all townships: name none")
	case r.Level == Township && len(townships) != 1:
		return refuse("townships", "乡镇账号须限定一个乡镇", "an account of a township names exactly one")
	case r.Level == Brigade && (len(townships) == 0 || len(townships) > mostTownships):
		return refuse("townships", "大队账号须限定所辖乡镇（最多60个）", "an account of a brigade names the townships that it covers, 60 at most")
	case r.Level != District && a.Has(Admin):
		return refuse("level", "系统管理员管理全区账号，须为区级", "an administrator manages the whole district's accounts: its level is the district's")
	}
	return nil
}
