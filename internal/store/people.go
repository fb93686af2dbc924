package store

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guanxi/internal/crm"
)

// People says who may see a customer: all that most functions need to know of
// Customers, and nothing that is sealed.
type People struct{ table table }

func NewPeople(db DB, customers string) People { return People{table{db.client, customers}} }

// Reach says who may see the customer: the stores where they are at home or
// bought, and their owner. One read of two items, a moment old at most.
func (p People) Reach(ctx context.Context, id crm.CustomerID) (stores []crm.StoreID, owner crm.Subject, err error) {
	const op = "store.Reach"
	answer, err := p.table.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{p.table.name: {
		Keys:                 []item{profileKey(id).attributes(), decisionKey(id).attributes()},
		ProjectionExpression: aws.String("SK, #owner, home_store, deleted, stores"), ExpressionAttributeNames: map[string]string{"#owner": "owner"}}}})
	if err != nil {
		return nil, "", failed(op, err)
	}
	if len(answer.UnprocessedKeys) > 0 {
		return nil, "", crm.Fail(op, crm.Unavailable, "the database is too busy")
	}
	found := false
	for _, i := range answer.Responses[p.table.name] {
		var stored struct {
			SK      string        `dynamodbav:"SK"`
			Owner   crm.Subject   `dynamodbav:"owner"`
			Home    crm.StoreID   `dynamodbav:"home_store"`
			Deleted string        `dynamodbav:"deleted"`
			Stores  []crm.StoreID `dynamodbav:"stores"`
		}
		if err := decode(op, i, &stored); err != nil {
			return nil, "", err
		}
		stores = append(stores, stored.Stores...)
		if stored.SK == skProfile {
			found, owner = stored.Deleted == "", stored.Owner
			if stored.Home != "" {
				stores = append(stores, stored.Home)
			}
		}
	}
	if !found {
		return nil, "", crm.Fail(op, crm.NotFound, "there is no such customer")
	}
	return stores, owner, nil
}
