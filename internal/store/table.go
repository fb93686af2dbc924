package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"guanxi/internal/crm"
)

// DB is a connection to DynamoDB; every store is made from one.
type DB struct{ client *dynamodb.Client }

// Open connects to DynamoDB; options are for tests, which meter units.
func Open(cfg aws.Config, options ...func(*dynamodb.Options)) DB {
	return DB{dynamodb.NewFromConfig(cfg, options...)}
}

// table is the seam to the SDK: every request of the store passes through one
// of its methods, and every error is translated here, once. A lost condition
// becomes a crm.Conflict; what a retry may mend becomes crm.Unavailable.
type table struct {
	client *dynamodb.Client
	name   string
}

type item = map[string]types.AttributeValue

// str and num make attribute values of the two common types.
func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func num(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: fmt.Sprint(n)}
}

// text is the string that an attribute holds, "" where it holds none.
func text(v types.AttributeValue) string {
	if s, ok := v.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

func (k key) attributes() item { return item{attrPK: str(k.PK), attrSK: str(k.SK)} }

// write is one guarded change: an expression over one item. Every write states
// its condition; where none is needed, when says why there is none.
type write struct {
	table  table
	key    key
	put    item   // a whole item, or
	update string // an update expression, or
	remove bool   // a deletion
	when   string // the condition
	names  map[string]string
	values item
	deed   bool // an audit entry: what is written with it is a person's doing
}

// drop lets an update remove attributes.
func (w *write) drop(names ...string) {
	for i, name := range names {
		w.names["#"+name] = name
		w.update += []string{" REMOVE #", ", #"}[min(i, 1)] + name
	}
}

// do carries out one write on its own.
func (w write) do(ctx context.Context, op string) error {
	var err error
	switch {
	case w.put != nil:
		_, err = w.table.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &w.table.name, Item: w.whole(),
			ConditionExpression: optional(w.when), ExpressionAttributeNames: w.names, ExpressionAttributeValues: w.values})
	case w.remove:
		_, err = w.table.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &w.table.name, Key: w.key.attributes(),
			ConditionExpression: optional(w.when), ExpressionAttributeNames: w.names, ExpressionAttributeValues: w.values})
	default:
		_, err = w.table.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &w.table.name, Key: w.key.attributes(),
			UpdateExpression: &w.update, ConditionExpression: optional(w.when), ExpressionAttributeNames: w.names, ExpressionAttributeValues: w.values,
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}) // free, and says why it was refused
	}
	return failed(op, err)
}

func (w write) whole() item {
	all := w.key.attributes()
	maps.Copy(all, w.put)
	return all
}

func (w write) action() types.TransactWriteItem {
	switch {
	case w.put != nil:
		return types.TransactWriteItem{Put: &types.Put{TableName: &w.table.name, Item: w.whole(),
			ConditionExpression: optional(w.when), ExpressionAttributeNames: w.names, ExpressionAttributeValues: w.values}}
	case w.remove:
		return types.TransactWriteItem{Delete: &types.Delete{TableName: &w.table.name, Key: w.key.attributes(),
			ConditionExpression: optional(w.when), ExpressionAttributeNames: w.names, ExpressionAttributeValues: w.values}}
	case w.update != "":
		return types.TransactWriteItem{Update: &types.Update{TableName: &w.table.name, Key: w.key.attributes(),
			UpdateExpression: &w.update, ConditionExpression: optional(w.when), ExpressionAttributeNames: w.names, ExpressionAttributeValues: w.values}}
	}
	return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: &w.table.name, Key: w.key.attributes(),
		ConditionExpression: &w.when, ExpressionAttributeNames: w.names, ExpressionAttributeValues: w.values}}
}

// together carries out all writes or none. They may span tables. A person's
// deed is joined by the record of its answer, where one is asked for.
func together(ctx context.Context, op string, writes ...write) error {
	record := recordingOf(ctx, writes)
	if record != nil {
		w, err := record.write(ctx)
		if err != nil {
			return err
		}
		writes = append(writes, w)
	}
	if len(writes) == 1 {
		return writes[0].do(ctx, op)
	}
	actions := make([]types.TransactWriteItem, len(writes))
	for i, w := range writes {
		actions[i] = w.action()
	}
	_, err := writes[0].table.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: actions})
	if record == nil {
		return failed(op, err)
	}
	if before := repeated(op, err); before != nil {
		return before
	}
	record.done = err == nil
	return failed(op, err)
}

// get reads one item into out; false when it is not there.
func (t table) get(ctx context.Context, op string, k key, consistent bool, out any) (bool, error) {
	stored, err := t.item(ctx, op, k, consistent)
	if err != nil || stored == nil {
		return false, err
	}
	return true, decode(op, stored, out)
}

// item reads one item as it lies; nil when it is not there.
func (t table) item(ctx context.Context, op string, k key, consistent bool) (item, error) {
	answer, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &t.name, Key: k.attributes(), ConsistentRead: &consistent})
	if err != nil {
		return nil, failed(op, err)
	}
	return answer.Item, nil
}

