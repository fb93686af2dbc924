package cloud

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"guanxi/infra/local/template"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"guanxi/infra/local/backing"
)

// accessKey is what the local servers are called with; they check nothing.
const accessKey = "local"

// clients call the servers directly, past the seams: an injected fault hits functions, not the host.
type clients struct {
	dynamodb *dynamodb.Client
	streams  *dynamodbstreams.Client
	sqs      *sqs.Client
}

func connect(dynamoDB, queues string) clients {
	identity := credentials.NewStaticCredentialsProvider(accessKey, accessKey, "")
	return clients{
		dynamodb: dynamodb.New(dynamodb.Options{Region: backing.Region, BaseEndpoint: &dynamoDB, Credentials: identity}),
		streams:  dynamodbstreams.New(dynamodbstreams.Options{Region: backing.Region, BaseEndpoint: &dynamoDB, Credentials: identity}),
		sqs:      sqs.New(sqs.Options{Region: backing.Region, BaseEndpoint: &queues, Credentials: identity}),
	}
}

// create makes the tables and queues that aren't there yet, and returns the streams' ARNs by table.
func (c *Cloud) create(ctx context.Context) (streams map[string]string, err error) {
	streams = map[string]string{}
	for _, t := range c.template.Tables {
		if streams[t.LogicalID], err = c.table(ctx, t); err != nil {
			return nil, fmt.Errorf("table %s: %w", t.LogicalID, err)
		}
	}
	return streams, c.createQueues(ctx)
}

// table returns the ARN of the table's stream. Time to live is left off: the server sweeps by the machine's clock, and
// would take what has not expired on the cloud's. On AWS a sweep comes up to days late, so whoever reads checks the
// expiry anyhow.
func (c *Cloud) table(ctx context.Context, t template.Table) (stream string, err error) {
	found, err := c.clients.dynamodb.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &t.TableName})
	var missing *types.ResourceNotFoundException
	switch {
	case err == nil:
		return aws.ToString(found.Table.LatestStreamArn), sameShape(t, found.Table)
	case !errors.As(err, &missing):
		return "", err
	}
	made, err := c.clients.dynamodb.CreateTable(ctx, createInput(t))
	if err != nil {
		return "", err
	}
	if err := dynamodb.NewTableExistsWaiter(c.clients.dynamodb).Wait(ctx, &dynamodb.DescribeTableInput{TableName: &t.TableName}, 30*time.Second); err != nil {
		return "", err
	}
	return aws.ToString(made.TableDescription.LatestStreamArn), nil
}

func createInput(t template.Table) *dynamodb.CreateTableInput {
	in := &dynamodb.CreateTableInput{TableName: &t.TableName, BillingMode: types.BillingModePayPerRequest, KeySchema: keySchema(t.KeySchema)}
	for _, a := range t.AttributeDefinitions {
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: aws.String(a.AttributeName), AttributeType: types.ScalarAttributeType(a.AttributeType),
		})
	}
	for _, i := range t.GlobalSecondaryIndexes {
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: aws.String(i.IndexName), KeySchema: keySchema(i.KeySchema),
			Projection: &types.Projection{ProjectionType: types.ProjectionType(i.Projection.ProjectionType), NonKeyAttributes: i.Projection.NonKeyAttributes},
		})
	}
	if view := t.StreamSpecification.StreamViewType; view != "" {
		in.StreamSpecification = &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewType(view)}
	}
	return in
}

func keySchema(parts []template.KeyPart) []types.KeySchemaElement {
	var schema []types.KeySchemaElement
	for _, p := range parts {
		schema = append(schema, types.KeySchemaElement{AttributeName: aws.String(p.AttributeName), KeyType: types.KeyType(p.KeyType)})
	}
	return schema
}

// sameShape refuses a table that was made from another template: its data can't be brought along.
func sameShape(t template.Table, found *types.TableDescription) error {
	shape := func(keys []types.KeySchemaElement, view string, indexes []string) string {
		text := "stream " + view
		for _, k := range keys {
			text += fmt.Sprintf(", %s %s", *k.AttributeName, k.KeyType)
		}
		slices.Sort(indexes)
		return fmt.Sprintf("%s, indexes %v", text, indexes)
	}
	var wanted, have []string
	for _, i := range t.GlobalSecondaryIndexes {
		wanted = append(wanted, i.IndexName)
	}
	for _, i := range found.GlobalSecondaryIndexes {
		have = append(have, *i.IndexName)
	}
	view := ""
	if found.StreamSpecification != nil {
		view = string(found.StreamSpecification.StreamViewType)
	}
	want, got := shape(keySchema(t.KeySchema), t.StreamSpecification.StreamViewType, wanted), shape(found.KeySchema, view, have)
	if want != got {
		return fmt.Errorf("the data directory holds it with %s, the template says %s: remove the directory or choose another", got, want)
	}
	return nil
}
