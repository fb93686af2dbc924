package standing_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guanxi/internal/clv"
	"guanxi/internal/crm"
	"guanxi/internal/history"
	"guanxi/internal/level"
	"guanxi/internal/rfm"
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
	p.Churn.WarnAfterDays = days("warn after", 1, 150)
	p.Level.GraceDays = rapid.SampledFrom([]int{0, 0, 1, 20, 60}).Draw(t, "level grace")
	p.Tier.GraceDays = rapid.SampledFrom([]int{0, 0, 1, 35, 60}).Draw(t, "tier grace")
	p.RFM.Mode = rapid.SampledFrom([]rfm.Mode{rfm.Fixed, rfm.Quintiles}).Draw(t, "mode")
	p.Tier.By = rapid.SampledFrom([]tier.By{tier.ByValue, tier.ByLevel}).Draw(t, "by")
	if wrong := p.Validate(); wrong != nil {
		t.Fatal(wrong)
	}
	return p
}

// bases draws a policy, and a model more often than not: of customers who come
// often or seldom, stay or leave, with costs that decide or don't matter.
func bases(t *rapid.T) (b standing.Basis) {
	b = standing.Basis{Policy: policies(t)}
	number := func(label string, least, most float64) float64 { return rapid.Float64Range(least, most).Draw(t, label) }
	if b.Policy.RFM.Mode == rfm.Quintiles { // as they come of a base in which many are alike
		defer func() {
			b.Policy.RFM = b.Policy.RFM.With(rfm.Cuts{RecencyDays: []int{-1, 20, 20, 200}, MoneyFrom: []int64{1, 45_001, 45_001, 3_000_000}})
		}()
	}
	if rapid.IntRange(0, 2).Draw(t, "model") == 0 {
		return b
	}
	b.Policy.Tier.Value.StrategicFrom, b.Policy.Tier.Value.GrowthFrom = rapid.Int64Range(50_001, 2_000_000).Draw(t, "strategic from"), rapid.Int64Range(-1000, 50_000).Draw(t, "growth from")
	b.Policy.Tier.Value.DormantBelow = rapid.Int64Range(-20_000, min(0, b.Policy.Tier.Value.GrowthFrom-1)).Draw(t, "dormant below")
	b.Policy.Churn.WarnBelow = rapid.SampledFrom([]float64{0, 0.05, 0.15, 0.6}).Draw(t, "warn below")
	b.Policy.Tier.Value.GrowthChance = max(b.Policy.Churn.WarnBelow, rapid.SampledFrom([]float64{0, 0.1, 0.25, 0.6}).Draw(t, "growth chance"))
	b.Policy.Value.MarginRate = rapid.SampledFrom([]float64{0.01, 0.3, 0.9}).Draw(t, "margin rate")
	b.Policy.Value.CostPerMonth = rapid.Int64Range(1, 20_000).Draw(t, "cost per month")
	b.Policy.Value.CostPerOrder = rapid.SampledFrom([]int64{0, 0, 1000, 200_000}).Draw(t, "cost per order")
	if wrong := b.Policy.Validate(); wrong != nil {
		t.Fatal(wrong)
	}
	b.Model = &clv.Model{Version: 7, Currency: "CNY", Usable: true, Learnt: clv.Learnt{
		Purchases: &clv.Fit[clv.BGNBD]{Model: clv.BGNBD{R: number("r", 0.1, 3), Alpha: number("alpha", 3, 300), A: number("a", 0.05, 3), B: number("b", 0.3, 6)}}}}
	if rapid.Bool().Draw(t, "spend model") {
		b.Model.Spend = &clv.Fit[clv.GammaGamma]{Model: clv.GammaGamma{P: number("p", 1, 8), Q: number("q", 1.5, 6), Gamma: number("gamma", 1, 5000)}}
	}
	b.Versions.Model = b.Model.Version
	return b
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
		if rapid.IntRange(0, 3).Draw(t, "costed") == 0 {
			cost := rapid.Int64Range(0, 2*o.Total.Minor).Draw(t, "cost")
			o.Lines = []crm.Line{{Product: "p", Amount: o.Total.Minor, Cost: &cost}}
		}
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
	model    *clv.Model
	bought   map[crm.Date]int64
	margin   map[crm.Date]float64
	talked   map[crm.Date]bool
	returned map[crm.Date]int
	leaves   map[crm.Date]crm.Date // by the last purchase
	judged   map[crm.Date]standing.Classes
	from, to crm.Date
}

