package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/history"
	"guanxi/internal/standing"
	"guanxi/internal/store"
	"guanxi/internal/store/storetest"
)

func decisions(env *storetest.Env) store.Decisions[standing.Measures, standing.Classes] {
	return store.NewDecisions[standing.Measures, standing.Classes](env.DB, env.Customers, env.Facts, env.Keys)
}

// judged is a decision as the rules make it, of a customer of several orders.
func judged(id crm.CustomerID, seen int64, at time.Time, zone *time.Location) standing.Record {
	var facts history.Facts
	for i := range seen {
		o := order(id, fmt.Sprint(i), noon, crm.OrderPaid)
		o.PlacedAt = noon.AddDate(0, 0, -int(20*i))
		facts.Orders = append(facts.Orders, o)
	}
	rules := standing.Rules(standing.Basis{Policy: standing.Default()}, zone)
	r := decision.AsOf(rules, id, facts, crm.DateIn(at, zone))
	r.Guard = decision.Guard{Edition: 1, Seen: seen, AsOf: at}
	r.ReviewAt, r.Stores, r.Cause, r.Trace = r.On+30, facts.Stores(), "F#ORDER#shopify-cn#1", "1-67891233-abcdef012345678912345678"
	return r
}

func TestADecisionIsSavedWhereTheOneItReplacesStillStands(t *testing.T) {
	env := storetest.Open(t)
	d, ctx, id := decisions(env), storetest.Context(noon), newCustomer()
	none, err := d.Latest(ctx, id, true)
	if err != nil || none.Guard != (decision.Guard{}) {
		t.Fatal(none, err)
	}
	first, second := judged(id, 1, noon, env.Zone), judged(id, 6, noon.Add(time.Hour), env.Zone)
	if err := d.Save(ctx, none, first); err != nil {
		t.Fatal(err)
	}
	if err := d.Save(ctx, none, second); crm.KindOf(err) != crm.Conflict {
		t.Fatalf("saved over a decision that was not read: %v", err)
	}
	got, err := d.Latest(ctx, id, true)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, got); diff != "" {
		t.Fatal(diff)
	}
	for range 2 { // repeated, it is a conflict: the first has done it
		err = d.Save(ctx, first, second)
	}
	if crm.KindOf(err) != crm.Conflict {
		t.Fatal(err)
	}
	changes, _, err := d.Changes(ctx, id, 10, "")
	if err != nil || len(changes) != 2 || changes[0].Classes != second.Classes || changes[0].Before != first.Classes || changes[1].Before != (standing.Classes{}) {
		t.Fatalf("%+v %v", changes, err)
	}
}

func TestADecisionThatDidNotChangeLeavesNoEntry(t *testing.T) {
	env := storetest.Open(t)
	d, ctx, id := decisions(env), storetest.Context(noon), newCustomer()
	first := judged(id, 2, noon, env.Zone)
	again := first
	again.Guard.AsOf = noon.Add(time.Minute)
	if err := d.Save(ctx, standing.Record{Customer: id}, first); err != nil {
		t.Fatal(err)
	}
	if err := d.Save(ctx, first, again); err != nil {
		t.Fatal(err)
	}
	if changes, _, err := d.Changes(ctx, id, 10, ""); err != nil || len(changes) != 1 {
		t.Fatal(len(changes), err)
	}
}

// Whoever was created is found by the review of the next day, even if no
// wake-up ever comes; who was decided only when due, or when the rules changed.
func TestTheReviewFindsWhoIsDue(t *testing.T) {
	env := storetest.Open(t)
	c, d, review, ctx := customers(env), decisions(env), store.NewReview(env.DB, env.Customers), storetest.Context(noon)
	today := crm.DateIn(noon, env.Zone)
	newborn, decided := mei(), mei()
	for _, p := range []crm.CustomerID{newborn.ID, decided.ID} {
		profile := mei()
		profile.ID = p
		if err := c.Create(ctx, profile, nil); err != nil {
			t.Fatal(err)
		}
	}
	birth, err := d.Latest(ctx, decided.ID, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Save(ctx, birth, judged(decided.ID, 2, noon, env.Zone)); err != nil {
		t.Fatal(err)
	}
	due := func(day crm.Date, edition int64) map[crm.CustomerID]bool {
		found := map[crm.CustomerID]bool{}
		for segment := range 3 {
			if err := review.Due(ctx, segment, 3, day, edition, func(ids, _ []crm.CustomerID) error {
				for _, id := range ids {
					found[id] = true
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		return found
	}
	for _, c := range []struct {
		day              crm.Date
		edition          int64
		newborn, decided bool
	}{{today, 0, false, false}, {today + 1, 1, true, false}, {today + 30, 1, true, true}, {today, 2, true, true}} {
		found := due(c.day, c.edition)
		if found[newborn.ID] != c.newborn || found[decided.ID] != c.decided {
			t.Errorf("on %s, edition %d: newborn %v, decided %v", c.day, c.edition, found[newborn.ID], found[decided.ID])
		}
	}
}
