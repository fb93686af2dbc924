package store

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"guanxi/internal/churn"
	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/figure"
)

// Each calls each with every standing decision of one segment of the base: a
// scan of Customers, without what woke the decisions.
func (d Decisions[M, C]) Each(ctx context.Context, segment, segments int, each func(decision.Record[M, C]) error) error {
	return d.scan(ctx, segment, segments, "#sk = :decision", each, nil)
}

// EachAndEndings is Each, and calls ended with every churn warning of the
// segment that was closed, in any order, for the price of the same scan.
func (d Decisions[M, C]) EachAndEndings(ctx context.Context, segment, segments int, each func(decision.Record[M, C]) error, ended func(crm.CustomerID, churn.Ending)) error {
	return d.scan(ctx, segment, segments, "#sk = :decision OR attribute_exists("+endedAttribute+")", each, ended)
}

func (d Decisions[M, C]) scan(ctx context.Context, segment, segments int, which string, each func(decision.Record[M, C]) error, ended func(crm.CustomerID, churn.Ending)) error {
	const op = "store.EachDecision"
	in := &dynamodb.ScanInput{TableName: &d.customers.name,
		Segment: aws.Int32(int32(segment)), TotalSegments: aws.Int32(int32(segments)),
		ProjectionExpression:      aws.String("#pk, #sk, guard, policy, classes, #on, changes_at, measures, stores, #in, unclear, " + endedAttribute),
		FilterExpression:          aws.String(which),
		ExpressionAttributeNames:  map[string]string{"#pk": attrPK, "#sk": attrSK, "#on": "on", "#in": "segments"},
		ExpressionAttributeValues: item{":decision": str(skDecision)}}
	for {
		page, err := d.customers.client.Scan(ctx, in)
		if err != nil {
			return failed(op, err)
		}
		for _, i := range page.Items {
			id := crm.CustomerID(split(text(i[attrPK]))[1])
			if i[endedAttribute] != nil {
				ending, err := readEnding(op, i)
				if err != nil {
					return err
				}
				ended(id, ending)
				continue
			}
			change, err := d.read(ctx, id, i)
			if err != nil {
				return err
			}
			if err := each(change.Record); err != nil {
				return err
			}
		}
		if page.LastEvaluatedKey == nil {
			return nil
		}
		in.ExclusiveStartKey = page.LastEvaluatedKey
	}
}

// chunkBytes keeps an item below DynamoDB's 400 KB.
const chunkBytes = 350 << 10

// partsFor is how long the parts of a count are kept after it.
const partsFor = 72 * time.Hour

// KeepPart stores what a segment came to, in as many items as it takes, and then
// that it is there.
func (f Figures) KeepPart(ctx context.Context, night crm.Date, segment, segments int, part figure.Base, taken time.Time) error {
	const op = "store.KeepPart"
	doc, err := deflate(part)
	if err != nil {
		return &crm.Error{Op: op, Err: err}
	}
	put := func(k key, doc []byte) error {
		w := f.guarded(k, doc, taken)
		w.put["expires_at"] = num(taken.Add(partsFor).Unix())
		_, err := accepted(w.do(ctx, op))
		return err
	}
	for chunk := 0; chunk == 0 || len(doc) > 0; chunk++ {
		size := min(len(doc), chunkBytes)
		if err := put(partKey(night, segment, segments, chunk), doc[:size]); err != nil {
			return err
		}
		doc = doc[size:]
	}
	return put(partThereKey(night, segment, segments), []byte{})
}

// PartsThere tells whether the parts of all segments are there, strongly
// consistent: of two who finish last, at least one is told so.
func (f Figures) PartsThere(ctx context.Context, night crm.Date, segments int) (bool, error) {
	there := 0
	_, err := query{table: f.table, pk: runPK(night, segments), consistent: true}.run(ctx, "store.PartsThere", func(item) error { there++; return nil })
	return there == segments, err
}

// Part reads what a segment came to.
func (f Figures) Part(ctx context.Context, night crm.Date, segment, segments int) (figure.Base, error) {
	const op = "store.Part"
	var doc []byte
	_, err := query{table: f.table, pk: partKey(night, segment, segments, 0).PK, consistent: true}.run(ctx, op, func(i item) error {
		var chunk figureItem
		err := decode(op, i, &chunk)
		doc = append(doc, chunk.Doc...)
		return err
	})
	part := figure.NewBase()
	if err == nil {
		if err = inflate(doc, &part); err != nil {
			err = &crm.Error{Op: op, Err: fmt.Errorf("segment %d of %d: %w", segment, segments, err)}
		}
	}
	return part, err
}

// KeepCounts stores what a night's count came to, for each store and for all.
func (f Figures) KeepCounts(ctx context.Context, night crm.Date, whole figure.Base, taken time.Time) error {
	const op = "store.KeepCounts"
	for store, count := range whole.Stores {
		if err := f.keep(ctx, op, countKey(&store, night), count, taken); err != nil {
			return err
		}
	}
	return f.keep(ctx, op, countKey(nil, night), whole.All, taken) // last: it says that the others are there
}

// Count reads the last count up to a date, of a store or, without one, of all;
// false where there is none.
func (f Figures) Count(ctx context.Context, store *crm.StoreID, on crm.Date) (count figure.Count, night crm.Date, found bool, err error) {
	const op = "store.Count"
	k := countKey(store, on)
	q := query{table: f.table, pk: k.PK, between: [2]string{"0", k.SK}, newest: true, limit: 1}
	_, err = q.run(ctx, op, func(i item) error {
		var stored figureItem
		if err := decode(op, i, &stored); err != nil {
			return err
		}
		found = true
		night, _ = crm.ParseDate(stored.SK) // as it was written
		if err := inflate(stored.Doc, &count); err != nil {
			return &crm.Error{Op: op, Err: err}
		}
		return nil
	})
	return count, night, found, err
}
