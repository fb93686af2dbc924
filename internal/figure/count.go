package figure

import (
	"guanxi/internal/crm"
	"guanxi/internal/history"
	"guanxi/internal/insight"
)

// Base is what a night's count adds up: for all customers and for each store.
// Parts of the base merge in any order.
type Base struct {
	All    *Count                 `json:"all"`
	Stores map[crm.StoreID]*Count `json:"stores"`
}

// NewBase has counted nobody yet.
func NewBase() Base { return Base{All: newCount(), Stores: map[crm.StoreID]*Count{}} }

// Count is the figures of the customers of one store, or of all, on one night.
// A store's customers are those of whom anything happened there; its buyers,
// cohorts and revenue are those of its own orders.
type Count struct {
	Customers int64                    `json:"n"`
	Stale     int64                    `json:"stale,omitempty"` // decisions that were due and not yet made again
	Moves     map[Move]int64           `json:"moves"`
	Buyers    [windows][sides]Buyers   `json:"buyers"`
	Cohorts   map[string][sides]Cohort `json:"cohorts"` // by month of the first purchase, "2026-03"
	Spread    Spread                   `json:"spread"`  // of what buyers spent in the last 365 days

	Segments map[crm.SegmentID]Members `json:"segments"` // of those of whom anybody is a member

	// Departures are the moves into lost whose reason is known, Ends the churn
	// warnings that were closed. Counts that are older have neither.
	Departures map[Departure]int64 `json:"departures,omitempty"`
	Ends       map[End]int64       `json:"ends,omitempty"`
}

// Buyers bought in a window; repeaters on at least two dates of it.
type Buyers struct {
	Buyers  int64 `json:"b"`
	Repeats int64 `json:"r"`
}

// Cohort are those whose first purchase lies in one month, and those of them who
// came back within 90 and 365 days.
type Cohort struct {
	Size      int64 `json:"n"`
	Within90  int64 `json:"q"`
	Within365 int64 `json:"y"`
}

// The windows in which buyers are counted end on the night of the count.
const windows = 3

// Windows are their lengths in days.
func Windows() [windows]int { return [windows]int{30, 90, insight.WindowDays} }

// Side tells orders over the net from the others.
type Side string

const (
	Both    Side = ""
	Online  Side = "online"
	Offline Side = "offline"

	sides = 3
)

func (s Side) index() int {
	switch s {
	case Online:
		return 1
	case Offline:
		return 2
	}
	return 0
}

// has tells whether the side holds an order on it.
func (s Side) has(online bool) bool { return s == Both || (s == Online) == online }

func allSides() [sides]Side { return [sides]Side{Both, Online, Offline} }

// cohortMonths is for how many months back cohorts are counted.
const cohortMonths = 36

func newCount() *Count {
	return &Count{Moves: map[Move]int64{}, Cohorts: map[string][sides]Cohort{}, Spread: Spread{}, Segments: map[crm.SegmentID]Members{},
		Departures: map[Departure]int64{}, Ends: map[End]int64{}}
}

// Add counts one customer.
func (b Base) Add(j Judged, night crm.Date) {
	b.All.add(j, night, "", true)
	for _, store := range j.Stores {
		b.of(store).add(j, night, store, false)
	}
}

func (b Base) of(store crm.StoreID) *Count {
	if b.Stores[store] == nil {
		b.Stores[store] = newCount()
	}
	return b.Stores[store]
}

// Merge adds the count of another part of the base.
func (b Base) Merge(other Base) {
	b.All.merge(other.All)
	for store, count := range other.Stores {
		b.of(store).merge(count)
	}
}

func (c *Count) add(j Judged, night crm.Date, store crm.StoreID, every bool) {
	c.Customers++
	if j.Stale {
		c.Stale++
	}
	for from := range Points {
		for to := from + 1; to < Points; to++ {
			if !every && !kept(from, to) {
				continue
			}
			c.Moves[NewMove(from, to, j.Marks[from], j.Marks[to])]++
			if !left(j.Marks[from], j.Marks[to]) || len(j.Endings) == 0 {
				continue
			}
			if why := j.why(PointOn(to, night)); why != "" {
				c.Departures[newDeparture(from, to, why)]++
			}
		}
	}
	var spent int64
	bought := false
	for s, side := range allSides() {
		for w, days := range Windows() {
			dates, net := within(j.Insight.Recent, night-crm.Date(days)+1, night, side, store, every)
			c.Buyers[w][s].count(dates)
			if side == Both && days == insight.WindowDays {
				spent, bought = net, dates > 0
			}
		}
	}
	if bought {
		c.Spread.add(spent)
	}
	c.enrol(j.Member, bought, spent, j.Insight, night)
	first := j.Insight.First
	if first == 0 || first > night || months(first) <= months(night)-cohortMonths || !every && j.Insight.FirstStore != store {
		return
	}
	month := first.String()[:len("2026-03")]
	cohort := c.Cohorts[month]
	for s, side := range allSides() {
		if side.has(j.Insight.FirstOnline) {
			cohort[s].count(first, j.Insight.Second, night)
		}
	}
	c.Cohorts[month] = cohort
}

// within are the distinct purchase dates of a span, and what was spent.
func within(recent []insight.Purchase, from, to crm.Date, side Side, store crm.StoreID, every bool) (dates int, net int64) {
	var last crm.Date
	for _, p := range recent {
		if p.Date < from || p.Date > to || !side.has(p.Online) || !every && p.Store != store {
			continue
		}
		if p.Date != last {
			dates, last = dates+1, p.Date
		}
		net = history.Plus(net, p.Net)
	}
	return dates, net
}

func (b *Buyers) count(dates int) {
	if dates > 0 {
		b.Buyers++
	}
	if dates > 1 {
		b.Repeats++
	}
}

func (c *Cohort) count(first, second, night crm.Date) {
	c.Size++
	if second == 0 || second > night {
		return
	}
	if second-first <= 90 {
		c.Within90++
	}
	if second-first <= 365 {
		c.Within365++
	}
}

func (c *Count) merge(o *Count) {
	c.Customers, c.Stale = c.Customers+o.Customers, c.Stale+o.Stale
	for move, n := range o.Moves {
		c.Moves[move] += n
	}
	for departure, n := range o.Departures {
		c.Departures[departure] += n
	}
	for end, n := range o.Ends {
		c.Ends[end] += n
	}
	for w := range c.Buyers {
		for s := range c.Buyers[w] {
			c.Buyers[w][s].Buyers += o.Buyers[w][s].Buyers
			c.Buyers[w][s].Repeats += o.Buyers[w][s].Repeats
		}
	}
	for month, theirs := range o.Cohorts {
		ours := c.Cohorts[month]
		for s := range ours {
			ours[s].Size += theirs[s].Size
			ours[s].Within90 += theirs[s].Within90
			ours[s].Within365 += theirs[s].Within365
		}
		c.Cohorts[month] = ours
	}
	c.Spread.merge(o.Spread)
	for id, theirs := range o.Segments {
		c.Segments[id] = c.Segments[id].plus(theirs)
	}
}
