package decision_test

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
)

// The world of these tests: one customer, whose facts are orders; the decision
// is their sum under an edition of the rules, by the date. It is small enough
// to see that nothing is lost, and changes with everything that a real one
// changes with: facts, rules and time.

type (
	measures struct{ Spend int64 }
	classes  struct {
		Edition int64
		Spend   int64
		On      crm.Date
	}
	record = decision.Record[measures, classes]
	rules  = decision.Rules[measures, classes]
)

func rulesOf(edition int64) rules {
	return rules{Edition: edition, Policy: int(edition), Zone: time.UTC,
		Judge: func(f history.Facts, on crm.Date) (measures, classes, crm.Date) {
			h := history.Fold(f, time.UTC)
			spend := h.Spend(0, on)
			return measures{spend}, classes{edition, spend, on}, on + 1
		}}
}

// world is what DynamoDB holds. It is shared by workers that take turns.
type world struct {
	edition  int64
	orders   []crm.Order
	revs     []int64 // of each order
	newest   time.Time
	standing []record // every decision that ever stood, the last one now
	history  []record // the changes
}

// write states a fact, or states it again in another way.
func (w *world) write(id int, minor int64, at time.Time) {
	if id == len(w.orders) {
		w.orders, w.revs = append(w.orders, crm.Order{}), append(w.revs, 0)
	}
	w.orders[id] = crm.Order{Key: crm.OrderKey{ID: fmt.Sprint(id)}, PlacedAt: start, State: crm.OrderPaid, Total: crm.Money{Minor: minor, Currency: "CNY"}, Rate: crm.Par}
	w.revs[id]++
	w.newest = at
}

func (w *world) facts() history.Facts {
	f := history.Facts{Orders: slices.Clone(w.orders), Newest: w.newest}
	for _, rev := range w.revs {
		f.Seen += rev
	}
	return f
}

func (w *world) latest() record { return w.standing[len(w.standing)-1] }

var start = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// session is one worker's way to the world. Each call first gives the turn
// away, so that others act between any two of its steps; a worker that has
// crashed never gets it back.
type session struct {
	world  *world
	cached int64 // the edition this worker has cached
	stale  int   // how many decisions an eventually consistent read lags behind
	turn   func() error
}

func (s *session) Rules(_ context.Context, fresh bool) (rules, error) {
	if err := s.turn(); err != nil {
		return rules{}, err
	}
	if fresh {
		s.cached = s.world.edition
	}
	return rulesOf(s.cached), nil
}

func (s *session) Latest(_ context.Context, _ crm.CustomerID, consistent bool) (record, error) {
	if err := s.turn(); err != nil {
		return record{}, err
	}
	i := len(s.world.standing) - 1
	if !consistent {
		i = max(0, i-s.stale)
	}
	return s.world.standing[i], nil
}

func (s *session) History(context.Context, crm.CustomerID) (history.Facts, error) {
	if err := s.turn(); err != nil {
		return history.Facts{}, err
	}
	return s.world.facts(), nil
}

func (s *session) Save(_ context.Context, before, next record) error {
	if err := s.turn(); err != nil {
		return err
	}
	if s.world.latest().Guard.String() != before.Guard.String() {
		return crm.Fail("fake.Save", crm.Conflict, "somebody was faster")
	}
	s.world.standing = append(s.world.standing, next)
	if next.Classes != before.Classes {
		s.world.history = append(s.world.history, next)
	}
	return s.turn() // a worker may crash after its write, before it hears of it
}

var errCrash = crm.Fail("fake", crm.Internal, "crash")

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

// keep runs one message to its end on a calm world.
func keep(t *testing.T, w *world, cached int64, sent time.Time) (record, bool) {
	t.Helper()
	s := &session{world: w, cached: cached, turn: func() error { return nil }}
	kept, changed, err := decision.Keeper[measures, classes]{Facts: s, Book: s, Store: s}.Keep(context.Background(), "cus_1", "order", "trace", sent)
	if err != nil {
		t.Fatal(err)
	}
	return kept, changed
}

func calm() *world { return &world{edition: 1, standing: []record{{Customer: "cus_1"}}, newest: start} }

