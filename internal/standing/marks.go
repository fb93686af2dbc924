package standing

import (
	"encoding/base64"
	"slices"

	"guanxi/internal/churn"
	"guanxi/internal/crm"
	"guanxi/internal/level"
	"guanxi/internal/tier"
)

// Mark is level, tier and status in one byte: what a customer was at one time.
type Mark byte

// The order is that of worth; Marks are stored, so it never changes.
func levels() []level.Level {
	return []level.Level{level.None, level.Dormant, level.Silver, level.Gold, level.Diamond}
}
func tiers() []tier.Tier {
	return []tier.Tier{tier.None, tier.Dormant, tier.Basic, tier.Growth, tier.Strategic}
}
func statuses() []tier.Status {
	return []tier.Status{tier.StatusNone, tier.Lost, tier.StatusDormant, tier.Active}
}

// Mark is what the classes say of level, tier and status.
func (c Classes) Mark() Mark {
	return Mark((slices.Index(levels(), c.Level)*len(tiers())+slices.Index(tiers(), c.Tier))*len(statuses()) + slices.Index(statuses(), c.Status))
}

func (m Mark) Level() level.Level { return levels()[int(m)/len(statuses())/len(tiers())%len(levels())] }
func (m Mark) Tier() tier.Tier    { return tiers()[int(m)/len(statuses())%len(tiers())] }
func (m Mark) Status() tier.Status {
	return statuses()[int(m)%len(statuses())]
}

// Marks are what the customer was at the ends of the last MarkedMonths months
// before the one that was judged in, the newest last, by the rules that judged;
// as base64. So what moved between two dates is told by the decisions of today.
type Marks string

// MarkedMonths is one more than a year, so that it holds the start and the end
// of each of twelve months.
const MarkedMonths = 13

func (c *course) marks(on crm.Date) Marks {
	var all [MarkedMonths]byte
	end := on.MonthStart() - 1
	for i := len(all) - 1; i >= 0; i-- {
		all[i] = byte(c.mark(end))
		end = end.MonthStart() - 1
	}
	return Marks(base64.RawStdEncoding.EncodeToString(all[:]))
}

// oldestMark is the date of the first one.
func oldestMark(on crm.Date) crm.Date {
	for range MarkedMonths {
		on = on.MonthStart() - 1
	}
	return on
}

func (c *course) mark(on crm.Date) Mark {
	if c.graces() {
		return c.on(on).Mark()
	}
	h := c.h.Until(on)
	m := c.totals(h, on)
	w := c.worthOf(h, m)
	if w.Band == tier.Negative { // only then a warning makes a difference
		m.WarnedSince = c.warnedSince(h, on)
	}
	return classify(&c.Policy, m, w).Mark()
}

// MarkAt is what the customer was on the last date of a month. A decision
// stands until something happens or its ChangesAt comes; so from the date on
// which it was judged it speaks by its classes. False: that is too long ago.
func MarkAt(m Measures, c Classes, monthEnd crm.Date) (Mark, bool) {
	if monthEnd >= m.On {
		return c.Mark(), true
	}
	all, err := base64.RawStdEncoding.DecodeString(string(m.Marks))
	if err != nil {
		return 0, false
	}
	end := m.On.MonthStart() - 1
	for _, mark := range slices.Backward(all) {
		if end == monthEnd {
			return Mark(mark), true
		}
		end = end.MonthStart() - 1
	}
	return 0, false
}

// held are the tiers at the ends of the last twelve months and on the date that
// was judged, ascending.
func held(m Measures, c Classes) (all []churn.Held) {
	end := m.On
	ends := []crm.Date{m.On}
	for range MarkedMonths - 1 {
		end = end.MonthStart() - 1
		ends = append(ends, end)
	}
	for _, end := range slices.Backward(ends) {
		if mark, known := MarkAt(m, c, end); known {
			all = append(all, churn.Held{On: end, Tier: mark.Tier()})
		}
	}
	return all
}
