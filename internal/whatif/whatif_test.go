package whatif_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/history"
	"guanxi/internal/standing"
	"guanxi/internal/whatif"
)

const on = crm.Date(20500)

func judge(p standing.Policy) whatif.Judge {
	return whatif.Judge{
		Decide: standing.Rules(standing.Basis{Policy: p}, time.UTC).Judge,
		Why: func(m standing.Measures) []decision.Reason {
			_, reasons := standing.Judge(p, m)
			return reasons
		},
	}
}

// draft is another policy than the default: other levels, and an earlier warning.
func draft(t *rapid.T) standing.Policy {
	p := standing.Default()
	p.Level.GoldFrom = rapid.Int64Range(100_000, 4_000_000).Draw(t, "gold from")
	p.Churn.WarnAfterDays = rapid.IntRange(10, 200).Draw(t, "warn after")
	p.Value.MarginRate = rapid.SampledFrom([]float64{0.3, 0.3, 0.2, 0.5}).Draw(t, "margin")
	return p
}

// base draws up to 80 customers, more than are named, with few different spends,
// so that many tie.
func base(t *rapid.T) map[crm.CustomerID]history.Facts {
	all := map[crm.CustomerID]history.Facts{}
	for i := range rapid.IntRange(0, 80).Draw(t, "customers") {
		var f history.Facts
		for k := range rapid.IntRange(0, 3).Draw(t, "orders") {
			f.Orders = append(f.Orders, crm.Order{Key: crm.OrderKey{ID: fmt.Sprint(k)}, State: crm.OrderPaid, Rate: crm.Par,
				PlacedAt: (on - crm.Date(rapid.IntRange(0, 400).Draw(t, "days ago"))).Midnight(time.UTC),
				Total:    crm.Money{Minor: rapid.SampledFrom([]int64{50_000, 600_000, 2_000_000}).Draw(t, "total"), Currency: "CNY"}})
		}
		all[crm.CustomerID(fmt.Sprintf("cus_%02d", i))] = f
	}
	return all
}

// However the base is cut, and in whatever order the parts are put together, the
// outcome is that of one part; and that is what counting one by one gives.
func TestThePartsAreTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := base(t)
		trial := whatif.Trial{Before: judge(standing.Default()), After: judge(draft(t)), On: on}
		ids := make([]crm.CustomerID, 0, len(all))
		parts := make([]whatif.Part, rapid.IntRange(1, 5).Draw(t, "parts"))
		var whole, merged whatif.Part
		for id, f := range all {
			ids = append(ids, id)
			whole.Add(trial, id, f)
			parts[rapid.IntRange(0, len(parts)-1).Draw(t, "part")].Add(trial, id, f)
		}
		for _, i := range rapid.Permutation(indexes(len(parts))).Draw(t, "order") {
			merged.Merge(parts[i])
		}
		if diff := cmp.Diff(whole, merged); diff != "" {
			t.Fatal(diff)
		}
		slices.Sort(ids)
		count(t, trial, all, ids, whole)
	})
}

// count is the oracle: it asks each customer for each cell.
func count(t *rapid.T, trial whatif.Trial, all map[crm.CustomerID]history.Facts, ids []crm.CustomerID, whole whatif.Part) {
	var affected []whatif.Affected
	var worth [2]int64
	moved := 0
	for _, id := range ids {
		m, was, _ := trial.Before.Decide(all[id], on)
		n, is, _ := trial.After.Decide(all[id], on)
		worth[0], worth[1] = worth[0]+m.Value.CLV, worth[1]+n.Value.CLV
		if was != is {
			moved++
		}
		if was != is || m.Value.CLV != n.Value.CLV {
			affected = append(affected, whatif.Affected{Customer: id, Spend: m.Window, Was: whatif.Side{Classes: was, CLV: m.Value.CLV}, Is: whatif.Side{Classes: is, CLV: n.Value.CLV}})
		}
	}
	if whole.Customers != len(all) || whole.Changed != moved || whole.Was != worth[0] || whole.Is != worth[1] {
		t.Fatalf("%d of %d would move, worth %v; not %+v", moved, len(all), worth, whole)
	}
	of := map[string]func(standing.Classes) string{
		"levels": func(c standing.Classes) string { return string(c.Level) },
		"tiers":  func(c standing.Classes) string { return string(c.Tier) },
		"churn":  func(c standing.Classes) string { return map[bool]string{true: "warned"}[c.WarnedSince != 0] },
	}
	for name, flows := range map[string]whatif.Flows{"levels": whole.Levels, "tiers": whole.Tiers, "churn": whole.Churn} {
		left := len(all)
		for _, f := range flows {
			customers, spend := 0, int64(0)
			for _, facts := range all {
				m, was, _ := trial.Before.Decide(facts, on)
				_, is, _ := trial.After.Decide(facts, on)
				if of[name](was) == f.Was && of[name](is) == f.Is {
					customers++
					spend += m.Window
				}
			}
			if f.Customers != customers || f.Spend != spend {
				t.Fatalf("%s: %+v, counted %d with %d", name, f, customers, spend)
			}
			left -= customers
		}
		if left != 0 {
			t.Fatalf("%s: %d customers in no cell", name, left)
		}
	}
	rank := func(a whatif.Affected) (keys [3]int64) {
		if a.Was.Classes != a.Is.Classes {
			keys[0] = 1
		}
		keys[1] = max(a.Is.CLV-a.Was.CLV, a.Was.CLV-a.Is.CLV)
		keys[2] = a.Spend
		return keys
	}
	slices.SortStableFunc(affected, func(a, b whatif.Affected) int { // they were sorted by id
		ka, kb := rank(a), rank(b)
		return slices.Compare(kb[:], ka[:])
	})
	for i, a := range affected[:min(50, len(affected))] {
		if got := whole.Most[i]; got.Customer != a.Customer || got.Spend != a.Spend || got.Was != a.Was || got.Is != a.Is {
			t.Fatalf("the %dth most affected is %+v, not %+v", i, got, a)
		}
	}
}

func indexes(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// Who would go from silver to gold is told why, on both sides.
func TestWhy(t *testing.T) {
	p := standing.Default()
	p.Level.GoldFrom = 800_000
	f := history.Facts{Orders: []crm.Order{{PlacedAt: on.Midnight(time.UTC), State: crm.OrderPaid, Total: crm.Money{Minor: 900_000, Currency: "CNY"}, Rate: crm.Par}}}
	var part whatif.Part
	part.Add(whatif.Trial{Before: judge(standing.Default()), After: judge(p), On: on}, "cus_1", f)
	if len(part.Most) != 1 || len(part.Most[0].Why) == 0 {
		t.Fatalf("%+v", part)
	}
	level := part.Most[0].Why[0]
	if level.Was.Question != "level" || level.Was.Answer != "silver" || level.Is.Answer != "gold" || level.Is.Rule != "level.gold_from" {
		t.Errorf("%+v", level)
	}
	for _, turn := range part.Most[0].Why {
		if turn.Was.Answer == turn.Is.Answer {
			t.Errorf("%+v is no turn", turn)
		}
	}
}

// The policy in force would change nobody.
func TestTheSamePolicyChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		same := judge(draft(t))
		var part whatif.Part
		for id, f := range base(t) {
			part.Add(whatif.Trial{Before: same, After: same, On: on}, id, f)
		}
		if part.Changed != 0 || len(part.Most) != 0 {
			t.Fatalf("%+v", part)
		}
		for _, flow := range slices.Concat(part.Levels, part.Tiers, part.Churn) {
			if flow.Was != flow.Is {
				t.Fatalf("%+v", flow)
			}
		}
	})
}
