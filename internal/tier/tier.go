// Package tier decides the internal value class (R10: strategic, growth,
// basic, dormant) and the need and status classes (R5) that it looks at.
//
// There are two rules: by customer lifetime value, where a model foresees one,
// and else by membership level and RFM scores.
package tier

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"guanxi/internal/crm"
	"guanxi/internal/level"
	"guanxi/internal/rfm"
)

// Tier is the value class. Who never bought has None.
type Tier string

const (
	None      Tier = ""
	Dormant   Tier = "dormant"
	Basic     Tier = "basic"
	Growth    Tier = "growth"
	Strategic Tier = "strategic"
)

// Policy holds the figures that an admin may change. Scores are 1 to 5.
type Policy struct {
	StrategicFrequency int          `json:"strategic_frequency"` // gold is strategic from this F score on
	GrowthRecency      int          `json:"growth_recency"`      // without gold, growth takes at least this R score …
	GrowthFrequency    int          `json:"growth_frequency"`    // … and this F score
	GraceDays          int          `json:"grace_days" required:"false" doc:"For so many days a demotion waits; 0 to 365."`
	By                 By           `json:"by" enum:"value,level" example:"value"`
	Value              ValuePolicy  `json:"value"`
	Status             StatusPolicy `json:"status"`
}

//go:embed default.json
var defaults []byte

// Default is policy 1.
func Default() (p Policy) {
	if err := json.Unmarshal(defaults, &p); err != nil {
		panic("tier: default.json: " + err.Error())
	}
	return p
}

// Validate names each figure that can never hold or always does.
func (p Policy) Validate() (wrong []crm.Field) {
	score := func(path string, n, least int) {
		if n < least || n > rfm.Best {
			wrong = append(wrong, crm.Field{Path: path, Message: fmt.Sprintf("must be a score of %d to %d", least, rfm.Best)})
		}
	}
	score("strategic_frequency", p.StrategicFrequency, 2)
	score("growth_recency", p.GrowthRecency, 1)
	score("growth_frequency", p.GrowthFrequency, 2)
	if p.By != ByValue && p.By != ByLevel {
		wrong = append(wrong, crm.Field{Path: "by", Message: "must be value or level"})
	}
	if p.GraceDays < 0 || p.GraceDays > level.MostGrace {
		wrong = append(wrong, crm.Field{Path: "grace_days", Message: "must be 0 to 365 days"})
	}
	for _, f := range p.Value.Validate() {
		wrong = append(wrong, crm.Field{Path: "value." + f.Path, Message: f.Message})
	}
	for _, f := range p.Status.Validate() {
		wrong = append(wrong, crm.Field{Path: "status." + f.Path, Message: f.Message})
	}
	return wrong
}

// Rule names the rule that won. The rules are tried in this order.
type Rule string

const (
	NeverBought Rule = "never_bought" // no tier
	Silent      Rule = "silent"       // status dormant or lost: dormant

	Unprofitable Rule = "unprofitable"    // a negative value, and about to leave: dormant
	LoyalValue   Rule = "loyal_value"     // a high value, often: strategic
	HighValue    Rule = "high_value"      // growth
	Potential    Rule = "potential"       // a middle value, likely to buy soon: growth
	LowValue     Rule = "value_otherwise" // basic

	TopLevel  Rule = "diamond"    // strategic
	LoyalGold Rule = "loyal_gold" // gold, often: strategic
	GoldLevel Rule = "gold"       // growth
	Promising Rule = "promising"  // lately and often: growth
	Otherwise Rule = "otherwise"  // basic
)

// Customer is what the rules look at.
type Customer struct {
	Level   level.Level
	Scores  rfm.Scores
	Status  Status
	Worth   Worth
	Leaving bool // a repeat buyer who is warned about
}

// Of decides the tier and says by which rule.
func (p Policy) Of(c Customer) (Tier, Rule) {
	switch {
	case c.Level == level.None:
		return None, NeverBought
	case c.Status == StatusDormant || c.Status == Lost:
		return Dormant, Silent
	case p.By == ByValue && c.Worth.Known:
		return p.byValue(c)
	}
	return p.byLevel(c.Level, c.Scores)
}

func (p Policy) byValue(c Customer) (Tier, Rule) {
	switch {
	case c.Worth.Band == Negative && c.Leaving:
		return Dormant, Unprofitable
	case c.Worth.Band == High && c.Scores.F >= p.StrategicFrequency:
		return Strategic, LoyalValue
	case c.Worth.Band == High:
		return Growth, HighValue
	case c.Worth.Band == Middle && c.Worth.Likely:
		return Growth, Potential
	}
	return Basic, LowValue
}

func (p Policy) byLevel(l level.Level, s rfm.Scores) (Tier, Rule) {
	switch {
	case l == level.Diamond:
		return Strategic, TopLevel
	case l == level.Gold && s.F >= p.StrategicFrequency:
		return Strategic, LoyalGold
	case l == level.Gold:
		return Growth, GoldLevel
	case s.R >= p.GrowthRecency && s.F >= p.GrowthFrequency:
		return Growth, Promising
	}
	return Basic, Otherwise
}
