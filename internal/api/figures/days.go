package figures

import (
	"context"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/figure"
)

// Span is a span of local dates, cut into periods; inputs embed it.
type Span struct {
	api.Days
	By figure.By `query:"by" enum:"day,month,quarter" default:"month" doc:"What the span is cut into."`
}

const (
	usualDays = 90
	mostDays  = 1100 // three years, so that a quarter has two before it to be compared with
)

// PeriodSales is what was sold in a period.
type PeriodSales struct {
	figure.Period
	figure.Sales
}

type sumsAnswer struct {
	Body struct {
		From    crm.Date      `json:"from" example:"2026-01-01"`
		To      crm.Date      `json:"to" example:"2026-03-31"`
		Total   figure.Sales  `json:"total"`
		Periods []PeriodSales `json:"periods" nullable:"false" doc:"Ascending."`
	}
}

func (l leaf) sums(ctx context.Context, in *struct {
	OfStore
	Span
	Channel crm.Channel `query:"channel" maxLength:"32" doc:"Only orders of this channel." example:"pos"`
}) (*sumsAnswer, error) {
	scope, err := l.scope(ctx, in.Store)
	if err != nil {
		return nil, err
	}
	from, to, err := in.Between("figures.sums", l.today(ctx), usualDays, mostDays)
	if err != nil {
		return nil, err
	}
	periods := in.By.Cut(from, to)
	sums := make([]figure.Sums, len(periods))
	total := figure.Sums{}
	for i := range sums {
		sums[i] = figure.Sums{}
	}
	store, every := everyDay(scope)
	err = l.figures.Sums(ctx, store, every, from, to, func(day figure.StoreDay, s figure.Sums) {
		sums[figure.Find(periods, day.Date)].Merge(s)
		total.Merge(s)
	})
	if err != nil {
		return nil, err
	}
	out := &sumsAnswer{}
	out.Body.From, out.Body.To, out.Body.Total, out.Body.Periods = from, to, total.Sales(in.Channel), make([]PeriodSales, len(periods))
	for i, p := range periods {
		out.Body.Periods[i] = PeriodSales{p, sums[i].Sales(in.Channel)}
	}
	return out, nil
}

// PeriodScore is what the answers of a period come to.
type PeriodScore struct {
	figure.Period
	figure.Score
}

type npsAnswer struct {
	Body struct {
		Metric  crm.Metric          `json:"metric" example:"nps"`
		From    crm.Date            `json:"from" example:"2026-01-01"`
		To      crm.Date            `json:"to" example:"2026-03-31"`
		Total   figure.Score        `json:"total"`
		Verdict figure.Verdict      `json:"verdict,omitempty" enum:",watch,alarm" doc:"NPS only. watch: below 40 on at least 30 answers. alarm: the one-sided 95 % upper bound lies below 40, too."`
		Periods []PeriodScore       `json:"periods" nullable:"false" doc:"Ascending; a customer's latest answer of each."`
		Levels  []figure.GroupScore `json:"levels" nullable:"false" doc:"By the customers' level when they answered."`
		Tiers   []figure.GroupScore `json:"tiers" nullable:"false" doc:"By their tier when they answered."`
		By      []figure.GroupScore `json:"channels" nullable:"false" doc:"By the channel of the invitation."`
	}
}

func (l leaf) nps(ctx context.Context, in *struct {
	OfStore
	Span
	Metric crm.Metric `query:"metric" enum:"nps,csat,ces" default:"nps"`
}) (*npsAnswer, error) {
	scope, err := l.scope(ctx, in.Store)
	if err != nil {
		return nil, err
	}
	from, to, err := in.Between("figures.nps", l.today(ctx), usualDays, mostDays)
	if err != nil {
		return nil, err
	}
	periods := in.By.Cut(from, to)
	answers := make([][]figure.Answer, len(periods))
	var all []figure.Answer
	store, every := everyDay(scope)
	err = l.figures.Answers(ctx, store, every, from, to, func(day figure.StoreDay, some []figure.Answer) {
		i := figure.Find(periods, day.Date)
		answers[i], all = append(answers[i], some...), append(all, some...)
	})
	if err != nil {
		return nil, err
	}
	out := &npsAnswer{}
	latest := figure.Latest(in.Metric, all)
	b := &out.Body
	b.Metric, b.From, b.To, b.Total = in.Metric, from, to, figure.Scored(in.Metric, latest)
	if in.Metric == crm.NPS {
		b.Verdict = figure.DefaultThreshold().Judge(b.Total.Measured())
	}
	b.Levels = figure.Groups(in.Metric, latest, func(a figure.Answer) string { return a.Level })
	b.Tiers = figure.Groups(in.Metric, latest, func(a figure.Answer) string { return a.Tier })
	b.By = figure.Groups(in.Metric, latest, func(a figure.Answer) string { return string(a.Channel) })
	b.Periods = make([]PeriodScore, len(periods))
	for i, p := range periods {
		b.Periods[i] = PeriodScore{p, figure.Scored(in.Metric, figure.Latest(in.Metric, answers[i]))}
	}
	return out, nil
}
