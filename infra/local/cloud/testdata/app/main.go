// App is the four functions of ../template.yaml; ROLE says which one this process is.
package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

type app struct {
	table, queue, key string
	dynamodb          *dynamodb.Client
	sqs               *sqs.Client
	kms               *kms.Client
}

func main() {
	c := aws.Config{Region: os.Getenv("AWS_REGION"), Credentials: credentials.NewStaticCredentialsProvider(os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), "")}
	a := app{
		os.Getenv("TABLE"), os.Getenv("QUEUE_URL"), os.Getenv("KEY_ARN"),
		dynamodb.NewFromConfig(c, func(o *dynamodb.Options) { o.BaseEndpoint = aws.String(os.Getenv("AWS_ENDPOINT_URL_DYNAMODB")) }),
		sqs.NewFromConfig(c, func(o *sqs.Options) { o.BaseEndpoint = aws.String(os.Getenv("AWS_ENDPOINT_URL_SQS")) }),
		kms.NewFromConfig(c, func(o *kms.Options) { o.BaseEndpoint = aws.String(os.Getenv("AWS_ENDPOINT_URL_KMS")) }),
	}
	switch os.Getenv("ROLE") {
	case "accept":
		lambda.Start(a.accept)
	case "route":
		lambda.Start(a.route)
	case "handle":
		lambda.Start(a.handle)
	case "tick":
		lambda.Start(a.tick)
	}
}

func (a app) put(ctx context.Context, key string, attributes map[string]string) error {
	item := map[string]types.AttributeValue{"PK": &types.AttributeValueMemberS{Value: key}}
	for name, value := range attributes {
		item[name] = &types.AttributeValueMemberS{Value: value}
	}
	_, err := a.dynamodb.PutItem(ctx, &dynamodb.PutItemInput{TableName: &a.table, Item: item})
	return err
}

func (a app) accept(ctx context.Context, r events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	if r.RawPath == "/healthz" {
		return events.APIGatewayV2HTTPResponse{StatusCode: 200, Body: "ok"}, nil
	}
	if r.PathParameters["id"] == "forbidden" { // no role grants this
		_, err := a.dynamodb.Scan(ctx, &dynamodb.ScanInput{TableName: &a.table})
		return events.APIGatewayV2HTTPResponse{StatusCode: 403, Body: fmt.Sprintf(`{"error":%q}`, fmt.Sprint(err))}, nil
	}
	subject := r.RequestContext.Authorizer.JWT.Claims["sub"]
	if err := a.put(ctx, "ITEM#"+r.PathParameters["id"], map[string]string{"by": subject, "at": fmt.Sprint(r.RequestContext.TimeEpoch)}); err != nil {
		return events.APIGatewayV2HTTPResponse{StatusCode: 503, Body: "unavailable"}, nil
	}
	return events.APIGatewayV2HTTPResponse{StatusCode: 201}, nil
}

func (a app) route(ctx context.Context, e events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	for _, r := range e.Records {
		key := r.Change.Keys["PK"].String()
		if _, err := a.sqs.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &a.queue, MessageBody: &key}); err != nil {
			return events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{{ItemIdentifier: r.Change.SequenceNumber}}}, nil
		}
	}
	return events.DynamoDBEventResponse{}, nil
}

// handle seals and opens each key, and marks it done. A poison item fails until its cure is there.
func (a app) handle(ctx context.Context, e events.SQSEvent) (out events.SQSEventResponse, err error) {
	for _, m := range e.Records {
		if err := a.done(ctx, m); err != nil {
			fmt.Println(m.Body, err)
			out.BatchItemFailures = append(out.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
		}
	}
	return out, nil
}

func (a app) done(ctx context.Context, m events.SQSMessage) error {
	if strings.Contains(m.Body, "poison") {
		cure, err := a.dynamodb.GetItem(ctx, &dynamodb.GetItemInput{TableName: &a.table, Key: map[string]types.AttributeValue{"PK": &types.AttributeValueMemberS{Value: "CURE"}}})
		if err != nil || cure.Item == nil {
			return fmt.Errorf("poisoned (%v)", err)
		}
	}
	about := map[string]string{"purpose": "test"}
	sealed, err := a.kms.Encrypt(ctx, &kms.EncryptInput{KeyId: &a.key, Plaintext: []byte(m.Body), EncryptionContext: about})
	if err != nil {
		return err
	}
	opened, err := a.kms.Decrypt(ctx, &kms.DecryptInput{CiphertextBlob: sealed.CiphertextBlob, EncryptionContext: about})
	if err != nil {
		return err
	}
	return a.put(ctx, strings.Replace(string(opened.Plaintext), "ITEM#", "DONE#", 1), map[string]string{"sent": m.Attributes["SentTimestamp"]})
}

func (a app) tick(ctx context.Context, e events.EventBridgeEvent) error {
	rule := e.Resources[0][strings.LastIndex(e.Resources[0], "/")+1:]
	_, err := a.dynamodb.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &a.table, Key: map[string]types.AttributeValue{"PK": &types.AttributeValueMemberS{Value: "FIRED#" + rule}},
		UpdateExpression: aws.String("SET times = list_append(if_not_exists(times, :none), :one)"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":none": &types.AttributeValueMemberL{},
			":one":  &types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberS{Value: e.Time.Format("2006-01-02T15:04:05Z")}}},
		},
	})
	return err
}
