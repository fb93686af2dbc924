package clv

import "math"

// Figures are what decides whether a fitted model may be used.
type Figures struct {
	Buyers           int     `json:"buyers"`
	HistoryDays      int     `json:"history_days"`     // from the first purchase of all to the date of the fit
	DaysSinceOrder   int     `json:"days_since_order"` // of anybody
	MostOrders       int     `json:"most_orders"`      // purchase dates of who has the most
	StartsApart      float64 `json:"starts_apart"`     // see Fit
	HoldOut          HoldOut `json:"hold_out"`         // of 90 days
	SpendCorrelation float64 `json:"spend_correlation"`
}

// Gates are the least and most that the figures may be.
type Gates struct {
	Buyers           int     `json:"buyers"`
	HistoryDays      int     `json:"history_days"`
	DaysSinceOrder   int     `json:"days_since_order"`
	Orders           int     `json:"orders"`
	StartsApart      float64 `json:"starts_apart"`
	CountError       float64 `json:"count_error"`
	DecileError      float64 `json:"decile_error"`
	BelowRecency     float64 `json:"below_recency"` // how far AUC may lie below RecencyAUC
	SpendCorrelation float64 `json:"spend_correlation"`
}

// DefaultGates keep a model out that had too little to learn from, or foresaw
// badly.
func DefaultGates() Gates {
	return Gates{
		Buyers: 500, HistoryDays: 180, DaysSinceOrder: 30, Orders: 3,
		StartsApart: near, CountError: 0.25, DecileError: 0.06, BelowRecency: 0.01,
		SpendCorrelation: 0.3,
	}
}

// Closed is a gate that a model did not pass.
type Closed struct {
	Gate  string  `json:"gate"` // the name of the figure
	Got   float64 `json:"got"`
	Bound float64 `json:"bound"`
}

// Purchases names the gates that keep the purchase model from use.
func (g Gates) Purchases(f Figures) (closed []Closed) {
	least := func(gate string, got, bound float64) {
		if !(got >= bound) { // so, a figure that is no number is not let through
			closed = append(closed, Closed{gate, got, bound})
		}
	}
	most := func(gate string, got, bound float64) {
		if !(got <= bound) {
			closed = append(closed, Closed{gate, got, bound})
		}
	}
	least("buyers", float64(f.Buyers), float64(g.Buyers))
	least("history_days", float64(f.HistoryDays), float64(g.HistoryDays))
	most("days_since_order", float64(f.DaysSinceOrder), float64(g.DaysSinceOrder))
	least("most_orders", float64(f.MostOrders), float64(g.Orders))
	most("starts_apart", f.StartsApart, g.StartsApart)
	most("count_error", f.HoldOut.CountError, g.CountError)
	most("decile_error", f.HoldOut.DecileError, g.DecileError)
	least("auc", f.HoldOut.AUC, f.HoldOut.RecencyAUC-g.BelowRecency)
	return closed
}

// Spend names the gates that keep the spend model from use. It needs the
// purchase model, so that one's are asked beside.
func (g Gates) Spend(f Figures) (closed []Closed) {
	if !(math.Abs(f.SpendCorrelation) <= g.SpendCorrelation) {
		closed = append(closed, Closed{"spend_correlation", f.SpendCorrelation, g.SpendCorrelation})
	}
	return closed
}
