package figure

import (
	"cmp"
	"slices"

	"guanxi/internal/crm"
	"guanxi/internal/level"
	"guanxi/internal/standing"
	"guanxi/internal/tier"
)

// Move is between which points, and from which to which mark, customers went, in
// four bytes. All of mix, migration and churn is read from the counts of moves.
type Move uint32

// NewMove packs what somebody was and is.
func NewMove(from, to int, was, is standing.Mark) Move {
	return Move(from)<<24 | Move(to)<<16 | Move(was)<<8 | Move(is)
}

func (m Move) between(from, to int) bool { return m>>24 == Move(from) && m>>16&0xff == Move(to) }
func (m Move) was() standing.Mark        { return standing.Mark(m >> 8) }
func (m Move) is() standing.Mark         { return standing.Mark(m) }

// kept tells which moves a store's count keeps: over a month, over a quarter,
// and from each point until now. That of all customers keeps them all.
func kept(from, to int) bool { return to == Now || to-from == 1 || to-from == 3 }

// Class is by what customers are told apart.
type Class string

const (
	ByLevel  Class = "level"
	ByTier   Class = "tier"
	ByStatus Class = "status"
)

// none is the class of those who have none: they never bought, or were never
// seen.
const none = "none"

func (c Class) of(m standing.Mark) string {
	name := string(m.Status())
	switch c {
	case ByLevel:
		name = string(m.Level())
	case ByTier:
		name = string(m.Tier())
	}
	return cmp.Or(name, none)
}

// Part is a class and how many customers are in it.
type Part struct {
	Name  string `json:"name" example:"gold"`
	Share Rate   `json:"share" doc:"hits are the customers in this class, cases all customers."`
}

// Mix is how many customers each class had at a point, by name.
func (c *Count) Mix(by Class, point int) []Part {
	counts, all := map[string]int64{}, int64(0)
	for move, n := range c.Moves {
		switch {
		case point == Now && move.between(Now-1, Now):
			counts[by.of(move.is())] += n
		case point < Now && move.between(point, Now):
			counts[by.of(move.was())] += n
		default:
			continue
		}
		all += n
	}
	parts := []Part{}
	for name, n := range counts {
		parts = append(parts, Part{name, NewRate(n, all)})
	}
	slices.SortFunc(parts, func(a, b Part) int { return cmp.Compare(a.Name, b.Name) })
	return parts
}

// Flow is how many of those who were in one class are in another.
type Flow struct {
	Was   string `json:"was" example:"silver"`
	Is    string `json:"is" example:"gold"`
	Share Rate   `json:"share" doc:"hits are those who went this way, cases all who were in the first class."`
}

// Migration is where the customers of each class went between two points; false
// where the moves between them were not counted.
func (c *Count) Migration(by Class, from, to int, every bool) ([]Flow, bool) {
	if from >= to || !every && !kept(from, to) {
		return nil, false
	}
	counts, were := map[[2]string]int64{}, map[string]int64{}
	for move, n := range c.Moves {
		if move.between(from, to) {
			was := by.of(move.was())
			counts[[2]string{was, by.of(move.is())}] += n
			were[was] += n
		}
	}
	flows := []Flow{}
	for way, n := range counts {
		flows = append(flows, Flow{way[0], way[1], NewRate(n, were[way[0]])})
	}
	slices.SortFunc(flows, func(a, b Flow) int { return cmp.Or(cmp.Compare(a.Was, b.Was), cmp.Compare(a.Is, b.Is)) })
	return flows, true
}

// Churn is, of the customers who had bought and were not lost at one point, the
// share that was lost at the other.
func (c *Count) Churn(from, to int) Rate {
	var lost, were int64
	for move, n := range c.Moves {
		if !move.between(from, to) || !stayed(move.was()) {
			continue
		}
		if were += n; left(move.was(), move.is()) {
			lost += n
		}
	}
	return NewRate(lost, were)
}

// Lost is the stock: of the customers who had bought by a point, the share that
// was lost then.
func (c *Count) Lost(point int) Rate {
	var lost, all int64
	for move, n := range c.Moves {
		mark := move.was()
		switch {
		case point == Now && move.between(Now-1, Now):
			mark = move.is()
		case point < Now && move.between(point, Now):
		default:
			continue
		}
		if mark.Level() == level.None {
			continue
		}
		if all += n; mark.Status() == tier.Lost {
			lost += n
		}
	}
	return NewRate(lost, all)
}

// PeriodChurn is what became of the customers of a period.
type PeriodChurn struct {
	Period
	Churn Rate `json:"churn" doc:"hits: lost at the end of the period; cases: had bought, and were not lost at its start."`
	Lost  Rate `json:"lost" doc:"The stock at its end: hits are lost, cases all who had bought."`

	Tiers   []ChurnPart `json:"tiers" nullable:"false" doc:"The churn of those who were in each tier at its start."`
	Reasons []ChurnPart `json:"reasons" nullable:"false" doc:"The churn by why they left, as who closed the warning heard it; unknown where nobody did. Cases are all who were not lost at its start."`
}

// ChurnBy is the churn of the months or quarters that the count knows whole, and
// of the one that the night of the count lies in so far.
func (c *Count) ChurnBy(by By, night crm.Date) []PeriodChurn {
	all := []PeriodChurn{}
	for from := range Now {
		start := PointOn(from, night) + 1
		name, end := by.around(start)
		to := from + 1
		if by == ByQuarter {
			if month(start)%3 != 1 {
				continue
			}
			to = min(from+3, Now)
		}
		all = append(all, PeriodChurn{Period{name, start, min(end, PointOn(to, night))}, c.Churn(from, to), c.Lost(to), c.ChurnByTier(from, to), c.ChurnByReason(from, to)})
	}
	return all
}
