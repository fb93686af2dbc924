package store_test

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/standing"
	"guanxi/internal/store"
	"guanxi/internal/store/storetest"
)

// policies are in a table of their own: the other tests decide by the first.
func policies(env *storetest.Env) store.Policies {
	return store.NewPolicies(store.NewSettings(env.DB, env.Audit, env.Audit, env.Keys), store.NewTimers(env.DB, env.Operations))
}

func TestPoliciesAreActivatedOneAfterTheOther(t *testing.T) {
	env := storetest.Open(t)
	s, ctx := policies(env), storetest.Context(noon)
	before, err := s.Active(ctx, true)
	if err != nil {
		t.Fatal(err)
	}
	for version := before.Policy + 1; version <= before.Policy+2; version++ {
		document := []byte(`{"version":` + strings.Repeat("1", version) + `}`)
		if err := s.Activate(ctx, version, document); err != nil {
			t.Fatal(err)
		}
		if err := s.Activate(ctx, version, document); crm.KindOf(err) != crm.Conflict {
			t.Fatalf("version %d twice: %v", version, err)
		}
		if got, err := s.PolicyDocument(ctx, version); err != nil || !bytes.Equal(got, document) {
			t.Fatal(string(got), err)
		}
		if v, err := s.Active(ctx, false); v.Policy != version || err != nil {
			t.Fatal(v, err)
		}
		if due := dueOf(t, env, decision.Rollout{Release: decision.Release{Kind: decision.OfPolicy, Version: version}}.String()); !due.Equal(noon.Add(90 * time.Second)) {
			t.Errorf("version %d is brought to everybody at %s", version, due)
		}
	}
	for by, want := range map[time.Time]int{noon.Add(-time.Second): 1, noon: before.Policy + 2, noon.AddDate(1, 0, 0): before.Policy + 2} {
		if v, err := s.InForce(ctx, by); v.Policy != want || err != nil {
			t.Errorf("by %s %+v is in force: %v", by, v, err) // with the models of other tests
		}
	}
	if document, err := s.PolicyDocument(ctx, 1); document != nil || err != nil {
		t.Fatal("the embedded policy has no document:", document, err)
	}
	if _, err := s.PolicyDocument(ctx, before.Policy+9); crm.KindOf(err) != crm.NotFound {
		t.Fatal(err)
	}
}

