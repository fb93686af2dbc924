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
	check(p.DormantBelow <= 0, "dormant_below", "must be 0 or negative: who is worth something is not dormant")
	return wrong
}
