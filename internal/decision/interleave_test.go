package decision_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guanxi/internal/decision"
)

// message wakes a worker, whose cached rules are of that edition at least: what
// a new edition sends is sent once all caches have forgotten the one before.
type message struct {
	sent    time.Time
	edition int64
}

// worker handles one message in steps: step lets it run to its next call.
type worker struct {
	resume  chan error
	paused  chan bool // false: it has ended
	err     error
	message message
}

func startWorker(w *world, cached int64, stale int, m message) *worker {
	k := &worker{resume: make(chan error), paused: make(chan bool), message: m}
	s := &session{world: w, cached: cached, stale: stale, turn: func() error {
		k.paused <- true
		return <-k.resume
	}}
	keeper := decision.Keeper[measures, classes]{Facts: s, Book: s, Store: s}
	go func() {
		_, _, k.err = keeper.Keep(context.Background(), "cus_1", "order", "trace", m.sent)
		k.paused <- false
	}()
	<-k.paused
	return k
}

// step tells whether the worker still runs. With a fault, its call fails.
func (k *worker) step(fault error) bool {
	k.resume <- fault
	return <-k.paused
}

// Facts are written, amended, rules are changed, messages are sent for each,
// doubled, delivered in any order to workers that interleave at every step,
// read stale decisions, use old rules and crash. A message whose worker failed
// comes again. At the end the standing decision is the one of all facts under
// the newest rules.
func TestNoInterleavingLosesAnything(t *testing.T) {
	for range 30 {
		rapid.Check(t, interleave)
	}
}

func interleave(t *rapid.T) {
	w := &world{edition: 1, standing: []record{{Customer: "cus_1"}}, newest: start}
	now := start
	var queue []message
	var running []*worker
	left := rapid.IntRange(1, 8).Draw(t, "writes")
	for left > 0 || len(queue) > 0 || len(running) > 0 {
		now = now.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "minutes")) * time.Minute)
		switch do := rapid.IntRange(0, 9).Draw(t, "do"); {
		case do <= 1 && left > 0:
			left--
			m := message{now, 1}
			if rapid.IntRange(0, 3).Draw(t, "what") == 0 {
				w.edition++
				m.edition = w.edition
			} else {
				w.write(rapid.IntRange(0, len(w.orders)).Draw(t, "order"), rapid.Int64Range(0, 100).Draw(t, "amount"), now)
			}
			for range rapid.IntRange(1, 3).Draw(t, "messages") { // at least once
				queue = append(queue, m)
			}
		case do <= 4 && len(queue) > 0 && len(running) < 4:
			i := rapid.IntRange(0, len(queue)-1).Draw(t, "message")
			running = append(running, startWorker(w, rapid.Int64Range(queue[i].edition, w.edition).Draw(t, "cached rules"), rapid.IntRange(0, 3).Draw(t, "stale"), queue[i]))
			queue = slices.Delete(queue, i, i+1)
		case len(running) > 0:
			i := rapid.IntRange(0, len(running)-1).Draw(t, "worker")
			var fault error
			if rapid.IntRange(0, 19).Draw(t, "crash") == 0 {
				fault = errCrash
			}
			if k := running[i]; !k.step(fault) {
				running = slices.Delete(running, i, i+1)
				if k.err != nil {
					queue = append(queue, k.message) // not acknowledged
				}
			}
		}
	}
	check(t, w)
}

func check(t *rapid.T, w *world) {
	last := w.latest()
	want := decision.AsOf(rulesOf(w.edition), "cus_1", w.facts(), last.On)
	if len(w.standing) == 1 {
		t.Fatal("nobody decided")
	}
	if last.Classes != want.Classes || last.Measures != want.Measures || last.ChangesAt != want.ChangesAt {
		t.Fatalf("standing is %+v, want %+v", last, want)
	}
	if last.Guard.Edition != w.edition || last.Guard.Seen != w.facts().Seen || last.Guard.AsOf.Before(w.newest) {
		t.Fatalf("guard is %+v at edition %d, seen %d, newest %s", last.Guard, w.edition, w.facts().Seen, w.newest)
	}
	for i := 1; i < len(w.standing); i++ {
		if w.standing[i].Guard.String() < w.standing[i-1].Guard.String() {
			t.Fatalf("%s was overwritten by %s", w.standing[i-1].Guard, w.standing[i].Guard)
		}
	}
	stood := record{}.Classes // each change is in the history once, and no more
	var changes []classes
	for _, r := range w.standing {
		if r.Classes != stood {
			stood = r.Classes
			changes = append(changes, stood)
		}
	}
	var told []classes
	for _, r := range w.history {
		told = append(told, r.Classes)
	}
	if !slices.Equal(changes, told) {
		t.Fatalf("changes %v, history %v", changes, told)
	}
}
