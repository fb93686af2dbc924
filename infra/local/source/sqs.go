package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"guanxi/infra/local/clock"
)

const (
	// pollWait is how long the server holds an empty poll. It bounds how long Run takes to end,
	// since a poll is never cut off: its messages would stay in flight with nobody.
	pollWait = time.Second
	// pageSize is the most messages of one SQS call.
	pageSize = 10
)

// Queue drives one function from one standard queue. It receives only when an invocation can start
// at once, so that no message waits in flight.
type Queue struct {
	mapping QueueMapping
	filter  Filter
	queues  *sqs.Client
	clock   *clock.Clock
	working atomic.Int64 // batches received and not finished
}

// NewQueue prepares a mapping. Settings and filters that Lambda would refuse, or that are not
// supported here, are errors.
func NewQueue(m QueueMapping, queues *sqs.Client, clk *clock.Clock) (*Queue, error) {
	m, err := m.withDefaults()
	if err != nil {
		return nil, err
	}
	filter, err := parseBodyFilter(m.Filters)
	if err != nil {
		return nil, fmt.Errorf("queue source of %s: %w", m.Name, err)
	}
	return &Queue{mapping: m, filter: filter, queues: queues, clock: clk}, nil
}

// Run polls until ctx ends, and then returns nil when the running poll, of a second at most, and the
// invocations have ended; what it received in vain goes back to the queue at once. An error means
// that the queue is gone.
func (q *Queue) Run(ctx context.Context) error {
	visibility, err := q.visibility(ctx)
	if err != nil {
		return ignoreEnd(ctx, fmt.Errorf("queue source of %s: %w", q.mapping.Name, err))
	}
	var running sync.WaitGroup
	defer running.Wait()
	slots := make(chan struct{}, q.mapping.MaxConcurrency)
	for n := 0; ; {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		batch, err := q.gather(ctx)
		switch {
		case ctx.Err() != nil:
			q.giveBack(batch)
			return nil
		case queueGone(err):
			return fmt.Errorf("queue source of %s: %w", q.mapping.Name, err)
		case len(batch) == 0:
			<-slots
			if err != nil {
				n++
				pause(ctx, backOff(n))
			}
			continue
		}
		n = 0
		q.working.Add(1)
		running.Go(func() {
			q.work(ctx, batch, visibility)
			q.working.Add(-1)
			<-slots
		})
	}
}

// gather receives one batch: what is there if there is no window, else until the batch is due.
func (q *Queue) gather(ctx context.Context) ([]types.Message, error) {
	var batch []types.Message
	var sizes []int
	var since time.Time
	for {
		want := min(pageSize, q.mapping.BatchSize-len(batch))
		out, err := q.queues.ReceiveMessage(context.WithoutCancel(ctx), &sqs.ReceiveMessageInput{
			QueueUrl:                    &q.mapping.QueueURL,
			MaxNumberOfMessages:         int32(want),
			WaitTimeSeconds:             int32(pollWait / time.Second),
			MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
			MessageAttributeNames:       []string{"All"},
		})
		if err != nil {
			return batch, fmt.Errorf("receive messages: %w", err)
		}
		if len(batch) == 0 {
			since = time.Now()
		}
		for _, m := range out.Messages {
			batch = append(batch, m)
			sizes = append(sizes, len(*m.Body))
		}
		if len(batch) == 0 || ctx.Err() != nil || due(sizes, q.mapping.BatchSize, time.Since(since), q.mapping.Window) {
			return batch, nil
		}
	}
}

// work carries one batch from the filter to its deletion.
func (q *Queue) work(ctx context.Context, batch []types.Message, visibility time.Duration) {
	passed, dropped := q.sift(batch)
	q.delete(dropped)
	for len(passed) > 0 {
		n := q.fitting(passed)
		q.serve(ctx, passed[:n], visibility)
		passed = passed[n:]
	}
}

// message is one message as received and as handed over.
type message struct {
	types.Message
	event json.RawMessage
}

// sift parts the messages that match the filter from those that don't, which Lambda deletes.
func (q *Queue) sift(batch []types.Message) (passed, dropped []message) {
	for _, m := range batch {
		event, err := toWireMessage(m, q.mapping.QueueARN, q.clock.At)
		if err != nil {
			continue // It can't be written: it stays, and its receive count leads it to the DLQ.
		}
		if q.filter.Passes(bodyRecord(*m.Body)) {
			passed = append(passed, message{m, event})
		} else {
			dropped = append(dropped, message{m, event})
		}
	}
	return passed, dropped
}

func (q *Queue) fitting(messages []message) int {
	sizes := make([]int, len(messages))
	for i, m := range messages {
		sizes[i] = len(m.event)
	}
	return cut(sizes, q.mapping.BatchSize)
}

