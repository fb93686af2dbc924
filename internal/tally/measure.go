package tally

import (
	"context"

	"guanxi/internal/crm"
	"guanxi/internal/figure"
)

// reader measures figures of one night. What is read for one store is read for
// all at once, and only when a threshold asks for it.
type reader struct {
	from    Measures
	night   crm.Date
	answers map[crm.StoreID][]figure.Answer // by store; "" holds all
	sums    map[crm.StoreID]figure.Sums
}

func (r Raiser) reader(night crm.Date) *reader { return &reader{from: r.Measures, night: night} }

// measure is a figure of a store, or of all where it is empty, and the date of
// the measurement; zero where there is none.
func (r *reader) measure(ctx context.Context, name figure.Name, store crm.StoreID) (figure.Measured, crm.Date, error) {
	if metric := figure.MetricOf(name); metric != "" {
		err := r.readAnswers(ctx)
		return figure.Scored(metric, figure.Latest(metric, r.answers[store])).Measured(), r.night, err
	}
	if m, is := (figure.Sums{}).Measured(name); is {
		if err := r.readSums(ctx); err != nil {
			return m, 0, err
		}
		m, _ = r.sums[store].Measured(name)
		return m, r.night, nil
	}
	scope := &store
	if store == "" {
		scope = nil
	}
	count, night, found, err := r.from.Count(ctx, scope, r.night)
	if err != nil || !found {
		return figure.Measured{}, 0, err
	}
	m, known := count.Measure(name, night)
	if !known {
		return m, 0, nil
	}
	return m, night, nil
}

func (r *reader) readAnswers(ctx context.Context) error {
	if r.answers != nil {
		return nil
	}
	r.answers = map[crm.StoreID][]figure.Answer{}
	return r.from.Answers(ctx, "", true, r.night-figure.ScoreDays, r.night-1, func(day figure.StoreDay, some []figure.Answer) {
		r.answers[""] = append(r.answers[""], some...)
		if day.Store != "" {
			r.answers[day.Store] = append(r.answers[day.Store], some...)
		}
	})
}

func (r *reader) readSums(ctx context.Context) error {
	if r.sums != nil {
		return nil
	}
	r.sums = map[crm.StoreID]figure.Sums{"": {}}
	return r.from.Sums(ctx, "", true, r.night-figure.SalesDays, r.night-1, func(day figure.StoreDay, s figure.Sums) {
		r.sums[""].Merge(s)
		if day.Store == "" {
			return
		}
		if r.sums[day.Store] == nil {
			r.sums[day.Store] = figure.Sums{}
		}
		r.sums[day.Store].Merge(s)
	})
}
