package rfm_test

import (
	"testing"

	"guanxi/internal/rfm"
)

// The map as it is documented, the best recency first, then by worth.
func groups() [rfm.Best][rfm.Best]rfm.Group {
	return [rfm.Best][rfm.Best]rfm.Group{
		{rfm.NewCustomers, rfm.PotentialLoyal, rfm.PotentialLoyal, rfm.Champions, rfm.Champions},
		{rfm.Promising, rfm.PotentialLoyal, rfm.PotentialLoyal, rfm.Loyal, rfm.Loyal},
		{rfm.AboutToSleep, rfm.AboutToSleep, rfm.NeedAttention, rfm.Loyal, rfm.Loyal},
		{rfm.Hibernating, rfm.Hibernating, rfm.AtRisk, rfm.AtRisk, rfm.CantLoseThem},
		{rfm.LostAltogether, rfm.Hibernating, rfm.AtRisk, rfm.AtRisk, rfm.CantLoseThem},
	}
}

func TestEveryScoreHasItsGroup(t *testing.T) {
	seen := map[rfm.Group]bool{}
	for r := 1; r <= rfm.Best; r++ {
		for f := 1; f <= rfm.Best; f++ {
			for m := 1; m <= rfm.Best; m++ {
				s := rfm.Scores{R: r, F: f, M: m}
				want := groups()[rfm.Best-r][(f+m+1)/2-1]
				seen[want] = true
				if got := s.Group(); got != want {
					t.Errorf("%+v: %s, want %s", s, got, want)
				}
			}
		}
	}
	if len(seen) != 11 {
		t.Errorf("%d groups are in use", len(seen))
	}
	if got := (rfm.Scores{}).Group(); got != rfm.NoGroup {
		t.Errorf("who never bought is %s", got)
	}
}
