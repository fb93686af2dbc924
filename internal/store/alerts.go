package store

import (
	"context"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/figure"
)

// OpenAlert reads the open alert of a threshold about a store, or about all where
// it is empty; the zero one where none is open.
func (f Figures) OpenAlert(ctx context.Context, store crm.StoreID, threshold string) (a figure.Alert, err error) {
	const op = "store.OpenAlert"
	var stored figureItem
	found, err := f.table.get(ctx, op, openAlertKey(store, threshold), true, &stored)
	if err != nil || !found {
		return a, err
	}
	if err := inflate(stored.Doc, &a); err != nil {
		return a, &crm.Error{Op: op, Err: err}
	}
	return a, nil
}

// KeepAlert stores an alert; one that has closed moves to where those are. It
// does nothing where a later word about the alert is there.
func (f Figures) KeepAlert(ctx context.Context, a figure.Alert, taken time.Time) error {
	const op = "store.KeepAlert"
	open := openAlertKey(a.Store, a.Threshold.ID)
	if a.Open() {
		return f.keep(ctx, op, open, a, taken)
	}
	closed, err := f.document(op, closedAlertKey(a.Store, a.ClosedOn, a.Threshold.ID), a, taken)
	if err != nil {
		return err
	}
	gone := write{table: f.table, key: open, remove: true, when: notOlder, values: closed.values}
	_, err = accepted(together(ctx, op, gone, closed))
	return err
}

// ListAlerts lists the alerts of a store, or without one of all stores and of
// all together; the open ones by store, the closed ones within it as they closed.
func (f Figures) ListAlerts(ctx context.Context, store *crm.StoreID, open bool, limit int, after string) (page []figure.Alert, next string, err error) {
	const op = "store.ListAlerts"
	q := query{table: f.table, pk: alertsPK(open), limit: limit}
	if store != nil {
		q.prefix = alertsOf(*store)
	}
	if after != "" {
		q.after = key{q.pk, after}.attributes()
	}
	stopped, err := q.run(ctx, op, func(i item) error {
		var stored figureItem
		if err := decode(op, i, &stored); err != nil {
			return err
		}
		var a figure.Alert
		if err := inflate(stored.Doc, &a); err != nil {
			return &crm.Error{Op: op, Err: err}
		}
		page = append(page, a)
		return nil
	})
	return page, sortKeyOf(stopped), err
}
