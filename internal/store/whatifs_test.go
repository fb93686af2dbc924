package store_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/event"
	"guanxi/internal/history"
	"guanxi/internal/rehearse"
	"guanxi/internal/review"
	"guanxi/internal/standing"
	"guanxi/internal/store"
	"guanxi/internal/store/storetest"
	"guanxi/internal/whatif"
)

// mailbox is a queue that delivers everything twice, and the last first.
type mailbox struct{ waiting []event.Envelope }

func (m *mailbox) Send(_ context.Context, _ string, all []event.Envelope) error {
	m.waiting = append(m.waiting, all...)
	return nil
}

func (m *mailbox) deliver(t *testing.T, at time.Time, work func(context.Context, event.Envelope) error) {
	t.Helper()
	for len(m.waiting) > 0 {
		all := m.waiting
		m.waiting = nil
		slices.Reverse(all)
		for _, e := range slices.Concat(all, all) {
			if _, err := event.Marshal(e); err != nil {
				t.Fatal(err)
			}
			if err := work(storetest.Context(at), e); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// inParts is a base of so many bytes that it is cut.
type inParts struct{ store.Everybody }

func (inParts) Bytes(context.Context) (int64, error) { return 60 << 20, nil }

// spenders are new customers with a decision each and up to four orders.
func spenders(t testing.TB, env *storetest.Env, n int) (ids []crm.CustomerID) {
	t.Helper()
	facts, ctx := store.NewFacts(env.DB, env.Facts, env.Audit, env.Keys, env.Zone), storetest.Context(noon)
	for i := range n {
		id := newCustomer()
		for k := range i % 5 {
			o := order(id, fmt.Sprintf("%s-%d", id, k), noon, crm.OrderPaid)
			o.PlacedAt, o.Total.Minor = noon.AddDate(0, 0, -90*k), int64(300_000*(1+i%4))
			if _, err := facts.PutOrder(ctx, o); err != nil {
				t.Fatal(err)
			}
		}
		if err := decisions(env).Save(ctx, standing.Record{}, judged(id, 1, noon, env.Zone)); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

// cheaper is a draft in which gold begins lower.
func cheaper() standing.Policy {
	p := standing.Default()
	p.Level.GoldFrom = 500_000
	return p
}

// A draft that was tried segment by segment, with every message twice and out of
// order, comes to what judging everybody by hand does.
func TestADraftIsTriedOnEverybody(t *testing.T) {
	env := storetest.Open(t)
	spenders(t, env, 40)
	facts := store.NewFacts(env.DB, env.Facts, env.Audit, env.Keys, env.Zone)
	book := standing.Book{Documents: store.NewSettings(env.DB, env.Settings, env.Audit, env.Keys), Currency: "CNY", Zone: env.Zone}
	runs, queue := store.NewWhatIfs(env.DB, env.Figures, store.NewTimers(env.DB, env.Operations), env.Audit, env.Keys), &mailbox{}
	worker := rehearse.Rehearsal{Runs: runs, Base: inParts{store.NewEverybody(env.DB, env.Customers, facts)}, Book: book, Sender: queue}

	run := whatif.Run{ID: crm.NewID("wif", noon), Draft: crm.NewID("drf", noon), Revision: 1, Policy: cheaper(),
		Before: decision.Versions{Policy: 1}, On: crm.DateIn(noon, env.Zone), AskedAt: noon}
	if err := runs.Ask(storetest.Context(noon), run); err != nil {
		t.Fatal(err)
	}
	if err := runs.Ask(storetest.Context(noon), run); crm.KindOf(err) != crm.Conflict {
		t.Fatal("asked twice:", err)
	}
	if due := dueOf(t, env, run.Ref()); !due.Equal(noon) {
		t.Fatal("it is begun at", due)
	}
	queue.waiting = []event.Envelope{{Kind: event.Due, Timer: run.Timer().ID, Ref: run.Ref()}}
	queue.deliver(t, noon.Add(time.Minute), worker.Work)

	got, err := runs.Run(storetest.Context(noon), run.Draft, run.ID)
	if err != nil || got.Outcome == nil || got.Segments != 4 || got.Done != 4 || !got.FinishedAt.Equal(noon.Add(time.Minute)) {
		t.Fatalf("%+v, %v", got, err)
	}
	if diff := cmp.Diff(run, got.Run); diff != "" {
		t.Error(diff)
	}
	want := byHand(t, env, run.Policy, run.On)
	if diff := cmp.Diff(want, *got.Outcome, cmpopts.IgnoreFields(whatif.Part{}, "Reads")); diff != "" {
		t.Error(diff)
	}
	if want.Changed == 0 || len(want.Most) != min(want.Changed, 50) {
		t.Errorf("%d changed, %d named: this shows nothing", want.Changed, len(want.Most))
	}
	// Half a unit for each who bought; DynamoDB Local meters nothing for who has no facts.
	if least := 0.5 * 32; got.Outcome.Reads < least {
		t.Errorf("it took %v read units, which can't be less than %v", got.Outcome.Reads, least)
	}
	if _, err := runs.Run(storetest.Context(noon), run.Draft, crm.NewID("wif", noon)); crm.KindOf(err) != crm.NotFound {
		t.Error(err)
	}
}

// What reading everybody is said to cost is what it costs; and it is as little as
// a query for each customer and a scan for all can cost.
func TestReadingEverybodySaysWhatItCosts(t *testing.T) {
	env := storetest.Open(t)
	spenders(t, env, 10)
	facts := store.NewFacts(env.DB, env.Facts, env.Audit, env.Keys, env.Zone)
	customers, units := 0, 0.0
	used := env.Meter.Of(func() {
		var err error
		units, err = store.NewEverybody(env.DB, env.Customers, facts).Histories(storetest.Context(noon), 0, 1, func(crm.CustomerID, history.Facts) { customers++ })
		if err != nil {
			t.Fatal(err)
		}
	})
	if used.Read != units || used.Write != 0 || used.Requests < customers {
		t.Errorf("%v units are said, %+v used, for %d customers", units, used, customers)
	}
}

// byHand asks for everybody, reads their facts strongly consistent, and judges
// them in one go.
func byHand(t *testing.T, env *storetest.Env, p standing.Policy, on crm.Date) (whole whatif.Part) {
	t.Helper()
	facts, ctx := store.NewFacts(env.DB, env.Facts, env.Audit, env.Keys, env.Zone), storetest.Context(noon)
	judge := func(p standing.Policy) whatif.Judge {
		return whatif.Judge{Decide: standing.Rules(standing.Basis{Versions: decision.Versions{Policy: 1}, Policy: p}, env.Zone).Judge,
			Why: func(m standing.Measures) []decision.Reason { _, reasons := standing.Judge(p, m); return reasons }}
	}
	trial := whatif.Trial{Before: judge(standing.Default()), After: judge(p), On: on}
	err := decisions(env).Each(ctx, 0, 1, func(r standing.Record) error {
		known, err := facts.History(ctx, r.Customer)
		if err == nil {
			whole.Add(trial, r.Customer, known)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return whole
}

// inForce is a version of the policy that is.
type inForce decision.Versions

func (v inForce) Active(context.Context, bool) (decision.Versions, error) {
	return decision.Versions(v), nil
}

// A policy is brought to everybody: those whom it did not decide are woken by the
// first look, and again only where nothing moved since; the last look finds that
// all are decided.
func TestAPolicyIsBroughtToEverybody(t *testing.T) {
	env := storetest.Open(t)
	ids := spenders(t, env, 12)
	policy := int(time.Now().UnixNano() % 1e8)
	versions, release := inForce{Policy: policy}, decision.Release{Kind: decision.OfPolicy, Version: policy}
	figures, timers, queue := store.NewFigures(env.DB, env.Figures), store.NewTimers(env.DB, env.Operations), &mailbox{}
	worker := review.Worker{Rollout: review.Rollout{Base: inParts{store.Everybody{Review: store.NewReview(env.DB, env.Customers)}}, Editions: versions,
		Progress: figures, Timers: timers, Sender: queue}}
	at := noon
	look := func(n int) (woken []crm.CustomerID) {
		t.Helper()
		at = at.Add(2 * time.Minute)
		queue.waiting = []event.Envelope{{Kind: event.Due, Timer: "t", Ref: decision.Rollout{Release: release, Look: n}.String()}}
		queue.deliver(t, at, func(ctx context.Context, e event.Envelope) error {
			if e.Kind == event.Wake {
				woken = append(woken, e.Customer)
				return nil
			}
			return worker.Work(ctx, e)
		})
		return woken
	}
	decide := func(ids []crm.CustomerID) {
		t.Helper()
		ctx := storetest.Context(at)
		for _, id := range ids {
			before, err := decisions(env).Latest(ctx, id, true)
			if err != nil {
				t.Fatal(err)
			}
			next := before
			next.Guard.Edition = versions.edition()
			if err := decisions(env).Save(ctx, before, next); err != nil {
				t.Fatal(err)
			}
		}
	}
	woken := look(0)
	for _, id := range ids {
		if !slices.Contains(woken, id) {
			t.Fatalf("%s was not woken", id)
		}
	}
	if due := dueOf(t, env, decision.Rollout{Release: release, Look: 1}.String()); due.Sub(at) != time.Minute {
		t.Error("the next look is at", due)
	}
	if again := look(1); len(again) == 0 {
		t.Error("nothing moved, and nobody was woken again")
	}
	everybody := slices.Compact(slices.Sorted(slices.Values(woken)))
	decide(everybody[:len(everybody)-2])
	p, err := figures.Progress(storetest.Context(at), release)
	if err != nil || p.Done() {
		t.Fatal(p, err)
	}
	look(2)
	p, err = figures.Progress(storetest.Context(at), release)
	if whole, _ := p.Sum(); err != nil || whole.Decided != len(everybody)-2 || whole.Customers != len(everybody) {
		t.Fatalf("%+v, %v; %d customers", p, err, len(everybody))
	}
	decide(everybody[len(everybody)-2:])
	look(3)
	if p, err = figures.Progress(storetest.Context(at), release); err != nil || !p.Done() {
		t.Fatalf("%+v, %v", p, err)
	}
	if look(4) != nil {
		t.Error("all are decided, and somebody was woken")
	}
	versions.Policy++
	worker.Rollout.Editions = versions
	if look(5) != nil {
		t.Error("a policy that was replaced goes on")
	}
}

func (v inForce) edition() int64 { return decision.Versions(v).Edition() }
