package task

import (
	"cmp"
	"slices"

	"guanxi/internal/crm"
)

// MostADay is how many tasks a person gets for one day (R54).
const MostADay = 20

// Day is what is left of a person's day, the first to do first: what was
// escalated or is overdue, then the rest, each by what the customer is worth;
// among equals what is due earlier. What was done on the day counts as given.
func Day(due []Task, worth func(crm.CustomerID) int64, today crm.Date, done int) []Task {
	day := slices.Clone(due)
	slices.SortFunc(day, func(a, b Task) int {
		return cmp.Or(
			cmp.Compare(b.urgency(today), a.urgency(today)),
			cmp.Compare(worth(b.Customer), worth(a.Customer)),
			cmp.Compare(a.Due, b.Due),
			cmp.Compare(a.Ref().String(), b.Ref().String()),
		)
	})
	return day[:min(len(day), max(MostADay-done, 0))]
}

func (t Task) urgency(today crm.Date) int {
	if !t.EscalatedAt.IsZero() || t.Due < today {
		return 1
	}
	return 0
}
