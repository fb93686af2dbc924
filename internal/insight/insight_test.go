package insight_test

import (
	"cmp"
	"fmt"
	"math/rand"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"guanxi/internal/crm"
	"guanxi/internal/history"
	"guanxi/internal/insight"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

const first = crm.Date(20000)

// facts draws up to 25 orders with lines and refunds, and up to 10 contacts.
func facts(t *rapid.T) (f history.Facts) {
	at := func(label string) time.Time {
		return first.Midnight(shanghai).Add(time.Duration(rapid.IntRange(0, 600*24).Draw(t, label)) * time.Hour)
	}
	for i := range rapid.IntRange(0, 25).Draw(t, "orders") {
		o := crm.Order{Key: crm.OrderKey{Connection: "shop", ID: fmt.Sprint(i)}, PlacedAt: at("placed"), Rate: crm.Par,
			State:   rapid.SampledFrom([]crm.OrderState{crm.OrderPaid, crm.OrderPaid, crm.OrderPaid, crm.OrderCancelled}).Draw(t, "state"),
			Store:   rapid.SampledFrom([]crm.StoreID{"", "sh-001", "sh-002"}).Draw(t, "store"),
			Channel: rapid.SampledFrom([]crm.Channel{crm.ChannelOnline, crm.ChannelPOS, crm.ChannelPhone, crm.ChannelSocial, crm.ChannelChat}).Draw(t, "channel")}
		for range rapid.IntRange(0, 3).Draw(t, "lines") {
			l := crm.Line{Category: rapid.SampledFrom([]string{"", "shoes", "scarves", "bags", "coats"}).Draw(t, "category"), Amount: rapid.Int64Range(-5, 900).Draw(t, "amount")}
			o.Lines, o.Total.Minor = append(o.Lines, l), o.Total.Minor+max(0, l.Amount)
		}
		o.Total.Currency = "CNY"
		if rapid.IntRange(0, 4).Draw(t, "refunded") == 0 {
			f.Refunds = append(f.Refunds, crm.Refund{Key: crm.RefundKey{Order: o.Key, ID: "r"}, Amount: crm.Money{Minor: rapid.Int64Range(1, 1200).Draw(t, "refund"), Currency: "CNY"}})
		}
		f.Orders = append(f.Orders, o)
	}
	for range rapid.IntRange(0, 10).Draw(t, "contacts") {
		f.Interactions = append(f.Interactions, crm.Interaction{At: at("talked"), TwoWay: rapid.Bool().Draw(t, "two-way"),
			Channel: rapid.SampledFrom([]crm.Channel{crm.ChannelPhone, crm.ChannelChat}).Draw(t, "by"),
			ID:      crm.InteractionID(fmt.Sprint(len(f.Interactions))),
			Lead: crm.Lead{Stage: rapid.SampledFrom([]crm.LeadStage{"", "", crm.LeadQualified, crm.LeadContacted}).Draw(t, "lead"),
				Intent: rapid.SampledFrom([]crm.Intent{"", "", crm.IntentLow, crm.IntentHigh}).Draw(t, "intent")}})
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "answers") {
		when := at("answered")
		f.Answers = append(f.Answers, crm.Answer{Invitation: crm.InvitationID(fmt.Sprint(i)), At: when, On: crm.DateIn(when, shanghai),
			Metric: rapid.SampledFrom([]crm.Metric{crm.NPS, crm.CSAT}).Draw(t, "metric"), Score: rapid.IntRange(1, 5).Draw(t, "score")})
	}
	return f
}

func of(f history.Facts, on crm.Date) insight.Insight {
	bought := history.Orders(f, shanghai).Bought
	return insight.Of(bought, f.Interactions, f.Answers, shanghai, on)
}

// asked is the oracle: for each question it asks every fact again.
func asked(f history.Facts, on crm.Date) (i insight.Insight) {
	net := func(o crm.Order) (left int64, counts bool) {
		left = o.Total.Minor
		for _, r := range f.Refunds {
			if r.Key.Order == o.Key {
				left = max(0, left-r.Amount.Minor)
				if left == 0 {
					return 0, false
				}
			}
		}
		return left, o.State != crm.OrderCancelled && crm.DateIn(o.PlacedAt, shanghai) <= on
	}
	dates, bought := map[crm.Date]bool{}, map[crm.Date]int64{}
	spent, orders, contacts, hours := map[string]int64{}, map[crm.Channel]int{}, map[crm.Channel]int{}, map[int]int{}
	recent := map[insight.Purchase]int64{}
	var earliest *crm.Order
	for k := range f.Orders {
		o := &f.Orders[k]
		left, counts := net(*o)
		if !counts {
			continue
		}
		d := crm.DateIn(o.PlacedAt, shanghai)
		dates[d] = true
		orders[o.Channel]++
		if earliest == nil || cmp.Or(o.PlacedAt.Compare(earliest.PlacedAt), cmp.Compare(o.Key.ID, earliest.Key.ID)) < 0 {
			earliest = o
		}
		bought[d] += left
		if on-d < 365 {
			recent[insight.Purchase{Date: d, Store: o.Store, Online: o.Channel != crm.ChannelPOS && o.Channel != crm.ChannelPhone}] += left
		}
		for _, l := range o.Lines {
			if l.Category != "" && l.Amount > 0 {
				spent[l.Category] += left * l.Amount / o.Total.Minor
			}
		}
	}
	for _, c := range f.Interactions {
		if c.TwoWay && crm.DateIn(c.At, shanghai) <= on {
			contacts[c.Channel]++
			hours[c.At.In(shanghai).Hour()]++
		}
	}
	for when := first.Midnight(shanghai); crm.DateIn(when, shanghai) <= on; when = when.Add(time.Hour) {
		for _, c := range f.Interactions { // in the order of their ids
			if c.At.Equal(when) {
				i.Lead.Stage, i.Lead.Intent = cmp.Or(c.Lead.Stage, i.Lead.Stage), cmp.Or(c.Lead.Intent, i.Lead.Intent)
			}
		}
		for _, a := range f.Answers {
			if a.At.Equal(when) && a.Metric == crm.NPS {
				i.Asked, i.NPS = a.On, a.Score
			}
		}
	}
	var days []crm.Date
	for d := first; d <= on; d++ {
		if dates[d] {
			days = append(days, d)
		}
		if dates[d] && on-d >= 365 {
			i.Before = d
		}
	}
	if earliest != nil {
		i.FirstNet = bought[days[0]]
		i.First, i.FirstStore, i.FirstOnline = days[0], earliest.Store, earliest.Channel != crm.ChannelPOS && earliest.Channel != crm.ChannelPhone
	}
	var gaps []int
	for k := 1; k < len(days); k++ {
		gaps = append(gaps, int(days[k]-days[k-1]))
	}
	if slices.Sort(gaps); len(gaps) > 0 {
		i.Second, i.Cycles, i.CycleDays = days[1], len(gaps), gaps[(len(gaps)-1)/2]
	}
	for p, left := range recent {
		p.Net = left
		i.Recent = append(i.Recent, p)
	}
	for name, left := range spent {
		i.Categories = append(i.Categories, insight.Category{Name: name, Net: left})
	}
	i.Orders, i.Contacts = usesOf(orders), usesOf(contacts)
	for h, n := range hours {
		i.Hours = append(i.Hours, insight.Hour{Hour: h, Times: n})
	}
	byWorth := func(an, bn int64, a, b string) int { return cmp.Or(cmp.Compare(bn, an), cmp.Compare(a, b)) }
	slices.SortFunc(i.Recent, func(a, b insight.Purchase) int {
		return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.Store, b.Store), cmp.Compare(fmt.Sprint(a.Online), fmt.Sprint(b.Online)))
	})
	slices.SortFunc(i.Categories, func(a, b insight.Category) int { return byWorth(a.Net, b.Net, a.Name, b.Name) })
	slices.SortFunc(i.Hours, func(a, b insight.Hour) int { return cmp.Or(b.Times-a.Times, a.Hour-b.Hour) })
	i.Categories, i.Hours = i.Categories[:min(3, len(i.Categories))], i.Hours[:min(3, len(i.Hours))]
	return i
}

