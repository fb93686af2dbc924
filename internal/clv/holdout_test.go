package clv

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// The AUC against every pair.
func TestAUC(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 40).Draw(t, "n")
		scores, positive := make([]float64, n), make([]bool, n)
		var pairs, won float64
		for i := range n {
			scores[i] = float64(rapid.IntRange(-3, 3).Draw(t, "score")) // ties
			positive[i] = rapid.Bool().Draw(t, "positive")
		}
		for i := range n {
			for j := range n {
				if !positive[i] || positive[j] {
					continue
				}
				pairs++
				switch {
				case scores[i] > scores[j]:
					won++
				case scores[i] == scores[j]:
					won += 0.5
				}
			}
		}
		want := 0.5
		if pairs > 0 {
			want = won / pairs
		}
		if got := AUC(scores, positive); math.Abs(got-want) > 1e-12 {
			t.Fatalf("%v, the pairs say %v", got, want)
		}
	})
}

// On customers of the very model, nothing is left to explain; on customers who
// buy twice as much as it says, the figures say so.
func TestHold(t *testing.T) {
	cases := casesOf(cdnow, 20_000, 300, 90, 4)
	h := Hold(cdnow, cases, 90)
	if h.Customers != len(cases) || h.CountError > 0.05 || h.DecileError > 0.01 {
		t.Errorf("the true model: %+v", h)
	}
	if h.AUC < h.RecencyAUC || h.AUC < 0.6 {
		t.Errorf("AUC %v, recency's %v", h.AUC, h.RecencyAUC)
	}
	for i := range h.Deciles[1:] {
		if h.Deciles[i].Predicted < h.Deciles[i+1].Predicted {
			t.Errorf("decile %d does not fall: %+v", i+1, h.Deciles)
		}
	}
	again := Hold(cdnow, shuffled(cases, 1), 90)
	if math.Abs(again.DecileError-h.DecileError) > 1e-9 || again.AUC != h.AUC {
		t.Errorf("another order: %+v, before %+v", again, h)
	}
	for i := range cases {
		cases[i].Bought *= 2
	}
	if twice := Hold(cdnow, cases, 90); math.Abs(twice.CountError-0.5) > 0.03 {
		t.Errorf("twice the purchases: %+v", twice)
	}
}

func TestHoldOfNobody(t *testing.T) {
	for name, cases := range map[string][]Case{
		"nobody":                     nil,
		"one who buys nothing":       {{Row: Row{Age: 5}}},
		"less than deciles":          {{Row: Row{Age: 5}}, {Row: Row{1, 3, 9}, Bought: 2}, {Row: Row{Age: 9}}},
		"one-time buyers, all alike": {{Row: Row{Age: 5}}, {Row: Row{Age: 5}, Bought: 1}, {Row: Row{Age: 5}}},
	} {
		t.Run(name, func(t *testing.T) {
			h := Hold(cdnow, cases, 90)
			people := 0
			for _, d := range h.Deciles {
				people += d.Customers
			}
			if people != len(cases) {
				t.Errorf("%d customers in deciles: %+v", people, h)
			}
			for _, x := range []float64{h.Predicted, h.CountError, h.DecileError, h.AUC, h.RecencyAUC} {
				if math.IsNaN(x) || math.IsInf(x, 0) {
					t.Errorf("%+v", h)
				}
			}
		})
	}
}

func TestSpendCorrelation(t *testing.T) {
	if got := SpendCorrelation([]Spend{{1, 10, 5}, {2, 20, 5}, {3, 30, 5}}); math.Abs(got-1) > 1e-12 {
		t.Errorf("in step: %v", got)
	}
	if got := SpendCorrelation([]Spend{{1, 30, 1}, {3, 10, 1}}); math.Abs(got+1) > 1e-12 {
		t.Errorf("against: %v", got)
	}
	for _, alike := range [][]Spend{nil, {{1, 10, 5}}, {{1, 10, 5}, {1, 20, 5}}, {{1, 10, 5}, {2, 10, 5}}} {
		if got := SpendCorrelation(alike); got != 0 {
			t.Errorf("%v: %v", alike, got)
		}
	}
	grouped := SpendCorrelation([]Spend{{1, 10, 3}, {2, 25, 1}, {3, 20, 2}})
	single := SpendCorrelation([]Spend{{1, 10, 1}, {1, 10, 1}, {1, 10, 1}, {2, 25, 1}, {3, 20, 1}, {3, 20, 1}})
	if math.Abs(grouped-single) > 1e-12 {
		t.Errorf("in groups %v, one by one %v", grouped, single)
	}
}
