package rfm_test

import (
	"testing"

	"pgregory.net/rapid"

	"guanxi/internal/rfm"
)

func TestOf(t *testing.T) {
	for _, c := range []struct {
		days, purchases int
		spend           int64
		want            rfm.Scores
	}{
		{0, 0, 0, rfm.Scores{}},
		{0, 1, 0, rfm.Scores{R: 5, F: 1, M: 1}},
		{30, 2, 49_999, rfm.Scores{R: 5, F: 2, M: 1}},
		{31, 3, 50_000, rfm.Scores{R: 4, F: 3, M: 2}},
		{90, 4, 200_000, rfm.Scores{R: 4, F: 4, M: 3}},
		{91, 5, 999_999, rfm.Scores{R: 3, F: 4, M: 3}},
		{180, 6, 1_000_000, rfm.Scores{R: 3, F: 5, M: 4}},
		{181, 60, 2_999_999, rfm.Scores{R: 2, F: 5, M: 4}},
		{365, 6, 3_000_000, rfm.Scores{R: 2, F: 5, M: 5}},
		{366, 1, 3_000_000, rfm.Scores{R: 1, F: 1, M: 5}},
		{9999, 1, 1, rfm.Scores{R: 1, F: 1, M: 1}},
	} {
		if got := rfm.Default().Of(c.days, c.purchases, c.spend); got != c.want {
			t.Errorf("%d days, %d purchases, %d fen: %+v, want %+v", c.days, c.purchases, c.spend, got, c.want)
		}
	}
}

// The edges that explanations quote are where the scores really change.
func TestEdges(t *testing.T) {
	p := rfm.Default()
	for s := 2; s <= rfm.Best; s++ {
		if ends := p.RecencyEnds(s); p.Of(ends-1, 1, 0).R != s || p.Of(ends, 1, 0).R != s-1 {
			t.Errorf("recency %d does not end after %d days", s, ends)
		}
		if n := p.FrequencyFor(s); p.Of(0, n, 0).F != s || p.Of(0, n-1, 0).F != s-1 {
			t.Errorf("%d purchases are not the first to score %d", n, s)
		}
		if n := p.MoneyFor(s); p.Of(0, 1, n).M != s || p.Of(0, 1, n-1).M != s-1 {
			t.Errorf("%d fen are not the first to score %d", n, s)
		}
	}
	if p.FrequencyFor(1) != 1 || p.MoneyFor(1) != 0 {
		t.Error("a first purchase scores 1")
	}
}

func TestScoresAreMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rfm.Default()
		days, purchases, spend := rapid.IntRange(0, 500).Draw(t, "days"), rapid.IntRange(1, 9).Draw(t, "purchases"), rapid.Int64Range(0, 4e6).Draw(t, "spend")
		worse := p.Of(days, purchases, spend)
		better := p.Of(rapid.IntRange(0, days).Draw(t, "fewer days"), purchases+rapid.IntRange(0, 9).Draw(t, "more"), spend+rapid.Int64Range(0, 4e6).Draw(t, "more spend"))
		if better.R < worse.R || better.F < worse.F || better.M < worse.M || worse.R < 1 || better.R > rfm.Best {
			t.Fatalf("%+v after %+v", better, worse)
		}
	})
}

func TestValidate(t *testing.T) {
	if wrong := rfm.Default().Validate(); wrong != nil {
		t.Error("the default:", wrong)
	}
	for path, spoil := range map[string]func(*rfm.Policy){
		"mode":              func(p *rfm.Policy) { p.Mode = "thirds" },
		"recency_days":      func(p *rfm.Policy) { p.RecencyDays = []int{30, 90, 180} },
		"recency_days[0]":   func(p *rfm.Policy) { p.RecencyDays[0] = -1 },
		"recency_days[2]":   func(p *rfm.Policy) { p.RecencyDays[2] = 90 },
		"frequency_from":    func(p *rfm.Policy) { p.FrequencyFrom = []int{2, 3, 4, 6, 8} },
		"frequency_from[0]": func(p *rfm.Policy) { p.FrequencyFrom[0] = 1 }, // nobody would score 1
		"frequency_from[3]": func(p *rfm.Policy) { p.FrequencyFrom[3] = 3 },
		"money_from":        func(p *rfm.Policy) { p.MoneyFrom = nil },
		"money_from[0]":     func(p *rfm.Policy) { p.MoneyFrom[0] = 0 },
		"money_from[1]":     func(p *rfm.Policy) { p.MoneyFrom[1] = 1 },
	} {
		p := rfm.Default()
		spoil(&p)
		if wrong := p.Validate(); len(wrong) != 1 || wrong[0].Path != path {
			t.Errorf("%s: %v", path, wrong)
		}
	}
}
