package figure

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"guanxi/internal/crm"
)

// By is what a span of time is cut into.
type By string

const (
	ByDay     By = "day"
	ByMonth   By = "month"
	ByQuarter By = "quarter"
)

// Period is a day, a month or a quarter of the calendar, or what of it lies in
// the span that was asked for.
type Period struct {
	Name string   `json:"period" doc:"2026-03-01, 2026-03 or 2026-Q1." example:"2026-03"`
	From crm.Date `json:"from" doc:"First date that counts." example:"2026-03-01"`
	To   crm.Date `json:"to" doc:"Last date that counts." example:"2026-03-31"`
}

// Cut are the periods of a span, ascending; the first and the last may be
// parts. None where to lies before from.
func (by By) Cut(from, to crm.Date) (all []Period) {
	for from <= to {
		name, end := by.around(from)
		p := Period{Name: name, From: from, To: min(end, to)}
		all = append(all, p)
		from = p.To + 1
	}
	return all
}

// Find is which of ascending periods a date of their span lies in.
func Find(periods []Period, d crm.Date) int {
	i, _ := slices.BinarySearchFunc(periods, d, func(p Period, d crm.Date) int { return cmp.Compare(p.To, d) })
	return i
}

// around is the name and the last date of the whole period that d lies in.
func (by By) around(d crm.Date) (name string, end crm.Date) {
	day := d.String()
	switch by {
	case ByMonth:
		return day[:7], d.MonthEnd()
	case ByQuarter:
		end = d.MonthEnd()
		for month(end)%3 != 0 {
			end = (end + 1).MonthEnd()
		}
		return fmt.Sprintf("%s-Q%d", day[:4], month(end)/3), end
	}
	return day, d
}

// months counts the months of the calendar, so that their difference is right.
func months(d crm.Date) int {
	t := d.Midnight(time.UTC)
	return t.Year()*12 + int(t.Month()) - 1
}

func month(d crm.Date) int { return months(d)%12 + 1 }
