package store

import (
	"context"

	"guanxi/internal/crm"
)

// What people do to an order of our own is one transaction: the fact, the
// order's partition and the audit entry, or nothing. A change takes a turn, a
// number beside the order's address: of two who both saw turn 3 only one gets
// turn 4. So an amendment and a refund at the same moment can't together give
// back more than was paid.

// RecordOrder writes a new order and its address.
func (f Facts) RecordOrder(ctx context.Context, o crm.Order) error {
	fact, err := f.order(ctx, o)
	if err != nil {
		return err
	}
	return together(ctx, "store.RecordOrder", f.address(o.Key, f.holder(o)), fact, f.deed(ctx, "record-order", o.Key))
}

// AmendOrder states an order anew, whatever its version was, for whoever has
// seen its turn; Conflict where that is over.
func (f Facts) AmendOrder(ctx context.Context, o crm.Order, turn int64) error {
	fact, err := f.order(ctx, o)
	if err != nil {
		return err
	}
	fact.when = "attribute_exists(#version) AND attribute_not_exists(gone)"
	return together(ctx, "store.AmendOrder", fact, f.take(o.Key, turn), f.deed(ctx, "amend-order", o.Key))
}

// RefundOrder writes a refund to both its places, the order's partition and its
// customer's, for whoever has seen the order's turn.
func (f Facts) RefundOrder(ctx context.Context, id crm.CustomerID, r crm.Refund, turn int64) error {
	parked, err := f.refund(ctx, parkedKey(r.Key), r)
	if err != nil {
		return err
	}
	fact, err := f.refund(ctx, refundFactKey(id, r.Key), r)
	if err != nil {
		return err
	}
	return together(ctx, "store.RefundOrder", parked, fact, f.take(r.Key.Order, turn), f.deed(ctx, "refund-order", r.Key.Order))
}

// take is the write that takes the turn after the one that was seen.
func (f Facts) take(o crm.OrderKey, turn int64) write {
	w := write{table: f.table, key: addressKey(o), when: "turn = :seen", update: "SET turn = :next",
		values: item{":seen": num(turn), ":next": num(turn + 1)}}
	if turn == 0 {
		w.when, w.values = "attribute_exists(PK) AND attribute_not_exists(turn)", item{":next": num(1)}
	}
	return w
}

func (f Facts) deed(ctx context.Context, action string, o crm.OrderKey) write {
	return f.audit.entry(ctx, action, orderPK(o))
}

// RefundsOfAll is RefundsOf for many orders at once, by order; half a read unit
// an order.
func (f Facts) RefundsOfAll(ctx context.Context, orders []crm.OrderKey) (map[crm.OrderKey][]crm.Refund, error) {
	found := make([][]crm.Refund, len(orders))
	err := atOnce(len(orders), func(i int) (err error) {
		found[i], err = f.RefundsOf(ctx, orders[i])
		return err
	})
	refunds := map[crm.OrderKey][]crm.Refund{}
	for i, o := range orders {
		if len(found[i]) > 0 {
			refunds[o] = found[i]
		}
	}
	return refunds, err
}
