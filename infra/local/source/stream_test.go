package source

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"guanxi/infra/local/clock"
)

func newStream(t testing.TB, m StreamMapping, checkpoint string) *Stream {
	t.Helper()
	return newStreamAt(t, m, openClock(t), checkpoint)
}

func newStreamAt(t testing.TB, m StreamMapping, clk *clock.Clock, checkpoint string) *Stream {
	t.Helper()
	m.Name = name(t)
	s, err := NewStream(m, streams, queues, clk, checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// oldest is where a new stream's one shard begins.
func oldest(t testing.TB, arn string) *string {
	t.Helper()
	out, err := streams.DescribeStream(t.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: &arn})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(out.StreamDescription.Shards); n != 1 {
		t.Fatalf("a new stream has %d shards", n)
	}
	at, err := streams.GetShardIterator(t.Context(), &dynamodbstreams.GetShardIteratorInput{
		StreamArn: &arn, ShardId: out.StreamDescription.Shards[0].ShardId, ShardIteratorType: types.ShardIteratorTypeTrimHorizon,
	})
	if err != nil {
		t.Fatal(err)
	}
	return at.ShardIterator
}

// What Idle rests on: as soon as a write has returned, a read that begins finds it. In the cloud a
// stream follows within a second or so ("Change data capture for DynamoDB Streams",
// amazondynamodb/latest/developerguide/Streams.html).
func TestRecordIsReadableOnceWritten(t *testing.T) {
	table, arn := createStream(t)
	iterator := oldest(t, arn)
	for i := range 300 {
		put(t, table, "a", strconv.Itoa(i), "")
		page, err := streams.GetRecords(t.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: iterator})
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Records) != 1 {
			t.Fatalf("%d records after write %d, want it", len(page.Records), i)
		}
		iterator = page.NextShardIterator
	}
}

// The event is Lambda's ("Using AWS Lambda with Amazon DynamoDB", lambda/latest/dg/with-ddb.html).
func TestStreamEvent(t *testing.T) {
	table, arn := createStream(t)
	var event []byte
	s := newStream(t, StreamMapping{StreamARN: arn, StartTrimHorizon: true, Function: invokerFunc(func(in []byte) { event = in })}, "")
	put(t, table, "C#1", "F#1", "x")
	before := time.Now()
	start(t, s)
	settle(t, s)
	var got struct{ Records []map[string]any }
	if err := json.Unmarshal(event, &got); err != nil {
		t.Fatal(err)
	}
	record := got.Records[0]
	change := record["dynamodb"].(map[string]any)
	if created := change["ApproximateCreationDateTime"].(float64); created != math.Trunc(created) || math.Abs(float64(before.Unix())-created) > 5 {
		t.Errorf("created %v, want whole seconds of now", created)
	}
	for field, want := range map[string]any{"eventName": "INSERT", "eventSource": "aws:dynamodb", "eventSourceARN": arn, "awsRegion": "ddblocal"} {
		if record[field] != want {
			t.Errorf("%s is %v, want %v", field, record[field], want)
		}
	}
	if keys := fmt.Sprint(change["Keys"]); keys != "map[PK:map[S:C#1] SK:map[S:F#1]]" {
		t.Errorf("keys are %s", keys)
	}
	if change["StreamViewType"] != "KEYS_ONLY" || change["SequenceNumber"] == "" || record["eventID"] == "" || record["eventVersion"] == "" || change["SizeBytes"] == 0.0 || change["NewImage"] != nil {
		t.Errorf("record is %v", record)
	}
}

type invokerFunc func(event []byte)

func (f invokerFunc) Invoke(_ context.Context, event []byte) ([]byte, error) {
	f(event)
	return nil, nil
}