// query is a read of a part of one partition, in the order of the sort key.
type query struct {
	table      table
	index      index // zero: the table itself
	pk         string
	prefix     string // of the sort key; or
	between    [2]string
	after      item // where the page before ended
	newest     bool // descending
	limit      int  // 0: all there is, over as many pages as it takes
	consistent bool
	units      *float64 // where it is set, the read units are added to it
}

// run calls each with every item; it returns the place of the last one when the
// limit cut off more.
func (q query) run(ctx context.Context, op string, each func(item) error) (next item, err error) {
	pk, sk := attrPK, attrSK
	if q.index != (index{}) {
		pk, sk = q.index.pk, q.index.sk
	}
	in := &dynamodb.QueryInput{TableName: &q.table.name, IndexName: optional(q.index.name), ConsistentRead: &q.consistent,
		ScanIndexForward: aws.Bool(!q.newest), ExclusiveStartKey: q.after,
		KeyConditionExpression: aws.String("#pk = :pk"), ExpressionAttributeNames: map[string]string{"#pk": pk},
		ExpressionAttributeValues: item{":pk": str(q.pk)}}
	switch {
	case q.prefix != "":
		in.KeyConditionExpression = aws.String("#pk = :pk AND begins_with(#sk, :sk)")
		in.ExpressionAttributeNames["#sk"], in.ExpressionAttributeValues[":sk"] = sk, str(q.prefix)
	case q.between != [2]string{}:
		in.KeyConditionExpression = aws.String("#pk = :pk AND #sk BETWEEN :from AND :to")
		in.ExpressionAttributeNames["#sk"] = sk
		in.ExpressionAttributeValues[":from"], in.ExpressionAttributeValues[":to"] = str(q.between[0]), str(q.between[1])
	}
	if q.units != nil {
		in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	}
	seen := 0
	var last item
	for {
		if q.limit > 0 {
			in.Limit = aws.Int32(int32(q.limit + 1 - seen)) // one more tells whether there is a next page
		}
		page, err := q.table.client.Query(ctx, in)
		if err != nil {
			return nil, failed(op, err)
		}
		if q.units != nil {
			*q.units += aws.ToFloat64(page.ConsumedCapacity.CapacityUnits)
		}
		for _, i := range page.Items {
			if q.limit > 0 && seen == q.limit {
				return q.place(last), nil
			}
			if err := each(i); err != nil {
				return nil, err
			}
			last = i
			seen++
		}
		if page.LastEvaluatedKey == nil {
			return nil, nil
		}
		in.ExclusiveStartKey = page.LastEvaluatedKey
	}
}

// place is where an item lies in what is queried: the next page starts after it.
func (q query) place(i item) item {
	at := item{attrPK: i[attrPK], attrSK: i[attrSK]}
	if q.index != (index{}) {
		at[q.index.pk], at[q.index.sk] = i[q.index.pk], i[q.index.sk]
	}
	return at
}

// cursor is a place in an index as text, "" for the end; at reads it.
func (q query) cursor(place item) string {
	if place == nil {
		return ""
	}
	return join(text(place[attrPK]), text(place[attrSK]), text(place[q.index.sk]))
}

func (q query) at(op, cursor string) (item, error) {
	if cursor == "" {
		return nil, nil
	}
	parts := split(cursor)
	if len(parts) != 3 {
		return nil, crm.Fail(op, crm.Malformed, "not a cursor of this list")
	}
	return item{attrPK: str(parts[0]), attrSK: str(parts[1]), q.index.pk: str(q.pk), q.index.sk: str(parts[2])}, nil
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func encode(op string, v any) (item, error) {
	i, err := attributevalue.MarshalMap(v)
	if err != nil {
		return nil, &crm.Error{Op: op, Err: err}
	}
	return i, nil
}

func decode(op string, i item, out any) error {
	if err := attributevalue.UnmarshalMap(i, out); err != nil {
		return &crm.Error{Op: op, Err: err}
	}
	return nil
}

// retryAfter is what a caller is told to wait when DynamoDB does not answer.
const retryAfter = 2 * time.Second

// failed translates the SDK's errors; nil stays nil.
func failed(op string, err error) error {
	if err == nil {
		return nil
	}
	if _, lost := errors.AsType[*types.ConditionalCheckFailedException](err); lost {
		return &crm.Error{Op: op, Kind: crm.Conflict, Detail: "somebody else was first", Err: err}
	}
	if cancelled, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
		for _, reason := range cancelled.CancellationReasons {
			if aws.ToString(reason.Code) == "ConditionalCheckFailed" {
				return &crm.Error{Op: op, Kind: crm.Conflict, Detail: "somebody else was first", Err: err}
			}
		}
		return &crm.Error{Op: op, Kind: crm.Unavailable, RetryAfter: retryAfter, Err: err}
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		switch api.ErrorCode() {
		case "ValidationException", "ResourceNotFoundException", "AccessDeniedException", "SerializationException":
			return &crm.Error{Op: op, Err: err}
		}
	}
	if errors.Is(err, context.Canceled) {
		return &crm.Error{Op: op, Err: err}
	}
	// throttled, timed out, refused or broken off: all of it may pass
	return &crm.Error{Op: op, Kind: crm.Unavailable, Detail: "the database does not answer", RetryAfter: retryAfter, Err: err}
}
