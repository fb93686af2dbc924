package store_test

import (
	"testing"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/store"
	"guanxi/internal/store/storetest"
)

// due gathers the timers of a customer that have come, over all shards.
func due(t *testing.T, timers store.Timers, id crm.CustomerID, now time.Time) (found []crm.Timer) {
	t.Helper()
	for shard := range timers.Shards() {
		all, err := timers.Due(storetest.Context(now), shard, now, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, timer := range all {
			if timer.Customer == id {
				found = append(found, timer)
			}
		}
	}
	return found
}

func TestATimerIsDueOnceItsTimeHasComeAndUntilItWasSent(t *testing.T) {
	env := storetest.Open(t)
	timers, ctx, id := store.NewTimers(env.DB, env.Operations), storetest.Context(noon), newCustomer()
	timer := crm.Timer{ID: "escalate|" + string(id), Kind: crm.TimerWarning, Due: noon.Add(time.Hour), Customer: id, Trace: "t"}
	for range 2 { // twice is once
		if err := timers.Set(ctx, timer); err != nil {
			t.Fatal(err)
		}
	}
	if early := due(t, timers, id, noon.Add(time.Hour-time.Millisecond)); len(early) != 0 {
		t.Fatal("early:", early)
	}
	for _, now := range []time.Time{timer.Due, timer.Due.AddDate(0, 0, 30)} {
		if found := due(t, timers, id, now); len(found) != 1 || found[0] != timer {
			t.Fatalf("at %s: %+v", now, found)
		}
	}
	if err := timers.Sent(ctx, timer); err != nil {
		t.Fatal(err)
	}
	if left := due(t, timers, id, timer.Due); len(left) != 0 {
		t.Fatal("after it was sent:", left)
	}
}
