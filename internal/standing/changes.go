package standing

import (
	"slices"

	"guanxi/internal/crm"
	"guanxi/internal/history"
	"guanxi/internal/tier"
)

// ChangesAt is the exact first date after on on which the classes change if
// nothing more happens; zero: never. Facts dated later than on take part: an
// order of tomorrow changes the decision tomorrow.
func ChangesAt(b Basis, h history.History, on crm.Date) crm.Date {
	return b.course(h, on).changesAt(on)
}

func (c *course) changesAt(on crm.Date) crm.Date {
	now := c.on(on)
	for _, d := range c.turns {
		if c.on(d) != now {
			return d
		}
	}
	return 0
}

// turnsAfter are all dates after on on which a class could be due to change, ascending: on any
// other date every rule compares the same numbers with the same outcome as the
// day before.
func (c *course) turnsAfter(on crm.Date) []crm.Date {
	h, p := c.h, &c.Policy
	turns := make([]crm.Date, 0, len(h.Purchases)+16)
	add := func(d crm.Date, days int) {
		if d += crm.Date(days); d > on {
			turns = append(turns, d)
		}
	}
	soFar := h.Until(on)
	lately := max(soFar.LastPurchase(), soFar.LastContact())
	silence := func(seen crm.Date) {
		add(seen, 0)
		add(seen, p.Tier.Status.DormantAfterDays)
		add(seen, p.Tier.Status.LostAfterDays)
		add(seen, p.Churn.WarnAfterDays)
		if then := h.Until(seen); seen >= lately && len(then.Purchases) > 0 && c.foresees() && p.Tier.By == tier.ByValue {
			from, to := max(on, seen), seen+crm.Date(p.Tier.Status.DormantAfterDays)-1
			if from < to {
				turns = append(turns, c.crossings(c.buyerOf(then, seen), from, to)...)
			}
		}
	}
	for i, bought := range h.Purchases {
		add(bought.Date, p.Level.WindowDays) // it leaves the level's window
		// Recency and silence count from the last one only, which is whatever
		// is last on the date, or comes later.
		if i+1 < len(h.Purchases) && h.Purchases[i+1].Date <= on {
			continue
		}
		silence(bought.Date)
		if leaves, ok := c.leaves(h.Until(bought.Date), forever); ok {
			add(leaves, 0)
		}
		for _, days := range p.RFM.RecencyDays {
			add(bought.Date, days+1)
		}
	}
	for i, talked := range h.Contacts {
		if i+1 < len(h.Contacts) && h.Contacts[i+1] <= on {
			continue
		}
		silence(talked)
	}
	slices.Sort(turns)
	return slices.Compact(turns)
}