// serve invokes the function and deletes what it has handled. What failed reappears when its
// visibility time-out ends. While there is no concurrency it tries again, but not for longer than
// half that time, so that no message is handled twice at once.
func (q *Queue) serve(ctx context.Context, messages []message, visibility time.Duration) {
	records := make([]json.RawMessage, len(messages))
	ids := make([]string, len(messages))
	for i, m := range messages {
		records[i], ids[i] = m.event, *m.MessageId
	}
	event, err := eventOf(records)
	if err != nil {
		return
	}
	var answer []byte
	began := time.Now()
	for n := 1; ; n++ {
		answer, err = q.mapping.Function.Invoke(ctx, event)
		if !throttled(err) || time.Since(began) > visibility/2 || !pause(ctx, backOff(n)) {
			break
		}
	}
	var failed []int
	switch {
	case err != nil && ctx.Err() != nil:
		q.release(messages, 0)
		return
	case err != nil:
		failed = allOf(ids)
	case q.mapping.ReportFailures:
		failed = failedMessages(answer, ids)
	}
	bad := map[int]bool{}
	for _, i := range failed {
		bad[i] = true
	}
	var served, retried []message
	for i, m := range messages {
		if bad[i] {
			retried = append(retried, m)
		} else {
			served = append(served, m)
		}
	}
	q.delete(served)
	if q.mapping.RetryAfter > 0 {
		q.release(retried, q.mapping.RetryAfter)
	}
}

// delete removes messages; those that can't be removed come again, as in the cloud.
func (q *Queue) delete(messages []message) {
	for len(messages) > 0 {
		n := min(pageSize, len(messages))
		var entries []types.DeleteMessageBatchRequestEntry
		for i, m := range messages[:n] {
			id := strconv.Itoa(i)
			entries = append(entries, types.DeleteMessageBatchRequestEntry{Id: &id, ReceiptHandle: m.ReceiptHandle})
		}
		_, _ = q.queues.DeleteMessageBatch(context.Background(), &sqs.DeleteMessageBatchInput{QueueUrl: &q.mapping.QueueURL, Entries: entries})
		messages = messages[n:]
	}
}

// release makes messages visible after a time.
func (q *Queue) release(messages []message, after time.Duration) {
	for len(messages) > 0 {
		n := min(pageSize, len(messages))
		var entries []types.ChangeMessageVisibilityBatchRequestEntry
		for i, m := range messages[:n] {
			id := strconv.Itoa(i)
			entries = append(entries, types.ChangeMessageVisibilityBatchRequestEntry{
				Id: &id, ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: int32(after / time.Second),
			})
		}
		_, _ = q.queues.ChangeMessageVisibilityBatch(context.Background(), &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &q.mapping.QueueURL, Entries: entries})
		messages = messages[n:]
	}
}

// giveBack returns what was received when nobody can take it any more.
func (q *Queue) giveBack(batch []types.Message) {
	var messages []message
	for _, m := range batch {
		messages = append(messages, message{Message: m})
	}
	q.release(messages, 0)
}

// Idle is true when the queue is empty (nothing visible, in flight or delayed) and no batch is in
// work. Dead-letter queues are others and do not count.
func (q *Queue) Idle(ctx context.Context) (bool, error) {
	names := []types.QueueAttributeName{
		types.QueueAttributeNameApproximateNumberOfMessages,
		types.QueueAttributeNameApproximateNumberOfMessagesNotVisible,
		types.QueueAttributeNameApproximateNumberOfMessagesDelayed,
	}
	out, err := q.queues.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &q.mapping.QueueURL, AttributeNames: names})
	if err != nil {
		return false, fmt.Errorf("queue source of %s: count messages: %w", q.mapping.Name, err)
	}
	for _, name := range names {
		if out.Attributes[string(name)] != "0" {
			return false, nil
		}
	}
	return q.working.Load() == 0, nil
}

func (q *Queue) visibility(ctx context.Context) (time.Duration, error) {
	for n := 1; ; n++ {
		out, err := q.queues.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
			QueueUrl: &q.mapping.QueueURL, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameVisibilityTimeout},
		})
		if err == nil {
			seconds, err := strconv.Atoi(out.Attributes[string(types.QueueAttributeNameVisibilityTimeout)])
			if err != nil {
				return 0, fmt.Errorf("read the visibility time-out: %w", err)
			}
			return time.Duration(seconds) * time.Second, nil
		}
		if queueGone(err) || !pause(ctx, backOff(n)) {
			return 0, fmt.Errorf("read the visibility time-out: %w", err)
		}
	}
}

func queueGone(err error) bool {
	var missing *types.QueueDoesNotExist
	return errors.As(err, &missing)
}

// ignoreEnd is nil once ctx has ended: that is how a source is stopped.
func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}
