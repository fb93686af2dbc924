package clv

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"guanxi/internal/crm"
)

// Policy holds the figures of a lifetime value that an admin may change.
// Amounts are minor units of the base currency.
type Policy struct {
	Months         int     `json:"months"`           // ahead
	YearlyRate     float64 `json:"yearly_rate"`      // of the discount; 0.1 is 10 %
	MarginRate     float64 `json:"margin_rate"`      // margin in an amount whose order carries no cost
	CostPerMonth   int64   `json:"cost_per_month"`   // of having the customer at all
	CostPerOrder   int64   `json:"cost_per_order"`   // beyond what the goods cost
	CostPerContact int64   `json:"cost_per_contact"` // a date with a two-way contact
	CostPerReturn  int64   `json:"cost_per_return"`  // an order that was refunded, in whole or in part
}

//go:embed default.json
var defaults []byte

// Default is policy 1.
func Default() (p Policy) {
	if err := json.Unmarshal(defaults, &p); err != nil {
		panic("clv: default.json: " + err.Error())
	}
	return p
}

// mostCost bounds each cost, so that a year of them stays far from overflow.
const mostCost = 1_000_000_000

// Validate names each figure that makes no sense.
func (p Policy) Validate() (wrong []crm.Field) {
	check := func(ok bool, path, format string, args ...any) {
		if !ok {
			wrong = append(wrong, crm.Field{Path: path, Message: fmt.Sprintf(format, args...)})
		}
	}
	check(p.Months >= 1 && p.Months <= 60, "months", "must be 1 to 60")
	check(p.YearlyRate >= 0 && p.YearlyRate <= 1, "yearly_rate", "must be a share from 0 to 1")
	check(p.MarginRate > 0 && p.MarginRate <= 1, "margin_rate", "must be a share above 0, up to 1")
	for _, cost := range []struct {
		path  string
		minor int64
	}{
		{"cost_per_month", p.CostPerMonth},
		{"cost_per_order", p.CostPerOrder},
		{"cost_per_contact", p.CostPerContact},
		{"cost_per_return", p.CostPerReturn},
	} {
		check(cost.minor >= 0 && cost.minor <= mostCost, cost.path, "must be 0 to %d minor units", mostCost)
	}
	return wrong
}

// Costs tells whether serving a customer costs anything: without, no value can
// be negative.
func (p Policy) Costs() bool {
	return p.CostPerMonth > 0 || p.CostPerOrder > 0 || p.CostPerContact > 0 || p.CostPerReturn > 0
}
