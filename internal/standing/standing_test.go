package standing_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guanxi/internal/crm"
	"guanxi/internal/history"
	"guanxi/internal/level"
	"guanxi/internal/standing"
	"guanxi/internal/tier"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

// first is the date on which all drawn histories begin.
const first = crm.Date(20000)

// policies draws the default, or one whose thresholds meet and cross.
func policies(t *rapid.T) standing.Policy {
	p := standing.Default()
	if rapid.Bool().Draw(t, "default policy") {
		return p
	}
	days := func(label string, least, most int) int { return rapid.IntRange(least, most).Draw(t, label) }
	p.Level.WindowDays = days("window", 30, 400)
	p.RFM.RecencyDays = []int{days("r5", 0, 10), days("r4", 11, 60), days("r3", 61, 120), days("r2", 121, 500)}
	p.Tier.GrowthRecency = days("growth recency", 1, 5)
	p.Tier.GrowthFrequency = days("growth frequency", 2, 5)
	p.Tier.StrategicFrequency = days("strategic frequency", 2, 5)
	p.Tier.Status.DormantAfterDays = days("dormant after", 1, 150)
	p.Tier.Status.LostAfterDays = days("lost after", 151, 500)
	p.Churn.WarnAfterDays = days("warn after", 1, 200)
	if wrong := p.Validate(); wrong != nil {
		t.Fatal(wrong)
	}
	return p
}

// facts draws up to 20 orders and 6 contacts within span days, with refunds
// and cancellations, of amounts that make every level.
func facts(t *rapid.T, span int) (f history.Facts) {
	at := func(label string) time.Time {
		return first.Midnight(shanghai).Add(time.Duration(rapid.IntRange(0, span*24).Draw(t, label)) * time.Hour)
	}
	for i := range rapid.IntRange(0, 20).Draw(t, "orders") {
		o := crm.Order{Key: crm.OrderKey{Connection: "shop", ID: fmt.Sprint(i)}, PlacedAt: at("placed"), State: crm.OrderPaid, Rate: crm.Par}
		o.Total = crm.Money{Currency: "CNY", Minor: rapid.SampledFrom([]int64{0, 100, 45_000, 340_000, 1_000_000, 2_600_000, 6_000_000}).Draw(t, "total")}
		switch rapid.IntRange(0, 9).Draw(t, "fate") {
		case 0:
			o.State = crm.OrderCancelled
		case 1:
			f.Refunds = append(f.Refunds, crm.Refund{Key: crm.RefundKey{Order: o.Key, ID: "all"}, Amount: o.Total})
		case 2:
			f.Refunds = append(f.Refunds, crm.Refund{Key: crm.RefundKey{Order: o.Key, ID: "some"}, Amount: crm.Money{Minor: o.Total.Minor / 3, Currency: "CNY"}})
		}
		f.Orders = append(f.Orders, o)
	}
	for range rapid.IntRange(0, 6).Draw(t, "contacts") {
		f.Interactions = append(f.Interactions, crm.Interaction{At: at("talked"), TwoWay: rapid.Bool().Draw(t, "two-way")})
	}
	return f
}

// oracle answers every question the dumb way: it reads requirements.md aloud,
// asks every fact on every date, and lives each day of a silence.
type oracle struct {
	p        standing.Policy
	bought   map[crm.Date]int64
	talked   map[crm.Date]bool
	from, to crm.Date
}

func newOracle(p standing.Policy, f history.Facts) oracle {
	o := oracle{p: p, bought: map[crm.Date]int64{}, talked: map[crm.Date]bool{}, from: first, to: first}
	for _, order := range f.Orders {
		net := order.Total.Minor
		given := false
		for _, r := range f.Refunds {
			if r.Key.Order == order.Key {
				net -= r.Amount.Minor
				given = given || r.Amount.Minor > 0
			}
		}
		if order.State == crm.OrderCancelled || given && net <= 0 {
			continue
		}
		d := crm.DateIn(order.PlacedAt, shanghai)
		o.bought[d] += net
		o.from, o.to = min(o.from, d), max(o.to, d)
	}
	for _, i := range f.Interactions {
		if d := crm.DateIn(i.At, shanghai); i.TwoWay {
			o.talked[d] = true
			o.from, o.to = min(o.from, d), max(o.to, d)
		}
	}
	return o
}