func usesOf(times map[crm.Channel]int) (all []insight.Use) {
	for c, n := range times {
		all = append(all, insight.Use{Channel: c, Times: n})
	}
	slices.SortFunc(all, func(a, b insight.Use) int { return cmp.Or(b.Times-a.Times, cmp.Compare(a.Channel, b.Channel)) })
	return all[:min(4, len(all))]
}

func TestInsightAgreesWithAskingEveryFact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := facts(t)
		on := first + crm.Date(rapid.IntRange(0, 800).Draw(t, "on"))
		got := of(f, on)
		if diff := gocmp.Diff(asked(f, on), got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
		back, err := insight.Pack(got).Unpack()
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(got, back, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("packed and unpacked: %s", diff)
		}
		shuffle := rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed")))
		shuffle.Shuffle(len(f.Orders), func(i, j int) { f.Orders[i], f.Orders[j] = f.Orders[j], f.Orders[i] })
		slices.Reverse(f.Interactions)
		slices.Reverse(f.Answers)
		if insight.Pack(of(f, on)) != insight.Pack(got) {
			t.Fatal("facts that are read in another order make another insight")
		}
	})
}

// What was stored is read for ever.
func TestAStoredInsight(t *testing.T) {
	want := insight.Insight{
		First: 19944, FirstNet: 120_000, Second: 20001, Before: 19944, FirstStore: "sh-001", FirstOnline: true, CycleDays: 57, Cycles: 2,
		Recent:     []insight.Purchase{{Date: 20001, Store: "sh-001", Net: 88_000}, {Date: 20190, Store: "mall", Online: true, Net: 0}},
		Categories: []insight.Category{{Name: "scarves", Net: 80_000}},
		Orders:     []insight.Use{{Channel: crm.ChannelOnline, Times: 2}, {Channel: crm.ChannelPOS, Times: 1}},
		Contacts:   []insight.Use{{Channel: crm.ChannelPhone, Times: 1}},
		Hours:      []insight.Hour{{Hour: 19, Times: 1}},
	}
	// Layout 1 knew neither answers nor leads.
	const layout1 = insight.Packed("AQIEbWFsbAZzaC0wMDHQtwLAqQfCuALQtwIDOQICcgHArwX7AgAAAQdzY2FydmVzgPEEAgZvbmxpbmUCA3BvcwEBBXBob25lAQETAQ")
	got, err := layout1.Unpack()
	if diff := gocmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	want.Asked, want.NPS, want.Lead = 20191, 9, crm.Lead{Stage: crm.LeadQualified, Decision: crm.DecidesEvaluation, Intent: crm.IntentHigh}
	const layout2 = insight.Packed("AgIEbWFsbAZzaC0wMDHQtwLAqQfCuALQtwIDOQICcgHArwX7AgAAAQdzY2FydmVzgPEEAgZvbmxpbmUCA3BvcwEBBXBob25lAQETAb67AgkJcXVhbGlmaWVkCmV2YWx1YXRpb24EaGlnaA")
	got, err = layout2.Unpack()
	if diff := gocmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err, insight.Pack(want))
	}
}

