package whatif

import (
	"cmp"
	"slices"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/history"
	"guanxi/internal/standing"
)

// Part is what a run came to for some customers, or for all.
type Part struct {
	Customers int        `json:"customers"`
	Changed   int        `json:"changed"` // any answer of them would be another
	Levels    Flows      `json:"levels"`
	Tiers     Flows      `json:"tiers"`
	Churn     Flows      `json:"churn"`
	Was       int64      `json:"was"`   // the lifetime value of all, by the policy in force …
	Is        int64      `json:"is"`    // … and by the draft; minor units
	Most      []Affected `json:"most"`  // at most mostShown, the most affected first
	Reads     float64    `json:"reads"` // read units that it took
}

// Flow is those who would go from one class to another, or stay where both are
// the same.
type Flow struct {
	Was       string `json:"was"`
	Is        string `json:"is"`
	Customers int    `json:"customers"`
	Spend     int64  `json:"spend"` // net, of the window for the level by the policy in force; minor units
}

// Flows are a matrix without its empty cells, sorted by both classes.
type Flows []Flow

func (f Flows) add(more Flow) Flows {
	at, found := slices.BinarySearchFunc(f, more, func(a, b Flow) int { return cmp.Or(cmp.Compare(a.Was, b.Was), cmp.Compare(a.Is, b.Is)) })
	if !found {
		return slices.Insert(f, at, more)
	}
	f[at].Customers += more.Customers
	f[at].Spend = history.Plus(f[at].Spend, more.Spend)
	return f
}

// Affected is a customer about whom an answer, or whose lifetime value, would be
// another.
type Affected struct {
	Customer crm.CustomerID `json:"customer"`
	Spend    int64          `json:"spend"`
	Was      Side           `json:"was"`
	Is       Side           `json:"is"`
	Why      []Turn         `json:"why"`
}

// Side is what one of the two policies makes of a customer.
type Side struct {
	Classes standing.Classes `json:"classes"`
	CLV     int64            `json:"clv"`
}

// gap is by how much the lifetime value would be another.
func (a Affected) gap() int64 {
	if a.Is.CLV > a.Was.CLV {
		return a.Is.CLV - a.Was.CLV
	}
	return a.Was.CLV - a.Is.CLV
}

func (a Affected) moves() bool { return a.Was.Classes != a.Is.Classes }

// Turn is one answer that would be another, with the reasons of both.
type Turn struct {
	Was decision.Reason `json:"was"`
	Is  decision.Reason `json:"is"`
}

// mostShown is how many of the most affected are named.
const mostShown = 50

// more orders the affected: those about whom an answer would be another first,
// then by the change of their lifetime value, then by spend.
func more(a, b Affected) int {
	if a.moves() != b.moves() {
		return map[bool]int{true: -1, false: 1}[a.moves()]
	}
	return cmp.Or(cmp.Compare(b.gap(), a.gap()), cmp.Compare(b.Spend, a.Spend), cmp.Compare(a.Customer, b.Customer))
}

// Trial judges customers by two sets of rules.
type Trial struct {
	Before, After Judge
	On            crm.Date
}

// Judge is one of the two: how it decides, and how it tells why.
type Judge struct {
	Decide func(f history.Facts, on crm.Date) (standing.Measures, standing.Classes, crm.Date)
	Why    func(m standing.Measures) []decision.Reason
}

// Add judges a customer, and counts them.
func (p *Part) Add(t Trial, id crm.CustomerID, f history.Facts) {
	before, was, _ := t.Before.Decide(f, t.On)
	after, is, _ := t.After.Decide(f, t.On)
	flow := func(was, is string) Flow { return Flow{was, is, 1, before.Window} }
	p.Customers++
	p.Levels = p.Levels.add(flow(string(was.Level), string(is.Level)))
	p.Tiers = p.Tiers.add(flow(string(was.Tier), string(is.Tier)))
	p.Churn = p.Churn.add(flow(warned(was), warned(is)))
	p.Was, p.Is = p.Was+before.Value.CLV, p.Is+after.Value.CLV
	a := Affected{Customer: id, Spend: before.Window, Was: Side{was, before.Value.CLV}, Is: Side{is, after.Value.CLV}}
	if a.moves() {
		p.Changed++
	}
	if a.Was == a.Is {
		return
	}
	if len(p.Most) == mostShown && more(p.Most[mostShown-1], a) < 0 {
		return
	}
	a.Why = turns(t.Before.Why(before), t.After.Why(after))
	p.name(a)
}

// name puts somebody among the most affected, in their place.
func (p *Part) name(a Affected) {
	at, _ := slices.BinarySearchFunc(p.Most, a, more)
	p.Most = slices.Insert(p.Most, at, a)
	p.Most = p.Most[:min(len(p.Most), mostShown)]
}

func warned(c standing.Classes) string {
	if c.WarnedSince != 0 {
		return "warned"
	}
	return ""
}

// turns are the questions whose answers differ.
func turns(before, after []decision.Reason) (all []Turn) {
	for _, is := range after {
		at := slices.IndexFunc(before, func(was decision.Reason) bool { return was.Question == is.Question })
		if at >= 0 && before[at].Answer != is.Answer {
			all = append(all, Turn{before[at], is})
		}
	}
	return all
}

// Merge adds another part.
func (p *Part) Merge(other Part) {
	p.Customers += other.Customers
	p.Changed += other.Changed
	p.Reads += other.Reads
	p.Was, p.Is = p.Was+other.Was, p.Is+other.Is
	for _, f := range other.Levels {
		p.Levels = p.Levels.add(f)
	}
	for _, f := range other.Tiers {
		p.Tiers = p.Tiers.add(f)
	}
	for _, f := range other.Churn {
		p.Churn = p.Churn.add(f)
	}
	for _, a := range other.Most {
		p.name(a)
	}
}