func (o oracle) classes(on crm.Date) (c standing.Classes) {
	var dates, last, seen crm.Date
	var all, window int64
	for d := o.from; d <= min(on, o.to); d++ {
		if net, ok := o.bought[d]; ok {
			dates, last, seen, all = dates+1, d, d, all+net
			if on-d < crm.Date(o.p.Level.WindowDays) {
				window += net
			}
		}
		if o.talked[d] {
			seen = d
		}
	}
	c.Need = []tier.Need{"prospect", "new", "existing"}[min(2, dates)]
	if silence := int(on - seen); seen != 0 {
		c.Status = "active"
		if silence >= o.p.Tier.Status.DormantAfterDays {
			c.Status = "dormant"
		}
		if silence >= o.p.Tier.Status.LostAfterDays {
			c.Status = "lost"
		}
	}
	if dates == 0 {
		return c
	}
	c.Level = "silver"
	if window >= o.p.Level.GoldFrom {
		c.Level = "gold"
	}
	if window >= o.p.Level.DiamondFrom {
		c.Level = "diamond"
	}
	if int(on-last) >= o.p.Level.WindowDays {
		c.Level = "dormant"
	}
	c.Recency, c.Frequency, c.Money = 1, 1, 1
	for i := range 4 {
		if int(on-last) <= o.p.RFM.RecencyDays[i] {
			c.Recency++
		}
		if int(dates) >= o.p.RFM.FrequencyFrom[i] {
			c.Frequency++
		}
		if all >= o.p.RFM.MoneyFrom[i] {
			c.Money++
		}
	}
	c.Tier = "basic"
	if c.Level == "gold" || c.Recency >= o.p.Tier.GrowthRecency && c.Frequency >= o.p.Tier.GrowthFrequency {
		c.Tier = "growth"
	}
	if c.Level == "diamond" || c.Level == "gold" && c.Frequency >= o.p.Tier.StrategicFrequency {
		c.Tier = "strategic"
	}
	if c.Status == "dormant" || c.Status == "lost" {
		c.Tier = "dormant"
	}
	if dates >= 2 {
		quiet := 0
		for d := last; d <= on && c.WarnedSince == 0; d++ {
			if quiet++; d == last {
				quiet = 0
			}
			if quiet >= o.p.Churn.WarnAfterDays {
				c.WarnedSince = d
			} else if o.talked[d] {
				quiet = 0
			}
		}
	}
	return c
}

// For any history: the decision does not change on any date before changes_at,
// and does on it; on each date it is what the oracle says.
func TestChangesAtIsExact(t *testing.T) {
	const checks, days = 30, 800 // × 100 histories
	for range checks {
		rapid.Check(t, func(t *rapid.T) {
			p, f := policies(t), facts(t, 500)
			rules, o := standing.Rules(standing.Basis{Policy: p}, shanghai), newOracle(p, f)
			start := first - 5 + crm.Date(rapid.IntRange(0, 500).Draw(t, "start"))
			_, classes, changesAt := rules.Judge(f, start)
			for on := start; on < start+days; on++ {
				if on == changesAt {
					before := classes
					if _, classes, changesAt = rules.Judge(f, on); classes == before {
						t.Fatalf("%s: nothing changed, though %+v was to", on, before)
					}
				}
				if want := o.classes(on); classes != want {
					t.Fatalf("%s: %+v, want %+v (next change: %q)", on, classes, want, changesAt)
				}
			}
		})
	}
}

// Whatever is dated later than the date has no say in it.
func TestAsOfKnowsNoFuture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, f := policies(t), facts(t, 300)
		on := first + crm.Date(rapid.IntRange(0, 300).Draw(t, "on"))
		var past history.Facts
		past.Refunds = f.Refunds
		for _, o := range f.Orders {
			if crm.DateIn(o.PlacedAt, shanghai) <= on {
				past.Orders = append(past.Orders, o)
			}
		}
		for _, i := range f.Interactions {
			if crm.DateIn(i.At, shanghai) <= on {
				past.Interactions = append(past.Interactions, i)
			}
		}
		rules := standing.Rules(standing.Basis{Policy: p}, shanghai)
		m, c, _ := rules.Judge(f, on)
		if pastM, pastC, _ := rules.Judge(past, on); m != pastM || c != pastC {
			t.Fatalf("%+v %+v, without the future %+v %+v", m, c, pastM, pastC)
		}
	})
}

var (
	levels = []level.Level{level.None, level.Dormant, level.Silver, level.Gold, level.Diamond}
	tiers  = []tier.Tier{tier.None, tier.Dormant, tier.Basic, tier.Growth, tier.Strategic}
)

func notLower(a, b standing.Classes) bool {
	return slices.Index(levels, b.Level) >= slices.Index(levels, a.Level) &&
		slices.Index(tiers, b.Tier) >= slices.Index(tiers, a.Tier) &&
		b.Recency >= a.Recency && b.Frequency >= a.Frequency && b.Money >= a.Money
}

// More spend, another order or another contact, at equal everything else,
// never lowers level, tier or score.
func TestMoreNeverLowers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, f := policies(t), facts(t, 400)
		on := first + crm.Date(rapid.IntRange(0, 600).Draw(t, "on"))
		judge := standing.Rules(standing.Basis{Policy: p}, shanghai).Judge
		_, before, _ := judge(f, on)
		what := rapid.SampledFrom([]string{"spend", "order", "contact"}).Draw(t, "what")
		more := rapid.Int64Range(0, 1<<62).Draw(t, "more")
		switch {
		case what == "contact":
			f.Interactions = append(f.Interactions, crm.Interaction{At: on.Midnight(shanghai), TwoWay: true})
		case what == "spend" && len(f.Orders) > 0:
			f.Orders[rapid.IntRange(0, len(f.Orders)-1).Draw(t, "which")].Total.Minor += more
		default:
			f.Orders = append(f.Orders, crm.Order{Key: crm.OrderKey{ID: "new"}, PlacedAt: on.Midnight(shanghai), State: crm.OrderOpen,
				Total: crm.Money{Minor: more, Currency: "CNY"}, Rate: crm.Par})
		}
		if _, after, _ := judge(f, on); !notLower(before, after) {
			t.Fatalf("more %s: %+v became %+v", what, before, after)
		}
	})
}
