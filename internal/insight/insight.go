// Package insight says what a customer's facts tell about habits: when they
// came and came back, how often they buy, what, where and how, and when they
// are to be reached. It is stored with every decision in a few hundred bytes,
// so that a profile is one read and the nightly figures are one scan.
package insight

import (
	"cmp"
	"math/bits"
	"slices"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/history"
)

// Insight is about the facts up to a date. Amounts are minor units of the base
// currency, net of refunds; a purchase that was fully refunded is none.
type Insight struct {
	First       crm.Date    `json:"first_purchase,omitempty"`  // zero: never bought
	FirstNet    int64       `json:"first_net,omitempty"`       // what was bought on that date
	Second      crm.Date    `json:"second_purchase,omitempty"` // the next purchase date; zero: none
	FirstStore  crm.StoreID `json:"first_store,omitempty"`     // where the first one was …
	FirstOnline bool        `json:"first_online,omitempty"`    // … and how
	CycleDays   int         `json:"cycle_days,omitempty"`      // median days from a purchase date to the next; of two middle ones the smaller
	Cycles      int         `json:"cycles,omitempty"`          // how many the median is of
	Before      crm.Date    `json:"before_recent,omitempty"`   // the last purchase date before Recent; zero: none
	Recent      []Purchase  `json:"recent,omitempty"`          // of the last WindowDays, ascending
	Categories  []Category  `json:"categories,omitempty"`      // at most 3, the most bought first
	Orders      []Use       `json:"orders,omitempty"`          // channels of all orders, the most used first, at most 4
	Contacts    []Use       `json:"contacts,omitempty"`        // channels of two-way contacts, likewise
	Hours       []Hour      `json:"hours,omitempty"`           // of two-way contacts, the most frequent first, at most 3
	Asked       crm.Date    `json:"asked,omitempty"`           // the date of the latest answer to an NPS question; zero: none
	NPS         int         `json:"nps,omitempty"`             // that answer, 0 to 10
	Lead        crm.Lead    `json:"lead,omitzero"`             // what was last said about a coming purchase
}

// WindowDays is how far back Recent reaches: D-364 … D.
const WindowDays = 365

// Purchase is what was bought on a date in one store, online or not: the orders
// of one date that agree in both are one.
type Purchase struct {
	Date   crm.Date    `json:"date"`
	Store  crm.StoreID `json:"store,omitempty"`
	Online bool        `json:"online,omitempty"`
	Net    int64       `json:"net"`
}

// Category is a category of goods and what was spent on it: an order's net is
// shared out over its lines by their amounts.
type Category struct {
	Name string `json:"name"`
	Net  int64  `json:"net"`
}

// Use is how often a channel was used.
type Use struct {
	Channel crm.Channel `json:"channel"`
	Times   int         `json:"times"`
}

// Hour is a local hour of the day, 0 to 23, and how many contacts began in it.
type Hour struct {
	Hour  int `json:"hour"`
	Times int `json:"times"`
}

// Of looks at what is dated on or before on, in zone. It sorts bought.
func Of(bought []history.Bought, talks []crm.Interaction, answers []crm.Answer, zone *time.Location, on crm.Date) Insight {
	bought = slices.DeleteFunc(bought, func(b history.Bought) bool { return b.Date > on })
	slices.SortFunc(bought, func(a, b history.Bought) int {
		if c := a.Order.PlacedAt.Compare(b.Order.PlacedAt); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(a.Order.Key.Connection, b.Order.Key.Connection), cmp.Compare(a.Order.Key.ID, b.Order.Key.ID))
	})
	var i Insight
	if len(bought) > 0 {
		i.First, i.FirstStore, i.FirstOnline = bought[0].Date, bought[0].Order.Store, bought[0].Order.Channel.Online()
		i.Second, i.CycleDays, i.Cycles = rhythm(bought)
		i.Before, i.Recent = recent(bought, on)
		for k := 0; k < len(bought) && bought[k].Date == i.First; k++ {
			i.FirstNet = history.Plus(i.FirstNet, bought[k].Net)
		}
		i.Categories = categories(bought)
	}
	var orders, contacts uses
	for _, b := range bought {
		orders = orders.count(b.Order.Channel)
	}
	var hours [24]int
	for k := range talks {
		if c := &talks[k]; c.TwoWay && crm.DateIn(c.At, zone) <= on {
			contacts = contacts.count(c.Channel)
			hours[c.At.In(zone).Hour()]++
		}
	}
	i.Orders, i.Contacts, i.Hours = orders.most(), contacts.most(), frequent(hours)
	i.Asked, i.NPS = recommends(answers, on)
	i.Lead = lead(talks, zone, on)
	return i
}

