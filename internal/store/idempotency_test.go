package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/seal"
	"guanxi/internal/store"
	"guanxi/internal/store/storetest"
)

// keyed is an event of a person whose request has a name that nobody else uses.
func keyed(env *storetest.Env) (ctx context.Context, replays store.Replays, name string) {
	return crm.WithEvent(storetest.Context(noon), crm.Event{At: noon, Subject: "u-li", Trace: "t"}),
		store.NewReplays(env.DB, env.Operations, env.Keys), string(newCustomer())
}

// says is an answer as large as those of the API usually are.
func says(i int) func() ([]byte, error) {
	return func() ([]byte, error) { return fmt.Appendf(nil, "%0700d", i), nil }
}

func TestAnAnswerIsRecordedWithItsEffect(t *testing.T) {
	env := storetest.Open(t)
	ctx, replays, name := keyed(env)
	c, p := customers(env), mei()
	if answer, err := replays.Earlier(ctx, name); answer != nil || err != nil {
		t.Fatalf("before: %s, %v", answer, err)
	}
	if _, err := env.Keys.Seal(ctx, seal.Replay, nil, nil); err != nil { // keys are unwrapped once per cold start
		t.Fatal(err)
	}
	plain := mei()
	without := env.Meter.Of(func() {
		if err := c.Create(ctx, plain, plain.Keys()); err != nil {
			t.Fatal(err)
		}
	})
	with := env.Meter.Of(func() {
		if err := c.Create(replays.Recording(ctx, name, says(1)), p, p.Keys()); err != nil {
			t.Fatal(err)
		}
	})
	if more := with.Write - without.Write; more != 2 || with.Read != without.Read {
		t.Errorf("a key costs %.1f WRU more, want 2; %+v, %+v", more, with, without)
	}
	want, _ := says(1)()
	read := env.Meter.Of(func() {
		if answer, err := replays.Earlier(ctx, name); string(answer) != string(want) || err != nil {
			t.Errorf("after: %s, %v", answer, err)
		}
	})
	if read.Read != 1 {
		t.Errorf("looking for an earlier answer costs %+v", read)
	}
	if answer, err := replays.Earlier(ctx, name+"0"); answer != nil || err != nil {
		t.Errorf("another name: %s, %v", answer, err)
	}

	// The same request once more: no effect, and the first answer stands.
	again := mei()
	if err := c.Create(replays.Recording(ctx, name, says(2)), again, again.Keys()); crm.KindOf(err) != crm.Conflict {
		t.Errorf("again: %v", err)
	}
	if _, err := c.Profile(ctx, again.ID); crm.KindOf(err) != crm.NotFound {
		t.Errorf("again had an effect: %v", err)
	}
	if answer, _ := replays.Earlier(ctx, name); string(answer) != string(want) {
		t.Errorf("the first answer is gone: %s", answer)
	}
}

func TestAnEffectThatFailsRecordsNothing(t *testing.T) {
	env := storetest.Open(t)
	ctx, replays, name := keyed(env)
	c, p := customers(env), mei()
	if err := c.Create(ctx, p, p.Keys()); err != nil {
		t.Fatal(err)
	}
	if err := c.Create(replays.Recording(ctx, name, says(1)), p, nil); crm.KindOf(err) != crm.Conflict {
		t.Fatalf("there already: %v", err)
	}
	if answer, err := replays.Earlier(ctx, name); answer != nil || err != nil {
		t.Errorf("recorded: %s, %v", answer, err)
	}
	other := mei()
	broken := errors.New("broken")
	if err := c.Create(replays.Recording(ctx, name, func() ([]byte, error) { return nil, broken }), other, other.Keys()); !errors.Is(err, broken) {
		t.Errorf("without an answer: %v", err)
	}
	if _, err := c.Profile(ctx, other.ID); crm.KindOf(err) != crm.NotFound {
		t.Errorf("written without its answer: %v", err)
	}
}

// What one request writes in several steps is recorded with the first.
func TestAnAnswerIsRecordedOnce(t *testing.T) {
	env := storetest.Open(t)
	ctx, replays, name := keyed(env)
	c, p, q := customers(env), mei(), mei()
	ctx = replays.Recording(ctx, name, says(1))
	if err := c.Create(ctx, p, p.Keys()); err != nil {
		t.Fatal(err)
	}
	if err := c.Create(ctx, q, q.Keys()); err != nil {
		t.Error("the next step:", err)
	}
}

func TestAnAnswerIsKeptForTwoDays(t *testing.T) {
	env := storetest.Open(t)
	ctx, replays, name := keyed(env)
	c, p, q := customers(env), mei(), mei()
	if err := c.Create(replays.Recording(ctx, name, says(1)), p, p.Keys()); err != nil {
		t.Fatal(err)
	}
	later := func(by time.Duration) context.Context {
		return crm.WithEvent(ctx, crm.Event{At: noon.Add(by), Subject: "u-li", Trace: "t"})
	}
	if answer, err := replays.Earlier(later(48*time.Hour-time.Second), name); answer == nil || err != nil {
		t.Errorf("a second before: %v", err)
	}
	if answer, err := replays.Earlier(later(48*time.Hour), name); answer != nil || err != nil {
		t.Errorf("after two days: %s, %v", answer, err)
	}
	if err := c.Create(replays.Recording(later(48*time.Hour), name, says(2)), q, q.Keys()); err != nil {
		t.Errorf("the name can't be used again: %v", err)
	}
}

func TestOfManyEqualRequestsOneHasAnEffect(t *testing.T) {
	env := storetest.Open(t)
	ctx, replays, name := keyed(env)
	c := customers(env)
	var created [64]bool
	var wg sync.WaitGroup
	for i := range created {
		wg.Go(func() {
			p := mei()
			err := c.Create(replays.Recording(ctx, name, says(i)), p, p.Keys())
			if created[i] = err == nil; !created[i] && crm.KindOf(err) != crm.Conflict {
				t.Errorf("request %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	answer, err := replays.Earlier(ctx, name)
	if err != nil {
		t.Fatal(err)
	}
	winners := 0
	for i, won := range created {
		if !won {
			continue
		}
		winners++
		if want, _ := says(i)(); string(answer) != string(want) {
			t.Errorf("request %d had the effect, recorded is %s", i, answer)
		}
	}
	if winners != 1 {
		t.Errorf("%d requests had an effect", winners)
	}
}
