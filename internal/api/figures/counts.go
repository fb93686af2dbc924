package figures

import (
	"context"
	"slices"
	"strconv"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/figure"
	"guanxi/internal/insight"
)

// Counted says which night's count an answer is read from; answers embed it.
type Counted struct {
	On        crm.Date `json:"counted_on,omitempty" doc:"The night of the count; absent: there was none yet." example:"2026-03-05"`
	Customers int64    `json:"customers" doc:"How many were counted: with a store, those of whom anything happened there." example:"48210"`
	Stale     int64    `json:"stale" doc:"Of them, how many the review had not been to; more than a few mean that it lags." example:"0"`
}

// OnDate asks for the count of a date; inputs embed it.
type OnDate struct {
	On api.Day `query:"on" doc:"The last count up to this local date; absent: today." example:"2026-03-05"`
}

// OnSide asks for orders over the net, or the others; inputs embed it.
type OnSide struct {
	Side figure.Side `query:"channel" enum:"online,offline" doc:"Only orders over the net, or only the others (till, visit, telephone). Absent: both."`
}

// count reads the last count up to a date; an empty one where there is none.
func (l leaf) count(ctx context.Context, of OfStore, on OnDate) (figure.Count, *crm.StoreID, Counted, error) {
	scope, err := l.scope(ctx, of.Store)
	if err != nil {
		return figure.Count{}, nil, Counted{}, err
	}
	date := on.On.Date
	if date == 0 {
		date = l.today(ctx)
	}
	count, night, found, err := l.figures.Count(ctx, scope, date)
	if err != nil || !found {
		return figure.Count{}, scope, Counted{}, err
	}
	return count, scope, Counted{night, count.Customers, count.Stale}, nil
}

// noPoint is the answer to a date of which the count knows nothing.
func noPoint(field string) error {
	return crm.Wrong("figures.point", "query."+field, "must be the last date of one of the 13 months before the count, or the date of the count")
}

type mixAnswer struct {
	Body struct {
		Counted
		At     crm.Date      `json:"at,omitempty" doc:"The date that the classes are of." example:"2026-02-28"`
		Level  []figure.Part `json:"level" nullable:"false" doc:"By membership level; none: never bought."`
		Tier   []figure.Part `json:"tier" nullable:"false" doc:"By value class; none: never bought."`
		Status []figure.Part `json:"status" nullable:"false" doc:"By silence; none: neither bought nor in contact."`
	}
}

// mix reads the count of the date; where there is none, the date may be one of
// the points of a later count.
func (l leaf) mix(ctx context.Context, in *struct {
	OfStore
	OnDate
}) (*mixAnswer, error) {
	count, _, counted, err := l.count(ctx, in.OfStore, in.OnDate)
	point := figure.Now
	if err == nil && counted.On == 0 && in.On.Date != 0 {
		if count, _, counted, err = l.count(ctx, in.OfStore, OnDate{}); err == nil && counted.On != 0 {
			var known bool
			if point, known = figure.PointAt(in.On.Date, counted.On); !known {
				return nil, noPoint("on")
			}
		}
	}
	if err != nil {
		return nil, err
	}
	out := &mixAnswer{}
	if out.Body.Counted = counted; counted.On != 0 {
		out.Body.At = figure.PointOn(point, counted.On)
	}
	out.Body.Level, out.Body.Tier, out.Body.Status = count.Mix(figure.ByLevel, point), count.Mix(figure.ByTier, point), count.Mix(figure.ByStatus, point)
	return out, nil
}

type migrationAnswer struct {
	Body struct {
		Counted
		From  crm.Date      `json:"from,omitempty" example:"2026-01-31"`
		To    crm.Date      `json:"to,omitempty" example:"2026-02-28"`
		Of    figure.Class  `json:"of" enum:"level,tier,status"`
		Flows []figure.Flow `json:"flows" nullable:"false" doc:"Ways that nobody went are left out."`
	}
}

func (l leaf) migration(ctx context.Context, in *struct {
	OfStore
	OnDate
	From api.Day      `query:"from" doc:"The last date of a month; absent: of the month before the count." example:"2026-01-31"`
	To   api.Day      `query:"to" doc:"The last date of a later month; absent: the count. A store's moves are kept over a month, over three, and up to the count; those of all together between any two." example:"2026-02-28"`
	Of   figure.Class `query:"of" enum:"level,tier,status" default:"level"`
}) (*migrationAnswer, error) {
	count, scope, counted, err := l.count(ctx, in.OfStore, in.OnDate)
	if err != nil {
		return nil, err
	}
	out := &migrationAnswer{}
	out.Body.Counted, out.Body.Of, out.Body.Flows = counted, in.Of, []figure.Flow{}
	if counted.On == 0 {
		return out, nil
	}
	from, to := figure.Now-1, figure.Now
	var known bool
	if in.From.Date != 0 {
		if from, known = figure.PointAt(in.From.Date, counted.On); !known {
			return nil, noPoint("from")
		}
	}
	if in.To.Date != 0 {
		if to, known = figure.PointAt(in.To.Date, counted.On); !known {
			return nil, noPoint("to")
		}
	}
	if out.Body.Flows, known = count.Migration(in.Of, from, to, scope == nil); !known {
		return nil, crm.Wrong("figures.migration", "query.to", "must be later than from; for a store one or three months later, or the date of the count")
	}
	out.Body.From, out.Body.To = figure.PointOn(from, counted.On), figure.PointOn(to, counted.On)
	return out, nil
}

