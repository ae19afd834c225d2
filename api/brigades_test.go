package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"offsite/api/wire"
	"offsite/casework"
	"offsite/casework/quota"
	"offsite/casework/team"
	"offsite/registry"
	"offsite/registry/account"
)

// The figures and the reports are added up by brigade and by township; a brigade's
// supervisor sees the brigade's, and its township's alone.
func TestFiguresAndReportsOfBrigades(t *testing.T) {
	t.Parallel()
	h := open(t)
	admin, district := h.staff("admin"), h.staff("supervisor")
	one, none := h.member("one", account.Reach{Level: account.Brigade, Townships: []string{mark, "乙镇"}}, "supervisor"), h.member("none", account.Reach{Level: account.Brigade, Townships: []string{"乙镇"}}, "supervisor")
	h.settle([]string{h.accountID("one")})
	draft := wire.BrigadesDraft{Brigades: []registry.Brigade{{Name: "一大队", Townships: []string{mark, "乙镇"}}, {Name: "二大队", Townships: []string{"丙镇"}}}}
	if r := district.do("PUT", "/brigades", draft); r.status != http.StatusForbidden {
		t.Errorf("saved by a supervisor: %s", r)
	}
	twice := wire.BrigadesDraft{Brigades: append(slices.Clone(draft.Brigades), registry.Brigade{Name: "三大队", Townships: []string{mark}})}
	if r := admin.do("PUT", "/brigades", twice); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.String(), "一大队") {
		t.Errorf("a township of two: %s", r)
	}
	h.wants(http.StatusOK, admin.do("PUT", "/brigades", draft))
	if r := district.do("GET", "/brigades", nil); !strings.Contains(r.String(), "二大队") {
		t.Errorf("the brigades: %s", r)
	}

	areas := func(p *person) (names []string) {
		var out struct{ Items []quota.AreaFigures }
		p.do("GET", "/quotas/areas", nil).into(t, &out)
		for _, a := range out.Items {
			names = append(names, a.Level+" "+a.Name)
			i := slices.IndexFunc(a.Figures, func(f quota.AreaFigure) bool { return f.Key == "review_during" })
			if holds := slices.Contains(a.Townships, mark); i < 0 || (a.Figures[i].Denominator == 1) != holds {
				t.Errorf("%s has the figures %+v", a.Name, a.Figures)
			}
		}
		return names
	}
	if got, want := areas(district), []string{"brigade 一大队", "brigade 二大队", "township 丙镇", "township 乙镇", "township " + mark}; !slices.Equal(got, want) {
		t.Errorf("the district sees %v, want %v", got, want)
	}
	if got, want := areas(one), []string{"brigade 一大队", "township 乙镇", "township " + mark}; !slices.Equal(got, want) {
		t.Errorf("the brigade sees %v, want %v", got, want)
	}
	if got := areas(none); len(got) != 0 {
		t.Errorf("who sees a part of a brigade is shown %v", got)
	}

	filed := func(query string) int64 {
		var out struct{ Items []casework.Quota }
		district.do("GET", "/quotas"+query, nil).into(t, &out)
		i := slices.IndexFunc(out.Items, func(q casework.Quota) bool { return q.Key == "review_during" })
		return out.Items[i].Denominator
	}
	if filed("") != 1 || filed("?brigade=一大队") != 1 || filed("?township="+mark) != 1 || filed("?brigade=二大队") != 0 || filed("?township=乙镇") != 0 {
		t.Error("the figures of a part are not those of its cases")
	}
	if r := district.do("GET", "/quotas/review_during/items?missing=true&brigade=二大队", nil); strings.Contains(r.String(), mark) {
		t.Errorf("behind the figures of another brigade stands %s", r)
	}
	for _, path := range []string{"/quotas?brigade=二大队", "/quotas/report?brigade=二大队", "/quotas?township=丙镇", "/quotas?brigade=无此大队"} {
		if r := one.do("GET", path, nil); r.status != http.StatusNotFound {
			t.Errorf("beyond one's reach, %s: %s", path, r)
		}
	}
	if r := one.do("GET", "/quotas/report?brigade=一大队&year=2025", nil); r.status != http.StatusOK {
		t.Errorf("the report of last year: %s", r)
	}

	// The month before is sealed for each part, and read by who sees it.
	if _, err := h.pool.Exec(t.Context(), `UPDATE casefile SET raised_at = raised_at - interval '2 months'`); err != nil {
		t.Fatal(err)
	}
	if err := h.book.SealQuotas(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		who         *person
		query, want string
	}{
		{district, "", "district "}, {district, "?brigade=二大队", "brigade 二大队"}, {district, "?township=乙镇", "township 乙镇"},
		{one, "", "brigade 一大队"}, {one, "?township=乙镇", "township 乙镇"}, {none, "", "township 乙镇"},
	} {
		var out struct{ Items []casework.QuotaSnapshot }
		c.who.do("GET", "/quotas/snapshots"+c.query, nil).into(t, &out)
		if len(out.Items) != 1 || out.Items[0].Level+" "+out.Items[0].Area != c.want {
			t.Errorf("sealed of %s%s is %+v", c.want, c.query, out.Items)
		}
	}
	if r := one.do("GET", "/quotas/snapshots?brigade=二大队", nil); r.status != http.StatusNotFound {
		t.Errorf("what another brigade sealed: %s", r)
	}

	var report team.TeamReport
	district.do("GET", "/reports/scores?by=brigade&period="+now().Format("2006"), nil).into(t, &report)
	if len(report.Rows) != 1 || report.Rows[0].Key != "一大队" || report.Rows[0].Counts["reviewed"] != 1 {
		t.Errorf("the report by brigade: %+v", report.Rows)
	}
}
