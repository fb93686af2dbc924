package decision_test

import (
	"context"
	"testing"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/history"
)

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
