package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guanxi/infra/local/cloud"
	"guanxi/infra/purchases"
)

// TestRealPurchasesThroughTheWholeSystem replays 13 months of some sixty real
// customers through the real bootstraps, and holds each decision against brute
// force. At 100 CNY for a USD every level and tier is reached.
func TestRealPurchasesThroughTheWholeSystem(t *testing.T) {
	t.Parallel()
	file, err := os.Open("testdata/cdnow_excerpt.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	all, err := purchases.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	o := options{template: "../../template.yaml", dir: t.TempDir(), rate: "100", memory: true, shares: shares{Repeated: 0.05, Late: 0.02, Outdated: 0.03}}
	result, err := perform(t.Context(), all, o, big.NewRat(100, 1))
	if err != nil {
		t.Fatal(err)
	}
	var told bytes.Buffer
	result.print(&told)
	t.Log(told.String())
	for _, d := range result.Wrong {
		t.Errorf("%s", d)
	}
	if result.Repeated == 0 || result.Late == 0 || result.Outdated == 0 {
		t.Errorf("the plan is too tame: %+v", result.tally)
	}
	end := result.Quarters[len(result.Quarters)-1]
	for _, l := range levels {
		if end.Level[l] == 0 {
			t.Errorf("nobody is %s at the end", l)
		}
	}
	for _, tier := range tiers {
		if end.Tier[tier] == 0 {
			t.Errorf("nobody's tier is %s at the end", tier)
		}
	}
	if end.People != result.People {
		t.Errorf("%d of %d people have a history", end.People, result.People)
	}
	if result.Raised == 0 || result.Bought == 0 || result.Bought == result.Followed {
		t.Errorf("%d warnings, %d of %d followed by a purchase", result.Raised, result.Bought, result.Followed)
	}
}

// TestTheDemonstrationFillsASystem runs the demo verb as make dev does.
func TestTheDemonstrationFillsASystem(t *testing.T) {
	t.Parallel()
	c, s, err := startCloud(t.Context(), cloud.Config{Template: "../../template.yaml", Dir: t.TempDir(), InMemory: true}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Stop()
	dev := filepath.Join(t.TempDir(), "dev.json")
	text, err := json.Marshal(map[string]any{"api": c.API, "control": c.Control, "tokens": map[string]string{"admin": s.Token}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dev, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // a seeding that was interrupted is begun again, once nobody remembers the secrets of before
		if err := s.advance(t.Context(), c.Now().Add(2*time.Minute)); err != nil {
			t.Fatal(err)
		}
		var out, say bytes.Buffer
		if err := demo(t.Context(), dev, &out, &say); err != nil {
			t.Fatal(err)
		}
		if secrets := strings.Count(out.String(), "webhook_secret "); secrets != 2 {
			t.Errorf("%d secrets were printed: %s", secrets, &out)
		}
	}
	verify := exec.CommandContext(t.Context(), "go", "run", "../verify", "--dev", dev)
	said, err := verify.CombinedOutput()
	if err != nil || !strings.Contains(string(said), "no difference") {
		t.Errorf("make verify: %v", err)
	}
	t.Logf("%s", said)
	if seen := askAll(t, s); len(seen) != 4+4+3 {
		t.Errorf("levels, tiers and warned or not: %v", seen)
	}
}

// askAll counts what the system says about the people of the demonstration.
func askAll(t *testing.T, s *system) map[string]int {
	t.Helper()
	now, err := s.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	local, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, p := range generate(purchases.DayOf(now, local), []string{"sh-001", "sh-002", "hz-001"}) {
		a, err := s.answersOn(context.Background(), p.Account.Email, purchases.DayOf(now, local))
		if err != nil {
			t.Fatal(err)
		}
		kept := a.Stored.standing()
		if len(p.Orders) == 0 {
			seen["prospect"]++
			continue
		}
		var bought []purchase
		for _, o := range p.Orders {
			bought = append(bought, o.purchase)
		}
		want := bruteForce(bought, big.NewRat(1, 1), purchases.DayOf(now, local))
		if kept.Level != want.Level || kept.Spend != want.Spend {
			t.Errorf("%s is %s, not %s", p.Name, kept, want)
		}
		seen["level "+kept.Level]++
		seen["tier "+kept.Tier]++
		seen[fmt.Sprintf("%d warnings", len(a.Warnings))]++
	}
	return seen
}
