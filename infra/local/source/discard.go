package source

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/uuid"
)

// Why Lambda gives a batch up.
const (
	retriesExhausted = "RetryAttemptsExhausted"
	ageExceeded      = "RecordAgeExceeded"
)

// discardRecord is what an on-failure queue receives for a discarded batch: where it lay in the
// stream, never the data.
// ("Retain discarded records for a DynamoDB event source in Lambda", lambda/latest/dg/services-dynamodb-errors.html)
type discardRecord struct {
	RequestContext struct {
		RequestID              string `json:"requestId"`
		FunctionARN            string `json:"functionArn"`
		Condition              string `json:"condition"`
		ApproximateInvokeCount int    `json:"approximateInvokeCount"`
	} `json:"requestContext"`
	ResponseContext *responseContext `json:"responseContext,omitempty"`
	Version         string           `json:"version"`
	Timestamp       string           `json:"timestamp"`
	Batch           batchInfo        `json:"DDBStreamBatchInfo"`
}

type responseContext struct {
	StatusCode      int    `json:"statusCode"`
	ExecutedVersion string `json:"executedVersion"`
	FunctionError   string `json:"functionError,omitempty"`
}

type batchInfo struct {
	ShardID     string `json:"shardId"`
	First       string `json:"startSequenceNumber"`
	Last        string `json:"endSequenceNumber"`
	FirstArrive string `json:"approximateArrivalOfFirstRecord"`
	LastArrive  string `json:"approximateArrivalOfLastRecord"`
	Size        int    `json:"batchSize"`
	StreamARN   string `json:"streamArn"`
}

// discardOf describes a discarded batch. Dates are virtual; the function is named as Lambda in
// this region would.
func discardOf(m StreamMapping, shard, condition string, batch []streamRecord, invokes int, functionError bool, now time.Time) discardRecord {
	first, last := batch[0], batch[len(batch)-1]
	r := discardRecord{
		Version:   "1.0",
		Timestamp: now.UTC().Format("2006-01-02T15:04:05.000Z"),
		Batch: batchInfo{
			ShardID:     shard,
			First:       first.sequence,
			Last:        last.sequence,
			FirstArrive: first.virtual.UTC().Format(time.RFC3339),
			LastArrive:  last.virtual.UTC().Format(time.RFC3339),
			Size:        len(batch),
			StreamARN:   m.StreamARN,
		},
	}
	r.RequestContext.RequestID = uuid.NewString()
	r.RequestContext.FunctionARN = "arn:aws:lambda:" + regionOf(m.StreamARN) + ":000000000000:function:" + m.Name
	r.RequestContext.Condition = condition
	r.RequestContext.ApproximateInvokeCount = invokes
	if invokes > 0 {
		r.ResponseContext = &responseContext{StatusCode: 200, ExecutedVersion: "$LATEST"}
		if functionError {
			r.ResponseContext.FunctionError = "Unhandled"
		}
	}
	return r
}

// discard sends the record, until it has arrived or ctx ends: without it the loss would be silent.
func discard(ctx context.Context, queues *sqs.Client, url string, record discardRecord) bool {
	body, err := json.Marshal(record)
	if err != nil {
		return false
	}
	text := string(body)
	for n := 1; ; n++ {
		if _, err := queues.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &url, MessageBody: &text}); err == nil {
			return true
		}
		if !pause(ctx, backOff(n)) {
			return false
		}
	}
}
