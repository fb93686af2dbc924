package tier

import (
	"fmt"

	"guanxi/internal/crm"
)

// By is what tiers are decided by.
type By string

const (
	ByValue By = "value" // the lifetime value; where no model foresees one, the level
	ByLevel By = "level" // membership level and RFM scores
)

// ValuePolicy holds the thresholds of the rule by lifetime value. Amounts are
// minor units of the base currency.
type ValuePolicy struct {
	StrategicFrom int64   `json:"strategic_from"` // a high value: strategic for who is loyal, growth for others
	GrowthFrom    int64   `json:"growth_from"`    // a middle value: growth for who has potential
	GrowthChance  float64 `json:"growth_chance"`  // potential: at least this chance of an order within 90 days
	DormantBelow  int64   `json:"dormant_below"`  // a value below is dormant for who is about to leave
}

// Worth is what the thresholds say of a lifetime value.
type Worth struct {
	Known  bool // a model foresees it
	Band   Band
	Likely bool // to buy within 90 days
}

// Band is where a value lies between the thresholds.
type Band int

const (
	Negative Band = iota // below DormantBelow
	Low
	Middle // from GrowthFrom
	High   // from StrategicFrom
)

// Of is where a value lies, in minor units, with the chance of an order within 90
// days in ten-thousandths.
func (p ValuePolicy) Of(value int64, chance int) Worth {
	return Worth{Known: true, Band: p.Band(value), Likely: chance >= Chance(p.GrowthChance)}
}

// Band is where the value lies.
func (p ValuePolicy) Band(value int64) Band {
	switch {
	case value >= p.StrategicFrom:
		return High
	case value >= p.GrowthFrom:
		return Middle
	case value < p.DormantBelow:
		return Negative
	}
	return Low
}

// Chance is a probability in whole ten-thousandths, rounded down: what is stored
// and shown is what was compared. Thresholds have four decimals at most.
func Chance(probability float64) int { return int(probability*10_000 + 1e-6) }

// Validate names each threshold that contradicts another, or can never hold.
func (p ValuePolicy) Validate() (wrong []crm.Field) {
	check := func(ok bool, path, format string, args ...any) {
		if !ok {
			wrong = append(wrong, crm.Field{Path: path, Message: fmt.Sprintf(format, args...)})
		}
	}
	check(p.StrategicFrom > p.GrowthFrom, "strategic_from", "must be greater than growth_from")
	check(p.GrowthFrom > p.DormantBelow, "growth_from", "must be greater than dormant_below")
	check(p.GrowthChance >= 0 && p.GrowthChance < 1, "growth_chance", "must be a share from 0 to below 1")
	check(p.GrowthChance == float64(Chance(p.GrowthChance))/10_000, "growth_chance", "must have four decimals at most")
	check(p.DormantBelow <= 0, "dormant_below", "must be 0 or negative: who is worth something is not dormant")
	return wrong
}