func newOracle(b standing.Basis, f history.Facts) oracle {
	o := oracle{p: b.Policy, model: b.Model, bought: map[crm.Date]int64{}, margin: map[crm.Date]float64{}, talked: map[crm.Date]bool{},
		returned: map[crm.Date]int{}, leaves: map[crm.Date]crm.Date{}, judged: map[crm.Date]standing.Classes{}, from: first, to: first}
	for _, order := range f.Orders {
		net := order.Total.Minor
		given := false
		for _, r := range f.Refunds {
			if r.Key.Order == order.Key {
				net -= r.Amount.Minor
				given = given || r.Amount.Minor > 0
			}
		}
		if order.State == crm.OrderCancelled {
			continue
		}
		d := crm.DateIn(order.PlacedAt, shanghai)
		if given {
			o.returned[d]++
		}
		if given && net <= 0 {
			continue
		}
		o.bought[d] += net
		if order.Lines == nil {
			o.margin[d] += float64(net) * o.p.Value.MarginRate
		} else {
			left := 1.0
			if order.Total.Minor > 0 {
				left = float64(net) / float64(order.Total.Minor)
			}
			o.margin[d] += float64(net - int64(float64(*order.Lines[0].Cost)*left))
		}
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

// classes are those of the date, but for the level and the tier: they are the
// best of the days of grace.
func (o oracle) classes(on crm.Date) standing.Classes {
	c := o.due(on)
	for d := on - crm.Date(o.p.Level.GraceDays); d < on; d++ {
		if then := o.due(d).Level; slices.Index(levels, then) > slices.Index(levels, c.Level) {
			c.Level = then
		}
	}
	for d := on - crm.Date(o.p.Tier.GraceDays); d < on; d++ {
		if then := o.due(d).Tier; slices.Index(tiers, then) > slices.Index(tiers, c.Tier) {
			c.Tier = then
		}
	}
	return c
}

func (o oracle) due(on crm.Date) standing.Classes {
	if _, known := o.judged[on]; !known {
		o.judged[on] = o.judge(on)
	}
	return o.judged[on]
}

func (o oracle) judge(on crm.Date) (c standing.Classes) {
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
	o.warned(&c, dates, last, on)
	c.Tier = "basic"
	if c.Level == "gold" || c.Recency >= o.p.Tier.GrowthRecency && c.Frequency >= o.p.Tier.GrowthFrequency {
		c.Tier = "growth"
	}
	if c.Level == "diamond" || c.Level == "gold" && c.Frequency >= o.p.Tier.StrategicFrequency {
		c.Tier = "strategic"
	}
	if o.model != nil && o.p.Tier.By == "value" {
		value, chance := o.value(on, last, seen)
		c.Tier = "basic"
		switch {
		case value < o.p.Tier.Value.DormantBelow && c.WarnedSince != 0:
			c.Tier = "dormant"
		case value >= o.p.Tier.Value.StrategicFrom && c.Frequency >= o.p.Tier.StrategicFrequency:
			c.Tier = "strategic"
		case value >= o.p.Tier.Value.StrategicFrom || value >= o.p.Tier.Value.GrowthFrom && chance >= o.p.Tier.Value.GrowthChance:
			c.Tier = "growth"
		}
	}
	if c.Status == "dormant" || c.Status == "lost" {
		c.Tier = "dormant"
	}
	return c
}

// warned lives each day since the last purchase.
func (o oracle) warned(c *standing.Classes, dates, last, on crm.Date) {
	if dates < 2 {
		return
	}
	if o.model != nil && o.p.Churn.WarnBelow > 0 {
		if _, known := o.leaves[last]; !known {
			row, _ := o.row(last, last)
			for d := last; d < last+3000 && o.leaves[last] == 0; d++ {
				if row.Age = row.Recency + int(d-last); o.model.Purchases.Model.Buys(row, 90) < o.p.Churn.WarnBelow {
					o.leaves[last] = d
				}
			}
		}
		if leaves := o.leaves[last]; leaves != last {
			if leaves != 0 && leaves <= on {
				c.WarnedSince = leaves
			}
			return
		}
	}
	{
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
}

// row counts the purchases up to a date, and the mean of all but the first.
func (o oracle) row(on, last crm.Date) (r clv.Row, mean float64) {
	r.Frequency = -1
	var begin crm.Date
	for d := o.from; d <= min(on, o.to); d++ {
		if net, ok := o.bought[d]; ok {
			if begin == 0 {
				begin = d
			} else {
				mean += float64(net) / 100
			}
			r.Frequency++
		}
	}
	r.Recency, r.Age = int(last-begin), int(on-begin)
	return r, mean / float64(max(1, r.Frequency))
}

// value adds up the formula of docs/decisions.md, month by month.
func (o oracle) value(on, last, seen crm.Date) (minor int64, chance float64) {
	row, mean := o.row(on, last)
	model, p := o.model.Purchases.Model, o.p.Value
	var net, margin, year float64
	for d := o.from; d <= min(on, o.to); d++ {
		net += float64(o.bought[d])
		margin += o.margin[d]
		if d > seen-365 && o.talked[d] {
			year += float64(p.CostPerContact)
		}
		if d > seen-365 && d <= seen {
			year += float64(p.CostPerReturn) * float64(o.returned[d])
		}
	}
	perOrder := net / 100 / float64(row.Frequency+1)
	if mean > 0 {
		perOrder = mean
	}
	if o.model.Spend != nil {
		perOrder = o.model.Spend.Model.Expected(clv.Customer{Row: row, Mean: mean})
	}
	share := p.MarginRate
	if net > 0 {
		share = max(-1, min(1, margin/net))
	}
	var worth, before float64
	for month := 1; month <= p.Months; month++ {
		orders := model.Purchases(row, float64(month)*365/12)
		earned := (orders-before)*(perOrder*share-float64(p.CostPerOrder)/100) - (float64(p.CostPerMonth)+year/12)/100
		worth += earned / math.Pow(1+p.YearlyRate, float64(month)/12)
		before = orders
	}
	return int64(math.Round(worth * 100)), model.Buys(row, 90)
}

// For any history: the decision does not change on any date before changes_at,
// and does on it; on each date it is what the oracle says.
func TestChangesAtIsExact(t *testing.T) {
	const checks, days = 10, 800 // × 100 histories
	for range checks {
		rapid.Check(t, func(t *rapid.T) {
			b, f := bases(t), facts(t, 500)
			rules, o := standing.Rules(b, shanghai), newOracle(b, f)
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
		b, f := bases(t), facts(t, 300)
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
		rules := standing.Rules(b, shanghai)
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
