// Package level decides the membership level (R11), which customers know and
// see: diamond, gold or silver by what they spent in the last 365 days, and
// dormant where they bought, but not within those days.
package level

import (
	_ "embed"
	"encoding/json"

	"guanxi/internal/crm"
)

// Level is the membership level. Who never bought has None.
type Level string

const (
	None    Level = ""
	Dormant Level = "dormant"
	Silver  Level = "silver"
	Gold    Level = "gold"
	Diamond Level = "diamond"
)

// Policy holds the figures that an admin may change. Amounts are minor units
// of the base currency.
type Policy struct {
	WindowDays  int   `json:"window_days"`  // a purchase on date D counts on D … D+WindowDays-1
	GoldFrom    int64 `json:"gold_from"`    // the least spend that makes gold
	DiamondFrom int64 `json:"diamond_from"` // the least spend that makes diamond
	GraceDays   int   `json:"grace_days" required:"false" doc:"For so many days a demotion waits; 0 to 365."`
}

//go:embed default.json
var defaults []byte

// Default is R11: 10,000 and 50,000 CNY in 365 days.
func Default() (p Policy) {
	if err := json.Unmarshal(defaults, &p); err != nil {
		panic("level: default.json: " + err.Error())
	}
	return p
}

// Validate names each figure that contradicts itself or another.
func (p Policy) Validate() (wrong []crm.Field) {
	if p.WindowDays < 30 || p.WindowDays > 3650 {
		wrong = append(wrong, crm.Field{Path: "window_days", Message: "must be 30 to 3650 days"})
	}
	if p.GoldFrom < 1 {
		wrong = append(wrong, crm.Field{Path: "gold_from", Message: "must be greater than zero, or nobody is silver"})
	}
	if p.DiamondFrom <= p.GoldFrom {
		wrong = append(wrong, crm.Field{Path: "diamond_from", Message: "must be greater than gold_from, or nobody is gold"})
	}
	if p.GraceDays < 0 || p.GraceDays > MostGrace {
		wrong = append(wrong, crm.Field{Path: "grace_days", Message: "must be 0 to 365 days"})
	}
	return wrong
}

// MostGrace is how many days a demotion can wait at most.
const MostGrace = 365

// From is the first date that counts on the date.
func (p Policy) From(on crm.Date) crm.Date { return on - crm.Date(p.WindowDays) + 1 }

// Expires is the first date on which a purchase no longer counts.
func (p Policy) Expires(purchase crm.Date) crm.Date { return purchase + crm.Date(p.WindowDays) }

// Of judges the net spend of the window that ends on the date. Dormancy beats
// spend. A zero last purchase means that there was none.
func (p Policy) Of(spend int64, lastPurchase, on crm.Date) Level {
	switch {
	case lastPurchase == 0:
		return None
	case on >= p.Expires(lastPurchase):
		return Dormant
	case spend >= p.DiamondFrom:
		return Diamond
	case spend >= p.GoldFrom:
		return Gold
	}
	return Silver
}
