package source

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// newQueue makes the test's queue and a mapping over it.
func newQueue(t testing.TB, m QueueMapping, attributes map[string]string) (*Queue, string) {
	t.Helper()
	m.QueueURL, m.QueueARN = createQueue(t, "", attributes)
	m.Name = name(t)
	q, err := NewQueue(m, queues, openClock(t))
	if err != nil {
		t.Fatal(err)
	}
	return q, m.QueueURL
}

// withDeadLetters are the attributes of a queue whose messages move after so many receptions.
func withDeadLetters(t testing.TB, receptions int) (attributes map[string]string, dlq string) {
	t.Helper()
	dlq, arn := createQueue(t, "-DLQ", nil)
	return map[string]string{"RedrivePolicy": fmt.Sprintf(`{"deadLetterTargetArn":%q,"maxReceiveCount":%d}`, arn, receptions)}, dlq
}

// depth counts the messages of a queue, in whatever state.
func depth(t testing.TB, url string) int {
	t.Helper()
	out, err := queues.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{
		QueueUrl: &url, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll},
	})
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, name := range []string{"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"} {
		n, err := strconv.Atoi(out.Attributes[name])
		if err != nil {
			t.Fatal(err)
		}
		total += n
	}
	return total
}

func sorted(records []got) []string {
	var bodies []string
	for _, r := range records {
		bodies = append(bodies, r.Body)
	}
	slices.Sort(bodies)
	return bodies
}

