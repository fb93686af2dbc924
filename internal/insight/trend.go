package insight

import (
	"guanxi/internal/crm"
	"guanxi/internal/history"
)

// Trend is whether somebody buys more or less often than before.
type Trend string

const (
	Rising  Trend = "rising"
	Steady  Trend = "steady"
	Falling Trend = "falling"
)

// TrendDays is the length of the two spans that Trend compares: together they
// fit into what Recent holds.
const TrendDays = 182

// Trend compares on how many dates purchases were made in the last TrendDays up
// to on, and in as many days before. Who bought in neither is steady.
func (i Insight) Trend(on crm.Date) Trend {
	late, early := i.Dates(on, TrendDays), i.Dates(on-TrendDays, TrendDays)
	switch {
	case late > early:
		return Rising
	case late < early:
		return Falling
	}
	return Steady
}

// Dates are on how many dates purchases were made in so many days up to on; of
// days before Recent it knows nothing.
func (i Insight) Dates(on crm.Date, days int) (dates int) {
	var last crm.Date
	for _, p := range i.Recent {
		if p.Date > on-crm.Date(days) && p.Date <= on && p.Date != last {
			dates, last = dates+1, p.Date
		}
	}
	return dates
}

// Spent is what purchases of so many days up to on came to; likewise.
func (i Insight) Spent(on crm.Date, days int) (net int64) {
	for _, p := range i.Recent {
		if p.Date > on-crm.Date(days) && p.Date <= on {
			net = history.Plus(net, p.Net)
		}
	}
	return net
}
