package store

import (
	"context"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/history"
	"guanxi/internal/seal"
)

// History reads every input of a customer's decision, strongly consistent.
func (f Facts) History(ctx context.Context, id crm.CustomerID) (history.Facts, error) {
	return f.history(ctx, query{table: f.table, pk: customerPK(id), prefix: skInputs, consistent: true})
}

func (f Facts) history(ctx context.Context, q query) (history.Facts, error) {
	const op = "store.History"
	var all history.Facts
	_, err := q.run(ctx, op, func(i item) error {
		var stored factItem
		if err := decode(op, i, &stored); err != nil {
			return err
		}
		all.Seen += stored.Rev
		if recorded := instant(stored.Recorded); recorded.After(all.Newest) {
			all.Newest, all.Trace = recorded, stored.Trace
		}
		return f.gather(ctx, &all, stored)
	})
	return all, err
}

// gather adds one stored fact to the others, by the kind in its key.
func (f Facts) gather(ctx context.Context, all *history.Facts, stored factItem) error {
	customer, kind, err := FactKind(stored.PK, stored.SK)
	if err != nil {
		return &crm.Error{Op: "store.History", Err: err}
	}
	switch kind {
	case "order":
		o, err := f.readOrder(ctx, customer, stored)
		if err != nil {
			return err
		}
		all.Orders = append(all.Orders, o)
	case "refund":
		r, err := f.readRefund(ctx, stored)
		if err != nil {
			return err
		}
		all.Refunds = append(all.Refunds, r)
	case "interaction":
		kept := &all.Interactions
		if stored.State == withdrawn {
			kept = &all.Withdrawn
		}
		*kept = append(*kept, readInteraction(customer, stored))
	case "answer":
		all.Answers = append(all.Answers, readAnswer(customer, stored))
	}
	return nil
}

func (f Facts) readOrder(ctx context.Context, customer crm.CustomerID, stored factItem) (crm.Order, error) {
	parts := split(stored.SK) // F ORDER connection id
	if customer.IsNobody() {
		customer = ""
	}
	o := crm.Order{Key: crm.OrderKey{Connection: crm.ConnectionID(parts[2]), ID: parts[3]}, Customer: customer,
		PlacedAt: instant(stored.At), State: crm.OrderState(stored.State), Store: stored.Store, Channel: stored.Channel,
		Version: stored.Version, Origin: stored.origin()}
	if o.State == crm.OrderDeleted && stored.Body == nil {
		return o, nil
	}
	var body orderBody
	if err := f.seal.open(ctx, seal.Amount, key{stored.PK, stored.SK}, bodyAttribute, stored.Body, &body); err != nil {
		return crm.Order{}, err
	}
	o.Total, o.Rate, o.Discount, o.Tax, o.Shipping = body.Total, body.Rate, body.Discount, body.Tax, body.Shipping
	for _, l := range body.Lines {
		o.Lines = append(o.Lines, crm.Line(l))
	}
	return o, nil
}

func (f Facts) readRefund(ctx context.Context, stored factItem) (crm.Refund, error) {
	var body refundBody
	if err := f.seal.open(ctx, seal.Amount, key{stored.PK, stored.SK}, bodyAttribute, stored.Body, &body); err != nil {
		return crm.Refund{}, err
	}
	return crm.Refund{Key: refundKeyOf(stored), At: instant(stored.At), Amount: body.Amount, Version: stored.Version, Origin: stored.origin()}, nil
}

// refundKeyOf reads a refund's name from either of its two places.
func refundKeyOf(stored factItem) crm.RefundKey {
	if owner := split(stored.PK); owner[0] == "O" { // parked: O connection order / REFUND refund
		return crm.RefundKey{Order: crm.OrderKey{Connection: crm.ConnectionID(owner[1]), ID: owner[2]}, ID: split(stored.SK)[1]}
	}
	parts := split(stored.SK) // F REFUND connection order refund
	return crm.RefundKey{Order: crm.OrderKey{Connection: crm.ConnectionID(parts[2]), ID: parts[3]}, ID: parts[4]}
}

// Order reads one order of a customer's.
func (f Facts) Order(ctx context.Context, id crm.CustomerID, o crm.OrderKey) (crm.Order, error) {
	const op = "store.Order"
	var stored factItem
	found, err := f.table.get(ctx, op, orderFactKey(id, o), true, &stored)
	if err != nil {
		return crm.Order{}, err
	}
	if !found {
		return crm.Order{}, crm.Fail(op, crm.NotFound, "there is no such order")
	}
	return f.readOrder(ctx, id, stored)
}

// Refunds reads all refunds of a customer's orders.
func (f Facts) Refunds(ctx context.Context, id crm.CustomerID) (all []crm.Refund, err error) {
	const op = "store.Refunds"
	q := query{table: f.table, pk: customerPK(id), prefix: skRefunds}
	_, err = q.run(ctx, op, func(i item) error {
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

// Orders lists a customer's orders by their keys, without those that are gone.
func (f Facts) Orders(ctx context.Context, id crm.CustomerID, limit int, after string) (page []crm.Order, next string, err error) {
	const op = "store.Orders"
	q := query{table: f.table, pk: customerPK(id), prefix: skOrders, limit: limit}
	if after != "" {
		q.after = key{customerPK(id), after}.attributes()
	}
	stopped, err := q.run(ctx, op, func(i item) error {
		var stored factItem
		if err := decode(op, i, &stored); err != nil {
			return err
		}
		o, err := f.readOrder(ctx, id, stored)
		if o.State != crm.OrderDeleted { // gone, or moved to another customer
			page = append(page, o)
		}
		return err
	})
	return page, sortKeyOf(stopped), err
}

func sortKeyOf(i item) string { return text(i[attrSK]) }

func (s factItem) origin() crm.Origin {
	return crm.Origin{Source: s.Source, Delivery: s.Delivery, Trace: s.Trace, RecordedAt: instant(s.Recorded)}
}

// instant reads what timeKey wrote; what is not an instant is the zero time.
func instant(s string) time.Time {
	t, _ := time.Parse(sortableTime, s)
	return t
}
