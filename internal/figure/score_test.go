package figure_test

import (
	"fmt"
	"math"
	"math/rand"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"guanxi/internal/crm"
	"guanxi/internal/figure"
	"guanxi/internal/history"
)

func TestWilsonAsPublished(t *testing.T) {
	// Newcombe, Statistics in Medicine 17 (1998), table I, method 3
	for _, c := range []struct {
		hits, cases int64
		low, high   float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		r := figure.NewRate(c.hits, c.cases)
		if math.Abs(*r.Low-c.low) > 5e-5 || math.Abs(*r.High-c.high) > 5e-5 {
			t.Errorf("%d of %d: %f to %f, want %f to %f", c.hits, c.cases, *r.Low, *r.High, c.low, c.high)
		}
	}
	if r := figure.NewRate(0, 0); r.Value != nil || r.Low != nil || r.High != nil {
		t.Errorf("without a case: %+v", r)
	}
}

func TestScores(t *testing.T) {
	answers := func(scores map[int]int) (all []figure.Answer) {
		for score, n := range scores {
			for range n {
				all = append(all, figure.Answer{Metric: crm.NPS, Score: score})
			}
		}
		return all
	}
	got := figure.Scored(crm.NPS, answers(map[int]int{9: 50, 10: 30, 7: 25, 0: 5, 6: 20}))
	if got.Promoters != 80 || got.Passives != 25 || got.Detractors != 25 || math.Abs(*got.Value-42.307692) > 1e-6 || math.Abs(*got.Low-28.7) > 0.1 || math.Abs(*got.High-55.9) > 0.1 {
		t.Errorf("%+v %f %f %f", got, *got.Value, *got.Low, *got.High)
	}
	if got := figure.Scored(crm.CSAT, answers(map[int]int{5: 1, 4: 1})); *got.Value != 4.5 || *got.High != 5 {
		t.Errorf("CSAT %f to %f", *got.Value, *got.High)
	}
	if got := figure.Scored(crm.NPS, nil); got.Value != nil || got.Cases != 0 {
		t.Errorf("nobody answered, and yet %+v", got)
	}
}

// The latest answer of each customer counts, in whatever order they are read.
func TestLatestAgreesWithAskingEverybody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []figure.Answer
		for range rapid.IntRange(0, 30).Draw(t, "answers") {
			all = append(all, figure.Answer{Customer: crm.CustomerID(fmt.Sprint(rapid.IntRange(1, 6).Draw(t, "customer"))),
				At: rapid.Int64Range(1, 12).Draw(t, "at"), Score: rapid.IntRange(0, 10).Draw(t, "score"),
				Metric: rapid.SampledFrom([]crm.Metric{crm.NPS, crm.NPS, crm.CSAT}).Draw(t, "metric")})
		}
		var promoters, detractors, n float64
		for customer := 1; customer <= 6; customer++ {
			latest, score := int64(0), 0
			for _, a := range all {
				if a.Customer == crm.CustomerID(fmt.Sprint(customer)) && a.Metric == crm.NPS && (a.At > latest || a.At == latest && a.Score < score) {
					latest, score = a.At, a.Score
				}
			}
			if latest == 0 {
				continue
			}
			n++
			if score >= 9 {
				promoters++
			} else if score <= 6 {
				detractors++
			}
		}
		got := figure.Scored(crm.NPS, figure.Latest(crm.NPS, all))
		if float64(got.Cases) != n || n > 0 && math.Abs(*got.Value-100*(promoters-detractors)/n) > 1e-6 {
			t.Fatalf("%+v, want %v promoters and %v detractors of %v", got, promoters, detractors, n)
		}
		rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed"))).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		if diff := cmp.Diff(got.Value, figure.Scored(crm.NPS, figure.Latest(crm.NPS, all)).Value); diff != "" {
			t.Fatal(diff)
		}
	})
}

// A day's sums are what asking each of its orders gives; days merge in any order.
func TestSumsAgreeWithAskingEveryOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := person(t)
		total := figure.Sums{}
		for d := night - 701; d <= night; d++ {
			sums := figure.SumOrders(f.Orders, f.Refunds, shanghai, d)
			for _, channel := range []crm.Channel{crm.ChannelOnline, crm.ChannelPOS} {
				var want figure.Sum
				for _, o := range f.Orders {
					if left, counts := net(f, o); counts && o.Channel == channel && crm.DateIn(o.PlacedAt, shanghai) == d {
						want.Orders, want.Net = want.Orders+1, want.Net+left
					}
				}
				if sums[channel] != want {
					t.Fatalf("%s %s: %+v, want %+v", d, channel, sums[channel], want)
				}
			}
			total.Merge(sums)
		}
		var want figure.Sum
		for _, o := range f.Orders {
			if left, counts := net(f, o); counts {
				want.Orders, want.Net = want.Orders+1, want.Net+left
			}
		}
		got := total.Sales("")
		if got.Orders != want.Orders || got.Net != want.Net || got.Online.Orders+got.Offline.Orders != want.Orders || got.OnlineShare.Cases != want.Orders {
			t.Fatalf("%+v, want %+v", got, want)
		}
	})
}

func TestTouched(t *testing.T) {
	since := night.Midnight(shanghai)
	old, fresh := crm.Origin{RecordedAt: since}, crm.Origin{RecordedAt: since.Add(time.Second)}
	order := func(id string, days int, by crm.Origin) crm.Order {
		return crm.Order{Key: crm.OrderKey{ID: id}, Store: sh, PlacedAt: (night - crm.Date(days)).Midnight(shanghai), Origin: by}
	}
	f := history.Facts{
		Orders: []crm.Order{order("seen", 1, old), order("new", 2, fresh), order("refunded", 40, old), order("refunded before", 41, old),
			{Key: crm.OrderKey{ID: "deleted before it came"}, Origin: fresh}},
		Refunds: []crm.Refund{{Key: crm.RefundKey{Order: crm.OrderKey{ID: "refunded"}}, Origin: fresh}, {Key: crm.RefundKey{Order: crm.OrderKey{ID: "refunded before"}}, Origin: old}},
		Answers: []crm.Answer{{Store: mall, On: night, Origin: fresh}, {Store: mall, On: night - 9, Origin: old}},
	}
	want := []figure.StoreDay{{Store: sh, Date: night - 40}, {Store: sh, Date: night - 2}, {Store: mall, Date: night}}
	if diff := cmp.Diff(want, figure.Touched(f, since, shanghai)); diff != "" {
		t.Error(diff)
	}
	back, err := figure.ParseDays(figure.Days("a|b", night, night-7))
	if diff := cmp.Diff([]figure.StoreDay{{Store: "a|b", Date: night}, {Store: "a|b", Date: night - 7}}, back); diff != "" || err != nil {
		t.Error(diff, err)
	}
	for _, bad := range []string{"", "2026-03-01", "|sh-001", "2026-03-01,x|sh-001"} {
		if days, err := figure.ParseDays(bad); err == nil {
			t.Errorf("%q was taken for %v", bad, days)
		}
	}
}
