package clv

import "testing"

// A shop's three years: 100,000 customers, one unique row in two.
func BenchmarkFitPurchases(b *testing.B) {
	rows := cdnow.base(100_000, 3*365, 1)
	for b.Loop() {
		groups := Unique(rows)
		fit, err := FitPurchases(groups)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(fit.Groups), "groups")
	}
}

func BenchmarkFitSpend(b *testing.B) {
	customers := GammaGamma{P: 6, Q: 4, Gamma: 15}.spend(cdnow.base(100_000, 3*365, 1), 1)
	for b.Loop() {
		if _, err := FitSpend(UniqueSpend(customers)); err != nil {
			b.Fatal(err)
		}
	}
}

// All that a decision asks about one customer.
func BenchmarkCustomer(b *testing.B) {
	spend := GammaGamma{P: 6.25, Q: 3.74, Gamma: 15.44}
	c := Customer{Row: Row{Frequency: 49, Recency: 900, Age: 1000}, Mean: 40}
	for b.Loop() {
		Value(func(days float64) float64 { return cdnow.Purchases(c.Row, days) }, spend.Expected(c), yearly)
		cdnow.Buys(c.Row, 90)
		cdnow.Next(c.Row, 365)
		cdnow.FallsBelow(c.Row, 90, 0.15, 365)
	}
}
