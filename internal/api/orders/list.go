package orders

import (
	"context"
	"slices"
	"strings"

	"guanxi/internal/api"
	"guanxi/internal/crm"
)

// What one request for a list may read, so that none takes for ever.
const (
	maxReads = 31  // pages of a customer, or days of a store
	maxDays  = 366 // that a list may span
)

func (l leaf) ofCustomer(ctx context.Context, in *struct {
	api.CustomerPath
	api.Page
}) (*api.Listed[Order], error) {
	sees, err := l.sight(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	refunds, err := l.orders.Refunds(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	of := map[crm.OrderKey][]crm.Refund{}
	for _, r := range refunds {
		of[r.Key.Order] = append(of[r.Key.Order], r)
	}
	return api.List(ctx, l.api, in.Page,
		func(limit int, after string) (page []crm.Order, next string, err error) {
			next = after
			for range maxReads {
				more, place, err := l.orders.Orders(ctx, in.ID, limit-len(page), next)
				if err != nil {
					return nil, "", err
				}
				page = append(page, slices.DeleteFunc(more, func(o crm.Order) bool { return !sees(o) })...)
				if next = place; next == "" || len(page) == limit {
					break
				}
			}
			return page, next, nil
		},
		func(o crm.Order) (Order, error) { return l.shown(o, refunded(of[o.Key])), nil })
}

func (l leaf) ofStore(ctx context.Context, in *struct {
	Store crm.StoreID `query:"store" maxLength:"128" doc:"Absent: your only store; for who sees all, orders that name no store." example:"sh-001"`
	api.Days
	api.Page
}) (*api.Listed[Order], error) {
	const op = "orders.ofStore"
	from, to, err := in.Between(op, crm.DateIn(crm.AsOf(ctx), l.zone), maxReads, maxDays)
	if err != nil {
		return nil, err
	}
	caller := api.CallerOf(ctx)
	if in.Store == "" && caller.Scope != api.All {
		if len(caller.Stores) != 1 {
			return nil, crm.Wrong(op, "query.store", "say which of your stores")
		}
		in.Store = caller.Stores[0]
	}
	if !caller.Sees([]crm.StoreID{in.Store}, "") { // a store of others looks like one that is not there
		return api.List(ctx, l.api, in.Page, func(int, string) ([]Order, string, error) { return nil, "", nil }, func(o Order) (Order, error) { return o, nil })
	}
	var refunds map[crm.OrderKey][]crm.Refund
	return api.List(ctx, l.api, in.Page,
		func(limit int, after string) (page []crm.Order, next string, err error) {
			if page, next, err = l.days(ctx, in.Store, from, to, limit, after); err != nil {
				return nil, "", err
			}
			keys := make([]crm.OrderKey, len(page))
			for i, o := range page {
				keys[i] = o.Key
			}
			refunds, err = l.orders.RefundsOfAll(ctx, keys)
			return page, next, err
		},
		func(o crm.Order) (Order, error) { return l.shown(o, refunded(refunds[o.Key])), nil })
}

// days walks back from a date, a day at a time. A position is a date and, after
// a space, a place within it.
func (l leaf) days(ctx context.Context, store crm.StoreID, from, to crm.Date, limit int, after string) (page []crm.Order, next string, err error) {
	date, place, _ := strings.Cut(after, " ")
	if after != "" {
		if to, err = crm.ParseDate(date); err != nil {
			return nil, "", &crm.Error{Op: "orders.days", Err: err}
		}
	}
	for range maxReads {
		more, next, err := l.orders.OrdersOn(ctx, store, to, limit-len(page), place)
		if err != nil {
			return nil, "", err
		}
		page, place = append(page, more...), next
		if place == "" {
			to--
		}
		if to < from || len(page) == limit {
			break
		}
	}
	if to < from {
		return page, "", nil
	}
	return page, to.String() + " " + place, nil
}
