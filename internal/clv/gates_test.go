package clv

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGates(t *testing.T) {
	pass := Figures{
		Buyers: 500, HistoryDays: 180, DaysSinceOrder: 30, MostOrders: 3, StartsApart: 0.01,
		HoldOut:          HoldOut{CountError: 0.25, DecileError: 0.06, AUC: 0.7, RecencyAUC: 0.71},
		SpendCorrelation: -0.3,
	}
	for name, c := range map[string]struct {
		change            func(f *Figures)
		purchases, spends []string
	}{
		"at the bounds":         {func(*Figures) {}, nil, nil},
		"too few":               {func(f *Figures) { f.Buyers-- }, []string{"buyers"}, nil},
		"too young":             {func(f *Figures) { f.HistoryDays-- }, []string{"history_days"}, nil},
		"asleep":                {func(f *Figures) { f.DaysSinceOrder++ }, []string{"days_since_order"}, nil},
		"nobody came thrice":    {func(f *Figures) { f.MostOrders-- }, []string{"most_orders"}, nil},
		"two summits":           {func(f *Figures) { f.StartsApart = 0.011 }, []string{"starts_apart"}, nil},
		"miscounted":            {func(f *Figures) { f.HoldOut.CountError = 0.251 }, []string{"count_error"}, nil},
		"miscalibrated":         {func(f *Figures) { f.HoldOut.DecileError = 0.061 }, []string{"decile_error"}, nil},
		"worse than recency":    {func(f *Figures) { f.HoldOut.AUC = 0.699 }, []string{"auc"}, nil},
		"the rich come more":    {func(f *Figures) { f.SpendCorrelation = 0.31 }, nil, []string{"spend_correlation"}},
		"the rich come less":    {func(f *Figures) { f.SpendCorrelation = -0.31 }, nil, []string{"spend_correlation"}},
		"no number":             {func(f *Figures) { f.HoldOut.CountError = math.NaN() }, []string{"count_error"}, nil},
		"two gates":             {func(f *Figures) { f.Buyers, f.MostOrders = 1, 1 }, []string{"buyers", "most_orders"}, nil},
		"no number for spend":   {func(f *Figures) { f.SpendCorrelation = math.NaN() }, nil, []string{"spend_correlation"}},
		"better than recency":   {func(f *Figures) { f.HoldOut.AUC = 0.9 }, nil, nil},
		"a fit of equal starts": {func(f *Figures) { f.StartsApart = 0 }, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			f := pass
			c.change(&f)
			if diff := cmp.Diff(c.purchases, names(DefaultGates().Purchases(f))); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.spends, names(DefaultGates().Spend(f))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func names(closed []Closed) (of []string) {
	for _, c := range closed {
		of = append(of, c.Gate)
	}
	return of
}
