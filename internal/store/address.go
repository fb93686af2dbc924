package store

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guanxi/internal/crm"
	"guanxi/internal/webhook/intake"
)

// An order has a partition of its own, apart from its customer's. It holds the
// order's address (which customer it belongs to) and what came for the order
// and names no customer: refunds and its deletion. Whoever writes one side
// reads the other afterwards, strongly consistent; so whichever comes last
// joins the two, and nothing waits for ever.

type addressItem struct {
	SK       string         `dynamodbav:"SK"`
	Customer crm.CustomerID `dynamodbav:"customer"`
}

// Address reads an order's partition, strongly consistent.
func (f Facts) Address(ctx context.Context, o crm.OrderKey) (intake.Address, error) {
	const op = "store.Address"
	var a intake.Address
	q := query{table: f.table, pk: orderPK(o), consistent: true}
	_, err := q.run(ctx, op, func(i item) error {
		var stored struct {
			factItem
			Customer crm.CustomerID `dynamodbav:"customer"`
			Turn     int64          `dynamodbav:"turn"`
		}
		if err := decode(op, i, &stored); err != nil {
			return err
		}
		switch stored.SK {
		case skAddress:
			a.Customer, a.Turn = stored.Customer, stored.Turn
		case skGone:
			a.Gone, a.Deletion = true, stored.origin()
		default:
			r, err := f.readRefund(ctx, stored.factItem)
			if err != nil {
				return err
			}
			a.Refunds = append(a.Refunds, r)
		}
		return nil
	})
	return a, err
}

// Claim gives the order's address to a customer; the first writer wins. It
// returns the winner.
func (f Facts) Claim(ctx context.Context, o crm.OrderKey, id crm.CustomerID) (crm.CustomerID, error) {
	const op = "store.Claim"
	err := f.address(o, id).do(ctx, op)
	if crm.KindOf(err) != crm.Conflict {
		return id, err
	}
	var winner addressItem
	if _, err := f.table.get(ctx, op, addressKey(o), true, &winner); err != nil {
		return "", err
	}
	return winner.Customer, nil
}

// address is the write that gives an order without an address to a customer.
func (f Facts) address(o crm.OrderKey, id crm.CustomerID) write {
	return write{table: f.table, key: addressKey(o), when: "attribute_not_exists(PK)", put: item{"customer": str(string(id))}}
}

// Move hands a newer statement of an order to another customer: its address, a
// tombstone where it was (which wakes and keeps its rev) and the new fact, all
// or nothing. False: a newer statement stands, or the address moved meanwhile.
func (f Facts) Move(ctx context.Context, from crm.CustomerID, o crm.Order) (bool, error) {
	const op = "store.Move"
	address := write{table: f.table, key: addressKey(o.Key), when: "customer = :from",
		update: "SET customer = :to", values: item{":from": str(string(from)), ":to": str(string(o.Customer))}}
	left := write{table: f.table, key: orderFactKey(from, o.Key), when: newer,
		update: "SET #version = :version, #state = :moved, gone = :gone, moved = :gone, recorded = :recorded ADD rev :one" + daysIndex().leave(),
		names:  map[string]string{"#version": "version", "#state": "state"},
		values: item{":version": str(string(o.Version)), ":moved": str(string(crm.OrderDeleted)), ":one": num(1),
			":gone": &types.AttributeValueMemberBOOL{Value: true}, ":recorded": str(timeKey(o.Origin.RecordedAt))}}
	arrived, err := f.order(ctx, o)
	if err != nil {
		return false, err
	}
	// it may come back to where a tombstone of its lies
	arrived.when = "attribute_not_exists(#version) OR #version < :version"
	arrived.update += " REMOVE gone, moved"
	return accepted(together(ctx, op, address, left, arrived))
}

// ParkRefund keeps a refund under its order, wherever that may be.
func (f Facts) ParkRefund(ctx context.Context, r crm.Refund) (bool, error) {
	w, err := f.refund(ctx, parkedKey(r.Key), r)
	if err != nil {
		return false, err
	}
	return accepted(w.do(ctx, "store.ParkRefund"))
}

// ParkDeletion keeps the news that an order was deleted at its source.
func (f Facts) ParkDeletion(ctx context.Context, o crm.OrderKey, by crm.Origin) error {
	w := write{table: f.table, key: goneKey(o), when: "attribute_not_exists(PK)", put: origin(by)}
	_, err := accepted(w.do(ctx, "store.ParkDeletion"))
	return err
}

// Refund reads one refund that came for an order.
func (f Facts) Refund(ctx context.Context, r crm.RefundKey) (crm.Refund, error) {
	const op = "store.Refund"
	var stored factItem
	found, err := f.table.get(ctx, op, parkedKey(r), true, &stored)
	if err != nil {
		return crm.Refund{}, err
	}
	if !found {
		return crm.Refund{}, crm.Fail(op, crm.NotFound, "there is no such refund")
	}
	return f.readRefund(ctx, stored)
}

// RefundsOf reads all refunds that came for an order, a moment old at most.
func (f Facts) RefundsOf(ctx context.Context, o crm.OrderKey) (all []crm.Refund, err error) {
	const op = "store.RefundsOf"
	_, err = query{table: f.table, pk: orderPK(o), prefix: skParked}.run(ctx, op, func(i item) error {
		var stored factItem
		if err := decode(op, i, &stored); err != nil {
			return err
		}
		r, err := f.readRefund(ctx, stored)
		all = append(all, r)
		return err
	})
	return all, err
}
