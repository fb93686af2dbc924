// Package standing composes the rules into the one standing decision about a
// customer: membership level, RFM scores, tier, need, status and churn class,
// each with its reasons, and the exact date on which time alone changes it.
//
//	history ── Measure ──► Measures ── Classify ──► Classes
//	                          └────── Explain ───► reasons
//
// Measures are the few numbers that are stored. Classes and reasons are
// functions of policy and measures, so an old decision can be explained for
// ever, as long as its policy version is kept.
package standing

import (
	_ "embed"
	"encoding/json"
	"time"

	"guanxi/internal/churn"
	"guanxi/internal/clv"
	"guanxi/internal/crm"
	"guanxi/internal/level"
	"guanxi/internal/rfm"
	"guanxi/internal/tier"
)

// Policy is the one versioned document that all rules read. Decode it with
// unknown fields refused.
type Policy struct {
	Version     int          `json:"version"`
	Author      crm.Subject  `json:"author"`
	Reason      string       `json:"reason"`
	CreatedAt   time.Time    `json:"created_at,omitzero"`
	ActivatedAt time.Time    `json:"activated_at,omitzero"`
	Currency    string       `json:"currency"` // of all amounts: the deployment's base currency
	Level       level.Policy `json:"level"`
	RFM         rfm.Policy   `json:"rfm"`
	Tier        tier.Policy  `json:"tier"`
	Churn       churn.Policy `json:"churn"`
	Value       clv.Policy   `json:"value"`
}

//go:embed default.json
var defaults []byte

// Default is policy 1: what the rules come with.
func Default() Policy {
	p := Policy{Level: level.Default(), RFM: rfm.Default(), Tier: tier.Default(), Churn: churn.Default(), Value: clv.Default()}
	if err := json.Unmarshal(defaults, &p); err != nil {
		panic("standing: default.json: " + err.Error())
	}
	return p
}

// Validate names everything that is wrong, each at its place in the document.
// Author, times and version are set by who keeps it, not by who writes it.
func (p Policy) Validate() (wrong []crm.Field) {
	if p.Reason == "" || len(p.Reason) > 500 {
		wrong = append(wrong, crm.Field{Path: "reason", Message: "must say in 1 to 500 bytes why the policy changes"})
	}
	if !crm.ValidCurrency(p.Currency) {
		wrong = append(wrong, crm.Field{Path: "currency", Message: "must be an ISO 4217 code"})
	}
	for _, section := range []struct {
		name  string
		wrong []crm.Field
	}{
		{"level", p.Level.Validate()},
		{"rfm", p.RFM.Validate()},
		{"tier", p.Tier.Validate()},
		{"churn", p.Churn.Validate()},
		{"value", p.Value.Validate()},
	} {
		for _, f := range section.wrong {
			wrong = append(wrong, crm.Field{Path: section.name + "." + f.Path, Message: f.Message})
		}
	}
	if p.Tier.By == tier.ByValue && !p.Value.Costs() {
		wrong = append(wrong, crm.Field{Path: "tier.value.dormant_below", Message: "can never hold: no value is negative while all costs are 0; set one, or decide tiers by level"})
	}
	if p.Tier.By == tier.ByValue && p.Tier.Value.GrowthChance < p.Churn.WarnBelow {
		wrong = append(wrong, crm.Field{Path: "tier.value.growth_chance", Message: "must be at least churn.warn_below, or who is about to leave has potential as well"})
	}
	if p.Churn.WarnAfterDays > p.Tier.Status.LostAfterDays {
		wrong = append(wrong, crm.Field{Path: "churn.warn_after_days", Message: "must be at most tier.status.lost_after_days, or who is lost already is warned about"})
	}
	return wrong
}
