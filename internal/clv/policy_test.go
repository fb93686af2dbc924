package clv

import (
	"math"
	"testing"
)

func TestValidate(t *testing.T) {
	if wrong := Default().Validate(); wrong != nil {
		t.Error("the default:", wrong)
	}
	for path, spoil := range map[string]func(*Policy){
		"months":           func(p *Policy) { p.Months = 0 },
		"yearly_rate":      func(p *Policy) { p.YearlyRate = math.NaN() },
		"margin_rate":      func(p *Policy) { p.MarginRate = 0 },
		"cost_per_month":   func(p *Policy) { p.CostPerMonth = -1 },
		"cost_per_order":   func(p *Policy) { p.CostPerOrder = math.MaxInt64 },
		"cost_per_contact": func(p *Policy) { p.CostPerContact = -1 },
		"cost_per_return":  func(p *Policy) { p.CostPerReturn = -1 },
	} {
		p := Default()
		spoil(&p)
		if wrong := p.Validate(); len(wrong) != 1 || wrong[0].Path != path {
			t.Errorf("%s: %v", path, wrong)
		}
	}
}
