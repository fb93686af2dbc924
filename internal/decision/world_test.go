package decision_test

import (
	"context"
	"fmt"
	"slices"
	"time"

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
	return rules{Versions: decision.Versions{Policy: int(edition)}, Zone: time.UTC,
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
