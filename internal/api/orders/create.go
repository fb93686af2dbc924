package orders

import (
	"context"

	"guanxi/internal/api"
	"guanxi/internal/crm"
)

type created struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     Order
}

func (l leaf) create(ctx context.Context, in *struct{ Body Fields }) (*created, error) {
	e := crm.EventOf(ctx)
	if in.Body.PlacedAt.IsZero() {
		in.Body.PlacedAt = e.At
	}
	o := l.order(in.Body.Terms, crm.Order{Key: crm.OrderKey{Connection: crm.APIConnection, ID: crm.NewID("ord", e.At)}, Customer: in.Body.Customer,
		PlacedAt: in.Body.PlacedAt, State: crm.OrderPaid, Store: in.Body.Store, Version: crm.NewVersion(e.At, crm.OrderPaid.Rank(), nil), Origin: origin(e)})
	wrong := l.wrong(in.Body.Terms, o)
	if o.PlacedAt.After(e.At) {
		wrong = append(wrong, crm.Field{Path: "placed_at", Message: "must not be in the future"})
	}
	if o.PlacedAt.Year() < 1970 {
		wrong = append(wrong, crm.Field{Path: "placed_at", Message: "must not be before 1970"})
	}
	if err := refused("orders.create", wrong); err != nil {
		return nil, err
	}
	if err := l.mine(ctx, o); err != nil {
		return nil, err
	}
	out := api.Promise(ctx, &created{Location: "/v1/orders/" + publicID(o.Key), ETag: api.ETag(revision(found{Order: o})), Body: l.shown(o, 0)})
	if err := l.orders.RecordOrder(ctx, o); err != nil {
		return nil, err
	}
	return out, nil
}

// mine sees to it that a caller bound to stores books on one of theirs, and that
// the customer, if any, exists in scope.
func (l leaf) mine(ctx context.Context, o crm.Order) error {
	if caller := api.CallerOf(ctx); caller.Scope != api.All && !caller.Sees([]crm.StoreID{o.Store}, "") {
		return crm.Wrong("orders.create", "store", "must be one of your stores")
	}
	if o.Customer == "" {
		return nil
	}
	err := api.See(ctx, l.people, o.Customer)
	if crm.KindOf(err) == crm.NotFound {
		return crm.Wrong("orders.create", "customer", "there is no such customer")
	}
	return err
}

func origin(e crm.Event) crm.Origin {
	return crm.Origin{Source: "api/" + string(e.Subject), Trace: e.Trace, RecordedAt: e.At}
}
