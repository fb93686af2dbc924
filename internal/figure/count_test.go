package figure_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/figure"
	"guanxi/internal/history"
	"guanxi/internal/level"
	"guanxi/internal/standing"
	"guanxi/internal/tier"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

const (
	night = crm.Date(20517) // 2026-03-05
	sh    = crm.StoreID("sh-001")
	mall  = crm.StoreID("mall")
)

// person draws a customer's facts: orders of two years in two stores and none,
// online and not, with refunds and contacts.
func person(t *rapid.T) (f history.Facts) {
	at := func(label string) time.Time {
		days := rapid.OneOf(rapid.IntRange(0, 700), rapid.SampledFrom([]int{246, 335, 336, 337, 426, 610, 611, 670, 671, 700})).Draw(t, label) // edges of windows, and of cohorts
		return (night - 700 + crm.Date(days)).Midnight(shanghai).Add(time.Duration(rapid.IntRange(0, 23).Draw(t, "hour")) * time.Hour)
	}
	for i := range rapid.IntRange(0, 6).Draw(t, "orders") {
		o := crm.Order{Key: crm.OrderKey{Connection: "shop", ID: fmt.Sprint(i)}, PlacedAt: at("placed"), Rate: crm.Par,
			State:   rapid.SampledFrom([]crm.OrderState{crm.OrderPaid, crm.OrderPaid, crm.OrderCancelled}).Draw(t, "state"),
			Store:   rapid.SampledFrom([]crm.StoreID{"", sh, mall}).Draw(t, "store"),
			Channel: rapid.SampledFrom([]crm.Channel{crm.ChannelOnline, crm.ChannelPOS}).Draw(t, "channel"),
			Total:   crm.Money{Minor: rapid.SampledFrom([]int64{0, 99, 30_011, 1_000_000, 4_999_983}).Draw(t, "total"), Currency: "CNY"}}
		if rapid.IntRange(0, 4).Draw(t, "refunded") == 0 {
			f.Refunds = append(f.Refunds, crm.Refund{Key: crm.RefundKey{Order: o.Key, ID: "r"}, Amount: crm.Money{Minor: o.Total.Minor / rapid.Int64Range(1, 2).Draw(t, "of"), Currency: "CNY"}})
		}
		f.Orders = append(f.Orders, o)
	}
	if rapid.Bool().Draw(t, "talked") {
		f.Interactions = []crm.Interaction{{At: at("talked"), TwoWay: true, Channel: crm.ChannelPhone, Store: sh}}
	}
	return f
}

// decided is the standing decision as the night finds it: made some days ago, if
// it has not changed since.
func decided(t *rapid.T, f history.Facts) standing.Record {
	rules := standing.Rules(standing.Basis{Policy: standing.Default()}, shanghai)
	r := decision.AsOf(rules, "cus_1", f, night)
	if on := night - crm.Date(rapid.IntRange(0, 30).Draw(t, "days ago")); newest(f) <= on {
		if older := decision.AsOf(rules, "cus_1", f, on); older.ChangesAt == 0 || older.ChangesAt > night {
			r = older
		}
	}
	r.Stores = f.Stores()
	return r
}

func newest(f history.Facts) (d crm.Date) {
	for _, o := range f.Orders {
		d = max(d, crm.DateIn(o.PlacedAt, shanghai))
	}
	for _, i := range f.Interactions {
		d = max(d, crm.DateIn(i.At, shanghai))
	}
	return d
}

// net is what an order leaves, asked the dumb way.
func net(f history.Facts, o crm.Order) (int64, bool) {
	left := o.Total.Minor
	for _, r := range f.Refunds {
		if r.Key.Order == o.Key && r.Amount.Minor > 0 {
			if left -= r.Amount.Minor; left <= 0 {
				return 0, false
			}
		}
	}
	return left, o.State != crm.OrderCancelled
}

// scope is one store, or all of them, and the orders of it.
type scope struct {
	store crm.StoreID
	every bool
}

func (s scope) has(store crm.StoreID) bool { return s.every || s.store == store }

func (s scope) member(f history.Facts) bool { return s.every || slices.Contains(f.Stores(), s.store) }

