package store_test

import (
	"errors"
	"testing"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/store"
	"guanxi/internal/store/storetest"
)

func TestALimitHoldsForAnHour(t *testing.T) {
	env := storetest.Open(t)
	limits := store.NewLimits(env.DB, env.Operations, env.Keys)
	who := string(newCustomer()) // nobody else's counter
	take := func(at time.Time) error { return limits.Take(storetest.Context(at), "test", who, 2) }
	at := noon.Add(20 * time.Minute)
	used := env.Meter.Of(func() {
		for range 2 {
			if err := take(at); err != nil {
				t.Fatal(err)
			}
		}
		refused := take(at)
		if e, ok := errors.AsType[*crm.Error](refused); !ok || e.Kind != crm.TooMany || e.RetryAfter != 40*time.Minute {
			t.Fatalf("the third: %v", refused)
		}
	})
	if used.Write != 3 || used.Read != 0 {
		t.Errorf("three calls used %+v", used)
	}
	if err := limits.Take(storetest.Context(at), "test", who+"2", 2); err != nil {
		t.Error("somebody else:", err)
	}
	if err := take(at.Add(40 * time.Minute)); err != nil {
		t.Error("the next hour:", err)
	}
}
