package store

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guanxi/internal/crm"
	"guanxi/internal/survey"
)

// People says who may see a customer: all that most functions need to know of
// Customers, and nothing that is sealed.
type People struct{ table table }

// NewPeople reads the table Customers.
func NewPeople(db DB, customers string) People { return People{table{db.client, customers}} }

// Glance is what those may know of a customer who do not see them: the name,
// of which they are shown the first letter, and the level. NotFound where there
// is none. One read of two items, a moment old at most.
func (p People) Glance(ctx context.Context, id crm.CustomerID) (name, level string, err error) {
	const op = "store.Glance"
	answer, err := p.table.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{p.table.name: {
		Keys:                 []item{profileKey(id).attributes(), decisionKey(id).attributes()},
		ProjectionExpression: aws.String("SK, #name, deleted, classes.#level"), ExpressionAttributeNames: map[string]string{"#name": "name", "#level": "level"}}}})
	if err != nil {
		return "", "", failed(op, err)
	}
	if len(answer.UnprocessedKeys) > 0 {
		return "", "", crm.Fail(op, crm.Unavailable, "the database is too busy")
	}
	found := false
	for _, i := range answer.Responses[p.table.name] {
		var stored struct {
			SK      string `dynamodbav:"SK"`
			Name    string `dynamodbav:"name"`
			Deleted string `dynamodbav:"deleted"`
			Classes struct {
				Level string `dynamodbav:"level"`
			} `dynamodbav:"classes"`
		}
		if err := decode(op, i, &stored); err != nil {
			return "", "", err
		}
		if stored.SK == skProfile {
			name, found = stored.Name, stored.Deleted == ""
		} else {
			level = stored.Classes.Level
		}
	}
	if !found {
		return "", "", crm.Fail(op, crm.NotFound, "there is no such customer")
	}
	return name, level, nil
}

// Reach says who may see the customer: the stores where they are at home or
// bought, and their owner. One read of two items, a moment old at most.
func (p People) Reach(ctx context.Context, id crm.CustomerID) (stores []crm.StoreID, owner crm.Subject, err error) {
	stored, err := p.lean(ctx, "store.Reach", id)
	if err != nil {
		return nil, "", err
	}
	return stored.stores(), stored.Owner, nil
}

// Respondent is what is known of somebody who is asked or answers, at the price
// of Reach.
func (p People) Respondent(ctx context.Context, id crm.CustomerID) (survey.Respondent, error) {
	stored, err := p.lean(ctx, "store.Respondent", id)
	return survey.Respondent{Home: stored.Home, Level: stored.Classes.Level, Tier: stored.Classes.Tier}, err
}

// ReachAll is Reach for several customers, each named once; who is not there is
// not in the answer.
func (p People) ReachAll(ctx context.Context, ids []crm.CustomerID) (map[crm.CustomerID]crm.Reach, error) {
	stored, err := p.leanAll(ctx, "store.ReachAll", ids)
	all := make(map[crm.CustomerID]crm.Reach, len(stored))
	for id, i := range stored {
		all[id] = crm.Reach{Stores: i.stores(), Owner: i.Owner}
	}
	return all, err
}

// leanItem is the clear part of a profile and of its standing decision.
type leanItem struct {
	Owner   crm.Subject   `dynamodbav:"owner"`
	Home    crm.StoreID   `dynamodbav:"home_store"`
	Stores  []crm.StoreID `dynamodbav:"stores"`
	Classes struct {
		Level string `dynamodbav:"level"`
		Tier  string `dynamodbav:"tier"`
	} `dynamodbav:"classes"`
	there bool // and not deleted
}

func (i leanItem) stores() []crm.StoreID {
	if i.Home == "" {
		return i.Stores
	}
	return append(i.Stores, i.Home)
}

// lean reads both items at once; NotFound without a profile.
func (p People) lean(ctx context.Context, op string, id crm.CustomerID) (leanItem, error) {
	all, err := p.leanAll(ctx, op, []crm.CustomerID{id})
	if err != nil {
		return leanItem{}, err
	}
	both, found := all[id]
	if !found {
		return both, crm.Fail(op, crm.NotFound, "there is no such customer")
	}
	return both, nil
}

// perRead is how many customers one read covers: it takes 100 keys.
const perRead = 50

func (p People) leanAll(ctx context.Context, op string, ids []crm.CustomerID) (map[crm.CustomerID]leanItem, error) {
	all := make(map[crm.CustomerID]leanItem, len(ids))
	for some := range slices.Chunk(ids, perRead) {
		var keys []item
		for _, id := range some {
			keys = append(keys, profileKey(id).attributes(), decisionKey(id).attributes())
		}
		answer, err := p.table.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{p.table.name: {Keys: keys,
			ProjectionExpression: aws.String("PK, SK, #owner, home_store, deleted, stores, classes"), ExpressionAttributeNames: map[string]string{"#owner": "owner"}}}})
		if err != nil {
			return nil, failed(op, err)
		}
		if len(answer.UnprocessedKeys) > 0 {
			return nil, crm.Fail(op, crm.Unavailable, "the database is too busy")
		}
		if err := both(op, answer.Responses[p.table.name], all); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// both joins profiles and decisions, which share no attribute but the keys, of
// those whose profile is there.
func both(op string, items []item, all map[crm.CustomerID]leanItem) error {
	for _, i := range items {
		id := crm.CustomerID(split(text(i[attrPK]))[1])
		stored := all[id]
		if text(i[attrSK]) == skProfile {
			stored.there = text(i["deleted"]) == ""
		}
		if err := decode(op, i, &stored); err != nil {
			return err
		}
		all[id] = stored
	}
	maps.DeleteFunc(all, func(_ crm.CustomerID, i leanItem) bool { return !i.there })
	return nil
}
