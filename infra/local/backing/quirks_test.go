package backing

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	queue "github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Where the local servers differ from AWS, as the package doc lists it. A failure here is good
// news: a server has been mended, and whoever works around it need not any more.
func testWhatTheServersGetWrong(t *testing.T, s *Servers) {
	tables, queues := clients(s)
	createTable(t, tables, "Table")

	// "Two underlying writes per item in the transaction": 3 items of up to 1 KB are 6 units
	// ("Amazon DynamoDB Transactions: How it works",
	// amazondynamodb/latest/developerguide/transaction-apis.html).
	t.Run("units of a transaction", func(t *testing.T) {
		var writes []ddb.TransactWriteItem
		for _, key := range []string{"1", "2", "3"} {
			writes = append(writes, ddb.TransactWriteItem{Put: &ddb.Put{
				TableName: aws.String("Table"), Item: map[string]ddb.AttributeValue{"PK": &ddb.AttributeValueMemberS{Value: key}},
			}})
		}
		out, err := tables.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
			TransactItems: writes, ReturnConsumedCapacity: ddb.ReturnConsumedCapacityTotal,
		})
		if err != nil {
			t.Fatal(err)
		}
		if units := *out.ConsumedCapacity[0].CapacityUnits; units == 6 {
			t.Errorf("%v units, as DynamoDB", units)
		} else {
			t.Logf("%v units, DynamoDB bills 6", units)
		}
	})

	// "You can only move messages from a DLQ" ("StartMessageMoveTask",
	// AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html).
	t.Run("move out of any queue", func(t *testing.T) {
		createQueue(t, queues, "Ordinary", nil)
		createQueue(t, queues, "Other", nil)
		_, err := queues.StartMessageMoveTask(t.Context(), &sqs.StartMessageMoveTaskInput{
			SourceArn: arn("Ordinary"), DestinationArn: arn("Other"),
		})
		if err != nil {
			t.Errorf("the move is refused, as by SQS: %v", err)
		}
	})

	// "MessageRetentionPeriod" ("SetQueueAttributes",
	// AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html).
	t.Run("retention", func(t *testing.T) {
		url := createQueue(t, queues, "Retained", map[string]string{"MessageRetentionPeriod": "60"})
		out, err := queues.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []queue.QueueAttributeName{queue.QueueAttributeNameAll}})
		if err != nil {
			t.Fatal(err)
		}
		if period := out.Attributes["MessageRetentionPeriod"]; period != "" {
			t.Errorf("the period is %q, as in SQS", period)
		}
	})
}

func arn(name string) *string {
	return aws.String("arn:aws:sqs:" + Region + ":" + AccountID + ":" + name)
}