// DynamoDB Local dates records by the minute, rounded down. If it ever gives seconds, as DynamoDB
// does, datedBy can follow.
func TestStreamDates(t *testing.T) {
	table, arn := createStream(t)
	put(t, table, "a", "1", "")
	page, err := streams.GetRecords(t.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: oldest(t, arn)})
	if err != nil {
		t.Fatal(err)
	}
	created := page.Records[0].Dynamodb.ApproximateCreationDateTime
	if !created.Equal(created.Truncate(datedBy)) || time.Since(*created) > datedBy+time.Second {
		t.Errorf("dated %s, want this minute's start", created)
	}
}

// Dates are virtual, by the clock piece in force when the record was made.
func TestStreamDatesAreVirtual(t *testing.T) {
	table, arn := createStream(t)
	clk := openClock(t)
	f := &function{}
	s := newStreamAt(t, StreamMapping{StreamARN: arn, StartTrimHorizon: true, Function: f}, clk, "")
	start(t, s)
	target := time.Now().AddDate(1, 0, 0).UTC()
	if err := clk.Set(target); err != nil {
		t.Fatal(err)
	}
	put(t, table, "a", "1", "")
	settle(t, s)
	seconds, err := f.records()[0].DynamoDB.ApproximateCreationDateTime.Int64()
	if err != nil {
		t.Fatal(err)
	}
	if got := time.Unix(seconds, 0).Sub(target); got < -time.Second || got > 10*time.Second {
		t.Errorf("dated %v from the jump's target", got)
	}
}

// An identical rewrite makes no record; REMOVE does ("Change data capture for DynamoDB Streams",
// amazondynamodb/latest/developerguide/Streams.html).
func TestStreamSeesChangesAlone(t *testing.T) {
	table, arn := createStream(t)
	put(t, table, "a", "1", "x")
	put(t, table, "a", "1", "x")
	put(t, table, "a", "1", "y")
	if _, err := tables.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &table, Key: map[string]ddb.AttributeValue{
		"PK": &ddb.AttributeValueMemberS{Value: "a"}, "SK": &ddb.AttributeValueMemberS{Value: "1"},
	}}); err != nil {
		t.Fatal(err)
	}
	f := &function{}
	s := newStream(t, StreamMapping{StreamARN: arn, StartTrimHorizon: true, Function: f}, "")
	start(t, s)
	settle(t, s)
	var names []string
	for _, r := range f.records() {
		names = append(names, r.EventName)
	}
	if want := []string{"INSERT", "MODIFY", "REMOVE"}; !slices.Equal(names, want) {
		t.Errorf("events %q, want %q", names, want)
	}
}

// A record is passed on if it matches any filter, else it is skipped for good ("Control which events
// Lambda sends to your function", lambda/latest/dg/invocation-eventfiltering.html).
func TestStreamFilters(t *testing.T) {
	table, arn := createStream(t)
	for _, sk := range []string{"F#1", "O#1", "H#1", "F#2"} {
		put(t, table, "C#1", sk, "")
	}
	f := &function{}
	s := newStream(t, StreamMapping{StreamARN: arn, StartTrimHorizon: true, Function: f, Filters: []string{
		`{"dynamodb":{"Keys":{"PK":{"S":[{"prefix":"C#"}]},"SK":{"S":[{"prefix":"F#"},{"prefix":"H#"}]}}}}`,
	}}, "")
	start(t, s)
	settle(t, s)
	if got, want := f.invocations(), []string{"C#1/F#1 C#1/H#1 C#1/F#2"}; !slices.Equal(got, want) {
		t.Errorf("invoked with %q, want %q", got, want)
	}
}

// A batch holds BatchSize records at most, in the shard's order.
func TestStreamBatchSize(t *testing.T) {
	table, arn := createStream(t)
	for i := range 5 {
		put(t, table, "a", strconv.Itoa(i), "")
	}
	f := &function{}
	s := newStream(t, StreamMapping{StreamARN: arn, StartTrimHorizon: true, Function: f, BatchSize: 2}, "")
	start(t, s)
	settle(t, s)
	if got, want := f.invocations(), []string{"a/0 a/1", "a/2 a/3", "a/4"}; !slices.Equal(got, want) {
		t.Errorf("invoked with %q, want %q", got, want)
	}
}

