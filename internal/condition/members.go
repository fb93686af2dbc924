package condition

import (
	"guanxi/internal/crm"
	"guanxi/internal/customer"
	"guanxi/internal/segment"
)

// Members are the conditions of all segments.
type Members struct {
	segments []one
}

type one struct {
	id        crm.SegmentID
	condition Condition
	broken    bool // it was saved and compiles no more
}

// All compiles the conditions of a set. One that no longer compiles, which can
// only be if the language has changed, has no members and fails for everybody.
func All(set segment.Set, custom customer.CustomFields) (Members, error) {
	if len(set.Segments) == 0 {
		return Members{}, nil
	}
	l, err := New(custom)
	if err != nil {
		return Members{}, err
	}
	m := Members{segments: make([]one, len(set.Segments))}
	for i, s := range set.Segments {
		c, err := l.Compile(s.Condition)
		m.segments[i] = one{s.ID, c, err != nil}
	}
	return m, nil
}

// Of says in which segments a customer is on a date, and of which it could not
// be said; both by id. until is the first later date, before horizon, on which
// time alone changes either; zero: none. It is found by asking on each date,
// but only of conditions that name what time can change.
func (m Members) Of(s segment.Subject, on, horizon crm.Date) (in, failed []crm.SegmentID, until crm.Date) {
	for _, one := range m.segments {
		holds, fails := one.ask(s, on)
		switch {
		case fails:
			failed = append(failed, one.id)
		case holds:
			in = append(in, one.id)
		}
		if !one.condition.moves {
			continue
		}
		for d := on + 1; d < horizon; d++ {
			if until != 0 && d >= until {
				break
			}
			if later, failing := one.ask(s, d); later != holds || failing != fails {
				until = d
				break
			}
		}
	}
	return in, failed, until
}

func (o one) ask(s segment.Subject, on crm.Date) (holds, fails bool) {
	if o.broken {
		return false, true
	}
	holds, err := o.condition.Holds(s, on)
	return holds, err != nil
}
