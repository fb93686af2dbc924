package main

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"guanxi/infra/local/cloud"
	"guanxi/infra/purchases"
)

// BenchmarkOrders delivers the excerpt's orders until all is decided, and puts
// as many raw items on the same DynamoDB Local in the same run: the ratio says
// how many bare conditional puts an order is worth. DynamoDB Local handles one
// request at a time, and an order takes about a dozen.
func BenchmarkOrders(b *testing.B) {
	file, err := os.Open("testdata/cdnow_excerpt.csv")
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	all, err := purchases.Read(file)
	if err != nil {
		b.Fatal(err)
	}
	local, err := time.LoadLocation(zone)
	if err != nil {
		b.Fatal(err)
	}
	r := replay{spent: map[phase]time.Duration{}, shop: shop{Domain: "cdnow.myshopify.com", Secret: shopifySecret(),
		Currency: "USD", Product: "Compact disc", Zone: local, Accounts: openAccounts(all)}}
	r.days, r.tally = plan(all, shares{})
	c, system, err := startCloud(b.Context(), cloud.Config{Template: "../../template.yaml", Dir: b.TempDir(), InMemory: true}, (r.tally.Last+1).At(0, local))
	if err != nil {
		b.Fatal(err)
	}
	defer c.Stop()
	r.system = system
	var errands []errand
	for _, day := range r.days {
		errands = append(errands, day...)
	}

	var ordered, bare time.Duration
	n := 0
	for b.Loop() {
		n++
		r.shop.Connection = fmt.Sprintf("shopify-%d", n) // other orders, by other accounts
		if err := r.setUp(b.Context(), "7.2"); err != nil {
			b.Fatal(err)
		}
		ordered += timed(b, func(ctx context.Context) error {
			if err := r.deliver(ctx, errands); err != nil {
				return err
			}
			return r.system.settle(ctx)
		})
		bare += timed(b, func(ctx context.Context) error { return put(ctx, c.DynamoDB, fmt.Sprintf("bare-%d", n), len(errands)) })
	}
	orders, puts := perSecond(n*len(errands), ordered), perSecond(n*len(errands), bare)
	b.ReportMetric(orders, "orders/s")
	b.ReportMetric(puts, "puts/s")
	b.ReportMetric(puts/orders, "puts/order")
	b.ReportMetric(0, "ns/op")
}

func timed(b *testing.B, do func(context.Context) error) time.Duration {
	began := time.Now()
	if err := do(b.Context()); err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}

// put makes a table and puts n new items of an order's size, with as many
// workers as deliveries have.
func put(ctx context.Context, endpoint, table string, n int) error {
	client := dynamodb.NewFromConfig(aws.Config{Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: credentials.NewStaticCredentialsProvider("local", "local", "")})
	if _, err := client.CreateTable(ctx, &dynamodb.CreateTableInput{TableName: &table, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("PK"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("PK"), KeyType: types.KeyTypeHash}}}); err != nil {
		return err
	}
	body := make([]byte, 700)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	for i := range n {
		group.Go(func() error {
			_, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &table, ConditionExpression: aws.String("attribute_not_exists(PK)"),
				Item: map[string]types.AttributeValue{"PK": &types.AttributeValueMemberS{Value: fmt.Sprint(i)}, "body": &types.AttributeValueMemberB{Value: body}}})
			return err
		})
	}
	return group.Wait()
}
