package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"guanxi/internal/crm"
	"guanxi/internal/store"
	"guanxi/internal/store/storetest"
)

func talk(id crm.CustomerID, at time.Time, channel crm.Channel, content string) crm.Interaction {
	return crm.Interaction{ID: crm.InteractionID(crm.NewID("int", at)), Customer: id, At: at, Channel: channel, Type: crm.Contact, TwoWay: true, Content: content,
		Store: "sh-001", By: "u-li", Version: crm.NewVersion(at, 0, nil), Origin: crm.Origin{Source: "api/u-li", Trace: "t", RecordedAt: at}}
}

func anything(crm.Interaction) bool { return true }

// An amended contact says all of what it says now and nothing of before, which
// is kept; a withdrawn one counts no more, but its rev does.
func TestAContactIsAmendedAndWithdrawn(t *testing.T) {
	env := storetest.Open(t)
	facts, id := store.NewFacts(env.DB, env.Facts, env.Audit, env.Keys, env.Zone), newCustomer()
	ctx := crm.WithEvent(t.Context(), crm.Event{At: noon, Subject: "u-li", Trace: "t"})
	first := talk(id, noon, crm.ChannelVisit, "The coat was torn")
	first.Type, first.Category = crm.Complaint, "product"
	if err := facts.RecordInteraction(ctx, first); err != nil {
		t.Fatal(err)
	}
	second := first
	second.Type, second.Category, second.Score, second.Content = crm.MysteryShopper, "", 4, ""
	second.Version, second.Origin.RecordedAt = crm.NewVersion(noon.Add(time.Hour), 0, nil), noon.Add(time.Hour)
	for i, want := range []bool{true, false} { // the second time it does not say the first thing any more
		if err := facts.AmendInteraction(ctx, first, second); (err == nil) != want || err != nil && crm.KindOf(err) != crm.Conflict {
			t.Fatalf("amendment %d: %v", i, err)
		}
	}
	got, err := facts.Interaction(ctx, id, first.ID)
	if diff := cmp.Diff(second, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if err := facts.WithdrawInteraction(ctx, first, crm.NewVersion(noon.Add(2*time.Hour), 1, nil), second.Origin); crm.KindOf(err) != crm.Conflict {
		t.Errorf("withdrawn by who saw an old version: %v", err)
	}
	if err := facts.WithdrawInteraction(ctx, second, crm.NewVersion(noon.Add(2*time.Hour), 1, nil), second.Origin); err != nil {
		t.Fatal(err)
	}
	if _, err := facts.Interaction(ctx, id, first.ID); crm.KindOf(err) != crm.NotFound {
		t.Errorf("a withdrawn contact is read: %v", err)
	}
	if page, _, err := facts.Interactions(ctx, id, 0, 0, anything, 10, ""); len(page) != 0 || err != nil {
		t.Errorf("a withdrawn contact is listed: %+v %v", page, err)
	}
	if ok, err := facts.PutInteraction(ctx, second); ok || err != nil {
		t.Error("a withdrawn contact came back", err)
	}
	earlier, _, err := facts.EarlierInteractions(ctx, id, first.ID, 10, "")
	if diff := cmp.Diff([]crm.Interaction{second, first}, earlier); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if h, err := facts.History(ctx, id); err != nil || len(h.Interactions) != 0 || h.Seen != 3 {
		t.Errorf("%+v %v", h, err)
	}
}

// Pages of any size, over any range and channel, give what is there, once, the
// newest first; withdrawn ones leave no gap.
func TestContactsByChannelAndDate(t *testing.T) {
	env := storetest.Open(t)
	facts, id := store.NewFacts(env.DB, env.Facts, env.Audit, env.Keys, env.Zone), newCustomer()
	ctx := crm.WithEvent(t.Context(), crm.Event{At: noon, Subject: "u-li", Trace: "t"})
	var all []crm.Interaction
	for i := range 30 { // one in eight hours: three on each local date
		i := talk(id, noon.Add(time.Duration(8*i)*time.Hour), []crm.Channel{crm.ChannelPhone, crm.ChannelCart}[min(i%5, 1)], fmt.Sprint(i))
		all = append(all, i)
	}
	if _, errs := facts.PutInteractions(ctx, all); errs[0] != nil || errs[29] != nil {
		t.Fatal(errs)
	}
	if err := facts.WithdrawInteraction(ctx, all[5], crm.NewVersion(noon.AddDate(1, 0, 0), 1, nil), all[5].Origin); err != nil {
		t.Fatal(err)
	}
	phone := func(i crm.Interaction) bool { return i.Channel == crm.ChannelPhone }
	first := crm.DateIn(noon, env.Zone)
	for name, c := range map[string]struct {
		from, to crm.Date
		match    func(crm.Interaction) bool
		want     []int
	}{
		"one day":           {first + 2, first + 2, anything, []int{6, 4}}, // without the fifth
		"from a day on":     {first + 9, 0, anything, []int{29, 28, 27, 26, 25}},
		"up to a day":       {0, first, anything, []int{0}},
		"by telephone":      {0, 0, phone, []int{25, 20, 15, 10, 0}},
		"by telephone then": {first + 5, first + 7, phone, []int{20, 15}},
		"before all":        {0, first - 1, anything, nil},
	} {
		for _, limit := range []int{1, 2, 100} {
			var got []int
			for after := ""; ; {
				page, next, err := facts.Interactions(ctx, id, c.from, c.to, c.match, limit, after)
				if err != nil || len(page) > limit {
					t.Fatal(len(page), err)
				}
				for _, i := range page {
					var n int
					fmt.Sscan(i.Content, &n)
					got = append(got, n)
				}
				if after = next; after == "" {
					break
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s in pages of %d: %s", name, limit, diff)
			}
		}
	}
}
