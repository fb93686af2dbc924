package api

import "guanxi/internal/crm"

// Day is a date in a query, local to the deployment: huma parses what is a
// number to Go as a number, and asks UnmarshalText only of what is not.
type Day struct{ crm.Date }

// Days bound a list by local dates, both included; its input embeds it.
type Days struct {
	From Day `query:"from" doc:"The first date, local to the deployment." example:"2026-03-01"`
	To   Day `query:"to" doc:"The last date; absent: today." example:"2026-03-31"`
}

// Between gives the dates: absent, the last one is today, and the first one
// makes it the usual number of days. More than most days are a crm.Invalid.
func (d Days) Between(op string, today crm.Date, usual, most int) (from, to crm.Date, err error) {
	if from, to = d.From.Date, d.To.Date; to == 0 {
		to = today
	}
	if from == 0 {
		from = to - crm.Date(usual) + 1
	}
	switch {
	case from > to:
		return 0, 0, crm.Wrong(op, "query.from", "must not be later than to, %s", to)
	case int(to-from) >= most:
		return 0, 0, crm.Wrong(op, "query.from", "must make at most %d days up to %s", most, to)
	}
	return from, to, nil
}
