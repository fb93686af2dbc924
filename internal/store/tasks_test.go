package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"guanxi/internal/churn"
	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/store"
	"guanxi/internal/store/storetest"
	"guanxi/internal/task"
)

func tasks(env *storetest.Env) store.Tasks {
	return store.NewTasks(env.DB, env.Customers, env.Audit, env.Keys, env.Zone)
}

// person is the context of a request of a person's.
func person(at time.Time) context.Context {
	return crm.WithEvent(context.Background(), crm.Event{At: at, Trace: "test", Subject: "u-wang"})
}

// call is a follow-up of this test's own: its owner and store are named by it.
func call(owner crm.Subject, due crm.Date) task.Task {
	return task.Task{ID: crm.NewID("tsk", noon), Kind: task.FollowUp, Customer: newCustomer(), Store: crm.StoreID(owner), Owner: owner, Reason: "promise",
		OpenedAt: noon, OpenedBy: "u-wang", Due: due, Private: task.Private{Note: "about the red coat", Evidence: []decision.Input{{Name: "total", Value: "88000"}}}}
}

func TestATaskIsReadAsItWasWritten(t *testing.T) {
	env := storetest.Open(t)
	s, ctx := tasks(env), storetest.Context(noon)
	about := call(crm.Subject(newCustomer()), 20500)
	shop := about
	shop.Kind, shop.Customer, shop.Reason, shop.Private = task.CorrectiveAction, "", task.NPSAlarm, task.Private{}
	for _, want := range []task.Task{about, shop} {
		for range 2 { // a retry opens nothing anew
			if err := s.Open(ctx, want); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.Read(ctx, want.Ref())
		if diff := cmp.Diff(crm.Versioned[task.Task]{Value: want, Rev: 1}, got); diff != "" || err != nil {
			t.Error(err, diff)
		}
		if err := s.Create(person(noon), want); crm.KindOf(err) != crm.Conflict {
			t.Error("a person opens one that is there:", err)
		}
	}
	if _, err := s.Read(ctx, task.Ref{Store: "nowhere", ID: "x"}); crm.KindOf(err) != crm.NotFound {
		t.Error(err)
	}
	if all, err := s.OfCustomer(ctx, about.Customer); err != nil || len(all) != 1 || all[0].Note != about.Note {
		t.Error("of the customer:", all, err)
	}
}

// An open task is listed for its owner and in its store from its due date on,
// and nowhere once it is closed; its end counts on the day of who made it.
func TestTasksAreListedWhileTheyAreOpen(t *testing.T) {
	env := storetest.Open(t)
	s, ctx := tasks(env), storetest.Context(noon)
	const today = crm.Date(20500)
	owner, other := crm.Subject(newCustomer()), crm.Subject(newCustomer())
	var all []task.Task
	for i := range 5 {
		one := call(owner, today-2+crm.Date(i)) // the third is due today
		all = append(all, one)
		if err := s.Open(ctx, one); err != nil {
			t.Fatal(err)
		}
	}
	listed := func(who crm.Subject) (ids []string) {
		t.Helper()
		mine, err := s.OfOwner(ctx, who, today, 50)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range mine {
			ids = append(ids, one.ID)
		}
		return ids
	}
	if diff := cmp.Diff([]string{all[0].ID, all[1].ID, all[2].ID}, listed(owner)); diff != "" {
		t.Error(diff)
	}
	var inStore []string
	for after, pages := "", 0; ; pages++ {
		page, next, err := s.OfStore(ctx, crm.StoreID(owner), today+1, 3, after)
		if err != nil || pages > 2 {
			t.Fatal(pages, err)
		}
		for _, one := range page {
			inStore = append(inStore, one.ID)
		}
		if after = next; after == "" {
			break
		}
	}
	if diff := cmp.Diff([]string{all[0].ID, all[1].ID, all[2].ID, all[3].ID}, inStore); diff != "" {
		t.Error(diff)
	}
	if _, _, err := s.OfStore(ctx, "x", today, 3, "forged"); crm.KindOf(err) != crm.Malformed {
		t.Error("a forged cursor:", err)
	}

	passed, postponed, closed := all[0], all[1], all[2].Closed(task.Done, other, noon)
	passed.Owner, postponed.Due = other, today+9
	for _, next := range []task.Task{passed, postponed, closed} {
		for i, want := range []crm.Kind{crm.Internal, crm.Conflict} {
			if err := s.Amend(person(noon), next, 1); (i == 0) != (err == nil) || i == 1 && crm.KindOf(err) != want {
				t.Fatalf("amended, time %d: %v", i, err)
			}
		}
	}
	if mine, his := listed(owner), listed(other); len(mine) != 0 || fmt.Sprint(his) != fmt.Sprint([]string{all[0].ID}) {
		t.Errorf("the owner's %v, the other's %v", mine, his)
	}
	for on, want := range map[crm.Date]int{crm.DateIn(noon, env.Zone): 1, crm.DateIn(noon, env.Zone) + 1: 0} {
		if n, err := s.DoneBy(ctx, other, on); n != want || err != nil {
			t.Errorf("done on %s: %d, %v", on, n, err)
		}
	}
	if got, err := s.Read(ctx, closed.Ref()); err != nil || got.Rev != 2 || !cmp.Equal(got.Value, closed) {
		t.Error(got, err)
	}
}

func TestAFollowUpGoesTheWayOfItsWarning(t *testing.T) {
	env := storetest.Open(t)
	s, ctx := tasks(env), storetest.Context(noon)
	w := store.NewWarnings(env.DB, env.Customers, env.Audit, env.Keys, env.Zone)
	id, home := newCustomer(), crm.StoreID(newCustomer())
	warning, followUp := warned(id, home, noon)
	if err := w.Open(ctx, warning, followUp); err != nil {
		t.Fatal(err)
	}
	later := noon.Add(14 * 24 * time.Hour)
	if err := w.Amend(storetest.Context(later), warning.Escalated("u-wang", later), 1); err != nil {
		t.Fatal(err)
	}
	passed, err := s.Read(ctx, followUp.Ref())
	if err != nil || passed.Value.Owner != "u-wang" || !passed.Value.EscalatedAt.Equal(later) || len(passed.Value.Evidence) == 0 {
		t.Fatalf("escalated: %+v, %v", passed, err)
	}
	if mine, err := s.OfOwner(ctx, "u-wang", followUp.Due, 100); err != nil || !has(mine, followUp.Ref()) {
		t.Error("it is not on the list of whom it passed to:", err)
	}

	standing, err := w.One(ctx, id, warning.Since)
	if err != nil {
		t.Fatal(err)
	}
	ended := passed.Value.Closed(task.Retained, "u-wang", later)
	ended.Note = "She was abroad"
	for i := range 2 {
		err := w.CloseWith(person(later), standing.Value.Closed(churn.Retained, "u-wang", later), standing.Rev, ended, passed.Rev)
		if (i == 0) != (err == nil) || i == 1 && crm.KindOf(err) != crm.Conflict {
			t.Fatalf("closed, time %d: %v", i, err)
		}
	}
	if got, err := s.Read(ctx, followUp.Ref()); err != nil || !cmp.Equal(got.Value, ended) {
		t.Error(err, cmp.Diff(ended, got.Value))
	}
	if one, err := w.One(ctx, id, warning.Since); err != nil || one.Value.Outcome != churn.Retained {
		t.Error("the warning:", one, err)
	}
	if open, _, err := w.ListOpen(ctx, home, false, 10, ""); err != nil || len(open) != 0 {
		t.Error("the warning is still listed:", open, err)
	}
	if open, _, err := s.OfStore(ctx, home, followUp.Due+100, 10, ""); err != nil || len(open) != 0 {
		t.Error("the follow-up is still listed:", open, err)
	}
}

func has(all []task.Task, ref task.Ref) bool {
	for _, t := range all {
		if t.Ref() == ref {
			return true
		}
	}
	return false
}

// What tasks may cost, in capacity units, with the index entries that are
// written. Those that are taken out come on top, a unit each: two where a task
// closes or changes hands.
func TestTaskBudgets(t *testing.T) {
	env := storetest.Open(t)
	s, people, d, ctx := tasks(env), store.NewPeople(env.DB, env.Customers), decisions(env), storetest.Context(noon)
	within := func(what string, most storetest.Units, f func() error) {
		t.Helper()
		used := env.Meter.Of(func() {
			if err := f(); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
		})
		t.Logf("%-58s %5.1f WRU %5.1f RRU   budget %4.1f %5.1f", what, used.Write, used.Read, most.Write, most.Read)
		if used.Write > most.Write || used.Read > most.Read {
			t.Errorf("%s costs %+v, more than %+v", what, used, most)
		}
	}
	owner := crm.Subject(newCustomer())
	by := person(noon)
	if err := s.Create(by, call(owner, 20500)); err != nil { // keys are unwrapped once per cold start
		t.Fatal(err)
	}
	within("opened by itself, with its two index entries", storetest.Units{Write: 3}, func() error { return s.Open(ctx, call(owner, 20500)) })
	one := call(owner, 20500)
	within("opened by a person, audited, with its two index entries", storetest.Units{Write: 6}, func() error { return s.Create(by, one) })
	within("closed by a person, audited, with its one index entry", storetest.Units{Write: 5, Read: 1}, func() error {
		v, err := s.Read(by, one.Ref())
		if err != nil {
			return err
		}
		return s.Amend(by, v.Value.Closed(task.Done, owner, noon), v.Rev)
	})
	var ids []crm.CustomerID
	for range task.MostADay {
		c := customers(env)
		p := mei()
		if err := c.Create(ctx, p, nil); err != nil {
			t.Fatal(err)
		}
		about := call(owner, 20500)
		about.Customer = p.ID
		ids = append(ids, p.ID)
		if err := s.Open(ctx, about); err != nil {
			t.Fatal(err)
		}
	}
	within("the day of somebody with 22 tasks: the list, what is done", storetest.Units{Read: 3}, func() error {
		if _, err := s.DoneBy(ctx, owner, crm.DateIn(noon, env.Zone)); err != nil {
			return err
		}
		_, err := s.OfOwner(ctx, owner, 20500, 200)
		return err
	})
	within("the names of 20 customers, and what they are worth", storetest.Units{Read: 20}, func() error {
		names, err := people.Names(ctx, append(ids, newCustomer()))
		if err != nil || len(names) != len(ids) || names[ids[0]] == "" {
			return fmt.Errorf("%d names, %w", len(names), err)
		}
		records, err := d.Several(ctx, append(ids, ids...))
		if err != nil || len(records) != len(ids) || records[ids[0]].ReviewAt == 0 {
			return fmt.Errorf("%d decisions, %w", len(records), err)
		}
		return nil
	})
}
