package tally

import (
	"context"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/figure"
)

// Facts are what a store's day is made of.
type Facts interface {
	// OrdersOn lists the orders of a store on a local date, without those that are gone.
	OrdersOn(ctx context.Context, store crm.StoreID, on crm.Date, limit int, after string) (page []crm.Order, next string, err error)
	// RefundsOfAll are the refunds that came for the orders, by order.
	RefundsOfAll(ctx context.Context, orders []crm.OrderKey) (map[crm.OrderKey][]crm.Refund, error)
	// AnswersOn are the answers about a store on a local date.
	AnswersOn(ctx context.Context, store crm.StoreID, on crm.Date) ([]crm.Answer, error)
}

// DayKeeper keeps days. What was taken earlier never replaces what was taken
// later: then Keep does nothing.
type DayKeeper interface {
	KeepDay(ctx context.Context, day figure.Day, taken time.Time) error
}

// Days takes the sums of days.
type Days struct {
	Facts Facts
	Keep  DayKeeper
	Zone  *time.Location
}

// Sum takes one day's sums anew, as of the event.
func (d Days) Sum(ctx context.Context, at figure.StoreDay) error {
	orders, _, err := d.Facts.OrdersOn(ctx, at.Store, at.Date, 0, "")
	if err != nil {
		return err
	}
	refunds, err := d.refunds(ctx, orders)
	if err != nil {
		return err
	}
	answers, err := d.Facts.AnswersOn(ctx, at.Store, at.Date)
	if err != nil {
		return err
	}
	day := figure.Day{StoreDay: at, Sums: figure.SumOrders(orders, refunds, d.Zone, at.Date)}
	for _, a := range answers {
		day.Answers = append(day.Answers, figure.AnswerOf(a))
	}
	return d.Keep.KeepDay(ctx, day, crm.AsOf(ctx))
}

func (d Days) refunds(ctx context.Context, orders []crm.Order) (all []crm.Refund, err error) {
	keys := make([]crm.OrderKey, len(orders))
	for i, o := range orders {
		keys[i] = o.Key
	}
	refunds, err := d.Facts.RefundsOfAll(ctx, keys)
	for _, of := range refunds {
		all = append(all, of...)
	}
	return all, err
}
