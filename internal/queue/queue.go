// Package queue carries envelopes to SQS. It is the only room with the SQS
// client; what an envelope says is the business of package event.
package queue

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"guanxi/internal/crm"
	"guanxi/internal/event"
)

const (
	batchSize = 10 // SQS takes no more at a time
	attempts  = 3  // for messages that SQS refused with "not your fault"
	// retryAfter is what we tell callers when the queue does not answer.
	retryAfter = 5 * time.Second
)

// Sender sends to any queue that the function may send to.
type Sender struct{ client *sqs.Client }

// New makes a Sender; it opens no connection before the first message.
func New(cfg aws.Config) Sender { return Sender{client: sqs.NewFromConfig(cfg)} }

// Send puts the envelopes into the queue, ten at a time, in order. Messages
// that SQS refuses for reasons of its own are sent again. The error is
// Unavailable and says how many are not known to be there: envelopes may be
// sent any number of times, so the caller sends all of them again.
func (s Sender) Send(ctx context.Context, url string, envelopes []event.Envelope) error {
	bodies := make([]string, len(envelopes))
	for i, e := range envelopes {
		body, err := event.Marshal(e)
		if err != nil {
			return &crm.Error{Op: "queue.Send", Err: err}
		}
		bodies[i] = string(body)
	}
	left := len(bodies)
	for len(bodies) > 0 {
		batch := bodies[:min(batchSize, len(bodies))]
		bodies = bodies[len(batch):]
		unsent, err := s.sendBatch(ctx, url, batch)
		left -= len(batch) - unsent
		if err != nil {
			return &crm.Error{Op: "queue.Send", Kind: crm.Unavailable, RetryAfter: retryAfter,
				Err: fmt.Errorf("%d of %d messages not sent: %w", left, len(envelopes), err)}
		}
	}
	return nil
}

// Letter puts one message that is no envelope, such as a stream record that
// could not be read, where a person will look at it.
func (s Sender) Letter(ctx context.Context, url string, body []byte) error {
	if _, err := s.client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &url, MessageBody: aws.String(string(body))}); err != nil {
		return &crm.Error{Op: "queue.Letter", Kind: crm.Unavailable, RetryAfter: retryAfter, Err: err}
	}
	return nil
}

// sendBatch sends until nothing is refused, or a refusal is the message's own
// fault, or the attempts are used up. It returns how many are left.
func (s Sender) sendBatch(ctx context.Context, url string, bodies []string) (left int, err error) {
	entries := make([]types.SendMessageBatchRequestEntry, len(bodies))
	for i, body := range bodies {
		entries[i] = types.SendMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), MessageBody: &body}
	}
	for range attempts {
		out, err := s.client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &url, Entries: entries})
		if err != nil {
			return len(entries), err
		}
		if len(out.Failed) == 0 {
			return 0, nil
		}
		again := make([]types.SendMessageBatchRequestEntry, 0, len(out.Failed))
		for _, f := range out.Failed {
			if f.SenderFault {
				return len(out.Failed), fmt.Errorf("refused: %s", aws.ToString(f.Code))
			}
			at, err := strconv.Atoi(aws.ToString(f.Id))
			if err != nil || at < 0 || at >= len(bodies) {
				return len(out.Failed), fmt.Errorf("an answer about a message that was not sent: %q", aws.ToString(f.Id))
			}
			again = append(again, types.SendMessageBatchRequestEntry{Id: f.Id, MessageBody: &bodies[at]})
		}
		entries = again
	}
	return len(entries), errors.New("refused again and again")
}
