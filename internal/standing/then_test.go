package standing_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/history"
	"guanxi/internal/standing"
)

// shelf has the documents of a deployment whose policy never changed, but for
// those that the test adds: in force from a time on.
type shelf struct {
	standing.Documents
	since map[int]time.Time
}

func (s shelf) InForce(_ context.Context, by time.Time) (v standing.Versions, _ error) {
	v.Policy = 1
	for version, from := range s.since {
		if !from.After(by) {
			v.Policy = max(v.Policy, version)
		}
	}
	return v, nil
}

func (s shelf) PolicyDocument(_ context.Context, version int) ([]byte, error) {
	if version == 1 {
		return nil, nil
	}
	return []byte(`{"currency":"CNY","level":{"window_days":365,"gold_from":1,"diamond_from":2},"tier":{"by":"level"},"rfm":{"mode":"fixed","recency_days":[1,2,3,4],"frequency_from":[2,3,4,5],"money_from":[1,2,3,4]}}`), nil
}

type known history.Facts

func (f known) History(context.Context, crm.CustomerID) (history.Facts, error) {
	return history.Facts(f), nil
}

// learnt is what is known of the facts today, and what was known by the end of
// a date: some came later, some were changed later, orders and contacts alike.
func learnt(t *rapid.T, all history.Facts, end time.Time) (today, then history.Facts, late []string) {
	origin := func(later bool) crm.Origin {
		return crm.Origin{RecordedAt: end.Add(time.Duration(map[bool]int{false: -1, true: 1}[later]) * time.Second)}
	}
	on := crm.DateIn(end, shanghai)
	note := func(dated crm.Date, id string) {
		if dated <= on {
			late = append(late, id)
		}
	}
	dates := map[crm.OrderKey]crm.Date{}
	for _, o := range all.Orders {
		o.Key.Connection = "shop"
		dates[o.Key] = crm.DateIn(o.PlacedAt, shanghai)
		how := rapid.SampledFrom([]string{"early", "early", "came", "changed", "deleted"}).Draw(t, "order")
		o.Origin = origin(how != "early")
		before := o
		switch how {
		case "changed":
			before.Total.Minor += 700_000
		case "deleted":
			o.State = crm.OrderDeleted
		}
		today.Orders = append(today.Orders, o)
		if how != "came" {
			then.Orders = append(then.Orders, before)
		}
		if how != "early" {
			note(dates[o.Key], "shop/"+o.Key.ID)
		}
	}
	for _, r := range all.Refunds {
		later := rapid.Bool().Draw(t, "refund later")
		r.Origin = origin(later)
		today.Refunds = append(today.Refunds, r)
		if later {
			note(dates[r.Key.Order], "shop/"+r.Key.Order.ID+"/"+r.Key.ID)
		} else {
			then.Refunds = append(then.Refunds, r)
		}
	}
	for k, i := range all.Interactions {
		i.ID = crm.InteractionID(fmt.Sprint("int_", k))
		how := rapid.SampledFrom([]string{"early", "came", "withdrawn"}).Draw(t, "contact")
		i.Origin = origin(how != "early")
		if how == "withdrawn" {
			today.Withdrawn = append(today.Withdrawn, i)
		} else {
			today.Interactions = append(today.Interactions, i)
		}
		if how != "came" {
			then.Interactions = append(then.Interactions, i)
		}
		if how != "early" {
			note(crm.DateIn(i.At, shanghai), string(i.ID))
		}
	}
	return today, then, late
}

// The decision of a past date is what was recorded then, unless facts came or
// changed later; and then exactly those are named.
func TestTheDecisionOfThenIsTheRecordedOne(t *testing.T) {
	differed := 0
	rapid.Check(t, func(t *rapid.T) {
		on := first + crm.Date(rapid.IntRange(0, 300).Draw(t, "on"))
		end := (on + 1).Midnight(shanghai).Add(-time.Millisecond)
		today, then, late := learnt(t, facts(t, 400), end)
		book := standing.Book{Documents: shelf{}, Currency: "CNY", Zone: shanghai}
		rules, err := book.RulesOf(t.Context(), standing.Default(), standing.Versions{Policy: 1})
		if err != nil {
			t.Fatal(err)
		}
		recorded := &decision.Change[standing.Measures, standing.Classes]{Record: decision.AsOf(rules, "cus_1", then, on)}
		recorded.Guard.AsOf = end.Add(-time.Second)
		got, err := book.Then(t.Context(), "cus_1", known(today), on, recorded)
		if err != nil {
			t.Fatal(err)
		}
		if want := decision.AsOf(rules, "cus_1", today, on); got.Derived.Classes != want.Classes || got.NewerRules {
			t.Fatalf("derived %+v, not %+v", got.Derived.Classes, want.Classes)
		}
		if got.Derived.Classes == recorded.Classes {
			if got.Since != nil {
				t.Fatalf("they are the same, and yet %+v", got.Since)
			}
			return
		}
		differed++
		var named []string
		for _, l := range got.Since {
			named = append(named, l.ID)
		}
		slices.Sort(named)
		slices.Sort(late)
		if !slices.Equal(named, late) {
			t.Fatalf("%q are named, not %q", named, late)
		}
	})
	if differed == 0 {
		t.Error("they never differed: this shows nothing")
	}
}

// Where a policy came into force that had not been brought to the customer by the
// end of the date, no fact is blamed.
func TestNewerRulesAreNoLaterFacts(t *testing.T) {
	on := first + 10
	noon := on.Midnight(shanghai).Add(12 * time.Hour)
	f := history.Facts{Orders: []crm.Order{{Key: crm.OrderKey{Connection: "shop", ID: "1"}, PlacedAt: noon, State: crm.OrderPaid, Rate: crm.Par,
		Total: crm.Money{Minor: 500, Currency: "CNY"}, Origin: crm.Origin{RecordedAt: noon}}}}
	book := standing.Book{Documents: shelf{since: map[int]time.Time{2: noon.Add(time.Hour)}}, Currency: "CNY", Zone: shanghai}
	rules, err := book.RulesOf(t.Context(), standing.Default(), standing.Versions{Policy: 1})
	if err != nil {
		t.Fatal(err)
	}
	recorded := &decision.Change[standing.Measures, standing.Classes]{Record: decision.AsOf(rules, "cus_1", f, on)}
	recorded.Guard.AsOf = noon
	got, err := book.Then(t.Context(), "cus_1", known(f), on, recorded)
	if err != nil || !got.NewerRules || got.Since != nil || got.Derived.Policy != 2 || got.Derived.Classes.Level != "diamond" {
		t.Fatalf("%+v, %v", got, err)
	}
	if got, err = book.Then(t.Context(), "cus_1", known(f), on-1, nil); err != nil || got.Derived.Policy != 1 || got.Recorded != nil {
		t.Fatalf("the day before: %+v, %v", got, err)
	}
}
