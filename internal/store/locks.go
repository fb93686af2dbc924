package store

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
	"guanxi/internal/seal"
)

// A lock item stands for one phone, e-mail, card or platform account, under
// its blind index, and names the one customer who holds it. Others who name
// the same value leave claims under the same partition.

type lockItem struct {
	PK       string         `dynamodbav:"PK"`
	Customer crm.CustomerID `dynamodbav:"customer"`
}

func (c Customers) lock(ctx context.Context, k customer.Key) (key, error) {
	index, err := c.index(ctx, k)
	return lockKey(string(k.Kind), index), err
}

func (c Customers) index(ctx context.Context, k customer.Key) (string, error) {
	kind := string(k.Kind)
	if k.Connection != "" { // platforms number their accounts each for itself
		kind += "/" + string(k.Connection)
	}
	return c.seal.keys.Index(ctx, kind, k.Value)
}

// Holders answers for each key, in the same order, who holds it; empty:
// nobody. Unless strong, the answer may be a moment old, for half the price.
func (c Customers) Holders(ctx context.Context, keys []customer.Key, strong bool) ([]crm.CustomerID, error) {
	const op = "store.Holders"
	if len(keys) == 0 {
		return nil, nil
	}
	locks := make([]key, len(keys))
	var wanted []item
	seen := map[key]bool{}
	for i, k := range keys {
		lock, err := c.lock(ctx, k)
		if err != nil {
			return nil, err
		}
		locks[i] = lock
		if !seen[lock] {
			wanted = append(wanted, lock.attributes())
			seen[lock] = true
		}
	}
	held := map[string]crm.CustomerID{}
	for len(wanted) > 0 {
		answer, err := c.table.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
			c.table.name: {Keys: wanted, ConsistentRead: &strong}}})
		if err != nil {
			return nil, failed(op, err)
		}
		for _, i := range answer.Responses[c.table.name] {
			var stored lockItem
			if err := decode(op, i, &stored); err != nil {
				return nil, err
			}
			held[stored.PK] = stored.Customer
		}
		rest := answer.UnprocessedKeys[c.table.name].Keys
		if len(rest) == len(wanted) {
			return nil, crm.Fail(op, crm.Unavailable, "the database is too busy")
		}
		wanted = rest
	}
	holders := make([]crm.CustomerID, len(keys))
	for i, lock := range locks {
		holders[i] = held[lock.PK]
	}
	return holders, nil
}

// ClaimSignUp keeps, under a key that somebody holds, what somebody stated who
// signed up with it: for a person to look at, since it may be the holder, or
// anybody. The last statement at a store replaces the one before.
func (c Customers) ClaimSignUp(ctx context.Context, k customer.Key, stated customer.Profile) error {
	const op = "store.ClaimSignUp"
	index, err := c.index(ctx, k)
	if err != nil {
		return err
	}
	claim := signUpClaimKey(string(k.Kind), index, stated.HomeStore)
	sealed, err := c.seal.seal(ctx, seal.Contact, claim, statedAttribute, stated)
	if err != nil {
		return err
	}
	at := str(timeKey(stated.CreatedAt))
	w := write{table: c.table, key: claim, when: "attribute_not_exists(PK) OR #at < :at", names: map[string]string{"#at": "at"}, values: item{":at": at},
		put: item{"at": at, statedAttribute: sealed}}
	_, err = accepted(w.do(ctx, op))
	return err
}

const statedAttribute = "stated"

// Claim notes that a customer named a key that somebody else holds: a
// candidate for a link. Noted already, nothing is written.
func (c Customers) Claim(ctx context.Context, k customer.Key, by crm.CustomerID) error {
	index, err := c.index(ctx, k)
	if err != nil {
		return err
	}
	w := write{table: c.table, key: claimKey(string(k.Kind), index, by), when: "attribute_not_exists(PK)",
		put: item{"customer": str(string(by)), "at": str(timeKey(crm.AsOf(ctx)))}}
	_, err = accepted(w.do(ctx, "store.Claim"))
	return err
}
