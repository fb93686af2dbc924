package store

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guanxi/internal/crm"
	"guanxi/internal/seal"
)

// WrappedKeys holds the wrapped key sets, one item a class. The first use by a
// function that may wrap (settings) makes them: a new deployment has keys when
// its first setting is written.
type WrappedKeys struct {
	table   table
	wrapper seal.Wrapper
}

// NewWrappedKeys reads key sets; wrapper is nil but for the function that makes
// them.
func NewWrappedKeys(db DB, settings string, wrapper seal.Wrapper) WrappedKeys {
	return WrappedKeys{table{db.client, settings}, wrapper}
}

// Wrapped implements seal.KeySource. The first writer wins.
func (w WrappedKeys) Wrapped(ctx context.Context, class seal.Class) ([]byte, error) {
	const op = "store.Wrapped"
	k := key{pkKeys, string(class)}
	for range 2 {
		var stored struct {
			Wrapped []byte `dynamodbav:"wrapped"`
		}
		found, err := w.table.get(ctx, op, k, true, &stored)
		if err != nil || found {
			return stored.Wrapped, err
		}
		if w.wrapper == nil {
			return nil, &crm.Error{Op: op, Kind: crm.Unavailable, Detail: "this deployment has no keys yet: an admin's first setting makes them", RetryAfter: retryAfter}
		}
		wrapped, err := seal.NewWrapped(ctx, w.wrapper, class)
		if err != nil {
			return nil, err
		}
		first := write{table: w.table, key: k, put: item{"wrapped": &types.AttributeValueMemberB{Value: wrapped}}, when: "attribute_not_exists(PK)"}
		if won, err := accepted(first.do(ctx, op)); err != nil || won {
			return wrapped, err
		}
	}
	return nil, crm.Fail(op, crm.Unavailable, "the keys are being made")
}

// MakeKeys makes every class that there is not yet, so that the functions that
// only use keys find them.
func (w WrappedKeys) MakeKeys(ctx context.Context) error {
	for _, class := range seal.Classes() {
		if _, err := w.Wrapped(ctx, class); err != nil {
			return err
		}
	}
	return nil
}
