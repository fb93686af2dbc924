package standing_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"guanxi/internal/standing"
)

func TestTheDefaultIsPolicyOne(t *testing.T) {
	p := standing.Default()
	if wrong := p.Validate(); wrong != nil || p.Version != 1 || p.Currency != "CNY" {
		t.Errorf("%+v: %v", p, wrong)
	}
	written, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "policy_1.json", string(written)+"\n")
	read := json.NewDecoder(bytes.NewReader(written))
	read.DisallowUnknownFields()
	var back standing.Policy
	if err := read.Decode(&back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p, back); diff != "" {
		t.Error(diff)
	}
}

func TestEverythingWrongIsNamedAtItsPlace(t *testing.T) {
	p := standing.Default()
	p.Reason, p.Currency = strings.Repeat("x", 501), "yuan"
	p.Level.DiamondFrom = 1
	p.RFM.MoneyFrom = nil
	p.Tier.Status.LostAfterDays = 1
	p.Churn.EscalateAfterDays = 0
	var paths []string
	for _, f := range p.Validate() {
		paths = append(paths, f.Path)
	}
	want := []string{"reason", "currency", "level.diamond_from", "rfm.money_from", "tier.status.lost_after_days", "churn.escalate_after_days", "churn.warn_after_days"}
	if !slices.Equal(paths, want) {
		t.Errorf("wrong are %q, want %q", paths, want)
	}
}

// Sections that are right on their own may contradict each other.
func TestSectionsThatContradictEachOther(t *testing.T) {
	for path, spoil := range map[string]func(*standing.Policy){
		"tier.value.dormant_below": func(p *standing.Policy) {
			p.Value.CostPerMonth, p.Value.CostPerOrder, p.Value.CostPerContact, p.Value.CostPerReturn = 0, 0, 0, 0
		},
		"tier.value.growth_chance": func(p *standing.Policy) { p.Churn.WarnBelow = 0.3 },
		"churn.warn_after_days":    func(p *standing.Policy) { p.Churn.WarnAfterDays = 366 },
	} {
		p := standing.Default()
		spoil(&p)
		if wrong := p.Validate(); len(wrong) != 1 || wrong[0].Path != path {
			t.Errorf("%s: %v", path, wrong)
		}
	}
}

// A policy that was kept before there were tiers' due dates, signals and
// severity is still one.
func TestAnOldPolicyIsComplete(t *testing.T) {
	p, err := standing.Parse([]byte(`{"version": 2, "author": "u-admin", "reason": "long ago", "currency": "CNY",
		"churn": {"warn_after_days": 120, "escalate_after_days": 14, "follow_up_within_days": 9}}`))
	if wrong := p.Churn.Validate(); err != nil || wrong != nil || p.Churn.FollowUp.Strategic != 9 {
		t.Error(p.Churn, wrong, err)
	}
}
