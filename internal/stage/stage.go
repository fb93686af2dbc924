// Package stage decides at which stage of the relation a customer is (R16):
// reach, convert, retain, grow or lose.
package stage

import (
	"guanxi/internal/crm"
	"guanxi/internal/insight"
	"guanxi/internal/tier"
)

// Stage is what the relation asks of us next.
type Stage string

const (
	Reach   Stage = "reach"   // never bought, and nothing says that they want to
	Convert Stage = "convert" // never bought, and talks to us or means to
	Retain  Stage = "retain"  // buys: keep them
	Grow    Stage = "grow"    // buys more and more, or is worth it: sell more
	Lose    Stage = "lose"    // bought, and has fallen silent
)

// Of decides by what was decided, how often they buy, and what was last said of
// a purchase to come.
//
// Who never bought is to be converted as long as the relation is alive (active:
// a two-way contact within the policy's days) or they were called interested;
// who was called disqualified is not, until somebody says otherwise. Who bought
// is being lost from the day of the dormant status on. A repeat buyer grows who
// buys on more dates than in the half-year before, or who belongs to the growth
// or strategic tier and does not buy on fewer.
func Of(need tier.Need, status tier.Status, value tier.Tier, trend insight.Trend, lead crm.Lead) Stage {
	silent := status == tier.StatusDormant || status == tier.Lost
	switch need {
	case tier.Prospect, "":
		if lead.Stage != crm.LeadDisqualified && !silent && (status == tier.Active || lead.Interested()) {
			return Convert
		}
		return Reach
	case tier.New:
		if silent {
			return Lose
		}
		return Retain
	}
	worth := value == tier.Growth || value == tier.Strategic
	switch {
	case silent:
		return Lose
	case trend == insight.Rising, worth && trend == insight.Steady:
		return Grow
	}
	return Retain
}
