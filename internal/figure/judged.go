package figure

import (
	"slices"

	"guanxi/internal/churn"
	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/insight"
	"guanxi/internal/standing"
	"guanxi/internal/tier"
)

// Judged is what the count of a night looks at in a customer's standing
// decision.
type Judged struct {
	Stores  []crm.StoreID         // in which anything of theirs happened
	Marks   [Points]standing.Mark // what they were at each point
	Insight insight.Insight
	Member  decision.Membership // in segments
	Endings []churn.Ending      // of their churn warnings that were closed
	Stale   bool                // the decision's change has come, and the review has not been there yet
}

// Points are the moments between which moves are counted: the ends of the last
// months, oldest first, and the night of the count itself, called Now.
const (
	Points = standing.MarkedMonths + 1
	Now    = Points - 1
)

// PointOn is the date of a point in the count of a night.
func PointOn(point int, night crm.Date) crm.Date {
	d := night
	for ; point < Now; point++ {
		d = d.MonthStart() - 1
	}
	return d
}

// PointAt is the point of a date in the count of a night; false where it is none.
func PointAt(date, night crm.Date) (point int, known bool) {
	for point := range Points {
		if PointOn(point, night) == date {
			return point, true
		}
	}
	return 0, false
}

// EverLost tells whether they were lost at one of the points: then it matters
// how their warnings ended.
func (j Judged) EverLost() bool {
	return slices.ContainsFunc(j.Marks[:], func(m standing.Mark) bool { return m.Status() == tier.Lost })
}

// Judge reads a decision on the night of a count. A decision that was made
// before there were marks counts as what it is now at all points.
func Judge(r standing.Record, night crm.Date) (j Judged, err error) {
	j.Member = r.Member
	j.Stores, j.Stale = r.Stores, r.ChangesAt != 0 && r.ChangesAt <= night
	j.Marks[Now] = r.Classes.Mark()
	end := night
	for point := Now - 1; point >= 0; point-- {
		end = end.MonthStart() - 1
		mark, known := standing.MarkAt(r.Measures, r.Classes, end)
		if !known {
			mark = j.Marks[point+1]
		}
		j.Marks[point] = mark
	}
	j.Insight, err = r.Measures.Insight.Unpack()
	return j, err
}
