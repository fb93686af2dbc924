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
	want := []string{"reason", "currency", "level.diamond_from", "rfm.money_from", "tier.status.lost_after_days", "churn.escalate_after_days"}
	if !slices.Equal(paths, want) {
		t.Errorf("wrong are %q, want %q", paths, want)
	}
}
