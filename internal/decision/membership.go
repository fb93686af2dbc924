package decision

import (
	"slices"

	"guanxi/internal/crm"
)

// Membership is in which segments a customer is, as of a decision. Unlike the
// classes it is no answer of the rules alone: it rests on the profile, too.
type Membership struct {
	In     []crm.SegmentID // ascending
	Failed []crm.SegmentID // whose condition could not be answered for them
}

// Differs tells whether the decision says something else than the one before
// it, so that it makes an entry of the history.
func (r Record[M, C]) Differs(before Record[M, C]) bool {
	return r.Classes != before.Classes || !slices.Equal(r.Member.In, before.Member.In)
}

// Entered are the segments that the customer came into with the change.
func (c Change[M, C]) Entered() []crm.SegmentID { return without(c.Member.In, c.Was) }

// Left are those that they went out of.
func (c Change[M, C]) Left() []crm.SegmentID { return without(c.Was, c.Member.In) }

func without(all, some []crm.SegmentID) []crm.SegmentID {
	return slices.DeleteFunc(slices.Clone(all), func(id crm.SegmentID) bool { return slices.Contains(some, id) })
}