// A batch that is not full waits for the window ("Batching behavior",
// lambda/latest/dg/invocation-eventsourcemapping.html).
func TestStreamWindow(t *testing.T) {
	table, arn := createStream(t)
	f := &function{}
	s := newStream(t, StreamMapping{StreamARN: arn, StartTrimHorizon: true, Function: f, BatchSize: 3, Window: time.Second}, "")
	start(t, s)
	for i := range 4 {
		put(t, table, "a", strconv.Itoa(i), "")
	}
	settle(t, s)
	if got, want := f.invocations(), []string{"a/0 a/1 a/2", "a/3"}; !slices.Equal(got, want) {
		t.Errorf("invoked with %q, want %q", got, want)
	}
}

// With ReportBatchItemFailures everything from the lowest failed SequenceNumber on is retried, and
// what came before is not ("Configuring partial batch response with DynamoDB and Lambda",
// lambda/latest/dg/services-ddb-batchfailurereporting.html).
func TestStreamPartialFailure(t *testing.T) {
	table, arn := createStream(t)
	for i := range 4 {
		put(t, table, "a", strconv.Itoa(i), "")
	}
	f := &function{answer: func(call int, records []got) (string, error) {
		if call == 0 {
			return failures(records[3].DynamoDB.SequenceNumber, records[2].DynamoDB.SequenceNumber), nil
		}
		return `{"batchItemFailures":[]}`, nil
	}}
	s := newStream(t, StreamMapping{StreamARN: arn, StartTrimHorizon: true, Function: f, ReportFailures: true, MaxRetries: 5}, "")
	start(t, s)
	settle(t, s)
	if got, want := f.invocations(), []string{"a/0 a/1 a/2 a/3", "a/2 a/3"}; !slices.Equal(got, want) {
		t.Errorf("invoked with %q, want %q", got, want)
	}
}

// A failed batch is split until the poison stands alone; its retries are its own, its neighbours
// are served, and the on-failure queue learns where it lay ("Retain discarded records for a DynamoDB
// event source in Lambda", lambda/latest/dg/services-dynamodb-errors.html).
func TestStreamBisectsAndDiscards(t *testing.T) {
	table, arn := createStream(t)
	for _, sk := range []string{"0", "1", "poison", "3"} {
		put(t, table, "a", sk, "")
	}
	url, _ := createQueue(t, "", nil)
	f := &function{answer: func(_ int, records []got) (string, error) {
		for _, r := range records {
			if r.key() == "a/poison" {
				return "", errFunction
			}
		}
		return "", nil
	}}
	s := newStream(t, StreamMapping{StreamARN: arn, StartTrimHorizon: true, Function: f, Bisect: true, MaxRetries: 2, OnFailureQueueURL: url}, "")
	start(t, s)
	settle(t, s)
	want := []string{"a/0 a/1 a/poison a/3", "a/0 a/1", "a/poison a/3", "a/poison", "a/poison", "a/poison", "a/3"}
	if got := f.invocations(); !slices.Equal(got, want) {
		t.Errorf("invoked with %q, want %q", got, want)
	}
	var record discardRecord
	if err := json.Unmarshal([]byte(*receive(t, url).Body), &record); err != nil {
		t.Fatal(err)
	}
	poison := f.calls[3][0].DynamoDB.SequenceNumber
	if record.RequestContext.Condition != "RetryAttemptsExhausted" || record.Batch.Size != 1 ||
		record.Batch.First != poison || record.Batch.Last != poison || record.Batch.StreamARN != arn ||
		!strings.HasPrefix(record.Batch.ShardID, "shardId-") || record.ResponseContext.FunctionError == "" {
		t.Errorf("on-failure record %+v, want that of %s", record, poison)
	}
}

