package matter

import (
	"fmt"
	"regexp"
)

// matter checks the entry from top to bottom.
func (r *reader) matter(f file) Matter {
	m := Matter{
		Key: f.Key, Name: r.words("$.name", f.Name), Detector: f.Detector, Offsite: f.Offsite, Major: f.Major, Plan: f.Plan,
		GraceS: f.GraceS, Hours: f.Hours, Order: r.words("$.order", f.Order), Reminder: f.Reminder, BandsSource: r.words("$.bands_source", f.BandsSource),
		PublishDays: f.PublishDays, Unpublished: r.words("$.unpublished", f.Unpublished),
	}
	if !regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`).MatchString(f.Key) {
		r.wrong("$.key", "%q isn't a key; use small letters, digits and _", f.Key)
	}
	if f.Name.ZH == "" {
		r.wrong("$.name", "name the matter in both languages")
	}
	if f.GraceS < 0 || f.GraceS > 30*24*3600 {
		r.wrong("$.grace_s", "%d s is no time to correct; use 0 to 2592000", f.GraceS)
	}
	if f.Hours != "" && !regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d$`).MatchString(f.Hours) {
		r.wrong("$.hours", "%q isn't a span; write it like 06:00-22:00", f.Hours)
	}
	if err := checkReminder(f.Reminder); f.Reminder != "" && err != nil {
		r.wrong("$.reminder", "%v", err)
	}
	if f.PublishDays < 0 || f.PublishDays > 7 {
		r.wrong("$.publish_days", "%d working days; a decision is published within 7 (国办发〔2018〕118号)", f.PublishDays)
	}
	if f.Offsite {
		r.offsite(f)
	}
	if len(f.Versions) == 0 {
		r.wrong("$.versions", "name the law, or what is to be entered, from some day on")
	}
	for i, v := range f.Versions {
		m.Versions = append(m.Versions, r.version(fmt.Sprintf("$.versions[%d]", i), v, f.Bands))
		if i > 0 {
			r.follows(fmt.Sprintf("$.versions[%d].from", i), m.Versions[i-1], m.Versions[i])
		}
	}
	return m
}

// offsite demands what a matter needs to be enforced off-site.
func (r *reader) offsite(f file) {
	if f.Detector == "" {
		r.wrong("$.offsite", "an off-site matter needs a detector that finds it")
	}
	if f.GraceS == 0 {
		r.wrong("$.grace_s", "say how long the party has to correct before the re-check")
	}
	if f.Order.ZH == "" {
		r.wrong("$.order", "say what the party is told to do")
	}
}

func (r *reader) follows(path string, before, after Version) {
	if before.ValidTo.IsZero() {
		r.wrong(path, "the version before has no end; give it a \"to\" the day before")
		return
	}
	if !before.ValidTo.Before(after.ValidFrom) {
		r.wrong(path, "%s isn't after the version before, which ends %s", date(after.ValidFrom), date(before.ValidTo))
	}
}

func (r *reader) version(path string, f versionFile, bands []bandFile) Version {
	v := Version{
		ValidFrom: r.date(path+".from", f.From), May: f.May, NoOffence: f.NoOffence,
		Awaits: r.words(path+".awaits", f.Awaits), Confirm: r.words(path+".confirm", f.Confirm),
		Fines: r.fines(path+".fines_yuan", f.FinesYuan),
	}
	if f.To != "" {
		v.ValidTo = r.date(path+".to", f.To)
		if v.ValidTo.Before(v.ValidFrom) {
			r.wrong(path+".to", "%s lies before %s", f.To, f.From)
		}
	}
	for i, b := range f.Basis {
		v.Basis = append(v.Basis, r.basis(fmt.Sprintf("%s.basis[%d]", path, i), b, f.Awaits.ZH != "" || f.NoOffence))
	}
	switch {
	case f.Awaits.ZH != "" || f.NoOffence:
		if len(f.FinesYuan) > 0 {
			r.wrong(path+".fines_yuan", "a version that is awaited or no offence has no fine")
		}
		return v
	case len(v.Fines) == 0:
		r.wrong(path+".fines_yuan", "say who may be fined how much, or what is awaited")
	case len(v.Forbids()) == 0 || len(v.Penalises()) == 0:
		r.wrong(path+".basis", "a penalty needs a provision that forbids and one that penalises")
	}
	v.Bands = r.bands(bands, v.Fines)
	return v
}

