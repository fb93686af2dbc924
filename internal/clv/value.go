package clv

import "math"

// Terms are what a lifetime value depends on beside the purchases. Amounts are
// in currency units.
type Terms struct {
	Months       int     `json:"months"`
	YearlyRate   float64 `json:"yearly_rate"`    // of the discount; 0.1 is 10 %
	MarginRate   float64 `json:"margin_rate"`    // margin in an amount
	CostPerMonth float64 `json:"cost_per_month"` // to serve the customer, apart from orders
	CostPerOrder float64 `json:"cost_per_order"` // to serve one
}

// Month is in days, a twelfth of a year.
const Month = 365.0 / 12

// Days is how far ahead the terms look.
func (t Terms) Days() float64 { return float64(t.Months) * Month }

// Worth is a customer lifetime value with its parts, in currency units. Margin
// and Cost are discounted; each month's at the month's end.
type Worth struct {
	Orders  float64 `json:"orders"`
	Revenue float64 `json:"revenue"`
	Margin  float64 `json:"margin"`
	Cost    float64 `json:"cost"`
	CLV     float64 `json:"clv"` // Margin - Cost; negative for who costs more than they bring
}

// monthly is what a month's discount multiplies by.
func (t Terms) monthly() float64 { return math.Pow(1+t.YearlyRate, -1.0/12) }

// Value discounts the margin of the purchases expected within each month, less
// the cost to serve: the sum of equation (4) of Fader, Hardie, Lee (2005), RFM and
// CLV, in months. Purchases gives the expected number of the next days; perOrder
// is the expected amount of one.
func Value(purchases func(days float64) float64, perOrder float64, t Terms) (w Worth) {
	monthly, now, before := t.monthly(), 1.0, 0.0
	for month := 1; month <= t.Months; month++ {
		now *= monthly
		expected := purchases(float64(month) * Month)
		w.Margin += now * (expected - before) * perOrder * t.MarginRate
		w.Cost += now * ((expected-before)*t.CostPerOrder + t.CostPerMonth)
		before = expected
		w.Orders = expected
	}
	w.Revenue = w.Orders * perOrder
	w.CLV = w.Margin - w.Cost
	return w
}

// Between bounds the CLV of Value by the number of purchases expected in all its
// months, for who only needs to know on which side of a threshold it lies.
//
// Purchases come ever more slowly, so they weigh at least as if they came evenly
// over the months (Chebyshev's sum inequality), and at most as if all came in the
// first one.
func (t Terms) Between(d Discounts, expected, perOrder float64) (low, high float64) {
	gain, fixed := expected*(perOrder*t.MarginRate-t.CostPerOrder), d.sum*t.CostPerMonth
	low, high = gain*d.sum/float64(t.Months)-fixed, gain*d.first-fixed
	return min(low, high), max(low, high)
}

// Discounts are the first month's and the sum of all, for who bounds more than once.
type Discounts struct{ first, sum float64 }

// Discounts are those of the terms.
func (t Terms) Discounts() Discounts {
	d := Discounts{first: t.monthly()}
	now := 1.0
	for range t.Months {
		now *= d.first
		d.sum += now
	}
	return d
}