// rhythm reads the distinct dates of purchases that ascend.
func rhythm(bought []history.Bought) (second crm.Date, median, count int) {
	gaps := make([]int, 0, len(bought)-1)
	for k := 1; k < len(bought); k++ {
		gap := int(bought[k].Date - bought[k-1].Date)
		if gap == 0 {
			continue
		}
		if second == 0 {
			second = bought[k].Date
		}
		gaps = append(gaps, gap)
	}
	if len(gaps) == 0 {
		return 0, 0, 0
	}
	slices.Sort(gaps)
	return second, gaps[(len(gaps)-1)/2], len(gaps)
}

func recent(bought []history.Bought, on crm.Date) (before crm.Date, _ []Purchase) {
	from, _ := slices.BinarySearchFunc(bought, on-WindowDays+1, func(b history.Bought, d crm.Date) int { return cmp.Compare(b.Date, d) })
	if from > 0 {
		before = bought[from-1].Date
	}
	all := make([]Purchase, 0, len(bought)-from)
	for _, b := range bought[from:] {
		all = append(all, Purchase{b.Date, b.Order.Store, b.Order.Channel.Online(), b.Net})
	}
	where := func(a, b Purchase) int {
		if a.Date != b.Date {
			return cmp.Compare(a.Date, b.Date)
		}
		return cmp.Or(cmp.Compare(a.Store, b.Store), cmp.Compare(bit(a.Online), bit(b.Online)))
	}
	slices.SortFunc(all, where)
	united := all[:0]
	for _, p := range all {
		if n := len(united); n > 0 && where(united[n-1], p) == 0 {
			united[n-1].Net = history.Plus(united[n-1].Net, p.Net)
			continue
		}
		united = append(united, p)
	}
	return before, united
}

const mostCategories = 3

func categories(bought []history.Bought) []Category {
	spent := map[string]int64{}
	for _, b := range bought {
		var total int64
		for _, l := range b.Order.Lines {
			total = history.Plus(total, max(0, l.Amount))
		}
		for _, l := range b.Order.Lines {
			if l.Category != "" && l.Amount > 0 {
				spent[l.Category] = history.Plus(spent[l.Category], share(b.Net, l.Amount, total))
			}
		}
	}
	if len(spent) == 0 {
		return nil
	}
	all := make([]Category, 0, len(spent))
	for name, net := range spent {
		all = append(all, Category{name, net})
	}
	slices.SortFunc(all, func(a, b Category) int {
		return cmp.Or(cmp.Compare(b.Net, a.Net), cmp.Compare(a.Name, b.Name))
	})
	return all[:min(len(all), mostCategories)]
}

// share is net × part ÷ total, rounded down, without overflow; 0 ≤ part ≤ total.
func share(net, part, total int64) int64 {
	hi, lo := bits.Mul64(uint64(net), uint64(part))
	q, _ := bits.Div64(hi, lo, uint64(total)) // hi < total, since part ≤ total and net < 2⁶³
	return int64(q)
}

const mostChannels = 4

// uses are few: a customer knows a handful of channels.
type uses []Use

func (u uses) count(c crm.Channel) uses {
	for k := range u {
		if u[k].Channel == c {
			u[k].Times++
			return u
		}
	}
	return append(u, Use{c, 1})
}

func (u uses) most() []Use {
	slices.SortFunc(u, func(a, b Use) int {
		return cmp.Or(cmp.Compare(b.Times, a.Times), cmp.Compare(a.Channel, b.Channel))
	})
	return u[:min(len(u), mostChannels)]
}

const mostHours = 3

func frequent(times [24]int) []Hour {
	var all []Hour
	for hour, n := range times {
		if n > 0 {
			all = append(all, Hour{hour, n})
		}
	}
	slices.SortStableFunc(all, func(a, b Hour) int { return cmp.Compare(b.Times, a.Times) })
	return all[:min(len(all), mostHours)]
}
