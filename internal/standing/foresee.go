package standing

import (
	"encoding/json"
	"math"
	"slices"
	"sort"

	"guanxi/internal/churn"
	"guanxi/internal/clv"
	"guanxi/internal/crm"
	"guanxi/internal/history"
	"guanxi/internal/tier"
)

// Value is a customer lifetime value with its parts, and the chances that go with
// it. Amounts are minor units, Chance and Alive ten-thousandths.
type Value struct {
	Orders  int64    // expected, in thousandths
	Revenue int64    // that they bring
	Cost    int64    // to serve, discounted
	CLV     int64    // their discounted margin, less the cost
	Model   int      // the version that foresees; 0: the last year goes on as it was
	Next    crm.Date // when the next order is expected
	Chance  int      // of an order within churn.HorizonDays
	Alive   int      // that they have not left for good; for display
}

// MarshalJSON writes a list, because decisions are stored by the million. Without
// a model it ends where the model's part begins.
func (v Value) MarshalJSON() ([]byte, error) {
	list := []int64{v.Orders, v.Revenue, v.Cost, v.CLV, int64(v.Model), int64(v.Next), int64(v.Chance), int64(v.Alive)}
	if v.Model == 0 {
		list = list[:4]
	}
	return json.Marshal(list)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (v *Value) UnmarshalJSON(b []byte) error {
	var list [8]int64
	err := json.Unmarshal(b, &list)
	*v = Value{list[0], list[1], list[2], list[3], int(list[4]), crm.Date(list[5]), int(list[6]), int(list[7])}
	return err
}

// Margin is the discounted margin of the orders.
func (v Value) Margin() int64 { return v.CLV + v.Cost }

// buyer is what is foreseen from: a customer as they were when last seen. Until
// they are seen again nothing about them changes but their age, so that what the
// model says of them moves one way only.
type buyer struct {
	clv.Customer
	first    crm.Date
	perOrder float64 // expected amount, currency units
	terms    clv.Terms

	discounts clv.Discounts
	worths    []dated // as far as asked; few, so that a map would cost more
}

// dated is the worth of a date.
type dated struct {
	on crm.Date
	tier.Worth
}

// on is the buyer on a later date, if nothing happened.
func (y *buyer) on(d crm.Date) clv.Row {
	row := y.Row
	row.Age = int(d - y.first)
	return row
}

// yearOf is the year that ends with a date.
const yearOf = 365

// buyer looks at a history that ends on the date; it has a purchase.
//
// The margin is what the customer's own orders left, where they tell their cost,
// and the policy's share of the others. Contacts and returns are as many as in
// the year up to the last date on which the customer was seen.
func (b *Basis) buyer(h history.History, on crm.Date) buyer {
	p, unit := &b.Policy.Value, b.unit()
	y := buyer{first: h.Purchases[0].Date}
	y.Customer, _ = clv.Look(h.Purchases, on, b.Policy.Currency)
	var net, costed, cost float64
	for _, bought := range h.Purchases {
		net += float64(bought.Net)
		costed += float64(bought.Costed)
		cost += float64(bought.Cost)
	}
	y.perOrder = net / unit / float64(len(h.Purchases))
	if y.Mean > 0 {
		y.perOrder = y.Mean
	}
	if b.Model != nil && b.Model.SpendUsable() {
		y.perOrder = b.Model.Spend.Model.Expected(y.Customer)
	}
	y.terms = clv.Terms{Months: p.Months, YearlyRate: p.YearlyRate, MarginRate: p.MarginRate, CostPerOrder: float64(p.CostPerOrder) / unit}
	if net > 0 {
		y.terms.MarginRate = max(-1, min(1, (costed-cost+(net-costed)*p.MarginRate)/net))
	}
	y.discounts = y.terms.Discounts()
	seen := max(h.LastPurchase(), h.LastContact())
	yearly := int64(lately(h.Contacts, seen))*p.CostPerContact + int64(lately(h.Returns, seen))*p.CostPerReturn
	y.terms.CostPerMonth = (float64(p.CostPerMonth) + float64(yearly)/12) / unit
	return y
}

// lately counts the dates of the year that ends with a date.
func lately(dates []crm.Date, end crm.Date) int {
	from, _ := slices.BinarySearch(dates, end-yearOf+1)
	to, _ := slices.BinarySearch(dates, end+1)
	return to - from
}

// unit is how many minor units a currency unit has: models speak of the latter.
func (b *Basis) unit() float64 { return math.Pow10(crm.Exponent(b.Policy.Currency)) }

// mostMinor bounds what is kept of an amount that grew beyond all measure.
const mostMinor = 1 << 53

func (b *Basis) minor(units float64) int64 {
	return int64(math.Round(max(-mostMinor, min(mostMinor, units*b.unit()))))
}

// foresees tells whether a model is in force.
func (b *Basis) foresees() bool { return b.Model != nil && b.Model.Learnt.Usable() }

// value is that of who has bought, by a history that ends on the date. Where
// there is no model, or it comes to no number, the last year goes on as it was.
func (b *Basis) value(h history.History, on crm.Date) (v Value) {
	y := b.buyer(h, on)
	if b.foresees() {
		m, row := b.Model.Purchases.Model, y.on(on)
		w := clv.Value(m.Expected(row), y.perOrder, y.terms)
		if finite(w.CLV) {
			v = b.told(w)
			v.Model = b.Model.Version
			v.Chance, v.Alive = tier.Chance(m.Buys(row, churn.HorizonDays)), tier.Chance(m.Alive(row))
			v.Next = on + crm.Date(math.Round(m.Next(row, yearOf)))
			return v
		}
	}
	var orders, spent float64
	for _, bought := range h.Purchases {
		if bought.Date > on-yearOf {
			orders, spent = orders+1, spent+float64(bought.Net)/b.unit()
		}
	}
	return b.told(clv.Value(func(days float64) float64 { return orders * days / yearOf }, spent/max(1, orders), y.terms))
}

func (b *Basis) told(w clv.Worth) Value {
	return Value{Orders: int64(math.Round(w.Orders * 1000)), Revenue: b.minor(w.Revenue), Cost: b.minor(w.Cost), CLV: b.minor(w.CLV)}
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// buyerOf is the buyer of a history, who was last seen on the date.
func (c *course) buyerOf(h history.History, seen crm.Date) *buyer {
	y, known := c.buyers[seen]
	if !known {
		found := c.buyer(h, seen)
		y = &found
		c.buyers[seen] = y
	}
	return y
}

// worth is asked again for dates on which it was found to change.
func (c *course) worth(y *buyer, on crm.Date) tier.Worth {
	for i := range y.worths {
		if y.worths[i].on == on {
			return y.worths[i].Worth
		}
	}
	w := c.find(y, on)
	y.worths = append(y.worths, dated{on, w})
	return w
}

// find is on which sides of the thresholds the buyer lies on a date: what Value
// would say, for the price of one month instead of all, but near a threshold. No
// rule asks for the chance unless the value is in the middle.
func (b *Basis) find(y *buyer, on crm.Date) tier.Worth {
	m, row, p := b.Model.Purchases.Model, y.on(on), &b.Policy.Tier.Value
	expected := m.Expected(row)
	low, high := y.terms.Between(y.discounts, expected(y.terms.Days()), y.perOrder)
	if !finite(low) || !finite(high) {
		return tier.Worth{}
	}
	least, most := b.minor(low)-1, b.minor(high)+1
	if p.Band(least) != p.Band(most) {
		least = b.minor(clv.Value(expected, y.perOrder, y.terms).CLV)
	}
	if p.Band(least) != tier.Middle {
		return p.Of(least, 0)
	}
	return p.Of(least, tier.Chance(m.Buys(row, churn.HorizonDays)))
}

// crossings are the dates after from, through to, on which the buyer's worth
// changes if nothing happens. Each part of it moves one way only, so the dates
// on which it is what it was are a run, whose end is found by bisection.
func (c *course) crossings(y *buyer, from, to crm.Date) (dates []crm.Date) {
	last := c.worth(y, to)
	for now := c.worth(y, from); now != last; now = c.worth(y, from) {
		from += crm.Date(1 + sort.Search(int(to-from)-1, func(i int) bool { return c.worth(y, from+1+crm.Date(i)) != now }))
		dates = append(dates, from)
	}
	return dates
}

// leaves is the first date after the last purchase on which the chance of another
// one is below the policy's, by the model; some later date where that comes after
// by. False: silence decides, because there
// is no model, or because the chance lies below from the start and so says
// nothing.
func (b *Basis) leaves(h history.History, by crm.Date) (on crm.Date, ok bool) {
	share := b.Policy.Churn.WarnBelow
	if !b.foresees() || share == 0 || len(h.Purchases) < churn.RepeatFrom {
		return 0, false
	}
	last := h.LastPurchase()
	customer, _ := clv.Look(h.Purchases, last, b.Policy.Currency)
	after, _ := b.Model.Purchases.Model.FallsBelow(customer.Row, churn.HorizonDays, share, int(min(by-last, lifetime)))
	if after == 0 {
		return 0, false
	}
	return last + crm.Date(min(after, lifetime)), true
}

// lifetime is how many days ahead anything is foreseen.
const lifetime = 100 * 365

// forever is after all that is foreseen.
const forever = crm.Date(1 << 30)

// warnedSince is since when a repeat buyer is about to leave.
func (b *Basis) warnedSince(h history.History, on crm.Date) crm.Date {
	leaves, ok := b.leaves(h, on)
	switch {
	case !ok:
		return b.Policy.Churn.WarnedSince(h, on)
	case leaves > on:
		return 0
	}
	return leaves
}
