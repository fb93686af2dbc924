package standing

import (
	"iter"
	"slices"
	"sort"

	"guanxi/internal/crm"
	"guanxi/internal/history"
)

// course is what is answered on each date, and the memory of who asks for one
// decision: it looks at the same dates again.
//
// With grace an answer is the best level and the best tier that were due on one
// of its last days, each of those judged by the facts dated up to it. So a
// promotion counts at once and a demotion late, and who makes up for it meanwhile
// never notices. What a refund takes away was never due, and is not kept.
//
// What is due changes on turns only, so they are the only dates to look at.
type course struct {
	*Basis
	h     history.History
	turns []crm.Date           // after the date that is judged: when an answer could change
	past  []crm.Date           // turns from before all that grace reaches; nil: there is none
	due   map[crm.Date]Classes // by the rules without grace, as far as asked

	buyers map[crm.Date]*buyer // by when they were last seen, as far as asked
}

// course is ready for the date and its marks, and what comes after it.
func (b *Basis) course(h history.History, on crm.Date) *course {
	c := &course{Basis: b, h: h, buyers: map[crm.Date]*buyer{}}
	if !b.graces() {
		c.turns = c.turnsAfter(on)
		return c
	}
	c.due = map[crm.Date]Classes{}
	levels, tiers := crm.Date(b.Policy.Level.GraceDays), crm.Date(b.Policy.Tier.GraceDays)
	c.past = c.turnsAfter(oldestMark(on) - max(levels, tiers))
	for _, d := range c.past {
		for _, late := range []crm.Date{d, d + levels, d + tiers} {
			if late > on {
				c.turns = append(c.turns, late)
			}
		}
	}
	slices.Sort(c.turns)
	c.turns = slices.Compact(c.turns)
	return c
}

// graces tells whether the policy lets any demotion wait.
func (b *Basis) graces() bool { return b.Policy.Level.GraceDays > 0 || b.Policy.Tier.GraceDays > 0 }

// until is the course that the facts dated up to a date make.
func (c *course) until(on crm.Date) *course {
	known := *c
	known.h, known.due = c.h.Until(on), map[crm.Date]Classes{}
	return &known
}

// on is what is answered on a date.
func (c *course) on(d crm.Date) Classes {
	now := c.dueOn(d)
	if !c.graces() {
		return now
	}
	for then := range c.last(c.Policy.Level.GraceDays, d) {
		now.Level = better(levels(), now.Level, then.Level)
	}
	for then := range c.last(c.Policy.Tier.GraceDays, d) {
		now.Tier = better(tiers(), now.Tier, then.Tier)
	}
	return now
}

// last are the different answers that were due within so many days.
func (c *course) last(days int, on crm.Date) iter.Seq[Classes] {
	return func(yield func(Classes) bool) {
		from := on - crm.Date(days)
		next := sort.Search(len(c.past), func(i int) bool { return c.past[i] > from })
		for d := from; d <= on && yield(c.dueOn(d)) && next < len(c.past); next++ {
			d = c.past[next]
		}
	}
}

// dueOn is the answer of a date without grace; with grace it is asked again and again.
func (c *course) dueOn(d crm.Date) Classes {
	if now, known := c.due[d]; known {
		return now
	}
	_, now := c.judge(c.h, d)
	if c.graces() {
		c.due[d] = now
	}
	return now
}

// better is the later one in order of worth.
func better[A comparable](worth []A, a, b A) A {
	return worth[max(slices.Index(worth, a), slices.Index(worth, b))]
}

// kept are the answers with what grace keeps.
func (m *Measures) kept(due Classes) Classes {
	if m.LevelKept != "" {
		due.Level = m.LevelKept
	}
	if m.TierKept != "" {
		due.Tier = m.TierKept
	}
	return due
}
