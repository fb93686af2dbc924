package source

import (
	"encoding/json"
	"maps"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// wireMessage is a message as Lambda hands it over.
// ("Using Lambda with Amazon SQS", lambda/latest/dg/with-sqs.html)
type wireMessage struct {
	MessageID              string                   `json:"messageId"`
	ReceiptHandle          string                   `json:"receiptHandle"`
	Body                   string                   `json:"body"`
	Attributes             map[string]string        `json:"attributes"`
	MessageAttributes      map[string]wireAttribute `json:"messageAttributes"`
	MD5OfMessageAttributes string                   `json:"md5OfMessageAttributes,omitempty"`
	MD5OfBody              string                   `json:"md5OfBody"`
	EventSource            string                   `json:"eventSource"`
	EventSourceARN         string                   `json:"eventSourceARN"`
	AWSRegion              string                   `json:"awsRegion"`
}

type wireAttribute struct {
	StringValue      *string  `json:"stringValue,omitempty"`
	BinaryValue      []byte   `json:"binaryValue,omitempty"`
	StringListValues []string `json:"stringListValues"`
	BinaryListValues [][]byte `json:"binaryListValues"`
	DataType         string   `json:"dataType"`
}

// dates are the attributes that are milliseconds since 1970, and become virtual.
var dates = []types.MessageSystemAttributeName{
	types.MessageSystemAttributeNameSentTimestamp,
	types.MessageSystemAttributeNameApproximateFirstReceiveTimestamp,
}

func toWireMessage(m types.Message, arn string, virtual func(time.Time) time.Time) (json.RawMessage, error) {
	wire := wireMessage{
		MessageID:              aws.ToString(m.MessageId),
		ReceiptHandle:          aws.ToString(m.ReceiptHandle),
		Body:                   aws.ToString(m.Body),
		Attributes:             map[string]string{},
		MessageAttributes:      map[string]wireAttribute{},
		MD5OfMessageAttributes: aws.ToString(m.MD5OfMessageAttributes),
		MD5OfBody:              aws.ToString(m.MD5OfBody),
		EventSource:            "aws:sqs",
		EventSourceARN:         arn,
		AWSRegion:              regionOf(arn),
	}
	maps.Copy(wire.Attributes, m.Attributes)
	for _, name := range dates {
		if ms, err := strconv.ParseInt(m.Attributes[string(name)], 10, 64); err == nil {
			wire.Attributes[string(name)] = strconv.FormatInt(virtual(time.UnixMilli(ms)).UnixMilli(), 10)
		}
	}
	for name, a := range m.MessageAttributes {
		wire.MessageAttributes[name] = wireAttribute{
			StringValue: a.StringValue, BinaryValue: a.BinaryValue,
			StringListValues: []string{}, BinaryListValues: [][]byte{},
			DataType: aws.ToString(a.DataType),
		}
	}
	return json.Marshal(wire)
}
