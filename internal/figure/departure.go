package figure

import (
	"slices"

	"guanxi/internal/churn"
	"guanxi/internal/crm"
	"guanxi/internal/level"
	"guanxi/internal/standing"
	"guanxi/internal/tier"
)

// left tells whether a customer counts as newly lost.
func left(was, is standing.Mark) bool { return stayed(was) && is.Status() == tier.Lost }

// stayed tells whether they had bought, and were not lost.
func stayed(m standing.Mark) bool { return m.Level() != level.None && m.Status() != tier.Lost }

// Departure is between which points a customer was lost, and why, in four bytes.
// Those who left without a reason that we know are the others who moved so.
type Departure uint32

func newDeparture(from, to int, why churn.LossReason) Departure {
	return Departure(from)<<16 | Departure(to)<<8 | Departure(slices.Index(lossReasons(), why))
}

func (d Departure) between(from, to int) bool { return d>>8 == Departure(from)<<8|Departure(to) }
func (d Departure) why() churn.LossReason     { return lossReasons()[int(d&0xff)%len(lossReasons())] }

// lossReasons are stored by their places, which never change.
func lossReasons() []churn.LossReason {
	return []churn.LossReason{churn.Service, churn.Product, churn.Price, churn.Competitor, churn.Communication, churn.Other}
}

// why is the reason that was given for the silence in which a customer was lost
// on a date: that of the last warning after the purchase before it.
func (j Judged) why(lost crm.Date) (reason churn.LossReason) {
	bought := j.boughtBefore(lost)
	var last crm.Date
	for _, e := range j.Endings {
		if e.Since > bought && e.Since <= lost && e.Since > last {
			last, reason = e.Since, e.Loss
		}
	}
	return reason
}

// boughtBefore is the last purchase up to a date, as far as the insight knows.
func (j Judged) boughtBefore(on crm.Date) (last crm.Date) {
	dates := []crm.Date{j.Insight.First, j.Insight.Second, j.Insight.Before}
	for _, p := range j.Insight.Recent {
		dates = append(dates, p.Date)
	}
	for _, d := range dates {
		if d <= on {
			last = max(last, d)
		}
	}
	return last
}

// ChurnPart is the churn of some of the customers, or for some reason.
type ChurnPart struct {
	Name  string `json:"name" example:"growth"`
	Churn Rate   `json:"churn"`
}

// ChurnByTier is the churn of the customers of each tier at the first point.
func (c *Count) ChurnByTier(from, to int) []ChurnPart {
	lost, were := map[tier.Tier]int64{}, map[tier.Tier]int64{}
	for move, n := range c.Moves {
		if !move.between(from, to) || !stayed(move.was()) {
			continue
		}
		of := move.was().Tier()
		if were[of] += n; left(move.was(), move.is()) {
			lost[of] += n
		}
	}
	parts := []ChurnPart{}
	for _, of := range []tier.Tier{tier.Strategic, tier.Growth, tier.Basic, tier.Dormant} {
		if were[of] > 0 {
			parts = append(parts, ChurnPart{string(of), NewRate(lost[of], were[of])})
		}
	}
	return parts
}

// unknown is the reason that nobody has heard.
const unknown = "unknown"

// ChurnByReason shares the churn out over the reasons: the hits add up to those
// of all, the cases are those of all.
func (c *Count) ChurnByReason(from, to int) []ChurnPart {
	all, heard := c.Churn(from, to), map[churn.LossReason]int64{}
	rest := all.Hits
	for departure, n := range c.Departures {
		if departure.between(from, to) {
			heard[departure.why()] += n
			rest -= n
		}
	}
	parts := []ChurnPart{}
	for _, why := range lossReasons() {
		if heard[why] > 0 {
			parts = append(parts, ChurnPart{string(why), NewRate(heard[why], all.Cases)})
		}
	}
	if rest > 0 {
		parts = append(parts, ChurnPart{unknown, NewRate(rest, all.Cases)})
	}
	return parts
}
