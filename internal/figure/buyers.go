package figure

import (
	"maps"
	"slices"

	"guanxi/internal/crm"
)

// Repurchase is the share of the buyers of a window who bought on at least two
// dates of it; false where buyers are not counted in a window of so many days.
func (c *Count) Repurchase(days int, side Side) (Rate, bool) {
	all := Windows()
	w := slices.Index(all[:], days)
	if w < 0 {
		return Rate{}, false
	}
	b := c.Buyers[w][side.index()]
	return NewRate(b.Repeats, b.Buyers), true
}

// CohortRates is how many of the customers who first bought in a month bought
// again, on a later date.
type CohortRates struct {
	Month     string `json:"month" doc:"Of the first purchase." example:"2025-03"`
	Customers int64  `json:"customers" example:"840"`
	Within90  *Rate  `json:"within_90_days,omitempty" doc:"Absent until each of them has had 90 days."`
	Within365 *Rate  `json:"within_365_days,omitempty" doc:"Absent until each of them has had 365 days."`
}

// SecondPurchase shows the cohorts as of the night of the count, oldest first.
func (c *Count) SecondPurchase(side Side, night crm.Date) []CohortRates {
	all := []CohortRates{}
	for _, month := range slices.Sorted(maps.Keys(c.Cohorts)) {
		cohort := c.Cohorts[month][side.index()]
		start, err := crm.ParseDate(month + "-01")
		if cohort.Size == 0 || err != nil {
			continue
		}
		rates := CohortRates{Month: month, Customers: cohort.Size}
		if age := night - start.MonthEnd(); age >= 90 {
			rate := NewRate(cohort.Within90, cohort.Size)
			rates.Within90 = &rate
			if age >= 365 {
				rate := NewRate(cohort.Within365, cohort.Size)
				rates.Within365 = &rate
			}
		}
		all = append(all, rates)
	}
	return all
}