// Without bisection a batch is retried as it is, and discarded as a whole.
func TestStreamRetriesAreLimited(t *testing.T) {
	table, arn := createStream(t)
	put(t, table, "a", "0", "")
	put(t, table, "a", "1", "")
	f := &function{answer: func(int, []got) (string, error) { return "", errFunction }}
	s := newStream(t, StreamMapping{StreamARN: arn, StartTrimHorizon: true, Function: f, MaxRetries: 1}, "")
	start(t, s)
	settle(t, s)
	if got, want := f.invocations(), []string{"a/0 a/1", "a/0 a/1"}; !slices.Equal(got, want) {
		t.Errorf("invoked with %q, want %q", got, want)
	}
}

// Records that have become too old are discarded, whatever retries are left.
func TestStreamAgeIsLimited(t *testing.T) {
	table, arn := createStream(t)
	put(t, table, "a", "0", "")
	url, _ := createQueue(t, "", nil)
	f := &function{answer: func(int, []got) (string, error) { return "", errFunction }}
	s := newStream(t, StreamMapping{StreamARN: arn, StartTrimHorizon: true, Function: f, MaxRetries: -1, MaxAge: time.Second, OnFailureQueueURL: url}, "")
	start(t, s)
	settle(t, s)
	var record discardRecord
	if err := json.Unmarshal([]byte(*receive(t, url).Body), &record); err != nil {
		t.Fatal(err)
	}
	if record.RequestContext.Condition != "RecordAgeExceeded" {
		t.Errorf("condition %q", record.RequestContext.Condition)
	}
}

// A throttled invocation is repeated and costs no retry.
func TestStreamThrottleIsNoFailure(t *testing.T) {
	table, arn := createStream(t)
	put(t, table, "a", "0", "")
	f := &function{answer: func(call int, _ []got) (string, error) {
		if call < 3 {
			return "", fmt.Errorf("invoke: %w", throttle{})
		}
		return "", nil
	}}
	url, _ := createQueue(t, "", nil)
	s := newStream(t, StreamMapping{StreamARN: arn, StartTrimHorizon: true, Function: f, MaxRetries: 0, OnFailureQueueURL: url}, "")
	start(t, s)
	settle(t, s)
	if n := len(f.invocations()); n != 4 {
		t.Errorf("%d invocations, want 4", n)
	}
	if idle := depth(t, url); idle != 0 {
		t.Errorf("%d records discarded, want none", idle)
	}
}

// Under a ParallelizationFactor lanes run at once, and each item keeps its order ("Using AWS Lambda
// with Amazon DynamoDB", lambda/latest/dg/with-ddb.html). A poisoned lane holds up no other.
func TestStreamParallel(t *testing.T) {
	table, arn := createStream(t)
	release := make(chan struct{})
	f := &function{answer: func(_ int, records []got) (string, error) {
		if slices.ContainsFunc(records, func(r got) bool { return r.key() == "item/0" }) {
			<-release
		}
		return "", nil
	}}
	s := newStream(t, StreamMapping{StreamARN: arn, StartTrimHorizon: true, Function: f, Parallel: 8, BatchSize: 3}, "")
	start(t, s)
	const items, versions = 12, 5
	for v := range versions {
		for i := range items {
			put(t, table, "item", strconv.Itoa(i), strconv.Itoa(v))
		}
	}
	eventually(t, "the other lanes' records", func() bool { return len(f.records()) > items*versions/2 })
	if idle, err := s.Idle(t.Context()); idle || err != nil {
		t.Errorf("idle %v, %v with an invocation running", idle, err)
	}
	close(release)
	settle(t, s)
	last, count := map[string]string{}, 0
	for _, r := range f.records() {
		if r.DynamoDB.SequenceNumber <= last[r.key()] {
			t.Errorf("%s: %s after %s", r.key(), r.DynamoDB.SequenceNumber, last[r.key()])
		}
		last[r.key()] = r.DynamoDB.SequenceNumber
		count++
	}
	if count != items*versions || f.most < 2 {
		t.Errorf("%d records, want %d; %d invocations at once, want several", count, items*versions, f.most)
	}
}

