package clv

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

var yearly = Terms{Months: 12, YearlyRate: 0.1, MarginRate: 0.3, CostPerMonth: 1, CostPerOrder: 2}

// By hand: one purchase a month of 100, margin 30, cost 2 + 1; a year of
// payments of 1 at the months' ends is worth Σ 1.1^(-m/12) = 11.3998.
func TestValueByHand(t *testing.T) {
	monthly := func(days float64) float64 { return days / Month }
	w := Value(monthly, 100, yearly)
	const annuity = 11.39982
	for name, c := range map[string]struct{ got, want float64 }{
		"orders":  {w.Orders, 12},
		"revenue": {w.Revenue, 1200},
		"margin":  {w.Margin, 30 * annuity},
		"cost":    {w.Cost, 3 * annuity},
		"CLV":     {w.CLV, 27 * annuity},
	} {
		if math.Abs(c.got-c.want) > 1e-4*c.want {
			t.Errorf("%s = %v, want %v", name, c.got, c.want)
		}
	}
}

// Somebody who will not come back and is served all the same is worth less than nothing.
func TestValueCanBeNegative(t *testing.T) {
	gone := Row{Frequency: 10, Recency: 60, Age: 2000}
	w := Value(func(days float64) float64 { return cdnow.Purchases(gone, days) }, 40, yearly)
	if w.CLV >= 0 || w.CLV < -12 {
		t.Errorf("%+v", w)
	}
}

func TestValueMovesTheRightWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, r := anyModel(t), anyRow(t)
		purchases := func(days float64) float64 { return m.Purchases(r, days) }
		perOrder := rapid.Float64Range(0, 10_000).Draw(t, "amount")
		w := Value(purchases, perOrder, yearly)

		if dearer := Value(purchases, perOrder+1, yearly); dearer.CLV < w.CLV {
			t.Fatalf("a higher amount: %+v, before %+v", dearer, w)
		}
		free := yearly
		free.YearlyRate, free.CostPerMonth, free.CostPerOrder = 0, 0, 0
		plain := Value(purchases, perOrder, free)
		if sum := plain.Orders * perOrder * free.MarginRate; math.Abs(plain.CLV-sum) > 1e-9*(1+sum) {
			t.Fatalf("without discount and cost %v, want %v", plain.CLV, sum)
		}
		if w.Margin > plain.Margin*(1+1e-9) || w.Margin < plain.Margin/1.1*(1-1e-9) {
			t.Fatalf("discounted %v, plain %v: a year's discount is 10 %% at most", w.Margin, plain.Margin)
		}
	})
}

// The bounds hold the value, whoever the customer is and whatever an order brings.
func TestTheValueLiesBetweenItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, r, terms := anyModel(t), anyRow(t), yearly
		terms.Months = rapid.IntRange(1, 60).Draw(t, "months")
		terms.CostPerOrder = rapid.Float64Range(0, 3000).Draw(t, "cost per order")
		purchases := func(days float64) float64 { return m.Purchases(r, days) }
		perOrder := rapid.Float64Range(0, 10_000).Draw(t, "amount")
		clv := Value(purchases, perOrder, terms).CLV
		low, high := terms.Between(terms.Discounts(), purchases(terms.Days()), perOrder)
		if slack := 1e-6 * (1 + math.Abs(clv)); clv < low-slack || clv > high+slack {
			t.Fatalf("%v does not lie between %v and %v", clv, low, high)
		}
	})
}
