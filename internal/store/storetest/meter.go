package storetest

import (
	"context"
	"math"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
)

// Meter sums the capacity units of every request that passes through a client.
// Single writes and reads are counted as the server reports them; of
// transactions DynamoDB Local reports too little (it rounds their sum, AWS
// rounds each item up and doubles it), so those are calculated from their
// items: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
// ("Capacity management for transactions").
type Meter struct {
	mu   sync.Mutex
	used Units
}

// Units are write and read request units, and the requests that used them.
type Units struct {
	Write, Read float64
	Requests    int
}

// Of measures what f uses.
func (m *Meter) Of(f func()) Units {
	m.mu.Lock()
	before := m.used
	m.mu.Unlock()
	f()
	m.mu.Lock()
	defer m.mu.Unlock()
	return Units{m.used.Write - before.Write, m.used.Read - before.Read, m.used.Requests - before.Requests}
}

// Option installs the meter in a client.
func (m *Meter) Option(o *dynamodb.Options) {
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("meter", m.handle), middleware.Before)
	})
}

func (m *Meter) handle(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	total := types.ReturnConsumedCapacityTotal
	switch p := in.Parameters.(type) {
	case *dynamodb.GetItemInput:
		p.ReturnConsumedCapacity = total
	case *dynamodb.QueryInput:
		p.ReturnConsumedCapacity = total
	case *dynamodb.ScanInput:
		p.ReturnConsumedCapacity = total
	case *dynamodb.BatchGetItemInput:
		p.ReturnConsumedCapacity = total
	case *dynamodb.PutItemInput:
		p.ReturnConsumedCapacity = total
	case *dynamodb.UpdateItemInput:
		p.ReturnConsumedCapacity = total
	case *dynamodb.DeleteItemInput:
		p.ReturnConsumedCapacity = total
	}
	out, metadata, err := next.HandleInitialize(ctx, in)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used.Requests++
	if err != nil {
		switch in.Parameters.(type) {
		case *dynamodb.PutItemInput, *dynamodb.UpdateItemInput, *dynamodb.DeleteItemInput:
			m.used.Write++ // a refused write is billed by the size of the item that refused it: ours are below 1 KB
		}
		return out, metadata, err
	}
	switch r := out.Result.(type) {
	case *dynamodb.GetItemOutput:
		m.read(r.ConsumedCapacity)
	case *dynamodb.QueryOutput:
		m.read(r.ConsumedCapacity)
	case *dynamodb.ScanOutput:
		m.read(r.ConsumedCapacity)
	case *dynamodb.BatchGetItemOutput:
		for i := range r.ConsumedCapacity {
			m.read(&r.ConsumedCapacity[i])
		}
	case *dynamodb.PutItemOutput:
		m.write(r.ConsumedCapacity)
	case *dynamodb.UpdateItemOutput:
		m.write(r.ConsumedCapacity)
	case *dynamodb.DeleteItemOutput:
		m.write(r.ConsumedCapacity)
	case *dynamodb.TransactWriteItemsOutput:
		for _, action := range in.Parameters.(*dynamodb.TransactWriteItemsInput).TransactItems {
			units := math.Ceil(float64(actionSize(action)) / 1024)
			m.used.Write += 2*units + float64(places(action))*units
		}
	}
	return out, metadata, err
}

func (m *Meter) read(c *types.ConsumedCapacity)  { m.used.Read += *c.CapacityUnits }
func (m *Meter) write(c *types.ConsumedCapacity) { m.used.Write += *c.CapacityUnits }

// places is in how many indexes an action writes; those are not doubled, and
// what leaves an index is left out.
func places(a types.TransactWriteItem) (n int) {
	written := map[string]types.AttributeValue{}
	if a.Put != nil {
		written = a.Put.Item
	}
	for name := range written {
		if strings.HasSuffix(name, "_pk") {
			n++
		}
	}
	return n
}

// actionSize is the size of the item that an action writes: of an update, as
// much of it as the update names, which for ours is all.
func actionSize(a types.TransactWriteItem) int {
	switch {
	case a.Put != nil:
		return itemSize(a.Put.Item)
	case a.Update != nil:
		return itemSize(a.Update.Key) + itemSize(a.Update.ExpressionAttributeValues)
	}
	return 1 // checks and deletions of small items: one unit, doubled
}

// itemSize follows "DynamoDB item sizes and formats" of the developer guide.
func itemSize(i map[string]types.AttributeValue) (n int) {
	for name, v := range i {
		n += len(name) + valueSize(v)
	}
	return n
}

func valueSize(v types.AttributeValue) (n int) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return len(v.Value)
	case *types.AttributeValueMemberB:
		return len(v.Value)
	case *types.AttributeValueMemberN:
		return len(v.Value)/2 + 2
	case *types.AttributeValueMemberSS:
		for _, s := range v.Value {
			n += len(s)
		}
		return n + 3
	case *types.AttributeValueMemberL:
		for _, e := range v.Value {
			n += valueSize(e) + 1
		}
		return n + 3
	case *types.AttributeValueMemberM:
		return itemSize(v.Value) + len(v.Value) + 3
	}
	return 1
}
