package store

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
)

// What lists tell about several customers at once, a moment old at most. A read
// costs half a unit for each of them.

// Names are the customers' names; who is gone, or never was, has no entry.
func (p People) Names(ctx context.Context, ids []crm.CustomerID) (map[crm.CustomerID]string, error) {
	const op = "store.Names"
	names := map[crm.CustomerID]string{}
	err := p.table.several(ctx, op, ids, profileKey, "PK, #name, deleted", map[string]string{"#name": "name"}, func(i item) error {
		if i["deleted"] == nil {
			names[customerOf(i)] = text(i["name"])
		}
		return nil
	})
	return names, err
}

// Several are the customers' standing decisions; who has none has no entry.
func (d Decisions[M, C]) Several(ctx context.Context, ids []crm.CustomerID) (map[crm.CustomerID]decision.Record[M, C], error) {
	records := map[crm.CustomerID]decision.Record[M, C]{}
	err := d.customers.several(ctx, "store.Several", ids, decisionKey, "", nil, func(i item) error {
		change, err := d.read(ctx, customerOf(i), i)
		records[change.Customer] = change.Record
		return err
	})
	return records, err
}

// maxBatch is how many items DynamoDB reads at once.
const maxBatch = 100

// several calls each with the item that each customer has under a key.
func (t table) several(ctx context.Context, op string, ids []crm.CustomerID, place func(crm.CustomerID) key, attributes string, names map[string]string, each func(item) error) error {
	wanted := slices.Clone(ids)
	slices.Sort(wanted)
	for some := range slices.Chunk(slices.Compact(wanted), maxBatch) {
		ask := types.KeysAndAttributes{ProjectionExpression: optional(attributes), ExpressionAttributeNames: names, ConsistentRead: aws.Bool(false)}
		for _, id := range some {
			ask.Keys = append(ask.Keys, place(id).attributes())
		}
		answer, err := t.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{t.name: ask}})
		if err != nil {
			return failed(op, err)
		}
		if len(answer.UnprocessedKeys) > 0 {
			return crm.Fail(op, crm.Unavailable, "the database is too busy")
		}
		for _, i := range answer.Responses[t.name] {
			if err := each(i); err != nil {
				return err
			}
		}
	}
	return nil
}

// customerOf is whose partition an item lies in.
func customerOf(i item) crm.CustomerID {
	parts := split(text(i[attrPK]))
	return crm.CustomerID(parts[len(parts)-1])
}
