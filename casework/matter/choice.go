package matter

import (
	"fmt"
	"time"
)

// Choice is the version that applies to a case, with the reason.
type Choice struct {
	Matter  Matter
	Version Version
	Milder  bool // the later law is taken because it is milder (art. 37)
	Awaits  bool // the laws of the two days can't be compared before the bureau enters one
	Why     Words
}

// Ready reports whether a penalty can stand on the choice.
func (c Choice) Ready() bool { return !c.Awaits && c.Version.Ready() }

// At is the version in force on the day of the act, or the one in force on the day of
// the decision if that is milder for whoever may be fined (Penalty Law art. 37). Where
// mildness depends on who the party is, use AtFor.
func (c *Catalogue) At(key string, act, decision time.Time) (Choice, error) {
	return c.choose(key, "", act, decision)
}

// AtFor is At for one kind of party.
func (c *Catalogue) AtFor(key string, party PartyKind, act, decision time.Time) (Choice, error) {
	return c.choose(key, party, act, decision)
}

func (c *Catalogue) choose(key string, party PartyKind, act, decision time.Time) (Choice, error) {
	m, err := c.Matter(key)
	if err != nil {
		return Choice{}, err
	}
	if dayOf(decision).Before(dayOf(act)) {
		return Choice{}, fmt.Errorf("matter %s: the decision of %s lies before the act of %s; check the dates", key, date(decision), date(act))
	}
	then, ok := m.Current(act)
	if !ok {
		return Choice{}, fmt.Errorf("matter %s on %s: %w", key, date(act), ErrNoVersion)
	}
	now, ok := m.Current(decision)
	switch {
	case !ok:
		now = Version{NoOffence: true}
	case now.ValidFrom.Equal(then.ValidFrom):
		return Choice{Matter: m, Version: then, Why: Words{
			ZH: fmt.Sprintf("适用违法行为发生时（%s）施行的规定，至决定之日未修改（行政处罚法第三十七条）", dateZH(act)),
			EN: fmt.Sprintf("The law in force on the day of the act (%s), unchanged until the decision (Penalty Law art. 37)", date(act)),
		}}, nil
	}
	return compare(m, party, then, now, act, decision), nil
}

// compare takes the law of the act unless that of the decision is milder or forbids the
// act no more.
func compare(m Matter, party PartyKind, then, now Version, act, decision time.Time) Choice {
	old := Choice{Matter: m, Version: then, Why: Words{
		ZH: fmt.Sprintf("适用违法行为发生时（%s）的规定；决定时（%s）的新规定不比其轻（行政处罚法第三十七条）", dateZH(act), dateZH(decision)),
		EN: fmt.Sprintf("The law in force on the day of the act (%s); the later one on the day of the decision (%s) is no milder (Penalty Law art. 37)", date(act), date(decision)),
	}}
	if now.NoOffence || then.NoOffence {
		v := now
		if then.NoOffence {
			v = then
		}
		return Choice{Matter: m, Version: v, Milder: now.NoOffence, Why: Words{
			ZH: fmt.Sprintf("行为时或者决定时（%s）的规定不认为是违法，不予处罚（行政处罚法第三十七条）", dateZH(decision)),
			EN: fmt.Sprintf("The law of the act or of the decision (%s) doesn't forbid it: no penalty (Penalty Law art. 37)", date(decision)),
		}}
	}
	if !then.Ready() || !now.Ready() {
		old.Awaits = true
		old.Why = Words{
			ZH: fmt.Sprintf("行为时（%s）与决定时（%s）的规定需比较轻重，其中一部待本局录入（行政处罚法第三十七条）", dateZH(act), dateZH(decision)),
			EN: fmt.Sprintf("The laws of %s and %s must be compared, and one is to be entered by the bureau first (Penalty Law art. 37)", date(act), date(decision)),
		}
		return old
	}
	if !milder(now, then, party) {
		return old
	}
	return Choice{Matter: m, Version: now, Milder: true, Why: Words{
		ZH: fmt.Sprintf("违法行为发生后法律修改，决定时（%s）的新规定处罚较轻，适用新规定（行政处罚法第三十七条）", dateZH(decision)),
		EN: fmt.Sprintf("The law was changed after the act, and the new one in force on %s is milder, so it applies (Penalty Law art. 37)", date(decision)),
	}}
}

// milder reports whether a is milder than b: no kind of party is worse off under it and
// one is better off. A lower maximum weighs before a lower minimum, as the courts have it.
func milder(a, b Version, party PartyKind) bool {
	better := false
	for kind, old := range b.Fines {
		if party != "" && kind != party {
			continue
		}
		new, fined := a.Fines[kind]
		switch {
		case !fined || new.Max < old.Max:
			better = true
		case new.Max > old.Max:
			return false
		case new.Min < old.Min || new.Min == old.Min && a.May && !b.May:
			better = true
		case new.Min > old.Min:
			return false
		}
	}
	return better
}

// Verdict is the band that a case's facts fall into.
type Verdict struct {
	Band      Band
	NoPenalty NoPenalty // Must, May or ""
	Fine      Range     // for the party's kind; zero where NoPenalty is Must
	Lighter   Words     // why the fine is less than the band's; empty: it isn't
	Why       Words
}

// Judge finds the band for the facts of a case. It is ErrAwaited where the law isn't
// entered yet.
func (c Choice) Judge(f Facts) (Verdict, error) {
	if c.Version.NoOffence {
		return Verdict{NoPenalty: Must, Why: c.Why}, nil
	}
	if !c.Ready() {
		return Verdict{}, fmt.Errorf("matter %s: %w: %s", c.Matter.Key, ErrAwaited, c.awaited())
	}
	if _, ok := c.Version.Fines[f.Party]; !ok {
		return Verdict{}, fmt.Errorf("matter %s: the law fines no %s for it; look for another matter: %w", c.Matter.Key, f.Party, ErrNoBand)
	}
	for _, b := range c.Version.Bands {
		if !b.Fits(f) {
			continue
		}
		v := Verdict{Band: b, NoPenalty: b.NoPenalty, Why: b.why()}
		if b.NoPenalty != Must {
			v.Fine = b.Fines[f.Party]
			if f.young() {
				v.Fine = v.Fine.lighter(c.Version.Fines[f.Party])
				v.Lighter = Words{ZH: "已满十四周岁不满十八周岁，从轻或者减轻处罚（行政处罚法第三十条）", EN: "aged fourteen to seventeen: lighter or mitigated (Penalty Law art. 30)"}
			}
		}
		return v, nil
	}
	return Verdict{}, fmt.Errorf("matter %s: %w", c.Matter.Key, ErrNoBand)
}

func (c Choice) awaited() string {
	if c.Version.Awaits.EN != "" {
		return c.Version.Awaits.EN
	}
	return c.Why.EN
}

func (b Band) why() Words {
	w := Words{ZH: b.Name.ZH, EN: b.Name.EN}
	if b.Article.ZH != "" {
		w.ZH += "（" + b.Article.ZH + "）"
		w.EN += " (" + b.Article.EN + ")"
	}
	return w
}

func date(t time.Time) string   { return t.In(legal()).Format(time.DateOnly) }
func dateZH(t time.Time) string { return t.In(legal()).Format("2006年1月2日") }
