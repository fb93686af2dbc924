package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/figure"
	"guanxi/internal/store"
	"guanxi/internal/store/storetest"
	"guanxi/internal/tally"
	"guanxi/internal/task"
)

// chain is a deployment of one store, with the thresholds that it comes with.
type chain struct{ store crm.Store }

func (c chain) AllStores(context.Context) ([]crm.Versioned[crm.Store], error) {
	return []crm.Versioned[crm.Store]{{Value: c.store, Rev: 1}}, nil
}
func (chain) Thresholds(context.Context) (figure.Thresholds, error) {
	return figure.DefaultThresholds(), nil
}

// An NPS that is surely below 40 opens one action for the manager; one that may
// be higher ends it, and one that is higher ends the alert. Each night comes twice.
func TestAnAlarmOpensAnActionAndAMeasurementEndsIt(t *testing.T) {
	env := storetest.Open(t)
	figures, tasks := store.NewFigures(env.DB, env.Figures), store.NewTasks(env.DB, env.Customers, env.Audit, env.Keys, env.Zone)
	shop := crm.Store{ID: ownStore(), Manager: "u-li"}
	raiser := tally.Raiser{Measures: figures, Alerts: figures, Thresholds: chain{}, Stores: chain{shop}, Tasks: tasks, Zone: env.Zone}
	today := crm.DateIn(noon, env.Zone)
	answers := 0
	night := func(n int, promoters, detractors int) (open, closed []figure.Alert) {
		t.Helper()
		at := noon.AddDate(0, 0, n)
		day := figure.Day{StoreDay: figure.StoreDay{Store: shop.ID, Date: today + crm.Date(n) - 1}}
		for i := range promoters + detractors {
			a := figure.Answer{Customer: crm.CustomerID(fmt.Sprint(answers)), At: at.UnixMilli(), Metric: crm.NPS, Score: 10}
			if i >= promoters {
				a.Score = 3
			}
			answers++
			day.Answers = append(day.Answers, a)
		}
		if err := figures.KeepDay(storetest.Context(at), day, at); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := raiser.Raise(storetest.Context(at)); err != nil {
				t.Fatal(err)
			}
		}
		for _, state := range []struct {
			open bool
			into *[]figure.Alert
		}{{true, &open}, {false, &closed}} {
			var err error
			if *state.into, _, err = figures.ListAlerts(storetest.Context(at), &shop.ID, state.open, 10, ""); err != nil {
				t.Fatal(err)
			}
		}
		return open, closed
	}
	action := func(a figure.Alert) task.Task {
		t.Helper()
		ref, err := task.ParseRef(a.Action)
		if err != nil {
			t.Fatalf("%+v: %v", a, err)
		}
		v, err := tasks.Read(storetest.Context(noon), ref)
		if err != nil {
			t.Fatal(err)
		}
		return v.Value
	}

	if open, _ := night(0, 0, 29); len(open) != 0 {
		t.Fatalf("29 answers say something: %+v", open)
	}
	open, _ := night(1, 0, 1)
	if len(open) != 1 || open[0].Verdict != figure.Alarm || open[0].Cases != 30 || open[0].Value != -100 || open[0].OpenedOn != today+1 {
		t.Fatalf("30 detractors: %+v", open)
	}
	first := open[0]
	if a := action(first); a.Owner != "u-li" || a.Kind != task.CorrectiveAction || !a.Open() || a.Due != today+15 || len(a.Evidence) != 4 {
		t.Fatalf("the action: %+v", a)
	}
	if open, _ = night(2, 5, 0); len(open) != 1 || open[0].Action != first.Action || open[0].OpenedOn != first.OpenedOn {
		t.Fatalf("still an alarm: %+v", open)
	}
	if open, _ = night(3, 60, 0); len(open) != 1 || open[0].Verdict != figure.Watch || open[0].Action != "" {
		t.Fatalf("it may be chance by now: %+v", open)
	}
	if a := action(first); a.Outcome != task.Recovered || a.ClosedBy != "" {
		t.Fatalf("the action after it: %+v", a)
	}
	if open, _ = night(4, 0, 60); len(open) != 1 || open[0].AlarmSince != today+4 || open[0].Action == first.Action || !action(open[0]).Open() {
		t.Fatalf("an alarm again: %+v", open)
	}
	second := open[0]
	open, closed := night(5, 400, 0)
	if len(open) != 0 || len(closed) != 1 || closed[0].ClosedOn != today+5 || closed[0].OpenedOn != first.OpenedOn {
		t.Fatalf("over: %+v, closed %+v", open, closed)
	}
	if a := action(second); a.Outcome != task.Recovered {
		t.Fatalf("the second action: %+v", a)
	}
	if err := figures.KeepAlert(storetest.Context(noon), first, noon.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
}
