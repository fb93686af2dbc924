package check

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"guanxi/infra/local/function"
	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/event"
	"guanxi/internal/standing"
	"guanxi/internal/store"
	"guanxi/internal/store/storetest"
)

const (
	segmentCustomers = 100_000
	segmentBudget    = 256 // MB, what the function is given
)

// BenchmarkReviewSegment lets the real function review one segment of a hundred
// thousand customers, all of whom are due, as in the night after a new policy.
// DynamoDB Local and ElasticMQ hold base and queue; the memory is the most of
// the process that was resident, as the operating system counts it.
func BenchmarkReviewSegment(b *testing.B) {
	env := storetest.Open(b)
	endpoint := os.Getenv("SQS_ENDPOINT")
	if endpoint == "" {
		b.Fatal("no SQS_ENDPOINT: run this with `go run ./infra/servers go test -bench ReviewSegment ./infra/check`, or `make bench`")
	}
	identity := credentials.NewStaticCredentialsProvider("local", "local", "")
	queues := sqs.New(sqs.Options{Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: identity})
	queue, err := queues.CreateQueue(b.Context(), &sqs.CreateQueueInput{QueueName: aws.String(strings.ToLower(env.Customers) + "-woken")})
	if err != nil {
		b.Fatal(err)
	}
	night := time.Date(2026, 3, 1, 16, 10, 0, 0, time.UTC)
	fill(b, env, night, segmentCustomers)

	f := reviewer(b, map[string]string{
		"CUSTOMERS_TABLE": env.Customers, "SETTINGS_TABLE": env.Settings, "TIME_ZONE": "Asia/Shanghai",
		"RECOMPUTE_QUEUE_URL": *queue.QueueUrl, "WARN_QUEUE_URL": *queue.QueueUrl,
		"AWS_ENDPOINT_URL_DYNAMODB": os.Getenv("DYNAMODB_ENDPOINT"), "AWS_ENDPOINT_URL_SQS": endpoint,
		"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
	})
	message := segmentMessage(b, night)
	for b.Loop() {
		answer, err := f.Invoke(b.Context(), message)
		if err != nil || !strings.Contains(string(answer), `"batchItemFailures":[]`) {
			b.Fatalf("%v %s\n%s", err, answer, strings.Join(f.Logs(), "\n"))
		}
	}
	b.StopTimer()
	if due := customersDue(f); due != segmentCustomers {
		b.Errorf("%d customers were woken, not %d:\n%s", due, segmentCustomers, strings.Join(f.Logs(), "\n"))
	}
	used := memoryUsed(b, f)
	b.ReportMetric(float64(used), "MB-resident")
	if used > segmentBudget {
		b.Errorf("%d MB were resident at once; the budget is %d", used, segmentBudget)
	}
}

// fill puts as many standing decisions into the base: copies of a real one,
// each under a customer of its own.
func fill(b *testing.B, env *storetest.Env, now time.Time, customers int) {
	b.Helper()
	ctx, first := storetest.Context(now), crm.NewCustomerID(now)
	today := crm.DateIn(now, env.Zone)
	record := standing.Record{Customer: first, Guard: decision.Guard{Edition: 1, AsOf: now}, On: today - 30, ChangesAt: today, ReviewAt: today, Cause: "review"}
	if err := store.NewDecisions[standing.Measures, standing.Classes](env.DB, env.Customers, env.Facts, env.Keys).Save(ctx, standing.Record{Customer: first}, record); err != nil {
		b.Fatal(err)
	}
	endpoint := os.Getenv("DYNAMODB_ENDPOINT")
	client := dynamodb.New(dynamodb.Options{Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: credentials.NewStaticCredentialsProvider("local", "local", "")})
	page, err := client.Scan(ctx, &dynamodb.ScanInput{TableName: &env.Customers})
	if err != nil || len(page.Items) != 1 {
		b.Fatalf("%v, %d items", err, len(page.Items))
	}
	original := page.Items[0]
	key := original["PK"].(*types.AttributeValueMemberS).Value
	const together = 25
	for made := 1; made < customers; {
		var puts []types.WriteRequest
		for ; made < customers && len(puts) < together; made++ {
			id := crm.NewCustomerID(now)
			item := maps.Clone(original)
			item["PK"] = &types.AttributeValueMemberS{Value: strings.Replace(key, string(first), string(id), 1)}
			puts = append(puts, types.WriteRequest{PutRequest: &types.PutRequest{Item: item}})
		}
		out, err := client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{env.Customers: puts}})
		if err != nil || len(out.UnprocessedItems) > 0 {
			b.Fatalf("%v, %d left", err, len(out.UnprocessedItems))
		}
	}
}

// reviewer is the function as the local cloud runs it.
func reviewer(b *testing.B, environment map[string]string) *function.Function {
	b.Helper()
	built, err := function.Build(context.Background(), root, b.TempDir(), []string{"functions/review-segment"})
	if err != nil {
		b.Fatal(err)
	}
	children, _, err := function.NewChildren(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	f, err := function.New(function.Config{Name: "review-segment", ARN: "arn:aws:lambda:us-east-1:000000000000:function:review-segment", Region: "us-east-1",
		Bootstrap: built[0], MemoryMB: segmentBudget, Timeout: 15 * time.Minute, Environment: environment, Processes: 1, Children: children})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		f.Close()
		children.Close()
	})
	return f
}

// segmentMessage is what start-review sends for a base of one segment, as SQS hands it over.
func segmentMessage(b *testing.B, night time.Time) []byte {
	b.Helper()
	body, err := event.Marshal(event.Envelope{Kind: event.Segment, Segment: 0, Segments: 1, AsOf: night, Cause: "review", Trace: "t"})
	if err != nil {
		b.Fatal(err)
	}
	message, err := json.Marshal(map[string]any{"Records": []map[string]any{{"messageId": "m-1", "eventSource": "aws:sqs", "body": string(body),
		"attributes": map[string]string{"SentTimestamp": fmt.Sprint(night.UnixMilli()), "ApproximateReceiveCount": "1"}}}})
	if err != nil {
		b.Fatal(err)
	}
	return message
}

// customersDue is the count in the record of the last review.
func customersDue(f *function.Function) int { return lastNumber(f, `"CustomersDue":(\d+)`) }

// memoryUsed is what the platform reports.
func memoryUsed(b *testing.B, f *function.Function) int {
	b.Helper()
	used := lastNumber(f, `Max Memory Used: (\d+) MB`)
	if used == 0 {
		b.Fatal("this system does not tell a process's memory: measure on Linux")
	}
	return used
}

func lastNumber(f *function.Function, pattern string) (n int) {
	for _, line := range f.Logs() {
		if found := regexp.MustCompile(pattern).FindStringSubmatch(line); found != nil {
			n, _ = strconv.Atoi(found[1])
		}
	}
	return n
}
