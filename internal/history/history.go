// Package history folds a customer's facts into what the rules ask about: on
// which dates they bought, for how much, and when they were last in contact.
//
// The fold is a function of a set: the order in which facts arrived, and how
// often, makes no difference, because the store keeps one fact per key and the
// fold sorts what it reads.
package history

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"time"

	"guanxi/internal/crm"
)

// Facts are all the inputs of a customer's decision, as the store read them,
// strongly consistent.
type Facts struct {
	Orders       []crm.Order
	Refunds      []crm.Refund
	Interactions []crm.Interaction
	Withdrawn    []crm.Interaction // taken back by their authors: they count no more
	Answers      []crm.Answer      // to surveys, without what was said beside the score
	Seen         int64             // Σ rev of every fact read: grows with each accepted write
	Newest       time.Time         // the newest recorded time read …
	Trace        string            // … and the trace of that fact
}

// History is the fold. Amounts are minor units of the base currency.
type History struct {
	Purchases []Purchase     // one a date, ascending
	Contacts  []crm.Date     // dates of two-way contact, ascending, each once
	Returns   []crm.Date     // of each order that was refunded in whole or in part its date, ascending
	Capped    []crm.OrderKey // orders whose refunds exceed them: for review
}

// Purchase is a date on which at least one order stands that was neither
// cancelled nor fully refunded. Same-day orders are one purchase.
type Purchase struct {
	Date   crm.Date
	Net    int64
	Costed int64 // of Net, what orders brought whose cost is known
	Cost   int64 // of those
	Orders int
}

// Bought is an order that is a purchase: neither cancelled nor fully refunded.
type Bought struct {
	Order *crm.Order
	Date  crm.Date // local
	Net   int64    // less its refunds, at the order's own rate: minor units of the base currency
	Cost  int64    // of what was not given back, likewise
	Known bool     // the cost is
}

// Folded are the orders of facts.
type Folded struct {
	Bought  []Bought       // the purchases, as the facts name them
	Returns []crm.Date     // the dates of those that were refunded, ascending
	Capped  []crm.OrderKey // those whose refunds exceed them
}

// Orders folds the orders and their refunds.
func Orders(f Facts, zone *time.Location) (folded Folded) {
	type given struct { // a refund counts in its order's currency or not at all
		order    crm.OrderKey
		currency string
	}
	refunds := map[given]int64{}
	for i := range f.Refunds {
		r := &f.Refunds[i]
		back := given{r.Key.Order, r.Amount.Currency}
		refunds[back] = Plus(refunds[back], max(0, r.Amount.Minor))
	}
	folded.Bought = make([]Bought, 0, len(f.Orders))
	for i := range f.Orders {
		o := &f.Orders[i]
		if !o.State.Counts() {
			continue
		}
		refunded := refunds[given{o.Key, o.Total.Currency}]
		net, on := o.Total.Minor-refunded, crm.DateIn(o.PlacedAt, zone)
		if refunded > 0 {
			folded.Returns = append(folded.Returns, on)
		}
		if net < 0 { // a platform may refund more than it charged, e.g. shipping
			net = 0
			folded.Capped = append(folded.Capped, o.Key)
		}
		if net == 0 && refunded > 0 {
			continue // fully refunded: no purchase
		}
		b := Bought{Order: o, Date: on, Net: o.Rate.Convert(net)}
		if b.Cost, b.Known = o.Cost(); b.Known {
			b.Cost = o.Rate.Convert(part(b.Cost, net, o.Total.Minor))
		}
		folded.Bought = append(folded.Bought, b)
	}
	slices.Sort(folded.Returns)
	return folded
}

// part is of a cost what falls to the net of a total: goods that were given back
// cost nothing.
func part(cost, net, total int64) int64 {
	if net == total {
		return cost
	}
	return int64(float64(cost) * (float64(net) / float64(total)))
}

// Fold turns facts into history; dates are those of zone.
func Fold(f Facts, zone *time.Location) History {
	return Of(Orders(f, zone), f.Interactions, zone)
}

// Of is the second half of Fold, for those who look at the orders, too.
func Of(folded Folded, talks []crm.Interaction, zone *time.Location) History {
	h := History{Returns: folded.Returns, Capped: folded.Capped}
	purchases := make([]Purchase, len(folded.Bought))
	for i, b := range folded.Bought {
		purchases[i] = Purchase{Date: b.Date, Net: b.Net, Orders: 1}
		if b.Known {
			purchases[i].Costed, purchases[i].Cost = b.Net, b.Cost
		}
	}
	h.Purchases = byDate(purchases)
	slices.SortFunc(h.Capped, func(a, b crm.OrderKey) int {
		return cmp.Or(cmp.Compare(a.Connection, b.Connection), cmp.Compare(a.ID, b.ID))
	})
	for _, i := range talks {
		if i.TwoWay {
			h.Contacts = append(h.Contacts, crm.DateIn(i.At, zone))
		}
	}
	slices.Sort(h.Contacts)
	h.Contacts = slices.Compact(h.Contacts)
	return h
}

// byDate sorts purchases and makes those of one date one.
func byDate(all []Purchase) (days []Purchase) {
	slices.SortFunc(all, func(a, b Purchase) int { return cmp.Compare(a.Date, b.Date) })
	days = all[:0]
	for _, p := range all {
		if n := len(days); n > 0 && days[n-1].Date == p.Date {
			days[n-1].Net = Plus(days[n-1].Net, p.Net)
			days[n-1].Costed = Plus(days[n-1].Costed, p.Costed)
			days[n-1].Cost = Plus(days[n-1].Cost, p.Cost)
			days[n-1].Orders += p.Orders
			continue
		}
		days = append(days, p)
	}
	return days
}

// Until is the part of the history that had happened on the date.
func (h History) Until(on crm.Date) History {
	c, _ := slices.BinarySearch(h.Contacts, on+1)
	r, _ := slices.BinarySearch(h.Returns, on+1)
	return History{Purchases: h.Purchases[:h.bought(on)], Contacts: h.Contacts[:c], Returns: h.Returns[:r], Capped: h.Capped}
}

// Spend is the net spend of the purchases dated from … to, both included.
func (h History) Spend(from, to crm.Date) (sum int64) {
	for i := h.bought(from - 1); i < len(h.Purchases) && h.Purchases[i].Date <= to; i++ {
		sum = Plus(sum, h.Purchases[i].Net)
	}
	return sum
}

// bought is the number of purchase dates through a date.
func (h History) bought(through crm.Date) int {
	return sort.Search(len(h.Purchases), func(i int) bool { return h.Purchases[i].Date > through })
}

// Plus adds amounts that are not negative; what does not fit becomes the
// largest amount there is, so that more spend never looks like less.
func Plus(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// LastPurchase is the newest purchase date, or zero.
func (h History) LastPurchase() crm.Date {
	if len(h.Purchases) == 0 {
		return 0
	}
	return h.Purchases[len(h.Purchases)-1].Date
}

// LastContact is the newest date of two-way contact, or zero.
func (h History) LastContact() crm.Date {
	if len(h.Contacts) == 0 {
		return 0
	}
	return h.Contacts[len(h.Contacts)-1]
}

// Stores are the stores in which the facts happened, ascending, each once.
func (f Facts) Stores() []crm.StoreID {
	var all []crm.StoreID
	for _, o := range f.Orders {
		all = append(all, o.Store)
	}
	for _, i := range f.Interactions {
		all = append(all, i.Store)
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(s crm.StoreID) bool { return s == "" })
}
