package source

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// streamRecord is a record on its way to the function.
type streamRecord struct {
	sequence string
	created  time.Time // real, the latest that it can be
	virtual  time.Time
	lane     uint32 // hash of the item's key: one item, one order
	event    json.RawMessage
}

// wireRecord is a record as Lambda hands it over.
// ("Using AWS Lambda with Amazon DynamoDB", lambda/latest/dg/with-ddb.html)
type wireRecord struct {
	EventID        string     `json:"eventID"`
	EventName      string     `json:"eventName"`
	EventVersion   string     `json:"eventVersion"`
	EventSource    string     `json:"eventSource"`
	AWSRegion      string     `json:"awsRegion"`
	DynamoDB       wireChange `json:"dynamodb"`
	UserIdentity   *wireUser  `json:"userIdentity,omitempty"`
	EventSourceARN string     `json:"eventSourceARN"`
}

type wireChange struct {
	ApproximateCreationDateTime int64          `json:"ApproximateCreationDateTime"` // whole seconds
	Keys                        map[string]any `json:"Keys,omitempty"`
	NewImage                    map[string]any `json:"NewImage,omitempty"`
	OldImage                    map[string]any `json:"OldImage,omitempty"`
	SequenceNumber              string         `json:"SequenceNumber"`
	SizeBytes                   int64          `json:"SizeBytes"`
	StreamViewType              string         `json:"StreamViewType"`
}

// wireUser says that the TTL sweeper, not a client, removed the item.
type wireUser struct {
	Type        string `json:"type"`
	PrincipalID string `json:"principalId"`
}

// datedBy is how coarsely DynamoDB Local dates records: down to the minute, where DynamoDB rounds
// down to the second (TestStreamDates).
const datedBy = time.Minute

// toStreamRecord dates and writes a record that was read at an instant. It was made within the
// minute that DynamoDB Local gives, and before it was read; the latest such instant counts, so that
// a record is not dated before a jump of the clock that it came after. The event has whole seconds,
// as Lambda's.
func toStreamRecord(r types.Record, arn string, read time.Time, virtual func(time.Time) time.Time) (streamRecord, error) {
	change := r.Dynamodb
	if change == nil || change.SequenceNumber == nil {
		return streamRecord{}, fmt.Errorf("a stream record without a sequence number")
	}
	created := aws.ToTime(change.ApproximateCreationDateTime).Add(datedBy - 1)
	if read.Before(created) {
		created = read
	}
	dated := virtual(created).Truncate(time.Second)
	wire := wireRecord{
		EventID:        aws.ToString(r.EventID),
		EventName:      string(r.EventName),
		EventVersion:   aws.ToString(r.EventVersion),
		EventSource:    "aws:dynamodb",
		AWSRegion:      regionOf(arn),
		EventSourceARN: arn,
		DynamoDB: wireChange{
			ApproximateCreationDateTime: dated.Unix(),
			Keys:                        attributes(change.Keys),
			NewImage:                    attributes(change.NewImage),
			OldImage:                    attributes(change.OldImage),
			SequenceNumber:              *change.SequenceNumber,
			SizeBytes:                   aws.ToInt64(change.SizeBytes),
			StreamViewType:              string(change.StreamViewType),
		},
	}
	if r.UserIdentity != nil {
		wire.UserIdentity = &wireUser{Type: aws.ToString(r.UserIdentity.Type), PrincipalID: aws.ToString(r.UserIdentity.PrincipalId)}
	}
	event, err := json.Marshal(wire)
	if err != nil {
		return streamRecord{}, fmt.Errorf("write a stream record: %w", err)
	}
	key, err := json.Marshal(wire.DynamoDB.Keys) // Maps are written in the order of their keys.
	if err != nil {
		return streamRecord{}, fmt.Errorf("write a stream record: %w", err)
	}
	lane := fnv.New32a()
	_, _ = lane.Write(key)
	return streamRecord{*change.SequenceNumber, created, dated, lane.Sum32(), event}, nil
}

// regionOf is the fourth part of an ARN.
func regionOf(arn string) string {
	if parts := strings.Split(arn, ":"); len(parts) > 3 {
		return parts[3]
	}
	return ""
}

func attributes(from map[string]types.AttributeValue) map[string]any {
	if from == nil {
		return nil
	}
	to := make(map[string]any, len(from))
	for name, value := range from {
		to[name] = attribute(value)
	}
	return to
}

// attribute is DynamoDB's JSON for a value, as {"S": "text"}. Bytes become base64 by encoding/json.
func attribute(value types.AttributeValue) map[string]any {
	switch v := value.(type) {
	case *types.AttributeValueMemberS:
		return map[string]any{"S": v.Value}
	case *types.AttributeValueMemberN:
		return map[string]any{"N": v.Value}
	case *types.AttributeValueMemberB:
		return map[string]any{"B": v.Value}
	case *types.AttributeValueMemberBOOL:
		return map[string]any{"BOOL": v.Value}
	case *types.AttributeValueMemberNULL:
		return map[string]any{"NULL": v.Value}
	case *types.AttributeValueMemberSS:
		return map[string]any{"SS": v.Value}
	case *types.AttributeValueMemberNS:
		return map[string]any{"NS": v.Value}
	case *types.AttributeValueMemberBS:
		return map[string]any{"BS": v.Value}
	case *types.AttributeValueMemberM:
		return map[string]any{"M": attributes(v.Value)}
	case *types.AttributeValueMemberL:
		list := make([]any, len(v.Value))
		for i, element := range v.Value {
			list[i] = attribute(element)
		}
		return map[string]any{"L": list}
	}
	return nil
}