// dueOf is when the timer about ref is due.
func dueOf(t *testing.T, env *storetest.Env, ref string) (due time.Time) {
	t.Helper()
	timers := store.NewTimers(env.DB, env.Operations)
	for shard := range timers.Shards() {
		all, err := timers.Due(storetest.Context(noon), shard, noon.Add(time.Hour), 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, timer := range all {
			if timer.Ref == ref {
				due = timer.Due
			}
		}
	}
	return due
}

func newDraft() standing.Draft {
	return standing.Draft{ID: crm.NewID("drf", noon), BasedOn: 1, AmendedAt: noon, Policy: standing.Default()}
}

func TestADraftIsAmendedWhereItsRevisionStands(t *testing.T) {
	env := storetest.Open(t)
	s, ctx := policies(env), storetest.Context(noon)
	draft := newDraft()
	rev, err := s.PutDraft(ctx, draft, 0)
	if err != nil {
		t.Fatal(err)
	}
	draft.Policy.Reason = "another"
	if _, err := s.PutDraft(ctx, draft, rev+1); crm.KindOf(err) != crm.Conflict {
		t.Fatal(err)
	}
	if rev, err = s.PutDraft(ctx, draft, rev); err != nil {
		t.Fatal(err)
	}
	got, err := s.ReadDraft(ctx, draft.ID)
	if err != nil || got.Rev != rev {
		t.Fatal(got, err)
	}
	if diff := cmp.Diff(draft, got.Value); diff != "" {
		t.Error(diff)
	}
	if err := s.DiscardDraft(ctx, draft.ID, rev-1); crm.KindOf(err) != crm.Conflict {
		t.Fatal(err)
	}
	if err := s.DiscardDraft(ctx, draft.ID, rev); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ReadDraft(ctx, draft.ID); crm.KindOf(err) != crm.NotFound {
		t.Fatal(err)
	}
	all, err := s.AllDrafts(ctx)
	if err != nil || slices.ContainsFunc(all, func(v crm.Versioned[standing.Draft]) bool { return v.Value.ID == draft.ID }) {
		t.Fatal(all, err)
	}
}

// Of many admins who activate drafts at once one wins, and the others' drafts
// stay as they were.
func TestOneOfManyActivationsWins(t *testing.T) {
	env := storetest.Open(t)
	s, ctx := policies(env), storetest.Context(noon)
	before, err := s.Active(ctx, true)
	if err != nil {
		t.Fatal(err)
	}
	const admins = 8
	drafts, errs := make([]standing.Draft, admins), make([]error, admins)
	for i := range drafts {
		drafts[i] = newDraft()
		if _, err := s.PutDraft(ctx, drafts[i], 0); err != nil {
			t.Fatal(err)
		}
	}
	var all sync.WaitGroup
	for i := range drafts {
		all.Go(func() { errs[i] = s.ActivateDraft(ctx, drafts[i].ID, 1, before.Policy+1, []byte(drafts[i].ID)) })
	}
	all.Wait()
	won := 0
	for i, err := range errs {
		_, missing := s.ReadDraft(ctx, drafts[i].ID)
		if err == nil {
			won++
			if document, err := s.PolicyDocument(ctx, before.Policy+1); err != nil || string(document) != drafts[i].ID {
				t.Errorf("%s won, and %s is in force: %v", drafts[i].ID, document, err)
			}
			if crm.KindOf(missing) != crm.NotFound {
				t.Error("the draft that won is still there:", missing)
			}
			continue
		}
		if kind := crm.KindOf(err); kind != crm.Conflict && kind != crm.Unavailable {
			t.Error(err)
		}
		if missing != nil {
			t.Error("a draft that lost is gone:", missing)
		}
	}
	if after, err := s.Active(ctx, true); won != 1 || err != nil || after.Policy != before.Policy+1 {
		t.Errorf("%d won, and version %d is in force after %d: %v", won, after.Policy, before.Policy, err)
	}
}

// What is seen of the parts of the base adds up, whatever comes twice or late.
func TestARolloutsProgress(t *testing.T) {
	env, release := storetest.Open(t), decision.Release{Kind: decision.OfPolicy, Version: int(time.Now().UnixNano() % 1e8)}
	figures, ctx := store.NewFigures(env.DB, env.Figures), storetest.Context(noon)
	if p, err := figures.Progress(ctx, release); err != nil || p.Done() || !p.Since.IsZero() {
		t.Fatal(p, err)
	}
	p, err := figures.BeginRollout(ctx, release, 7, 2, noon)
	if err != nil || p.Edition != 7 || len(p.Parts) != 2 || p.Done() {
		t.Fatal(p, err)
	}
	if p, err = figures.BeginRollout(ctx, release, 8, 3, noon.Add(time.Minute)); err != nil || p.Edition != 7 || len(p.Parts) != 2 || !p.Since.Equal(noon) {
		t.Fatal("the second to begin changed it:", p, err)
	}
	for _, seen := range []struct {
		part, decided int
		after         time.Duration
		want          int
		done          bool
	}{
		{0, 0, time.Minute, 0, false}, {1, 5, time.Minute, 5, false}, {0, 10, 3 * time.Minute, 15, false},
		{0, 4, 2 * time.Minute, 15, false}, {1, 10, 4 * time.Minute, 20, true}, {1, 10, 4 * time.Minute, 20, true},
	} {
		if err := figures.KeepProgress(ctx, release, seen.part, decision.Part{Customers: 10, Decided: seen.decided, At: noon.Add(seen.after)}); err != nil {
			t.Fatal(err)
		}
		p, err := figures.Progress(ctx, release)
		if err != nil {
			t.Fatal(err)
		}
		if whole, _ := p.Sum(); whole.Decided != seen.want || p.Done() != seen.done {
			t.Fatalf("after %+v: %+v, done %v", seen, whole, p.Done())
		}
	}
}
