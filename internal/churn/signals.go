package churn

import (
	"slices"

	"guanxi/internal/crm"
	"guanxi/internal/history"
)

// RepeatFrom is how many purchase dates make a repeat buyer. One-time buyers
// are never warned about: whether they come back is another question, with
// another answer (a second-purchase programme).
const RepeatFrom = 2

// WarnedSince is the date on which the silence after the last purchase first
// reached the policy's length, or zero. Purchases and two-way contacts break a
// silence; but once it was long enough, talking no longer undoes it: only a
// purchase does.
//
// The day begins with its decision: a contact on the very date on which the
// silence reached its length comes too late, however early in the morning, so
// that a warning opened by the nightly review is never taken back by daylight.
// A purchase on that date ends the silence and with it the warning.
func (p Policy) WarnedSince(h history.History, on crm.Date) crm.Date {
	h = h.Until(on)
	if len(h.Purchases) < RepeatFrom {
		return 0
	}
	need := crm.Date(p.WarnAfterDays)
	last := h.LastPurchase()
	after, _ := slices.BinarySearch(h.Contacts, last+1)
	for _, contact := range h.Contacts[after:] {
		if contact-last >= need {
			return last + need
		}
		last = contact
	}
	if on-last >= need {
		return last + need
	}
	return 0
}
