package iam

import (
	"slices"
	"strings"
	"testing"

	"guanxi/infra/local/template"
)

var here = template.Place{Region: "us-east-1", Account: "000000000000", Stack: "shop"}

// The operations are those of DynamoDB's and SQS's API references; their bodies are cut to what names something.
func TestNeedsOfACall(t *testing.T) {
	const other = "arn:aws:dynamodb:us-east-1:000000000000:table/shop-People"
	const work = "arn:aws:sqs:us-east-1:000000000000:shop-Work"
	for _, c := range []struct{ target, body, want string }{
		{"DynamoDB_20120810.GetItem", `{"TableName":"shop-Orders","Key":{"PK":{"S":"x"}},"ConsistentRead":true}`, "dynamodb:GetItem " + table},
		{"DynamoDB_20120810.PutItem", `{"TableName":"` + table + `","Item":{"TableName":{"S":"trap"}}}`, "dynamodb:PutItem " + table},
		{"DynamoDB_20120810.Query", `{"TableName":"shop-Orders"}`, "dynamodb:Query " + table},
		{"DynamoDB_20120810.Query", `{"TableName":"shop-Orders","IndexName":"late"}`, "dynamodb:Query " + table + "/index/late"},
		{"DynamoDB_20120810.Scan", `{"IndexName":"late","TableName":"shop-Orders"}`, "dynamodb:Scan " + table + "/index/late"},
		{"DynamoDB_20120810.DescribeTable", `{"TableName":"shop-Orders"}`, "dynamodb:DescribeTable " + table},
		{"DynamoDB_20120810.BatchGetItem", `{"RequestItems":{"shop-Orders":{"Keys":[{}]},"shop-People":{"Keys":[{}]}}}`, "dynamodb:BatchGetItem " + table + ", dynamodb:BatchGetItem " + other},
		{"DynamoDB_20120810.BatchWriteItem", `{"RequestItems":{"shop-Orders":[{"PutRequest":{}},{"DeleteRequest":{}}]}}`, "dynamodb:BatchWriteItem " + table},
		{"DynamoDB_20120810.TransactGetItems", `{"TransactItems":[{"Get":{"TableName":"shop-Orders"}}]}`, "dynamodb:GetItem " + table},
		{
			"DynamoDB_20120810.TransactWriteItems",
			`{"TransactItems":[{"Put":{"TableName":"shop-Orders"}},{"Put":{"TableName":"shop-Orders"}},{"Update":{"TableName":"shop-Orders"}},{"Delete":{"TableName":"shop-People"}},{"ConditionCheck":{"TableName":"shop-People"}}]}`,
			"dynamodb:ConditionCheckItem " + other + ", dynamodb:DeleteItem " + other + ", dynamodb:PutItem " + table + ", dynamodb:UpdateItem " + table,
		},
		{"DynamoDB_20120810.ListTables", `{}`, "dynamodb:ListTables *"},
		{"AmazonSQS.SendMessage", `{"QueueUrl":"http://127.0.0.1:9324/000000000000/shop-Work","MessageBody":"x"}`, "sqs:SendMessage " + work},
		{"AmazonSQS.SendMessageBatch", `{"QueueUrl":"http://127.0.0.1:9324/000000000000/shop-Work"}`, "sqs:SendMessage " + work},
		{"AmazonSQS.DeleteMessageBatch", `{"QueueUrl":"http://127.0.0.1:9324/000000000000/shop-Work"}`, "sqs:DeleteMessage " + work},
		{"AmazonSQS.GetQueueUrl", `{"QueueName":"shop-Work"}`, "sqs:GetQueueUrl " + work},
		{"AmazonSQS.ListQueues", `{}`, "sqs:ListQueues *"},
	} {
		read := dynamoDB
		if strings.HasPrefix(c.target, "AmazonSQS") {
			read = queue
		}
		needs, err := read(here, c.target, []byte(c.body))
		if err != nil {
			t.Errorf("%s: %v", c.target, err)
		}
		var got []string
		for _, n := range needs {
			got = append(got, n.Action+" "+n.Resource)
		}
		slices.Sort(got)
		if text := strings.Join(got, ", "); text != c.want {
			t.Errorf("%s %s: %s, want %s", c.target, c.body, text, c.want)
		}
	}
}

// A call that isn't understood needs nothing that could be granted.
func TestCallsThatAreNotUnderstood(t *testing.T) {
	for _, c := range []struct{ target, body string }{
		{"", `{"TableName":"shop-Orders"}`},
		{"DynamoDBStreams_20120810.GetRecords", `{}`},
		{"DynamoDB_20120810.GetItem", `{`},
		{"DynamoDB_20120810.TransactWriteItems", `{"TransactItems":[{"Upsert":{"TableName":"shop-Orders"}}]}`},
	} {
		if needs, err := dynamoDB(here, c.target, []byte(c.body)); err == nil {
			t.Errorf("DynamoDB %s %s needs %v", c.target, c.body, needs)
		}
		if needs, err := queue(here, c.target, []byte(c.body)); err == nil {
			t.Errorf("SQS %s %s needs %v", c.target, c.body, needs)
		}
	}
}
