package clv

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/integrate"
	"gonum.org/v1/gonum/stat"
)

// Case is a customer on the date that a model was fitted for, and what followed.
type Case struct {
	Row
	Bought int // purchases in the days that were held out
}

// HoldOut is how well a model foresaw the days after its fit.
type HoldOut struct {
	Days      int     `json:"days"`
	Customers int     `json:"customers"`
	Predicted float64 `json:"predicted"` // purchases
	Actual    int     `json:"actual"`
	// CountError is |Predicted - Actual| as a share of Actual, or of 1 if nobody bought.
	CountError float64 `json:"count_error"`
	// Deciles are the customers by falling P(at least one purchase); equals stay
	// together, so there may be fewer than ten.
	Deciles []Decile `json:"deciles"`
	// DecileError is the deciles' |Predicted - Actual|, weighted by customers.
	DecileError float64 `json:"decile_error"`
	// The AUCs tell buyers from others among the Repeaters: those who had
	// bought twice or more.
	Repeaters  int     `json:"repeaters"`
	AUC        float64 `json:"auc"`         // of P(at least one purchase)
	RecencyAUC float64 `json:"recency_auc"` // of how recent the last purchase was
}

// Decile is about a tenth of the customers.
type Decile struct {
	Customers int     `json:"customers"`
	Predicted float64 `json:"predicted"` // mean P(at least one purchase)
	Actual    float64 `json:"actual"`    // share who bought
}

// Hold compares the model's predictions with what the next days brought.
func Hold(m BGNBD, cases []Case, days int) HoldOut {
	h := HoldOut{Days: days, Customers: len(cases)}
	type foreseen struct {
		buys   float64
		bought bool
	}
	all := make([]foreseen, 0, len(cases))
	var buys, recent []float64
	var bought []bool
	for _, c := range cases {
		f := foreseen{m.Buys(c.Row, float64(days)), c.Bought > 0}
		all = append(all, f)
		h.Predicted += m.Purchases(c.Row, float64(days))
		h.Actual += c.Bought
		if c.Frequency > 0 {
			buys = append(buys, f.buys)
			recent = append(recent, float64(c.Recency-c.Age))
			bought = append(bought, f.bought)
		}
	}
	h.CountError = math.Abs(h.Predicted-float64(h.Actual)) / float64(max(1, h.Actual))
	h.Repeaters = len(bought)
	h.AUC, h.RecencyAUC = AUC(buys, bought), AUC(recent, bought)

	// Who has the same probability stays together: a border through them would
	// sort them by the order of the input.
	slices.SortStableFunc(all, func(a, b foreseen) int { return cmp.Compare(b.buys, a.buys) })
	for start := 0; start < len(all); {
		end := max(start+1, (len(h.Deciles)+1)*len(all)/10)
		for end < len(all) && all[end].buys == all[end-1].buys {
			end++
		}
		d := Decile{Customers: end - start}
		for _, f := range all[start:end] {
			d.Predicted += f.buys / float64(d.Customers)
			if f.bought {
				d.Actual += 1 / float64(d.Customers)
			}
		}
		h.Deciles = append(h.Deciles, d)
		h.DecileError += math.Abs(d.Predicted-d.Actual) * float64(d.Customers) / float64(len(all))
		start = end
	}
	return h
}

// AUC is the share of pairs (one positive, one not) in which the positive has
// the higher score; equal scores count half, and without a pair it is 0.5.
func AUC(scores []float64, positive []bool) float64 {
	if !slices.Contains(positive, true) || !slices.Contains(positive, false) {
		return 0.5
	}
	scores, positive = slices.Clone(scores), slices.Clone(positive)
	stat.SortWeightedLabeled(scores, positive, nil)
	hit, alarm, _ := stat.ROC(nil, scores, positive, nil)
	return integrate.Trapezoidal(alarm, hit)
}

// SpendCorrelation is Pearson's between the number of repeats and their mean
// amount; Gamma-Gamma takes it to be 0. It is 0 where either never differs.
func SpendCorrelation(groups []Spend) float64 {
	var counts, means, weights []float64
	for _, g := range groups {
		counts = append(counts, float64(g.Frequency))
		means = append(means, g.Mean)
		weights = append(weights, float64(g.Customers))
	}
	if len(groups) < 2 || stat.Variance(counts, weights) == 0 || stat.Variance(means, weights) == 0 {
		return 0
	}
	return stat.Correlation(counts, means, weights)
}
