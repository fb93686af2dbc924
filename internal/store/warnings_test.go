package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"guanxi/internal/churn"
	"guanxi/internal/crm"
	"guanxi/internal/standing"
	"guanxi/internal/store"
	"guanxi/internal/store/storetest"
	"guanxi/internal/task"
)

func warned(id crm.CustomerID, storeID crm.StoreID, opened time.Time) (churn.Warning, task.Task) {
	s := churn.Situation{Customer: id, WarnedSince: crm.DateIn(opened, time.UTC), LastPurchase: crm.DateIn(opened, time.UTC) - 120, Purchases: 3, Owner: "u-li", Store: storeID}
	return churn.Default().Opening(s, opened, time.UTC)
}

func TestAWarningIsOpenedOnceAndListedUntilItIsClosed(t *testing.T) {
	env := storetest.Open(t)
	w, ctx := store.NewWarnings(env.DB, env.Customers, env.Audit, env.Keys, env.Zone), storetest.Context(noon)
	id := newCustomer()
	home := crm.StoreID(id) // a store of this test's own
	warning, followUp := warned(id, home, noon)
	if err := w.Open(ctx, warning, followUp); err != nil {
		t.Fatal(err)
	}
	if err := w.Open(ctx, warning, followUp); crm.KindOf(err) != crm.Conflict {
		t.Fatalf("opened twice: %v", err)
	}
	open, _, err := w.ListOpen(ctx, home, false, 10, "")
	if err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	if diff := cmp.Diff(warning, open[0]); diff != "" {
		t.Error(diff)
	}
	stored, err := w.One(ctx, id, warning.Since)
	if err != nil {
		t.Fatal(err)
	}
	closed := stored.Value.Closed(churn.Retained, "u-li", noon)
	for i, want := range []bool{true, false} {
		if err := w.Amend(ctx, closed, stored.Rev); (err == nil) != want || !want && crm.KindOf(err) != crm.Conflict {
			t.Fatalf("closed, time %d: %v", i, err)
		}
	}
	if open, _, err := w.ListOpen(ctx, home, false, 10, ""); err != nil || len(open) != 0 {
		t.Fatal("still listed:", open, err)
	}
	if tasks, err := w.FollowUps(ctx, id); err != nil || len(tasks) != 1 || tasks[0].Outcome != task.Retained {
		t.Fatal("the follow-up is not closed with its warning:", tasks, err)
	}
	if all, err := w.Of(ctx, id); err != nil || len(all) != 1 || all[0].Value.Outcome != churn.Retained {
		t.Fatal(all, err)
	}
}

func TestOpenWarningsArePagedOldestFirst(t *testing.T) {
	env := storetest.Open(t)
	w, ctx := store.NewWarnings(env.DB, env.Customers, env.Audit, env.Keys, env.Zone), storetest.Context(noon)
	home := crm.StoreID(newCustomer())
	var want, got []crm.CustomerID
	for i := range 5 {
		warning, followUp := warned(newCustomer(), home, noon.Add(time.Duration(i)*time.Hour))
		if err := w.Open(ctx, warning, followUp); err != nil {
			t.Fatal(err)
		}
		want = append(want, warning.Customer)
	}
	if page, next, err := w.ListOpen(ctx, home, false, 5, ""); len(page) != 5 || next != "" || err != nil {
		t.Fatalf("a full last page: %d, next %q, %v", len(page), next, err)
	}
	for after, pages := "", 0; ; pages++ {
		page, next, err := w.ListOpen(ctx, home, false, 2, after)
		if err != nil || pages > 5 {
			t.Fatal(fmt.Sprint(pages, " pages"), err)
		}
		for _, warning := range page {
			got = append(got, warning.Customer)
		}
		if after = next; after == "" {
			break
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Putting one off takes it from the list of those to be seen to, and puts off its
// follow-up in the same transaction.
func TestAWarningThatSleepsIsListedApart(t *testing.T) {
	env := storetest.Open(t)
	w := store.NewWarnings(env.DB, env.Customers, env.Audit, env.Keys, env.Zone)
	id := newCustomer()
	home := crm.StoreID(id)
	warning, followUp := warned(id, home, noon)
	if err := w.Open(storetest.Context(noon), warning, followUp); err != nil {
		t.Fatal(err)
	}
	until := crm.DateIn(noon, time.UTC) + 30
	stored, err := w.One(storetest.Context(noon), id, warning.Since)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Amend(person(noon), churn.Default().Snoozed(stored.Value, until, "u-li", noon, time.UTC), stored.Rev); err != nil {
		t.Fatal(err)
	}
	for asleep, want := range map[bool]int{false: 0, true: 1} {
		if page, _, err := w.ListOpen(storetest.Context(noon), home, asleep, 10, ""); err != nil || len(page) != want {
			t.Errorf("asleep %t: %d, %v", asleep, len(page), err)
		}
	}
	if tasks, err := w.FollowUps(storetest.Context(noon), id); err != nil || len(tasks) != 1 || tasks[0].Due != until || !tasks[0].Open() {
		t.Error(tasks, err)
	}
	stored, err = w.One(storetest.Context(noon), id, warning.Since)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Amend(storetest.Context(noon), stored.Value.Woken(), stored.Rev); err != nil {
		t.Fatal(err)
	}
	if page, _, err := w.ListOpen(storetest.Context(noon), home, false, 10, ""); err != nil || len(page) != 1 {
		t.Error("woken:", len(page), err)
	}
}

// The nightly scan of decisions hears on its way how closed warnings ended; of
// open ones nothing.
func TestTheScanHearsHowWarningsEnded(t *testing.T) {
	env := storetest.Open(t)
	w, d := store.NewWarnings(env.DB, env.Customers, env.Audit, env.Keys, env.Zone), decisions(env)
	ctx, home := storetest.Context(noon), crm.StoreID(newCustomer())
	want := map[crm.CustomerID]churn.Ending{}
	for i := range 3 {
		id := newCustomer()
		if err := d.Save(ctx, standing.Record{Customer: id}, judged(id, 2, noon, env.Zone)); err != nil {
			t.Fatal(err)
		}
		warning, followUp := warned(id, home, noon)
		if err := w.Open(ctx, warning, followUp); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			continue
		}
		closed := warning.Closed(churn.Purchased, "", noon)
		if i == 1 {
			closed = warning.Because(churn.Price).Closed(churn.Retained, "u-li", noon)
		}
		if err := w.Amend(ctx, closed, 1); err != nil {
			t.Fatal(err)
		}
		want[id] = closed.Ending(env.Zone)
	}
	got, decided := map[crm.CustomerID]churn.Ending{}, 0
	for segment := range 2 {
		err := d.EachAndEndings(ctx, segment, 2,
			func(standing.Record) error { decided++; return nil },
			func(id crm.CustomerID, e churn.Ending) {
				if e.Store == home {
					got[id] = e
				}
			})
		if err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || decided < 3 {
		t.Error(decided, diff)
	}
}
