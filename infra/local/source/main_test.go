package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"guanxi/infra/local/backing"
	"guanxi/infra/local/clock"
)

// The real servers, started once for the package, in memory.
var (
	tables  *dynamodb.Client
	streams *dynamodbstreams.Client
	queues  *sqs.Client
)

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
	servers, err := backing.StartInMemory(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer servers.Stop()
	tables, streams, queues = clients(servers)
	return m.Run()
}

func clients(s *backing.Servers) (*dynamodb.Client, *dynamodbstreams.Client, *sqs.Client) {
	key := credentials.NewStaticCredentialsProvider("local", "local", "")
	return dynamodb.New(dynamodb.Options{Region: backing.Region, Credentials: key, BaseEndpoint: &s.DynamoDB}),
		dynamodbstreams.New(dynamodbstreams.Options{Region: backing.Region, Credentials: key, BaseEndpoint: &s.DynamoDB}),
		sqs.New(sqs.Options{Region: backing.Region, Credentials: key, BaseEndpoint: &s.SQS})
}

// name is the test's, as a table or queue may be called.
func name(t testing.TB) string {
	return strings.NewReplacer("/", "-", "#", "-").Replace(t.Name())
}

// createStream makes a table with a stream of keys and gives the stream's ARN.
func createStream(t testing.TB) (table, arn string) {
	t.Helper()
	return createStreamIn(t, tables)
}

func createStreamIn(t testing.TB, tables *dynamodb.Client) (table, arn string) {
	t.Helper()
	out, err := tables.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName:   aws.String(name(t)),
		BillingMode: ddb.BillingModePayPerRequest,
		AttributeDefinitions: []ddb.AttributeDefinition{
			{AttributeName: aws.String("PK"), AttributeType: ddb.ScalarAttributeTypeS},
			{AttributeName: aws.String("SK"), AttributeType: ddb.ScalarAttributeTypeS},
		},
		KeySchema: []ddb.KeySchemaElement{
			{AttributeName: aws.String("PK"), KeyType: ddb.KeyTypeHash},
			{AttributeName: aws.String("SK"), KeyType: ddb.KeyTypeRange},
		},
		StreamSpecification: &ddb.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: ddb.StreamViewTypeKeysOnly},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = tables.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: aws.String(name(t))})
	})
	return name(t), *out.TableDescription.LatestStreamArn
}

func put(t testing.TB, table, pk, sk, value string) {
	t.Helper()
	putIn(t, tables, table, pk, sk, value)
}

func putIn(t testing.TB, tables *dynamodb.Client, table, pk, sk, value string) {
	t.Helper()
	_, err := tables.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: map[string]ddb.AttributeValue{
		"PK": &ddb.AttributeValueMemberS{Value: pk}, "SK": &ddb.AttributeValueMemberS{Value: sk},
		"value": &ddb.AttributeValueMemberS{Value: value},
	}})
	if err != nil {
		t.Fatal(err)
	}
}

// createQueue makes a queue of the test's name and a suffix.
func createQueue(t testing.TB, suffix string, attributes map[string]string) (url, arn string) {
	t.Helper()
	q := name(t) + suffix
	out, err := queues.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &q, Attributes: attributes})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = queues.DeleteQueue(context.Background(), &sqs.DeleteQueueInput{QueueUrl: out.QueueUrl})
	})
	return *out.QueueUrl, "arn:aws:sqs:" + backing.Region + ":" + backing.AccountID + ":" + q
}

func send(t testing.TB, url string, bodies ...string) {
	t.Helper()
	for _, body := range bodies {
		if _, err := queues.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &url, MessageBody: &body}); err != nil {
			t.Fatal(err)
		}
	}
}

// receive waits for one message.
func receive(t testing.TB, url string) types.Message {
	t.Helper()
	out, err := queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: &url, WaitTimeSeconds: 10,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Messages) != 1 {
		t.Fatalf("%d messages in %s, want one", len(out.Messages), url)
	}
	return out.Messages[0]
}

func openClock(t testing.TB) *clock.Clock {
	t.Helper()
	c, err := clock.Open("")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// eventually polls a condition until it holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			t.Fatalf("not within 20 s: %s", what)
		case <-tick.C:
		}
	}
}

type source interface {
	Run(ctx context.Context) error
	Idle(ctx context.Context) (bool, error)
}

// start runs a source until the test ends, or until the returned function is called.
func start(t testing.TB, s source) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

func settle(t testing.TB, s source) {
	t.Helper()
	eventually(t, "idle", func() bool {
		idle, err := s.Idle(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return idle
	})
}

var errFunction = errors.New("the function failed")

type throttle struct{}

func (throttle) Error() string   { return "no concurrency" }
func (throttle) Throttled() bool { return true }

// function records what it is invoked with, and answers as the test says.
type function struct {
	answer func(call int, records []got) (string, error)

	mu      sync.Mutex
	calls   [][]got
	running int
	most    int // invocations at once
}

// got is what tests look at of either kind of record.
type got struct {
	MessageID      string `json:"messageId"`
	Body           string `json:"body"`
	Attributes     map[string]string
	EventName      string `json:"eventName"`
	EventSourceARN string `json:"eventSourceARN"`
	DynamoDB       struct {
		ApproximateCreationDateTime json.Number
		Keys                        map[string]map[string]string
		SequenceNumber              string
	} `json:"dynamodb"`
}

func (g got) key() string { return g.DynamoDB.Keys["PK"]["S"] + "/" + g.DynamoDB.Keys["SK"]["S"] }

func (f *function) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	var in struct{ Records []got }
	if err := json.Unmarshal(event, &in); err != nil {
		return nil, err
	}
	f.mu.Lock()
	call := len(f.calls)
	f.calls = append(f.calls, in.Records)
	f.running++
	f.most = max(f.most, f.running)
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		f.running--
		f.mu.Unlock()
	}()
	if f.answer == nil {
		return []byte("null"), nil
	}
	text, err := f.answer(call, in.Records)
	return []byte(text), err
}

// invocations shows each invocation's records, by key or body.
func (f *function) invocations() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []string
	for _, call := range f.calls {
		var names []string
		for _, r := range call {
			if r.Body != "" {
				names = append(names, r.Body)
			} else {
				names = append(names, r.key())
			}
		}
		all = append(all, strings.Join(names, " "))
	}
	return all
}

func (f *function) records() []got {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []got
	for _, call := range f.calls {
		all = append(all, call...)
	}
	return all
}

func failures(ids ...string) string {
	var list []string
	for _, id := range ids {
		list = append(list, fmt.Sprintf(`{"itemIdentifier":%q}`, id))
	}
	return `{"batchItemFailures":[` + strings.Join(list, ",") + `]}`
}
