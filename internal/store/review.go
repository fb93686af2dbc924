package store

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"guanxi/internal/crm"
)

// Review reads the whole base for the nightly review: a parallel scan of
// Customers that fetches little of those who are due.
type Review struct{ customers table }

// NewReview reads the table Customers.
func NewReview(db DB, customers string) Review {
	return Review{table{db.client, customers}}
}

// Bytes is the size of the base, as DynamoDB last counted it (every six hours).
func (r Review) Bytes(ctx context.Context) (int64, error) {
	answer, err := r.customers.client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &r.customers.name})
	if err != nil {
		return 0, failed("store.Bytes", err)
	}
	return aws.ToInt64(answer.Table.TableSizeBytes), nil
}

// Due calls each with the customers of one segment whose review has come on
// today, or whom rules older than edition judged, and with those of them who
// are warned about; a page at a time.
func (r Review) Due(ctx context.Context, segment, segments int, today crm.Date, edition int64, each func(due, warned []crm.CustomerID) error) error {
	const op = "store.Due"
	in := &dynamodb.ScanInput{TableName: &r.customers.name,
		Segment: aws.Int32(int32(segment)), TotalSegments: aws.Int32(int32(segments)),
		ProjectionExpression:     aws.String("#pk, classes.warned_since"),
		FilterExpression:         aws.String("#sk = :decision AND (review_at <= :today OR guard < :edition)"),
		ExpressionAttributeNames: map[string]string{"#pk": attrPK, "#sk": attrSK},
		ExpressionAttributeValues: item{":decision": str(skDecision), ":today": str(today.String()),
			":edition": str(editionPart(edition))}}
	for {
		page, err := r.customers.client.Scan(ctx, in)
		if err != nil {
			return failed(op, err)
		}
		var due, warned []crm.CustomerID
		for _, i := range page.Items {
			var found struct {
				PK      string `dynamodbav:"PK"`
				Classes struct {
					WarnedSince crm.Date `dynamodbav:"warned_since"`
				} `dynamodbav:"classes"`
			}
			if err := decode(op, i, &found); err != nil {
				return err
			}
			id := crm.CustomerID(split(found.PK)[1])
			due = append(due, id)
			if found.Classes.WarnedSince != 0 {
				warned = append(warned, id)
			}
		}
		if err := each(due, warned); err != nil {
			return err
		}
		if page.LastEvaluatedKey == nil {
			return nil
		}
		in.ExclusiveStartKey = page.LastEvaluatedKey
	}
}

// Behind are the customers of one segment whom rules older than edition decided,
// and how many customers the segment has.
func (r Review) Behind(ctx context.Context, segment, segments int, edition int64) (behind []crm.CustomerID, customers int, err error) {
	const op = "store.Behind"
	in := &dynamodb.ScanInput{TableName: &r.customers.name,
		Segment: aws.Int32(int32(segment)), TotalSegments: aws.Int32(int32(segments)),
		ProjectionExpression:      aws.String("#pk, guard"),
		FilterExpression:          aws.String("#sk = :decision"),
		ExpressionAttributeNames:  map[string]string{"#pk": attrPK, "#sk": attrSK},
		ExpressionAttributeValues: item{":decision": str(skDecision)}}
	from := editionPart(edition)
	for {
		page, err := r.customers.client.Scan(ctx, in)
		if err != nil {
			return nil, 0, failed(op, err)
		}
		for _, i := range page.Items {
			if customers++; text(i["guard"]) < from {
				behind = append(behind, customerOf(i))
			}
		}
		if page.LastEvaluatedKey == nil {
			return behind, customers, nil
		}
		in.ExclusiveStartKey = page.LastEvaluatedKey
	}
}

// editionPart is the first part of a guard: all guards of the edition, and of
// newer ones, come after it.
func editionPart(edition int64) string { return fmt.Sprintf("%010d", edition) }
