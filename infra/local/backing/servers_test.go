package backing

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	queue "github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// writeTool makes an executable of the name, a shell script of one body.
func writeTool(t *testing.T, dir, name, body string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}

func createTable(t testing.TB, tables *dynamodb.Client, name string) {
	t.Helper()
	_, err := tables.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName:            &name,
		BillingMode:          ddb.BillingModePayPerRequest,
		AttributeDefinitions: []ddb.AttributeDefinition{{AttributeName: aws.String("PK"), AttributeType: ddb.ScalarAttributeTypeS}},
		KeySchema:            []ddb.KeySchemaElement{{AttributeName: aws.String("PK"), KeyType: ddb.KeyTypeHash}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func put(t testing.TB, tables *dynamodb.Client, table, key string) {
	t.Helper()
	_, err := tables.PutItem(t.Context(), &dynamodb.PutItemInput{
		TableName: &table,
		Item:      map[string]ddb.AttributeValue{"PK": &ddb.AttributeValueMemberS{Value: key}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func createQueue(t testing.TB, queues *sqs.Client, name string, attributes map[string]string) string {
	t.Helper()
	out, err := queues.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes})
	if err != nil {
		t.Fatal(err)
	}
	return *out.QueueUrl
}

func send(t testing.TB, queues *sqs.Client, url, body string) {
	t.Helper()
	if _, err := queues.SendMessage(context.Background(), &sqs.SendMessageInput{QueueUrl: &url, MessageBody: &body}); err != nil {
		t.Fatal(err)
	}
}

func receive(t testing.TB, queues *sqs.Client, url string, atMost int32) []queue.Message {
	t.Helper()
	out, err := queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: atMost})
	if err != nil {
		t.Fatal(err)
	}
	return out.Messages
}

func depth(t testing.TB, queues *sqs.Client, url string) (visible, inFlight int) {
	t.Helper()
	out, err := queues.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{
		QueueUrl: &url,
		AttributeNames: []queue.QueueAttributeName{
			queue.QueueAttributeNameApproximateNumberOfMessages,
			queue.QueueAttributeNameApproximateNumberOfMessagesNotVisible,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	visible, _ = strconv.Atoi(out.Attributes["ApproximateNumberOfMessages"])
	inFlight, _ = strconv.Atoi(out.Attributes["ApproximateNumberOfMessagesNotVisible"])
	return visible, inFlight
}

// BenchmarkMessage shows what keeping messages costs: one sent, received and deleted, in memory and
// on disk.
func BenchmarkMessage(b *testing.B) {
	for name, c := range map[string]Config{"memory": {InMemory: true}, "disk": {DataDir: b.TempDir()}} {
		b.Run(name, func(b *testing.B) {
			_, queues := clients(run(b, c))
			url := createQueue(b, queues, "Q", nil)
			for b.Loop() {
				send(b, queues, url, "{}")
				m := receive(b, queues, url, 1)[0]
				if _, err := queues.DeleteMessage(b.Context(), &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: m.ReceiptHandle}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
