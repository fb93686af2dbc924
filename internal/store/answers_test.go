package store_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"guanxi/internal/crm"
	"guanxi/internal/store"
	"guanxi/internal/store/storetest"
)

// answer makes an answer about a store of its own, of which no other test knows.
func answer(id crm.CustomerID, score int, stated time.Time) crm.Answer {
	return crm.Answer{Survey: crm.SurveyID(crm.NewID("sur", noon)), Edition: 2, Invitation: crm.InvitationID(crm.NewID("inv", noon)), Customer: id,
		Metric: crm.NPS, Score: score, Replies: []crm.Reply{{Question: "why", Choice: "service"}, {Question: "more", Text: "店员很耐心，包装也很漂亮"}},
		At: noon, On: crm.DateIn(noon, time.UTC), Channel: crm.ChannelEmail, Store: crm.StoreID("st-" + string(id)), Level: "gold", Tier: "growth",
		Version: crm.NewVersion(stated, 0, []byte{byte(score)}), Origin: crm.Origin{Source: "survey", Trace: "1-67891233-abcdef012345678912345678", RecordedAt: stated}}
}

func TestAnAnswerComesBackAsItWasGiven(t *testing.T) {
	env := storetest.Open(t)
	facts, ctx := store.NewFacts(env.DB, env.Facts, env.Audit, env.Keys, env.Zone), storetest.Context(noon)
	want := answer(newCustomer(), 9, noon)
	if _, found, err := facts.Answer(ctx, want.Customer, want.Survey, want.Invitation); found || err != nil {
		t.Fatal("an answer that nobody gave", err)
	}
	used := env.Meter.Of(func() {
		if ok, err := facts.PutAnswer(ctx, want); !ok || err != nil {
			t.Fatal(ok, err)
		}
	})
	if used.Write > 2 {
		t.Errorf("an answer costs %v WRU, more than 2", used.Write)
	}
	got, found, err := facts.Answer(ctx, want.Customer, want.Survey, want.Invitation)
	if !found || err != nil {
		t.Fatal(found, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	want.Replies = nil
	month, err := facts.Answers(ctx, want.Store, want.On)
	if diff := cmp.Diff([]crm.Answer{want}, month); diff != "" || err != nil {
		t.Error(diff, err)
	}
	h, err := facts.History(ctx, want.Customer)
	if diff := cmp.Diff([]crm.Answer{want}, h.Answers); diff != "" || err != nil || h.Seen != 1 {
		t.Error(diff, h.Seen, err)
	}
	if other, err := facts.Answers(ctx, want.Store, want.On+31); len(other) != 0 || err != nil {
		t.Errorf("in another month: %v, %v", other, err)
	}
}

// Sixty-four phones answer one invitation at once: one answer stands, the newest.
func TestOneInvitationHasOneAnswer(t *testing.T) {
	env := storetest.Open(t)
	facts, ctx := store.NewFacts(env.DB, env.Facts, env.Audit, env.Keys, env.Zone), storetest.Context(noon)
	first := answer(newCustomer(), 0, noon)
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() { putAnswer(ctx, t, facts, first, i) })
	}
	all.Wait()
	for i := range 64 { // and once more, late
		putAnswer(ctx, t, facts, first, i)
	}
	month, err := facts.Answers(ctx, first.Store, first.On)
	if err != nil || len(month) != 1 || month[0].Score != 63%11 {
		t.Fatalf("%+v %v", month, err)
	}
}

func putAnswer(ctx context.Context, t *testing.T, facts store.Facts, a crm.Answer, i int) {
	a.Score, a.Version = i%11, crm.NewVersion(noon.Add(time.Duration(i)*time.Second), 0, nil)
	if _, err := facts.PutAnswer(ctx, a); err != nil {
		t.Error(err)
	}
}