// dates are the distinct purchase dates from one to the night, and the spend.
func (s scope) dates(f history.Facts, from crm.Date, side figure.Side) (dates map[crm.Date]bool, spent int64) {
	dates = map[crm.Date]bool{}
	for _, o := range f.Orders {
		left, counts := net(f, o)
		d := crm.DateIn(o.PlacedAt, shanghai)
		online := o.Channel == crm.ChannelOnline
		if counts && d >= from && d <= night && s.has(o.Store) && (side == figure.Both || online == (side == figure.Online)) {
			dates[d] = true
			spent += left
		}
	}
	return dates, spent
}

// Whatever the facts, however old the decisions, however the base is cut and in
// whatever order the parts merge: each figure is what asking every fact gives.
func TestCountsAgreeWithAskingEveryFact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		people := make([]history.Facts, rapid.IntRange(0, 12).Draw(t, "people"))
		parts := make([]figure.Base, rapid.IntRange(1, 4).Draw(t, "parts"))
		for i := range parts {
			parts[i] = figure.NewBase()
		}
		for i := range people {
			people[i] = person(t)
			judged, err := figure.Judge(decided(t, people[i]), night)
			if err != nil {
				t.Fatal(err)
			}
			parts[rapid.IntRange(0, len(parts)-1).Draw(t, "part")].Add(judged, night)
		}
		whole := figure.NewBase()
		for _, i := range rapid.Permutation(indexes(len(parts))).Draw(t, "order") {
			whole.Merge(stored(t, parts[i]))
		}
		check(t, people, scope{every: true}, whole.All)
		for store, count := range whole.Stores {
			check(t, people, scope{store: store}, count)
		}
	})
}

func indexes(n int) (all []int) {
	for i := range n {
		all = append(all, i)
	}
	return all
}

