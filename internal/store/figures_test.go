package store_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"guanxi/internal/crm"
	"guanxi/internal/figure"
	"guanxi/internal/history"
	"guanxi/internal/standing"
	"guanxi/internal/store"
	"guanxi/internal/store/storetest"
	"guanxi/internal/tally"
)

// ownStore is a store that no other test writes to.
func ownStore() crm.StoreID { return crm.StoreID("s-" + string(newCustomer())) }

// A day's sums are those of the orders that lie in it, whenever they are taken.
func TestADayIsSummedFromItsOrders(t *testing.T) {
	env := storetest.Open(t)
	facts, figures, ctx := store.NewFacts(env.DB, env.Facts, env.Audit, env.Keys, env.Zone), store.NewFigures(env.DB, env.Figures), storetest.Context(noon)
	shop, today, id := ownStore(), crm.DateIn(noon, env.Zone), newCustomer()
	put := func(name string, at time.Time, minor int64, channel crm.Channel, state crm.OrderState) crm.Order {
		o := order(id, string(shop)+name, at, state)
		o.PlacedAt, o.Store, o.Channel, o.Total.Minor = at, shop, channel, minor
		if _, err := facts.PutOrder(ctx, o); err != nil {
			t.Fatal(err)
		}
		return o
	}
	put("1", noon, 10_000, crm.ChannelPOS, crm.OrderPaid)
	returned := put("2", noon, 5_000, crm.ChannelOnline, crm.OrderPaid)
	put("3", noon, 7_000, crm.ChannelOnline, crm.OrderCancelled)
	put("4", noon.AddDate(0, 0, -1), 900, crm.ChannelPOS, crm.OrderPaid)
	if _, err := facts.ParkRefund(ctx, crm.Refund{Key: crm.RefundKey{Order: returned.Key, ID: "r"}, At: noon.Add(time.Hour), Amount: crm.Money{Minor: 2_000, Currency: "CNY"}, Version: "1"}); err != nil {
		t.Fatal(err)
	}
	if _, err := facts.PutAnswer(ctx, crm.Answer{Survey: "sur_1", Invitation: "inv_1", Customer: id, Metric: crm.NPS, Score: 9, At: noon, On: today, Store: shop, Version: "1"}); err != nil {
		t.Fatal(err)
	}
	days := tally.Days{Facts: facts, Keep: figures, Zone: env.Zone}
	for range 2 {
		for _, d := range []crm.Date{today - 1, today} {
			if err := days.Sum(ctx, figure.StoreDay{Store: shop, Date: d}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := figures.KeepDay(ctx, figure.Day{StoreDay: figure.StoreDay{Store: shop, Date: today}, Sums: figure.Sums{}}, noon.Add(-time.Minute)); err != nil {
		t.Fatal("what was taken earlier is no error, and does nothing:", err)
	}
	want := map[crm.Date]figure.Sums{
		today - 1: {crm.ChannelPOS: {Orders: 1, Net: 900}},
		today:     {crm.ChannelPOS: {Orders: 1, Net: 10_000}, crm.ChannelOnline: {Orders: 1, Net: 3_000}},
	}
	for _, every := range []bool{false, true} {
		got := map[crm.Date]figure.Sums{}
		if err := figures.Sums(ctx, shop, every, today-70, today, func(d figure.StoreDay, s figure.Sums) {
			if d.Store == shop {
				got[d.Date] = s
			}
		}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("every %v: %s", every, diff)
		}
	}
	var answers []figure.Answer
	if err := figures.Answers(ctx, shop, false, today-70, today, func(_ figure.StoreDay, a []figure.Answer) { answers = append(answers, a...) }); err != nil {
		t.Fatal(err)
	}
	if len(answers) != 1 || answers[0].Customer != id || answers[0].Score != 9 {
		t.Errorf("answers %+v", answers)
	}
}

// A busy day of a store costs one timer for each quarter of an hour, and a touch
// of the next quarter has its own.
func TestTouchesOfADayShareATimer(t *testing.T) {
	env := storetest.Open(t)
	timers, ctx := store.NewTimers(env.DB, env.Operations), storetest.Context(noon)
	marker := tally.NewMarker(timers, env.Zone)
	shop := ownStore()
	touch := func(at time.Time, before time.Time) {
		f := history.Facts{Orders: []crm.Order{{Store: shop, PlacedAt: noon, Origin: crm.Origin{RecordedAt: at}}}}
		if err := marker.Touch(ctx, f, before, at); err != nil {
			t.Fatal(err)
		}
	}
	used := env.Meter.Of(func() {
		for i := range 100 {
			touch(noon.Add(time.Duration(i)*time.Second), time.Time{})
		}
		touch(noon, noon.Add(time.Hour)) // recorded long before the decision that stands: nothing new
	})
	if used.Write != 1 {
		t.Errorf("100 orders of one store cost %v WRU for timers, want 1", used.Write)
	}
	touch(noon.Add(15*time.Minute), time.Time{})
	dues := map[time.Time]bool{}
	for shard := range timers.Shards() {
		due, err := timers.Due(ctx, shard, noon.Add(24*time.Hour), 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range due {
			if d.Ref == figure.Days(shop, crm.DateIn(noon, env.Zone)) && d.Kind == crm.TimerDay {
				dues[d.Due] = true
			}
		}
	}
	if want := []time.Time{noon.Add(15 * time.Minute), noon.Add(30 * time.Minute)}; !slices.Equal(slices.SortedFunc(maps.Keys(dues), time.Time.Compare), want) {
		t.Errorf("timers are due at %v, want %v", dues, want)
	}
}

// However the base is cut, its parts come to the same counts once all are there;
// parts that are too large for an item lie in several.
func TestACountIsWholeWhenAllPartsAreThere(t *testing.T) {
	env := storetest.Open(t)
	figures, d, ctx := store.NewFigures(env.DB, env.Figures), decisions(env), storetest.Context(noon)
	night := crm.DateIn(noon, env.Zone)
	for i := range 20 {
		id := newCustomer()
		if err := d.Save(ctx, standing.Record{Customer: id}, judged(id, int64(i%4), noon, env.Zone)); err != nil {
			t.Fatal(err)
		}
	}
	var counts []figure.Count
	for n, segments := range []int{1, 3} {
		night := night + crm.Date(1000+n)
		for segment := range segments {
			if there, err := figures.PartsThere(ctx, night, segments); there || err != nil {
				t.Fatal("before the last part", there, err)
			}
			part := figure.NewBase()
			if err := d.Each(ctx, segment, segments, func(r standing.Record) error {
				j, err := figure.Judge(r, crm.DateIn(noon, env.Zone))
				part.Add(j, crm.DateIn(noon, env.Zone))
				return err
			}); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := figures.KeepPart(ctx, night, segment, segments, part, noon); err != nil {
					t.Fatal(err)
				}
			}
		}
		if there, err := figures.PartsThere(ctx, night, segments); !there || err != nil {
			t.Fatal("after the last part", there, err)
		}
		whole := figure.NewBase()
		for segment := range segments {
			part, err := figures.Part(ctx, night, segment, segments)
			if err != nil {
				t.Fatal(err)
			}
			whole.Merge(part)
		}
		if err := figures.KeepCounts(ctx, night, whole, noon); err != nil {
			t.Fatal(err)
		}
		count, on, found, err := figures.Count(ctx, nil, night+5)
		if err != nil || !found || on != night || count.Customers < 20 {
			t.Fatalf("%d customers on %s, %v %v", count.Customers, on, found, err)
		}
		counts = append(counts, count)
	}
	if diff := cmp.Diff(counts[0], counts[1]); diff != "" {
		t.Errorf("cut differently, counted differently: %s", diff)
	}
	nowhere := ownStore()
	if _, _, found, err := figures.Count(ctx, &nowhere, night+5000); found || err != nil {
		t.Error("a count of a store that nobody knows", err)
	}
}

func TestAPartOfManyItems(t *testing.T) {
	env := storetest.Open(t)
	figures, ctx := store.NewFigures(env.DB, env.Figures), storetest.Context(noon)
	night, part := crm.DateIn(noon, env.Zone)+2000, figure.NewBase()
	for i := range 30_000 {
		part.All.Moves[figure.Move(i*7919)] = int64(i * i)
	}
	for i := range 300 {
		part.Add(figure.Judged{Stores: []crm.StoreID{crm.StoreID(fmt.Sprint("store-", i))}}, night)
	}
	if err := figures.KeepPart(ctx, night, 0, 1, part, noon); err != nil {
		t.Fatal(err)
	}
	back, err := figures.Part(ctx, night, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(part, back, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}
