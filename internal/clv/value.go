package clv

import "math"

// Terms are the policy's settings of a lifetime value.
type Terms struct {
	Months       int     `json:"months"`
	YearlyRate   float64 `json:"yearly_rate"`    // of the discount; 0.1 is 10 %
	MarginRate   float64 `json:"margin_rate"`    // margin in an amount, where orders carry no cost
	CostPerMonth float64 `json:"cost_per_month"` // to serve the customer, apart from orders; currency units
	CostPerOrder float64 `json:"cost_per_order"` // to serve one: returns, tickets; currency units
}

// Month is in days, a twelfth of a year.
const Month = 365.0 / 12

// Worth is a customer lifetime value with its parts, in currency units. Margin
// and Cost are discounted; each month's at the month's end.
type Worth struct {
	Orders  float64 `json:"orders"`
	Revenue float64 `json:"revenue"`
	Margin  float64 `json:"margin"`
	Cost    float64 `json:"cost"`
	CLV     float64 `json:"clv"` // Margin - Cost; negative for who costs more than they bring
}

// Value discounts the margin of the purchases expected within each month, less
// the cost to serve: the sum of equation (4) of Fader, Hardie, Lee (2005), RFM and
// CLV, in months. Purchases gives the expected number of the next days; perOrder
// is the expected amount of one.
func Value(purchases func(days float64) float64, perOrder float64, t Terms) (w Worth) {
	for month, before := 1, 0.0; month <= t.Months; month++ {
		expected := purchases(float64(month) * Month)
		now := math.Pow(1+t.YearlyRate, -float64(month)/12)
		w.Margin += now * (expected - before) * perOrder * t.MarginRate
		w.Cost += now * ((expected-before)*t.CostPerOrder + t.CostPerMonth)
		before = expected
		w.Orders = expected
	}
	w.Revenue = w.Orders * perOrder
	w.CLV = w.Margin - w.Cost
	return w
}
