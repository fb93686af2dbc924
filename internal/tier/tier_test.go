package tier_test

import (
	"slices"
	"testing"

	"guanxi/internal/crm"
	"guanxi/internal/level"
	"guanxi/internal/rfm"
	"guanxi/internal/tier"
)

func TestOf(t *testing.T) {
	for _, c := range []struct {
		level  level.Level
		r, f   int
		status tier.Status
		want   tier.Tier
		rule   tier.Rule
	}{
		{level.None, 0, 0, tier.StatusNone, tier.None, tier.NeverBought},
		{level.None, 0, 0, tier.Lost, tier.None, tier.NeverBought}, // a prospect who fell silent
		{level.Diamond, 5, 5, tier.StatusDormant, tier.Dormant, tier.Silent},
		{level.Gold, 5, 5, tier.Lost, tier.Dormant, tier.Silent},
		{level.Diamond, 1, 1, tier.Active, tier.Strategic, tier.TopLevel},
		{level.Gold, 1, 4, tier.Active, tier.Strategic, tier.LoyalGold},
		{level.Gold, 5, 3, tier.Active, tier.Growth, tier.GoldLevel},
		{level.Gold, 1, 1, tier.Active, tier.Growth, tier.GoldLevel},
		{level.Silver, 4, 3, tier.Active, tier.Growth, tier.Promising},
		{level.Silver, 3, 5, tier.Active, tier.Basic, tier.Otherwise},
		{level.Silver, 5, 2, tier.Active, tier.Basic, tier.Otherwise},
		{level.Dormant, 1, 5, tier.Active, tier.Basic, tier.Otherwise}, // still talks to us
	} {
		if got, rule := tier.Default().Of(tier.Customer{Level: c.level, Scores: rfm.Scores{R: c.r, F: c.f}, Status: c.status}); got != c.want || rule != c.rule {
			t.Errorf("%q R%d F%d %q: %q by %s, want %q by %s", c.level, c.r, c.f, c.status, got, rule, c.want, c.rule)
		}
	}
}

// Over every combination of level, scores and status: improving any one of
// them never lowers the tier.
func TestBetterIsNeverLower(t *testing.T) {
	levels := []level.Level{level.Dormant, level.Silver, level.Gold, level.Diamond}
	statuses := []tier.Status{tier.Lost, tier.StatusDormant, tier.Active}
	rank := []tier.Tier{tier.None, tier.Dormant, tier.Basic, tier.Growth, tier.Strategic}
	of := func(l, r, f, s int) int {
		answer, _ := tier.Default().Of(tier.Customer{Level: levels[l], Scores: rfm.Scores{R: r, F: f}, Status: statuses[s]})
		return slices.Index(rank, answer)
	}
	for l := range levels {
		for r := 1; r <= rfm.Best; r++ {
			for f := 1; f <= rfm.Best; f++ {
				for s := range statuses {
					here := of(l, r, f, s)
					if here < 1 {
						t.Fatalf("level %d R%d F%d status %d: a buyer without a tier", l, r, f, s)
					}
					if l+1 < len(levels) && of(l+1, r, f, s) < here || r < rfm.Best && of(l, r+1, f, s) < here ||
						f < rfm.Best && of(l, r, f+1, s) < here || s+1 < len(statuses) && of(l, r, f, s+1) < here {
						t.Fatalf("level %d R%d F%d status %d: something better is lower", l, r, f, s)
					}
				}
			}
		}
	}
}

func TestNeed(t *testing.T) {
	for purchases, want := range []tier.Need{tier.Prospect, tier.New, tier.Existing, tier.Existing} {
		if got := tier.NeedOf(purchases); got != want {
			t.Errorf("%d purchases: %s, want %s", purchases, got, want)
		}
	}
}

func TestStatus(t *testing.T) {
	const on = crm.Date(20500)
	for _, c := range []struct {
		seen crm.Date
		want tier.Status
	}{
		{0, tier.StatusNone},
		{on, tier.Active},
		{on - 119, tier.Active},
		{on - 120, tier.StatusDormant},
		{on - 364, tier.StatusDormant},
		{on - 365, tier.Lost},
	} {
		if got := tier.Default().Status.Of(c.seen, on); got != c.want {
			t.Errorf("seen %d days ago: %q, want %q", on-c.seen, got, c.want)
		}
	}
}

func TestValidate(t *testing.T) {
	if wrong := tier.Default().Validate(); wrong != nil {
		t.Error("the default:", wrong)
	}
	for path, spoil := range map[string]func(*tier.Policy){
		"strategic_frequency":       func(p *tier.Policy) { p.StrategicFrequency = 6 }, // can never hold
		"growth_recency":            func(p *tier.Policy) { p.GrowthRecency = 0 },
		"growth_frequency":          func(p *tier.Policy) { p.GrowthFrequency = 1 }, // always holds
		"grace_days":                func(p *tier.Policy) { p.GraceDays = 366 },
		"by":                        func(p *tier.Policy) { p.By = "luck" },
		"value.strategic_from":      func(p *tier.Policy) { p.Value.StrategicFrom = p.Value.GrowthFrom },
		"value.growth_from":         func(p *tier.Policy) { p.Value.GrowthFrom = p.Value.DormantBelow },
		"value.growth_chance":       func(p *tier.Policy) { p.Value.GrowthChance = 1 }, // can never hold
		"value.dormant_below":       func(p *tier.Policy) { p.Value.DormantBelow = 1 },
		"status.dormant_after_days": func(p *tier.Policy) { p.Status.DormantAfterDays = 0 },
		"status.lost_after_days":    func(p *tier.Policy) { p.Status.LostAfterDays = 120 },
	} {
		p := tier.Default()
		spoil(&p)
		if wrong := p.Validate(); len(wrong) != 1 || wrong[0].Path != path {
			t.Errorf("%s: %v", path, wrong)
		}
	}
}
