package standing

import (
	"slices"

	"guanxi/internal/crm"
	"guanxi/internal/history"
)

// ChangesAt is the exact first date after on on which the classes change if
// nothing more happens; zero: never. Facts dated later than on take part: an
// order of tomorrow changes the decision tomorrow.
func ChangesAt(b Basis, h history.History, on crm.Date) crm.Date {
	now := Classify(b.Policy, measure(b, h, on))
	for _, d := range turns(b.Policy, h, on) {
		if Classify(b.Policy, measure(b, h, d)) != now {
			return d
		}
	}
	return 0
}

// turns are all dates after on on which a class could change, ascending: on any
// other date every rule compares the same numbers with the same outcome as the
// day before.
func turns(p Policy, h history.History, on crm.Date) []crm.Date {
	turns := make([]crm.Date, 0, len(h.Purchases)+16)
	add := func(d crm.Date, days int) {
		if d += crm.Date(days); d > on {
			turns = append(turns, d)
		}
	}
	silence := func(seen crm.Date) {
		add(seen, 0)
		add(seen, p.Tier.Status.DormantAfterDays)
		add(seen, p.Tier.Status.LostAfterDays)
		add(seen, p.Churn.WarnAfterDays)
	}
	for i, b := range h.Purchases {
		add(b.Date, p.Level.WindowDays) // it leaves the level's window
		// Recency and silence count from the last one only, which is whatever
		// is last on the date, or comes later.
		if i+1 < len(h.Purchases) && h.Purchases[i+1].Date <= on {
			continue
		}
		silence(b.Date)
		for _, days := range p.RFM.RecencyDays {
			add(b.Date, days+1)
		}
	}
	for i, c := range h.Contacts {
		if i+1 < len(h.Contacts) && h.Contacts[i+1] <= on {
			continue
		}
		silence(c)
	}
	slices.Sort(turns)
	return slices.Compact(turns)
}