// stored is the part as it comes back from where it is kept.
func stored(t *rapid.T, part figure.Base) figure.Base {
	doc, err := json.Marshal(part)
	if err != nil {
		t.Fatal(err)
	}
	back := figure.NewBase()
	if err := json.Unmarshal(doc, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

func check(t *rapid.T, people []history.Facts, s scope, got *figure.Count) {
	rules := standing.Rules(standing.Basis{Policy: standing.Default()}, shanghai)
	was := func(f history.Facts, point int) standing.Classes {
		_, c, _ := rules.Judge(f, figure.PointOn(point, night))
		return c
	}
	var members []history.Facts
	for _, f := range people {
		if s.member(f) {
			members = append(members, f)
		}
	}
	if got.Customers != int64(len(members)) || got.Stale != 0 {
		t.Fatalf("%+v: %d customers, want %d", s, got.Customers, len(members))
	}
	same := func(what string, got, want any) {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%+v, %s: %s", s, what, diff)
		}
	}

	// mix, migration, churn: judge everybody at both points
	for _, pair := range [][2]int{{0, figure.Now}, {4, 7}, {11, 12}, {12, figure.Now}} {
		from, to := pair[0], pair[1]
		mix, flow, were := map[string]int64{}, map[[2]string]int64{}, map[string]int64{}
		var notLost, newlyLost, lost, bought int64
		for _, f := range members {
			a, b := was(f, from), was(f, to)
			mix[named(string(b.Level))]++
			flow[[2]string{named(string(a.Tier)), named(string(b.Tier))}]++
			were[named(string(a.Tier))]++
			if a.Level != level.None && a.Status != tier.Lost {
				if notLost++; b.Status == tier.Lost {
					newlyLost++
				}
			}
			if b.Level != level.None {
				if bought++; b.Status == tier.Lost {
					lost++
				}
			}
		}
		gotMix := map[string]int64{}
		for _, part := range got.Mix(figure.ByLevel, to) {
			gotMix[part.Name] = part.Share.Hits
			same("cases of the mix", part.Share.Cases, int64(len(members)))
		}
		same("mix", gotMix, mix)
		flows, ok := got.Migration(figure.ByTier, from, to, s.every)
		if !ok {
			t.Fatalf("no moves between %v", pair)
		}
		gotFlow := map[[2]string]int64{}
		for _, w := range flows {
			gotFlow[[2]string{w.Was, w.Is}] = w.Share.Hits
			same("cases of the migration", w.Share.Cases, were[w.Was])
		}
		same("migration", gotFlow, flow)
		same("churn", got.Churn(from, to), figure.NewRate(newlyLost, notLost))
		same("lost", got.Lost(to), figure.NewRate(lost, bought))
	}

	// buyers: ask every order
	for _, days := range figure.Windows() {
		for _, side := range []figure.Side{figure.Both, figure.Online, figure.Offline} {
			var buyers, repeats int64
			for _, f := range people {
				dates, _ := s.dates(f, night-crm.Date(days)+1, side)
				if len(dates) > 0 {
					buyers++
				}
				if len(dates) > 1 {
					repeats++
				}
			}
			rate, ok := got.Repurchase(days, side)
			same(fmt.Sprintf("repurchase in %d days, %q", days, side), rate, figure.NewRate(repeats, buyers))
			same("window known", ok, true)
		}
	}

	// top share: sort everybody
	var spent []int64
	var all int64
	for _, f := range people {
		if dates, sum := s.dates(f, night-364, figure.Both); len(dates) > 0 {
			spent, all = append(spent, sum), all+sum
		}
	}
	slices.Sort(spent)
	slices.Reverse(spent)
	for _, percent := range []float64{1, 5, 20, 50, 100} {
		top := got.Spread.Top(percent)
		same("buyers", top.Cases, int64(len(spent)))
		same("revenue", top.Net, all)
		k := int64(math.Ceil(float64(len(spent)) * percent / 100))
		same("top customers", top.Many, k)
		if all == 0 {
			continue
		}
		var sum int64
		for _, x := range spent[:k] {
			sum += x
		}
		if want := float64(sum) / float64(all); math.Abs(*top.Value-want) > want/128+1e-6 {
			t.Fatalf("%+v: top %g %% have %f, want %f", s, percent, *top.Value, want)
		}
	}

	// cohorts: who bought first in a month, and came back in time
	want := map[string][3]int64{}
	for _, f := range people {
		dates, _ := scope{every: true}.dates(f, 0, figure.Both)
		var days []crm.Date
		for d := range dates {
			days = append(days, d)
		}
		slices.Sort(days)
		if len(days) == 0 || !s.has(firstStore(f, days[0])) {
			continue
		}
		c := want[days[0].String()[:7]]
		c[0]++
		if len(days) > 1 && days[1]-days[0] <= 90 {
			c[1]++
		}
		if len(days) > 1 && days[1]-days[0] <= 365 {
			c[2]++
		}
		want[days[0].String()[:7]] = c
	}
	gotCohorts := map[string][3]int64{}
	for _, c := range got.SecondPurchase(figure.Both, night) {
		w := want[c.Month]
		gotCohorts[c.Month] = w
		end, err := crm.ParseDate(c.Month + "-01")
		if err != nil {
			t.Fatal(err)
		}
		old := int(night - end.MonthEnd())
		same("cohort "+c.Month, c.Customers, w[0])
		same("90 days "+c.Month, c.Within90 != nil, old >= 90)
		same("365 days "+c.Month, c.Within365 != nil, old >= 365)
		if c.Within90 != nil {
			same("90 days "+c.Month, *c.Within90, figure.NewRate(w[1], w[0]))
		}
		if c.Within365 != nil {
			same("365 days "+c.Month, *c.Within365, figure.NewRate(w[2], w[0]))
		}
	}
	same("cohorts", gotCohorts, want)
}

func firstStore(f history.Facts, on crm.Date) (store crm.StoreID) {
	var first crm.Order
	for _, o := range f.Orders {
		if _, counts := net(f, o); !counts || crm.DateIn(o.PlacedAt, shanghai) != on {
			continue
		}
		if first.Key.ID == "" || o.PlacedAt.Before(first.PlacedAt) || o.PlacedAt.Equal(first.PlacedAt) && o.Key.ID < first.Key.ID {
			first = o
		}
	}
	return first.Store
}

func named(class string) string {
	if class == "" {
		return "none"
	}
	return class
}

func TestADecisionThatIsDueCountsAsStale(t *testing.T) {
	judged, err := figure.Judge(standing.Record{ChangesAt: night, Classes: standing.Classes{Level: level.Gold}}, night)
	if err != nil || !judged.Stale || judged.Marks[0].Level() != level.Gold {
		t.Errorf("%+v %v", judged, err)
	}
	if judged, _ := figure.Judge(standing.Record{ChangesAt: night + 1}, night); judged.Stale {
		t.Error("a change of tomorrow is not due")
	}
}
