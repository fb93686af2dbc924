package orders

import (
	"context"
	"fmt"

	"guanxi/internal/api"
	"guanxi/internal/crm"
)

func (l leaf) amend(ctx context.Context, in *struct {
	Path
	api.IfMatch
	Body api.Patch[Terms] `contentType:"application/merge-patch+json"`
}) (*answer, error) {
	const op = "orders.amend"
	before, err := l.find(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := in.Expect(revision(before)); err != nil {
		return nil, err
	}
	if err := ours(op, before); err != nil {
		return nil, err
	}
	if before.State == crm.OrderCancelled {
		return nil, crm.Fail(op, crm.Conflict, "the order is cancelled")
	}
	terms, err := in.Body.Apply(l.terms(before.Order))
	if err != nil {
		return nil, err
	}
	next := l.order(terms, before.Order)
	wrong := l.wrong(terms, next)
	if back := refunded(before.refunds); back > next.Total.Minor {
		wrong = append(wrong, crm.Field{Path: "total.minor", Message: fmt.Sprintf("must not be less than what was refunded, %d", back)})
	}
	if len(before.refunds) > 0 && next.Total.Currency != before.Total.Currency {
		wrong = append(wrong, crm.Field{Path: "total.currency", Message: "must stay that of the refunds, " + before.Total.Currency})
	}
	if err := refused(op, wrong); err != nil {
		return nil, err
	}
	return l.state(ctx, before, next)
}

// cancel ends an order; one that is cancelled already stays so.
func (l leaf) cancel(ctx context.Context, in *Path) (*answer, error) {
	before, err := l.changeable(ctx, "orders.cancel", in.ID)
	if err != nil {
		return nil, err
	}
	if before.State == crm.OrderCancelled {
		return l.answer(before), nil
	}
	next := before.Order
	next.State = crm.OrderCancelled
	return l.state(ctx, before, next)
}

// state writes the next statement of an order.
func (l leaf) state(ctx context.Context, before found, next crm.Order) (*answer, error) {
	e := crm.EventOf(ctx)
	next.Version, next.Origin = crm.NewVersion(e.At, next.State.Rank(), nil), origin(e)
	out := api.Promise(ctx, l.answer(found{next, before.holder, before.refunds, before.turn + 1}))
	if err := l.orders.AmendOrder(ctx, next, before.turn); err != nil {
		return nil, err
	}
	return out, nil
}
