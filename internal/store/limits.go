package store

import (
	"context"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/seal"
)

// Limits counts how often somebody does something within an hour. Who it is
// lies under a blind index, since it may be a network address.
type Limits struct {
	table table
	keys  *seal.Keys
}

// NewLimits counts in the table Operations.
func NewLimits(db DB, name string, keys *seal.Keys) Limits {
	return Limits{table{db.client, name}, keys}
}

// Take counts one more; crm.TooMany, with the time until the next hour, where
// there have been most already. One write unit, refused or not.
func (l Limits) Take(ctx context.Context, name, who string, most int) error {
	const op = "store.Take"
	index, err := l.keys.Index(ctx, "limit/"+name, who)
	if err != nil {
		return err
	}
	now := crm.AsOf(ctx)
	next := now.Truncate(time.Hour).Add(time.Hour)
	w := write{table: l.table, key: key{limitPK(name, index), limitSK(now)}, update: "SET expires_at = :gone ADD taken :one",
		when: "attribute_not_exists(taken) OR taken < :most", values: item{":one": num(1), ":most": num(int64(most)), ":gone": num(next.Add(time.Hour).Unix())}}
	err = w.do(ctx, op)
	if crm.KindOf(err) == crm.Conflict {
		return &crm.Error{Op: op, Kind: crm.TooMany, Detail: "too often within an hour", RetryAfter: next.Sub(now)}
	}
	return err
}
