package figure

import (
	"maps"
	"slices"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/history"
	"guanxi/internal/insight"
)

// Members are what a count adds up of those in one segment.
type Members struct {
	Members    int64 `json:"n"`
	Failed     int64 `json:"f,omitempty"` // for so many the condition could not be answered
	Buyers     int64 `json:"b,omitempty"` // bought in the last 365 days …
	Net        int64 `json:"s,omitempty"` // … and spent so much
	Promoters  int64 `json:"p,omitempty"` // by each one's latest answer to an NPS question
	Passives   int64 `json:"v,omitempty"`
	Detractors int64 `json:"d,omitempty"`
}

func (c *Count) enrol(member decision.Membership, bought bool, spent int64, habits insight.Insight, night crm.Date) {
	for _, id := range member.Failed {
		m := c.Segments[id]
		m.Failed++
		c.Segments[id] = m
	}
	for _, id := range member.In {
		m := c.Segments[id]
		m.Members++
		if bought {
			m.Buyers, m.Net = m.Buyers+1, history.Plus(m.Net, spent)
		}
		switch {
		case habits.Asked == 0 || habits.Asked > night:
		case habits.NPS >= promoter:
			m.Promoters++
		case habits.NPS <= detractor:
			m.Detractors++
		default:
			m.Passives++
		}
		c.Segments[id] = m
	}
}

func (m Members) plus(o Members) Members {
	return Members{m.Members + o.Members, m.Failed + o.Failed, m.Buyers + o.Buyers, history.Plus(m.Net, o.Net),
		m.Promoters + o.Promoters, m.Passives + o.Passives, m.Detractors + o.Detractors}
}

// OfSegment is what a segment comes to.
type OfSegment struct {
	Segment crm.SegmentID `json:"segment" example:"lapsing-gold"`
	Members Rate          `json:"members" doc:"hits are the members, cases all customers."`
	Failed  int64         `json:"failed" doc:"For so many customers the condition could not be answered; they are no members." example:"0"`
	Buyers  int64         `json:"buyers" doc:"Members who bought in the last 365 days." example:"31"`
	Net     int64         `json:"net" doc:"What they spent in them, less refunds: minor units of the base currency." example:"12345600"`
	NPS     Score         `json:"nps" doc:"Of each member's latest answer, however old."`
}

// OfSegments are the figures of the segments of which anybody is a member, or of
// which it could not be said, by id.
func (c *Count) OfSegments() []OfSegment {
	all := make([]OfSegment, 0, len(c.Segments))
	for _, id := range slices.Sorted(maps.Keys(c.Segments)) {
		m := c.Segments[id]
		all = append(all, OfSegment{id, NewRate(m.Members, c.Customers), m.Failed, m.Buyers, m.Net, ofNPS(m.Promoters, m.Passives, m.Detractors)})
	}
	return all
}
