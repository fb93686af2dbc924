package orders

import (
	"context"

	"guanxi/internal/api"
	"guanxi/internal/crm"
)

type refundAnswer struct {
	ETag string `header:"ETag" doc:"The order's."`
	Body struct {
		ID    string `json:"id" example:"ref_0190163d8694739b9c5f1e2d3a4b5c6d"`
		Order Order  `json:"order"`
	}
}

func (l leaf) refund(ctx context.Context, in *struct {
	Path
	Body struct {
		ID     string `json:"id,omitempty" pattern:"^[A-Za-z0-9_-]{1,64}$" doc:"Your name of the refund: stated twice, it is one." example:"R-2026-17"`
		Amount money  `json:"amount"`
	}
}) (*refundAnswer, error) {
	const op = "orders.refund"
	o, err := l.changeable(ctx, op, in.ID)
	if err != nil {
		return nil, err
	}
	e := crm.EventOf(ctx)
	id := in.Body.ID
	if id == "" {
		id = crm.NewID("ref", e.At)
	}
	r := crm.Refund{Key: crm.RefundKey{Order: o.Key, ID: id}, At: e.At, Amount: crm.Money(in.Body.Amount), Version: crm.NewVersion(e.At, 0, nil), Origin: origin(e)}
	for _, before := range o.refunds {
		if before.Key == r.Key {
			if before.Amount != r.Amount {
				return nil, crm.Fail(op, crm.Conflict, "there is a refund of this id with another amount")
			}
			return l.refundAnswer(o, before), nil
		}
	}
	switch left := o.Total.Minor - refunded(o.refunds); {
	case o.State == crm.OrderCancelled:
		return nil, crm.Fail(op, crm.Conflict, "the order is cancelled: nothing of it counts")
	case r.Amount.Currency != o.Total.Currency:
		return nil, crm.Wrong(op, "amount.currency", "must be the order's, %s", o.Total.Currency)
	case r.Amount.Minor == 0:
		return nil, crm.Wrong(op, "amount.minor", "must be greater than zero")
	case r.Amount.Minor > left:
		return nil, crm.Wrong(op, "amount.minor", "must be at most what is left of the order, %d", left)
	}
	out := api.Promise(ctx, l.refundAnswer(found{o.Order, o.holder, append(o.refunds, r), o.turn + 1}, r))
	if err := l.orders.RefundOrder(ctx, o.holder, r, o.turn); err != nil {
		return nil, err
	}
	return out, nil
}

func (l leaf) refundAnswer(o found, r crm.Refund) *refundAnswer {
	out := &refundAnswer{ETag: api.ETag(revision(o))}
	out.Body.ID, out.Body.Order = r.Key.ID, l.shown(o.Order, refunded(o.refunds))
	return out
}
