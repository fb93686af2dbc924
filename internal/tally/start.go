package tally

import (
	"context"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/event"
	"guanxi/internal/figure"
	"guanxi/internal/review"
)

// Sender puts envelopes into a queue.
type Sender interface {
	Send(ctx context.Context, url string, envelopes []event.Envelope) error
}

// Stores lists the stores of the deployment.
type Stores interface {
	AllStores(ctx context.Context) ([]crm.Versioned[crm.Store], error)
}

// Starter begins a night's count.
type Starter struct {
	Base   review.Sizer
	Stores Stores
	Sender Sender
	Queue  string
	Zone   *time.Location
}

// Start asks for each segment of the base to be counted, and for the days that
// are to be summed again, whatever touched them: if a touch was lost, it is made
// up for.
func (s Starter) Start(ctx context.Context) error {
	if err := review.Start(ctx, s.Base, s.Sender, s.Queue); err != nil {
		return err
	}
	stores, err := s.Stores.AllStores(ctx)
	if err != nil {
		return err
	}
	e := crm.EventOf(ctx)
	dates := healed(crm.DateIn(e.At, s.Zone))
	days := []event.Envelope{{Kind: event.Due, Timer: "night", Ref: figure.Days("", dates...), Cause: "count", Trace: e.Trace}}
	for _, store := range stores {
		days = append(days, event.Envelope{Kind: event.Due, Timer: "night", Ref: figure.Days(store.Value.ID, dates...), Cause: "count", Trace: e.Trace})
	}
	return s.Sender.Send(ctx, s.Queue, days)
}

const (
	healedWeeks = 5
	week        = 7
)

// healed are the dates that are summed again on a night: the day that ended,
// and the same weekday of the weeks before. So each day is summed on the night
// after it and then once a week, 35 days long, which is how late most shops
// still take goods back.
func healed(night crm.Date) (dates []crm.Date) {
	for weeks := range healedWeeks + 1 {
		dates = append(dates, night-1-crm.Date(week*weeks))
	}
	return dates
}