type repurchaseAnswer struct {
	Body struct {
		Counted
		Days int         `json:"days" example:"365"`
		Rate figure.Rate `json:"rate" doc:"hits bought on at least two local dates of the window, cases on at least one. Fully refunded orders are none."`
	}
}

func (l leaf) repurchase(ctx context.Context, in *struct {
	OfStore
	OnDate
	OnSide
	Days string `query:"days" enum:"30,90,365" default:"365" doc:"The window ends with the date of the count."`
}) (*repurchaseAnswer, error) {
	count, _, counted, err := l.count(ctx, in.OfStore, in.OnDate)
	if err != nil {
		return nil, err
	}
	out := &repurchaseAnswer{}
	out.Body.Counted = counted
	out.Body.Days, _ = strconv.Atoi(in.Days) // the enum lets only the windows pass
	out.Body.Rate, _ = count.Repurchase(out.Body.Days, in.Side)
	return out, nil
}

type cohortsAnswer struct {
	Body struct {
		Counted
		Cohorts []figure.CohortRates `json:"cohorts" nullable:"false" doc:"The last 36 months, oldest first; with a store, of those whose first purchase was there. The second may have been anywhere."`
	}
}

func (l leaf) secondPurchase(ctx context.Context, in *struct {
	OfStore
	OnDate
	OnSide
}) (*cohortsAnswer, error) {
	count, _, counted, err := l.count(ctx, in.OfStore, in.OnDate)
	if err != nil {
		return nil, err
	}
	out := &cohortsAnswer{}
	out.Body.Counted, out.Body.Cohorts = counted, count.SecondPurchase(in.Side, counted.On)
	return out, nil
}

type churnAnswer struct {
	Body struct {
		Counted
		Periods []figure.PeriodChurn `json:"periods" nullable:"false" doc:"Ascending; the last one ends with the count."`
	}
}

func (l leaf) churn(ctx context.Context, in *struct {
	OfStore
	OnDate
	By figure.By `query:"by" enum:"month,quarter" default:"month"`
}) (*churnAnswer, error) {
	count, _, counted, err := l.count(ctx, in.OfStore, in.OnDate)
	if err != nil {
		return nil, err
	}
	out := &churnAnswer{}
	if out.Body.Counted, out.Body.Periods = counted, []figure.PeriodChurn{}; counted.On != 0 {
		out.Body.Periods = count.ChurnBy(in.By, counted.On)
	}
	return out, nil
}

type endsAnswer struct {
	Body struct {
		Counted
		Periods []figure.PeriodEnds `json:"periods" nullable:"false" doc:"Ascending, of the thirteen months up to the count. With a store, the warnings of those who were at home there when it opened."`
	}
}

func (l leaf) warningEnds(ctx context.Context, in *struct {
	OfStore
	OnDate
	By figure.By `query:"by" enum:"month,quarter" default:"month"`
}) (*endsAnswer, error) {
	count, _, counted, err := l.count(ctx, in.OfStore, in.OnDate)
	if err != nil {
		return nil, err
	}
	out := &endsAnswer{}
	if out.Body.Counted, out.Body.Periods = counted, []figure.PeriodEnds{}; counted.On != 0 {
		out.Body.Periods = count.EndsBy(in.By, counted.On)
	}
	return out, nil
}

type topShareAnswer struct {
	Body struct {
		Counted
		Days int `json:"days" example:"365"`
		figure.Top
	}
}

func (l leaf) topShare(ctx context.Context, in *struct {
	OfStore
	OnDate
	Percent float64 `query:"percent" minimum:"0.1" maximum:"100" default:"5" doc:"Of the buyers, those who spent most."`
}) (*topShareAnswer, error) {
	count, _, counted, err := l.count(ctx, in.OfStore, in.OnDate)
	if err != nil {
		return nil, err
	}
	out := &topShareAnswer{}
	out.Body.Counted, out.Body.Days, out.Body.Top = counted, insight.WindowDays, count.Spread.Top(in.Percent)
	return out, nil
}

type segmentsAnswer struct {
	Body struct {
		Counted
		Segments []figure.OfSegment `json:"segments" nullable:"false" doc:"Those of which anybody is a member, or for whom the condition could not be answered, by id. With a store: of its customers, with what they spent there."`
	}
}

// fewest is the least number of members that roles are told of who see no
// contact data.
const fewest = 10

func (l leaf) segments(ctx context.Context, in *struct {
	OfStore
	OnDate
}) (*segmentsAnswer, error) {
	count, _, counted, err := l.count(ctx, in.OfStore, in.OnDate)
	if err != nil {
		return nil, err
	}
	out := &segmentsAnswer{}
	out.Body.Counted, out.Body.Segments = counted, count.OfSegments()
	if !api.CallerOf(ctx).Role.SeesContacts() {
		out.Body.Segments = slices.DeleteFunc(out.Body.Segments, func(s figure.OfSegment) bool { return s.Members.Hits < fewest })
	}
	return out, nil
}