func (r *reader) basis(path string, f basisFile, open bool) Basis {
	if f.Role != Forbids && f.Role != Penalty && f.Role != Both {
		r.wrong(path+".role", "%q isn't a role; use forbids, penalty or both", f.Role)
	}
	if f.Law.ZH == "" || f.Article == "" || f.ArticleEN == "" {
		r.wrong(path, "name law, article and article_en")
	}
	if f.Text == "" && !open {
		r.wrong(path+".text", "quote the provision as the law has it")
	}
	return Basis{Role: f.Role, Law: r.words(path+".law", f.Law), Edition: f.Edition, Article: f.Article, ArticleEN: f.ArticleEN, Text: f.Text, Source: f.Source}
}

// bands works the bands out against a version's fines.
func (r *reader) bands(files []bandFile, fines map[PartyKind]Range) []Band {
	if len(files) == 0 {
		r.wrong("$.bands", "no discretion band; enter the bureau's standard")
		return nil
	}
	var out []Band
	seen := map[string]bool{}
	for i, f := range files {
		path := fmt.Sprintf("$.bands[%d]", i)
		if seen[f.Key] || f.Key == "" {
			r.wrong(path+".key", "%q is empty or used twice", f.Key)
		}
		seen[f.Key] = true
		out = append(out, r.band(path, f, fines))
	}
	if last := len(files) - 1; len(files[last].When) > 0 || files[last].NoPenalty != "" {
		r.wrong(fmt.Sprintf("$.bands[%d].when", last), "the last band must take every case, with a fine and without condition")
	}
	return out
}

func (r *reader) band(path string, f bandFile, fines map[PartyKind]Range) Band {
	b := Band{Key: f.Key, Name: r.words(path+".name", f.Name), Article: r.words(path+".article", f.Article), NoPenalty: NoPenalty(f.NoPenalty), Fines: map[PartyKind]Range{}}
	if f.Name.ZH == "" {
		r.wrong(path+".name", "name the band in both languages")
	}
	for i, text := range f.When {
		c, err := ParseCondition(text)
		if err != nil {
			r.wrong(fmt.Sprintf("%s.when[%d]", path, i), "%v", err)
		}
		b.When = append(b.When, c)
	}
	own := r.fines(path+".fines_yuan", f.FinesYuan)
	switch {
	case f.NoPenalty != "" && b.NoPenalty != Must && b.NoPenalty != May:
		r.wrong(path+".no_penalty", "%q: use must or may", f.NoPenalty)
	case b.NoPenalty == Must:
		return b
	case own == nil && (len(f.Part) != 2 || f.Part[0] < 0 || f.Part[1] < f.Part[0] || f.Part[1] > 100):
		r.wrong(path+".part", "%v isn't a part of the range; write it like [10, 40], in hundredths", f.Part)
		return b
	}
	for kind, whole := range fines {
		mine, ok := own[kind]
		if !ok {
			if own != nil {
				r.wrong(path+".fines_yuan", "%s may be fined too; give its range", kind)
				return b
			}
			mine = whole.part(f.Part[0], f.Part[1])
		}
		if mine.Min < whole.Min || mine.Max > whole.Max {
			r.wrong(path+".fines_yuan", "%d to %d fen leaves the law's %d to %d", mine.Min, mine.Max, whole.Min, whole.Max)
		}
		b.Fines[kind] = mine
	}
	return b
}