func TestTheTrendComparesHalfYears(t *testing.T) {
	bought := func(daysAgo ...int) (i insight.Insight) {
		for _, ago := range daysAgo {
			i.Recent = append(i.Recent, insight.Purchase{Date: 20500 - crm.Date(ago), Net: 100})
		}
		return i
	}
	for want, i := range map[insight.Trend][]insight.Insight{
		insight.Rising:  {bought(181), bought(300, 100, 50), bought(182, 0, 0, 20)},
		insight.Falling: {bought(182), bought(363), bought(300, 290, 10)},
		insight.Steady:  {bought(), bought(364), bought(200, 10), bought(300, 10, 10)}, // two of one date are one
	} {
		for _, i := range i {
			if got := i.Trend(20500); got != want {
				t.Errorf("%v: %s, want %s", i.Recent, got, want)
			}
		}
	}
	if i := bought(90, 89, 89, 0); i.Dates(20500, 90) != 2 || i.Spent(20500, 90) != 300 || i.Spent(20499, 90) != 300 {
		t.Error(i.Dates(20500, 90), i.Spent(20500, 90), i.Spent(20499, 90))
	}
}

func TestNoInsightIsEmpty(t *testing.T) {
	got, err := insight.Packed("").Unpack()
	if diff := gocmp.Diff(insight.Insight{}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add("AQ")
	f.Add(string(insight.Pack(insight.Insight{First: 20000, FirstStore: "sh-001", Recent: []insight.Purchase{{Date: 20000, Net: 5}}, Hours: []insight.Hour{{Hour: 9, Times: 1}}})))
	f.Fuzz(func(t *testing.T, s string) {
		i, err := insight.Packed(s).Unpack()
		if err != nil && (i.First != 0 || i.Recent != nil) {
			t.Errorf("%q: unreadable, and yet %+v", s, i)
		}
	})
}
