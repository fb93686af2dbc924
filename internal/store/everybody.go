package store

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guanxi/internal/crm"
	"guanxi/internal/history"
)

// Everybody reads the facts of the whole base, for who asks what other rules
// would make of them (ADR 0019).
type Everybody struct {
	Review
	facts Facts
}

// NewEverybody reads who there is from the table Customers, and their facts.
func NewEverybody(db DB, customers string, facts Facts) Everybody {
	return Everybody{NewReview(db, customers), facts}
}

// Histories calls each with the facts of every customer of one segment, one
// after the other, and returns the read units that it took. It reads eventually
// consistent: nothing is decided by it, and it costs half.
func (e Everybody) Histories(ctx context.Context, segment, segments int, each func(crm.CustomerID, history.Facts)) (units float64, err error) {
	const op = "store.Histories"
	in := &dynamodb.ScanInput{TableName: &e.customers.name,
		Segment: aws.Int32(int32(segment)), TotalSegments: aws.Int32(int32(segments)),
		ProjectionExpression:      aws.String("#pk"),
		FilterExpression:          aws.String("#sk = :decision"),
		ExpressionAttributeNames:  map[string]string{"#pk": attrPK, "#sk": attrSK},
		ExpressionAttributeValues: item{":decision": str(skDecision)},
		ReturnConsumedCapacity:    types.ReturnConsumedCapacityTotal}
	for {
		page, err := e.customers.client.Scan(ctx, in)
		if err != nil {
			return units, failed(op, err)
		}
		units += aws.ToFloat64(page.ConsumedCapacity.CapacityUnits)
		var one sync.Mutex
		err = atOnce(len(page.Items), func(i int) error {
			id, used := customerOf(page.Items[i]), 0.0
			facts, err := e.facts.history(ctx, query{table: e.facts.table, pk: customerPK(id), prefix: skInputs, units: &used})
			one.Lock()
			defer one.Unlock()
			units += used
			if err == nil {
				each(id, facts)
			}
			return err
		})
		if err != nil || page.LastEvaluatedKey == nil {
			return units, err
		}
		in.ExclusiveStartKey = page.LastEvaluatedKey
	}
}
