package stage_test

import (
	"testing"

	"pgregory.net/rapid"

	"guanxi/internal/crm"
	"guanxi/internal/insight"
	"guanxi/internal/stage"
	"guanxi/internal/tier"
)

func TestTheStageOfEach(t *testing.T) {
	high, refused := crm.Lead{Intent: crm.IntentHigh}, crm.Lead{Stage: crm.LeadDisqualified, Intent: crm.IntentHigh}
	for name, c := range map[string]struct {
		need   tier.Need
		status tier.Status
		value  tier.Tier
		trend  insight.Trend
		lead   crm.Lead
		want   stage.Stage
	}{
		"a name in a list":                          {tier.Prospect, tier.StatusNone, tier.None, insight.Steady, crm.Lead{}, stage.Reach},
		"talked to us last week":                    {tier.Prospect, tier.Active, tier.None, insight.Steady, crm.Lead{}, stage.Convert},
		"talked to us, and to no avail":             {tier.Prospect, tier.Active, tier.None, insight.Steady, refused, stage.Reach},
		"wrote that they mean to buy":               {tier.Prospect, tier.StatusNone, tier.None, insight.Steady, high, stage.Convert},
		"meant to buy, half a year ago":             {tier.Prospect, tier.StatusDormant, tier.None, insight.Steady, high, stage.Reach},
		"the first purchase":                        {tier.New, tier.Active, tier.Basic, insight.Rising, crm.Lead{}, stage.Retain},
		"one purchase, and silence":                 {tier.New, tier.StatusDormant, tier.Dormant, insight.Steady, crm.Lead{}, stage.Lose},
		"buys as ever":                              {tier.Existing, tier.Active, tier.Basic, insight.Steady, crm.Lead{}, stage.Retain},
		"buys more often":                           {tier.Existing, tier.Active, tier.Basic, insight.Rising, crm.Lead{}, stage.Grow},
		"worth a lot, as ever":                      {tier.Existing, tier.Active, tier.Strategic, insight.Steady, crm.Lead{}, stage.Grow},
		"worth a lot, and buys less often":          {tier.Existing, tier.Active, tier.Strategic, insight.Falling, crm.Lead{}, stage.Retain},
		"bought often, and is silent":               {tier.Existing, tier.StatusDormant, tier.Dormant, insight.Rising, crm.Lead{}, stage.Lose},
		"bought often, silent for more than a year": {tier.Existing, tier.Lost, tier.Dormant, insight.Steady, high, stage.Lose},
	} {
		if got := stage.Of(c.need, c.status, c.value, c.trend, c.lead); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// Buying more often never takes anybody back, and nobody is called lost who
// never bought.
func TestMoreIsNeverLess(t *testing.T) {
	rank := map[stage.Stage]int{stage.Reach: 0, stage.Convert: 1, stage.Lose: 2, stage.Retain: 3, stage.Grow: 4}
	rapid.Check(t, func(t *rapid.T) {
		need := rapid.SampledFrom([]tier.Need{tier.Prospect, tier.New, tier.Existing}).Draw(t, "need")
		status := rapid.SampledFrom([]tier.Status{tier.StatusNone, tier.Active, tier.StatusDormant, tier.Lost}).Draw(t, "status")
		value := rapid.SampledFrom([]tier.Tier{tier.None, tier.Dormant, tier.Basic, tier.Growth, tier.Strategic}).Draw(t, "tier")
		lead := crm.Lead{Stage: rapid.SampledFrom([]crm.LeadStage{"", crm.LeadNew, crm.LeadQualified, crm.LeadDisqualified}).Draw(t, "lead")}
		at := -1
		for _, trend := range []insight.Trend{insight.Falling, insight.Steady, insight.Rising} {
			s := stage.Of(need, status, value, trend, lead)
			if rank[s] < at {
				t.Fatalf("%s with a better trend", s)
			}
			at = rank[s]
			if need == tier.Prospect && at > rank[stage.Convert] || need != tier.Prospect && at < rank[stage.Lose] {
				t.Fatalf("%s of a %s", s, need)
			}
		}
	})
}
