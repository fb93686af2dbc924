package control

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// QueueState is a queue and its numbers of messages.
type QueueState struct {
	Name         string   `json:"name"`
	Visible      int      `json:"visible"`
	InFlight     int      `json:"in_flight"`
	Delayed      int      `json:"delayed"`
	DeadLetterOf []string `json:"dead_letter_of,omitempty"`
}

// Message is a message in a queue.
type Message struct {
	ID         string            `json:"id"`
	Body       string            `json:"body"`
	Attributes map[string]string `json:"attributes,omitempty"`
	Sent       string            `json:"sent"` // virtual time
	Receives   int               `json:"receives"`
}

func (c *Control) queue(name string) (Queue, error) {
	for _, q := range c.Queues {
		if q.Name == name {
			return q, nil
		}
	}
	return Queue{}, unknown("queue", name)
}

func (c *Control) queues(r *http.Request) (any, error) {
	states := make([]QueueState, 0, len(c.Queues))
	for _, q := range c.Queues {
		state, err := c.state(r.Context(), q)
		if err != nil {
			return nil, err
		}
		states = append(states, state)
	}
	return map[string]any{"queues": states}, nil
}

func (c *Control) state(ctx context.Context, q Queue) (QueueState, error) {
	out, err := c.SQS.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: &q.URL, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll},
	})
	if err != nil {
		return QueueState{}, fmt.Errorf("queue %s: %w", q.Name, err)
	}
	number := func(name types.QueueAttributeName) int {
		n, _ := strconv.Atoi(out.Attributes[string(name)]) // the server writes numbers
		return n
	}
	return QueueState{
		Name:         q.Name,
		Visible:      number(types.QueueAttributeNameApproximateNumberOfMessages),
		InFlight:     number(types.QueueAttributeNameApproximateNumberOfMessagesNotVisible),
		Delayed:      number(types.QueueAttributeNameApproximateNumberOfMessagesDelayed),
		DeadLetterOf: q.DeadLetterOf,
	}, nil
}

const mostMessages = 1000

// messages shows what lies in a queue, at most mostMessages, and lays it back. Each look counts as a receive, as it does
// in the SQS console; on a queue that is read it can therefore push a message to its dead-letter queue sooner.
func (c *Control) messages(r *http.Request) (any, error) {
	q, err := c.queue(r.PathValue("name"))
	if err != nil {
		return nil, err
	}
	list := []Message{}
	var handles []*string
	for len(list) < mostMessages {
		batch, err := c.receive(r.Context(), q)
		if err != nil {
			return nil, err
		}
		if len(batch) == 0 {
			break
		}
		for _, m := range batch {
			list = append(list, c.message(m))
			handles = append(handles, m.ReceiptHandle)
		}
	}
	for _, handle := range handles {
		if _, err := c.SQS.ChangeMessageVisibility(r.Context(), &sqs.ChangeMessageVisibilityInput{
			QueueUrl: &q.URL, ReceiptHandle: handle, VisibilityTimeout: 0,
		}); err != nil {
			return nil, fmt.Errorf("queue %s: %w", q.Name, err)
		}
	}
	return map[string]any{"messages": list}, nil
}

func (c *Control) message(m types.Message) Message {
	out := Message{ID: aws.ToString(m.MessageId), Body: aws.ToString(m.Body), Attributes: map[string]string{}}
	for name, value := range m.MessageAttributes {
		out.Attributes[name] = aws.ToString(value.StringValue)
	}
	out.Receives, _ = strconv.Atoi(m.Attributes[string(types.MessageSystemAttributeNameApproximateReceiveCount)])
	if ms, err := strconv.ParseInt(m.Attributes[string(types.MessageSystemAttributeNameSentTimestamp)], 10, 64); err == nil {
		out.Sent = c.Clock.At(time.UnixMilli(ms)).Format(time.RFC3339Nano)
	}
	return out
}

// redrive moves a dead-letter queue's messages back to where they came from. ElasticMQ's own move task doesn't answer, so
// each message is sent, then deleted: a crash between the two doubles one and loses none. As in SQS, a message gets a new
// id and a new date, and only what a redrive policy names can be moved ("StartMessageMoveTask",
// AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html).
func (c *Control) redrive(r *http.Request) (any, error) {
	dead, err := c.queue(r.PathValue("name"))
	if err != nil {
		return nil, err
	}
	if len(dead.RedriveTo) != 1 {
		return nil, problem{status: http.StatusConflict, message: fmt.Sprintf("%s is not the dead-letter queue of one queue: there is nowhere to move its messages back to", dead.Name)}
	}
	target, err := c.queue(dead.RedriveTo[0])
	if err != nil {
		return nil, err
	}
	for moved := 0; ; {
		letters, err := c.receive(r.Context(), dead)
		if err != nil || len(letters) == 0 {
			return map[string]any{"moved": moved}, err
		}
		for _, m := range letters {
			if err := c.move(r.Context(), m, dead, target); err != nil {
				return nil, fmt.Errorf("redrive %s: %w", dead.Name, err)
			}
			moved++
		}
	}
}

func (c *Control) move(ctx context.Context, m types.Message, from, to Queue) error {
	if _, err := c.SQS.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &to.URL, MessageBody: m.Body, MessageAttributes: m.MessageAttributes}); err != nil {
		return err
	}
	_, err := c.SQS.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &from.URL, ReceiptHandle: m.ReceiptHandle})
	return err
}

// receive takes up to ten messages, which are hidden for the moment of looking, so that each is seen once.
func (c *Control) receive(ctx context.Context, q Queue) ([]types.Message, error) {
	out, err := c.SQS.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &q.URL, MaxNumberOfMessages: 10, VisibilityTimeout: 30, MessageAttributeNames: []string{"All"},
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
	})
	if err != nil {
		return nil, fmt.Errorf("queue %s: %w", q.Name, err)
	}
	return out.Messages, nil
}
