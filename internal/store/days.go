package store

import (
	"context"

	"guanxi/internal/crm"
)

// OrdersOn lists the orders of a store ("" for those of none) that were placed
// on a local date, the newest first, without those that are gone; cancelled ones
// are among them. Limit 0 gives all; after is a cursor that an earlier call
// returned, or "". A moment old at most; half a read unit for every 4 KB, some
// four orders of three lines.
func (f Facts) OrdersOn(ctx context.Context, store crm.StoreID, on crm.Date, limit int, after string) (page []crm.Order, next string, err error) {
	const op = "store.OrdersOn"
	q := query{table: f.table, index: daysIndex(), pk: ordersPK(store, on), newest: true, limit: limit}
	if q.after, err = q.at(op, after); err != nil {
		return nil, "", err
	}
	stopped, err := q.run(ctx, op, func(i item) error {
		var stored factItem
		if err := decode(op, i, &stored); err != nil {
			return err
		}
		customer, _, err := FactKind(stored.PK, stored.SK)
		if err != nil {
			return &crm.Error{Op: op, Err: err}
		}
		o, err := f.readOrder(ctx, customer, stored)
		page = append(page, o)
		return err
	})
	return page, q.cursor(stopped), err
}
