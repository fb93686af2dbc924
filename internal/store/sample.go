package store

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
	"guanxi/internal/seal"
	"guanxi/internal/standing"
)

// Sample reads customers as they come: a part of the base that the keys' hash
// chooses, and so nobody else.
type Sample struct {
	customers Customers
	decisions Decisions[standing.Measures, standing.Classes]
}

// NewSample reads the table Customers.
func NewSample(db DB, customers string, keys *seal.Keys, zone *time.Location) Sample {
	return Sample{NewCustomers(db, customers, "", "", keys, zone), NewDecisions[standing.Measures, standing.Classes](db, customers, "", keys)}
}

// Each calls each with the customers of one segment of the base, about most of
// them. whole tells whether those were all: about 0.5 RRU each.
func (s Sample) Each(ctx context.Context, segment, segments, most int, each func(customer.Profile, standing.Record) error) (whole bool, err error) {
	const op = "store.Sample"
	in := &dynamodb.ScanInput{TableName: &s.customers.table.name, Segment: aws.Int32(int32(segment)), TotalSegments: aws.Int32(int32(segments)),
		FilterExpression:          aws.String("SK = :decision OR SK = :profile"),
		ExpressionAttributeValues: item{":decision": str(skDecision), ":profile": str(skProfile)}}
	var decided item // it comes right before the profile of the same customer
	for seen := 0; ; {
		page, err := s.customers.table.client.Scan(ctx, in)
		if err != nil {
			return false, failed(op, err)
		}
		for _, i := range page.Items {
			if sortKeyOf(i) == skDecision {
				decided = i
				continue
			}
			if decided == nil || text(decided[attrPK]) != text(i[attrPK]) || i["deleted"] != nil {
				continue
			}
			p, r, err := s.read(ctx, customerOf(i), i, decided)
			if err != nil {
				return false, err
			}
			if err := each(p, r); err != nil {
				return false, err
			}
			seen++
		}
		if page.LastEvaluatedKey == nil {
			return segments == 1, nil
		}
		if seen >= most {
			return false, nil
		}
		in.ExclusiveStartKey = page.LastEvaluatedKey
	}
}

func (s Sample) read(ctx context.Context, id crm.CustomerID, profile, decided item) (p customer.Profile, r standing.Record, err error) {
	var stored profileItem
	if err = decode("store.Sample", profile, &stored); err != nil {
		return p, r, err
	}
	if p, err = s.customers.read(ctx, id, stored); err != nil {
		return p, r, err
	}
	change, err := s.decisions.read(ctx, id, decided)
	return p, change.Record, err
}