func TestADecisionIsReviewed(t *testing.T) {
	w := calm()
	w.write(0, 100, start)
	kept, changed := keep(t, w, 1, start)
	today := crm.DateIn(start, time.UTC)
	if !changed || kept.On != today || kept.ReviewAt != today+1 || kept.Cause != "order" || kept.Trace != "trace" || kept.Policy != 1 {
		t.Errorf("%+v, changed %t", kept, changed)
	}
	forever := rulesOf(1)
	judge := forever.Judge
	forever.Judge = func(f history.Facts, on crm.Date) (measures, classes, crm.Date) {
		m, c, _ := judge(f, on)
		return m, c, 0
	}
	s := &session{world: calm(), turn: func() error { return nil }}
	kept, _, err := decision.Keeper[measures, classes]{Facts: s, Book: book{forever}, Store: s}.Keep(context.Background(), "cus_1", "", "", start)
	if err != nil || kept.ReviewAt != today+30 {
		t.Errorf("what never changes is reviewed on %s, want %s, %v", kept.ReviewAt, today+30, err)
	}
}

type book struct{ rules rules }

func (b book) Rules(context.Context, bool) (rules, error) { return b.rules, nil }

func TestTheSameMessageTwiceChangesOnce(t *testing.T) {
	w := calm()
	w.write(0, 100, start)
	if _, changed := keep(t, w, 1, start); !changed {
		t.Error("the first changed nothing")
	}
	if _, changed := keep(t, w, 1, start); changed {
		t.Error("the second changed something")
	}
	if len(w.history) != 1 {
		t.Errorf("%d changes in the history", len(w.history))
	}
}

// A message that waited is older than the fact it is about to read.
func TestALateMessageDecidesAsOfTheNewestFact(t *testing.T) {
	w := calm()
	w.write(0, 100, start.AddDate(0, 0, 3))
	if kept, _ := keep(t, w, 1, start); kept.Guard.AsOf != start.AddDate(0, 0, 3) {
		t.Errorf("decided as of %s", kept.Guard.AsOf)
	}
}

func TestWhoKnowsLessGivesWay(t *testing.T) {
	w := calm()
	first, _ := keep(t, w, 1, start.AddDate(0, 0, 5))
	if kept, changed := keep(t, w, 1, start); changed || kept.On != first.On || len(w.standing) != 2 {
		t.Errorf("an older message left %+v, changed %t", kept, changed)
	}
}

// A worker that does not know the newest rules must not take their decision
// for one that knew more about the customer.
func TestOldRulesAreReloadedBeforeGivingWay(t *testing.T) {
	w := calm()
	w.edition = 2
	keep(t, w, 2, start)
	w.write(0, 100, start)
	if kept, _ := keep(t, w, 1, start); kept.Classes.Edition != 2 || w.latest().Classes.Spend != 100 {
		t.Errorf("with old rules: %+v", w.latest())
	}
}

func TestAStaleReadCostsOneMoreTry(t *testing.T) {
	w := calm()
	for i := range 3 {
		w.write(i, 100, start)
		keep(t, w, 1, start)
	}
	w.write(3, 100, start)
	s := &session{world: w, cached: 1, stale: 2, turn: func() error { return nil }}
	_, changed, err := decision.Keeper[measures, classes]{Facts: s, Book: s, Store: s}.Keep(context.Background(), "cus_1", "", "", start)
	if err != nil || !changed || w.latest().Classes.Spend != 400 {
		t.Errorf("changed %t to %+v, %v", changed, w.latest(), err)
	}
}

func TestALostRaceIsTriedAgainAndThenGivenBack(t *testing.T) {
	w := calm()
	s := &session{world: w, cached: 1, turn: func() error { return nil }}
	races := 0
	always := contested{s, func() bool { races++; return true }}
	_, _, err := decision.Keeper[measures, classes]{Facts: s, Book: s, Store: always}.Keep(context.Background(), "cus_1", "", "", start)
	if crm.KindOf(err) != crm.Unavailable || races < 2 || len(w.standing) != 1 {
		t.Errorf("after %d lost races: %v", races, err)
	}
	races = 0
	once := contested{s, func() bool { races++; return races == 1 }}
	if _, _, err := (decision.Keeper[measures, classes]{Facts: s, Book: s, Store: once}).Keep(context.Background(), "cus_1", "", "", start); err != nil || len(w.standing) != 2 {
		t.Errorf("after one lost race: %v, %d decisions", err, len(w.standing)-1)
	}
}

type contested struct {
	*session
	lost func() bool
}

func (c contested) Save(ctx context.Context, before, next record) error {
	if c.lost() {
		return crm.Fail("fake.Save", crm.Conflict, "somebody was faster")
	}
	return c.session.Save(ctx, before, next)
}