// The checkpoint lets the next host go on after what is done; what was in work comes again.
func TestStreamCheckpoint(t *testing.T) {
	table, arn := createStream(t)
	file := filepath.Join(t.TempDir(), "checkpoint.json")
	put(t, table, "a", "0", "")
	blocked := make(chan struct{}, 100)
	first := &function{answer: func(_ int, records []got) (string, error) {
		if records[0].key() == "a/1" {
			blocked <- struct{}{}
			return "", errFunction
		}
		return "", nil
	}}
	m := StreamMapping{StreamARN: arn, StartTrimHorizon: true, BatchSize: 1, MaxRetries: -1, Function: first}
	stop := start(t, newStream(t, m, file))
	put(t, table, "a", "1", "")
	<-blocked
	stop()
	put(t, table, "a", "2", "")

	second := &function{}
	m.Function = second
	s := newStream(t, m, file)
	start(t, s)
	settle(t, s)
	if got, want := second.invocations(), []string{"a/1", "a/2"}; !slices.Equal(got, want) {
		t.Errorf("the next host got %q, want %q", got, want)
	}
}

// LATEST leaves out what was there before.
func TestStreamStartsAtLatest(t *testing.T) {
	table, arn := createStream(t)
	put(t, table, "a", "old", "")
	f := &function{}
	s := newStream(t, StreamMapping{StreamARN: arn, Function: f}, "")
	start(t, s)
	settle(t, s)
	put(t, table, "a", "new", "")
	settle(t, s)
	if got, want := f.invocations(), []string{"a/new"}; !slices.Equal(got, want) {
		t.Errorf("invoked with %q, want %q", got, want)
	}
}

// Idle never overlooks a write that came before it.
func TestStreamIdleIsSure(t *testing.T) {
	table, arn := createStream(t)
	f := &function{}
	s := newStream(t, StreamMapping{StreamARN: arn, StartTrimHorizon: true, Function: f}, "")
	start(t, s)
	for i := range 60 {
		put(t, table, "a", strconv.Itoa(i), "")
		settle(t, s)
		if n := len(f.records()); n != i+1 {
			t.Fatalf("idle with %d records handled of %d", n, i+1)
		}
	}
}

// A shard is read after its parent, so that an item's order survives a split; a parent that the
// stream has trimmed holds up nobody ("Change data capture for DynamoDB Streams",
// amazondynamodb/latest/developerguide/Streams.html).
func TestStreamReadsParentsFirst(t *testing.T) {
	s := newStream(t, StreamMapping{StreamARN: "arn", StartTrimHorizon: true}, "")
	shard := func(id, parent string) types.Shard { return types.Shard{ShardId: &id, ParentShardId: &parent} }
	shards := []types.Shard{shard("child", "parent"), shard("parent", "trimmed"), shard("grandchild", "child")}
	for _, want := range []string{"parent", "child", "grandchild"} {
		var started []string
		for _, sh := range s.startable(shards, false) {
			started = append(started, sh.id)
		}
		if !slices.Equal(started, []string{want}) {
			t.Fatalf("started %q, want %s", started, want)
		}
		if err := s.done.advance(want, shardPosition{Done: true}); err != nil {
			t.Fatal(err)
		}
	}
	if more := s.startable(shards, false); more != nil {
		t.Errorf("%d shards started again", len(more))
	}
}

func TestStreamSettingsAreChecked(t *testing.T) {
	for _, test := range []struct {
		mapping StreamMapping
		want    string
	}{
		{StreamMapping{BatchSize: 10001}, "BatchSize must be 1 to 10000"},
		{StreamMapping{Parallel: 11}, "ParallelizationFactor must be 1 to 10"},
		{StreamMapping{MaxRetries: -2}, "MaximumRetryAttempts must be -1 to 10000"},
		{StreamMapping{Filters: []string{`{"dynamodb":{"Keys":{"SK":{"S":[{"wildcard":"F*"}]}}}}`}}, "wildcard: this operator is not supported"},
	} {
		if _, err := NewStream(test.mapping, streams, queues, openClock(t), ""); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v, want %q", test.mapping, err, test.want)
		}
	}
}
