package level_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"guanxi/internal/crm"
	"guanxi/internal/level"
)

const today = crm.Date(20500)

// The figures are those of R11.
func TestOf(t *testing.T) {
	for _, c := range []struct {
		name  string
		spend int64
		last  crm.Date
		want  level.Level
	}{
		{"never bought", 0, 0, level.None},
		{"a free order", 0, today, level.Silver},
		{"one fen below gold", 999_999, today, level.Silver},
		{"10,000 CNY", 1_000_000, today, level.Gold},
		{"one fen below diamond", 4_999_999, today, level.Gold},
		{"50,000 CNY", 5_000_000, today, level.Diamond},
		{"on its 365th day a purchase still counts", 5_000_000, today - 364, level.Diamond},
		{"a day later nothing does", 0, today - 365, level.Dormant},
		{"dormancy beats spend", 5_000_000, today - 365, level.Dormant},
	} {
		if got := level.Default().Of(c.spend, c.last, today); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestAPurchaseCountsFromFirstToLastDay(t *testing.T) {
	p := level.Default()
	bought := today
	for on := bought; on < bought+400; on++ {
		if counts := bought >= p.From(on); counts != (on < p.Expires(bought)) || counts != (on <= bought+364) {
			t.Fatalf("%d days after: counts %t", on-bought, counts)
		}
	}
}

func TestMoreSpendNeverLowersALevel(t *testing.T) {
	rank := []level.Level{level.None, level.Dormant, level.Silver, level.Gold, level.Diamond}
	rapid.Check(t, func(t *rapid.T) {
		gold := rapid.Int64Range(1, 1e7).Draw(t, "gold")
		p := level.Policy{WindowDays: rapid.IntRange(30, 800).Draw(t, "window"), GoldFrom: gold, DiamondFrom: gold + rapid.Int64Range(1, 1e7).Draw(t, "diamond")}
		if wrong := p.Validate(); wrong != nil {
			t.Fatal(wrong)
		}
		spend, more := rapid.Int64Range(0, 3e7).Draw(t, "spend"), rapid.Int64Range(0, 3e7).Draw(t, "more")
		last := today - crm.Date(rapid.IntRange(0, 900).Draw(t, "days"))
		if a, b := p.Of(spend, last, today), p.Of(spend+more, last, today); slices.Index(rank, b) < slices.Index(rank, a) {
			t.Fatalf("%d makes %s, %d makes %s", spend, a, spend+more, b)
		}
	})
}

func TestValidate(t *testing.T) {
	if wrong := level.Default().Validate(); wrong != nil {
		t.Error("the default:", wrong)
	}
	for path, p := range map[string]level.Policy{
		"window_days":  {WindowDays: 0, GoldFrom: 1, DiamondFrom: 2},
		"gold_from":    {WindowDays: 365, GoldFrom: 0, DiamondFrom: 2},
		"diamond_from": {WindowDays: 365, GoldFrom: 2, DiamondFrom: 2},
		"grace_days":   {WindowDays: 365, GoldFrom: 1, DiamondFrom: 2, GraceDays: -1},
	} {
		if wrong := p.Validate(); len(wrong) != 1 || wrong[0].Path != path {
			t.Errorf("%s: %v", path, wrong)
		}
	}
}