// The event is Lambda's, its dates are virtual ("Using Lambda with Amazon SQS",
// lambda/latest/dg/with-sqs.html).
func TestQueueEvent(t *testing.T) {
	url, arn := createQueue(t, "", nil)
	clk := openClock(t)
	target := time.Now().AddDate(1, 0, 0)
	sent, err := queues.SendMessage(t.Context(), &sqs.SendMessageInput{
		QueueUrl: &url, MessageBody: aws.String("hello"),
		MessageAttributes: map[string]types.MessageAttributeValue{"trace": {DataType: aws.String("String"), StringValue: aws.String("t1")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var event []byte
	// The jump lies between sending and receiving: the message still comes from before.
	if err := clk.Set(target); err != nil {
		t.Fatal(err)
	}
	q, err := NewQueue(QueueMapping{QueueURL: url, QueueARN: arn, Function: invokerFunc(func(in []byte) { event = in })}, queues, clk)
	if err != nil {
		t.Fatal(err)
	}
	start(t, q)
	settle(t, q)
	var in struct{ Records []wireMessage }
	if err := json.Unmarshal(event, &in); err != nil {
		t.Fatal(err)
	}
	m := in.Records[0]
	if m.MessageID != *sent.MessageId || m.Body != "hello" || m.MD5OfBody != "5d41402abc4b2a76b9719d911017c592" ||
		m.EventSource != "aws:sqs" || m.EventSourceARN != arn || m.AWSRegion != "us-east-1" || m.ReceiptHandle == "" {
		t.Errorf("message %+v", m)
	}
	if a := m.MessageAttributes["trace"]; a.DataType != "String" || *a.StringValue != "t1" || a.StringListValues == nil || a.BinaryListValues == nil {
		t.Errorf("message attributes %+v", m.MessageAttributes)
	}
	if keys := slices.Sorted(maps.Keys(m.Attributes)); !slices.Contains(keys, "SenderId") || m.Attributes["ApproximateReceiveCount"] != "1" {
		t.Errorf("attributes %v", m.Attributes)
	}
	at := func(attribute string) time.Time {
		ms, err := strconv.ParseInt(m.Attributes[attribute], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return time.UnixMilli(ms)
	}
	if !at("SentTimestamp").Before(target) || time.Since(at("SentTimestamp")).Abs() > time.Minute {
		t.Errorf("sent %s, want now, before the jump", at("SentTimestamp"))
	}
	if at("ApproximateFirstReceiveTimestamp").Before(target.Add(-time.Millisecond)) {
		t.Errorf("received %s, want after the jump to %s", at("ApproximateFirstReceiveTimestamp"), target)
	}
}

// What the function handled is deleted; a failed batch reappears after the visibility time-out with
// a higher receive count, and after maxReceiveCount it is in the dead-letter queue ("Handling errors
// for an SQS event source in Lambda", lambda/latest/dg/services-sqs-errorhandling.html).
func TestQueueFailureReappearsAndEndsInDLQ(t *testing.T) {
	attributes, dlq := withDeadLetters(t, 2)
	attributes["VisibilityTimeout"] = "1"
	f := &function{answer: func(int, []got) (string, error) { return "", errFunction }}
	q, url := newQueue(t, QueueMapping{Function: f}, attributes)
	send(t, url, "poison")
	start(t, q)
	settle(t, q)
	var counts []string
	for _, r := range f.records() {
		counts = append(counts, r.Attributes["ApproximateReceiveCount"])
	}
	if want := []string{"1", "2"}; !slices.Equal(counts, want) {
		t.Errorf("receive counts %q, want %q", counts, want)
	}
	if got := *receive(t, dlq).Body; got != "poison" {
		t.Errorf("dead letter %q", got)
	}
}

// With ReportBatchItemFailures only what failed comes again ("Handling errors for an SQS event
// source in Lambda", lambda/latest/dg/services-sqs-errorhandling.html); RetryAfter brings it soon,
// though the queue's visibility time-out is long.
func TestQueuePartialFailure(t *testing.T) {
	attributes, dlq := withDeadLetters(t, 3)
	attributes["VisibilityTimeout"] = "600"
	f := &function{answer: func(_ int, records []got) (string, error) {
		for _, r := range records {
			if r.Body == "poison" {
				return failures(r.MessageID), nil
			}
		}
		return "", nil
	}}
	q, url := newQueue(t, QueueMapping{Function: f, ReportFailures: true, RetryAfter: time.Second}, attributes)
	send(t, url, "1", "poison", "2", "3")
	start(t, q)
	settle(t, q)
	if got, want := sorted(f.records()), []string{"1", "2", "3", "poison", "poison", "poison"}; !slices.Equal(got, want) {
		t.Errorf("handled %q, want %q", got, want)
	}
	if got := *receive(t, dlq).Body; got != "poison" {
		t.Errorf("dead letter %q", got)
	}
}

// The function's answer means nothing if the mapping does not ask for it.
func TestQueueIgnoresFailuresUnasked(t *testing.T) {
	f := &function{answer: func(_ int, records []got) (string, error) { return failures(records[0].MessageID), nil }}
	q, url := newQueue(t, QueueMapping{Function: f}, nil)
	send(t, url, "1")
	start(t, q)
	settle(t, q)
	if n := len(f.invocations()); n != 1 {
		t.Errorf("%d invocations, want 1", n)
	}
}

// A message that matches no filter is deleted ("Using event filtering with an Amazon SQS event
// source", lambda/latest/dg/with-sqs-filtering.html).
func TestQueueFilters(t *testing.T) {
	f := &function{}
	q, url := newQueue(t, QueueMapping{Function: f, Filters: []string{`{"body":{"kind":["wake"]}}`}}, nil)
	send(t, url, `{"kind":"wake"}`, `{"kind":"warn"}`, `wake`)
	start(t, q)
	settle(t, q)
	if got, want := sorted(f.records()), []string{`{"kind":"wake"}`}; !slices.Equal(got, want) {
		t.Errorf("handled %q, want %q", got, want)
	}
}

// A batch larger than one SQS call is gathered until it is full or its window ends ("Lambda
// parameters for Amazon SQS event source mappings", lambda/latest/dg/services-sqs-parameters.html).
func TestQueueWindow(t *testing.T) {
	f := &function{}
	q, url := newQueue(t, QueueMapping{Function: f, BatchSize: 15, Window: 2 * time.Second}, nil)
	for i := range 17 {
		send(t, url, strconv.Itoa(i))
	}
	start(t, q)
	settle(t, q)
	var sizes []int
	for _, call := range f.calls {
		sizes = append(sizes, len(call))
	}
	if want := []int{15, 2}; !slices.Equal(sizes, want) {
		t.Errorf("batches of %d, want %d", sizes, want)
	}
}

// No more than MaximumConcurrency invocations run at once, and messages wait visible, not in flight
// ("Configuring scaling behavior for SQS event source mappings", lambda/latest/dg/services-sqs-scaling.html).
func TestQueueMaximumConcurrency(t *testing.T) {
	release := make(chan struct{})
	f := &function{answer: func(int, []got) (string, error) { <-release; return "", nil }}
	q, url := newQueue(t, QueueMapping{Function: f, BatchSize: 1, MaxConcurrency: 2}, nil)
	send(t, url, "1", "2", "3", "4", "5")
	start(t, q)
	eventually(t, "two invocations", func() bool { return len(f.invocations()) == 2 })
	out, err := queues.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{
		QueueUrl: &url, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameApproximateNumberOfMessages},
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := out.Attributes["ApproximateNumberOfMessages"]; n != "3" {
		t.Errorf("%s messages visible, want 3", n)
	}
	if idle, err := q.Idle(t.Context()); idle || err != nil {
		t.Errorf("idle %v, %v with messages in flight", idle, err)
	}
	close(release)
	settle(t, q)
	if n := len(f.invocations()); n != 5 || f.most != 2 {
		t.Errorf("%d invocations, %d at once, want 5 and 2", n, f.most)
	}
}

// A throttled batch is tried again without being received again.
func TestQueueThrottleIsNoFailure(t *testing.T) {
	f := &function{answer: func(call int, _ []got) (string, error) {
		if call < 3 {
			return "", throttle{}
		}
		return "", nil
	}}
	attributes, dlq := withDeadLetters(t, 1)
	q, url := newQueue(t, QueueMapping{Function: f}, attributes)
	send(t, url, "1")
	start(t, q)
	settle(t, q)
	for _, r := range f.records() {
		if n := r.Attributes["ApproximateReceiveCount"]; n != "1" {
			t.Errorf("received %s times", n)
		}
	}
	if n := depth(t, dlq); n != 0 {
		t.Errorf("%d dead letters", n)
	}
}

// A host that stops in mid-batch gives the messages back at once: the next one need not wait for
// their visibility time-out.
func TestQueueGivesBackWhenStopped(t *testing.T) {
	running := make(chan struct{}, 1)
	first := invokeUntilEnd{running}
	q, url := newQueue(t, QueueMapping{Function: first}, map[string]string{"VisibilityTimeout": "600"})
	send(t, url, "1")
	stop := start(t, q)
	<-running
	stop()
	second := &function{}
	q.mapping.Function = second
	start(t, q)
	settle(t, q)
	if got, want := second.invocations(), []string{"1"}; !slices.Equal(got, want) {
		t.Errorf("the next host got %q, want %q", got, want)
	}
}

type invokeUntilEnd struct{ running chan struct{} }

func (f invokeUntilEnd) Invoke(ctx context.Context, _ []byte) ([]byte, error) {
	f.running <- struct{}{}
	<-ctx.Done()
	return nil, ctx.Err()
}

// A delayed message is still to come.
func TestQueueIsNotIdleWithDelayed(t *testing.T) {
	f := &function{}
	q, url := newQueue(t, QueueMapping{Function: f}, nil)
	if _, err := queues.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &url, MessageBody: aws.String("later"), DelaySeconds: 1}); err != nil {
		t.Fatal(err)
	}
	start(t, q)
	settle(t, q)
	if got, want := f.invocations(), []string{"later"}; !slices.Equal(got, want) {
		t.Errorf("idle with %q handled, want %q", got, want)
	}
}

func TestQueueSettingsAreChecked(t *testing.T) {
	for _, test := range []struct {
		mapping QueueMapping
		want    string
	}{
		{QueueMapping{BatchSize: 11}, "MaximumBatchingWindowInSeconds must be at least 1 for a BatchSize above 10"},
		{QueueMapping{MaxConcurrency: 1}, "MaximumConcurrency must be 2 to 1000"},
		{QueueMapping{Window: 301 * time.Second}, "MaximumBatchingWindowInSeconds must be 0 to 300"},
		{QueueMapping{Filters: []string{`{"messageId":["1"]}`}}, "a queue's filter is over body alone"},
	} {
		if _, err := NewQueue(test.mapping, queues, openClock(t)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v, want %q", test.mapping, err, test.want)
		}
	}
}
