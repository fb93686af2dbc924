package cloud

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"guanxi/infra/local/control"
	"guanxi/infra/local/template"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// createQueues makes every queue first, then sets their attributes: a redrive policy may name any of them.
func (c *Cloud) createQueues(ctx context.Context) error {
	for _, q := range c.template.Queues {
		in := &sqs.CreateQueueInput{QueueName: &q.QueueName}
		if q.FifoQueue {
			in.Attributes = map[string]string{string(types.QueueAttributeNameFifoQueue): "true"}
		}
		if _, err := c.clients.sqs.CreateQueue(ctx, in); err != nil {
			return fmt.Errorf("queue %s: %w", q.LogicalID, err)
		}
	}
	for _, q := range c.template.Queues {
		if _, err := c.clients.sqs.SetQueueAttributes(ctx, &sqs.SetQueueAttributesInput{QueueUrl: &q.URL, Attributes: c.queueAttributes(q)}); err != nil {
			return fmt.Errorf("queue %s: %w", q.LogicalID, err)
		}
	}
	return nil
}

func (c *Cloud) queueAttributes(q template.Queue) map[string]string {
	attributes := map[string]string{}
	number := func(name types.QueueAttributeName, value *template.Int, byDefault int) {
		if value != nil {
			byDefault = int(*value)
		}
		attributes[string(name)] = strconv.Itoa(byDefault)
	}
	number(types.QueueAttributeNameVisibilityTimeout, c.hidden(q), 30)
	number(types.QueueAttributeNameDelaySeconds, q.DelaySeconds, 0)
	number(types.QueueAttributeNameReceiveMessageWaitTimeSeconds, q.ReceiveMessageWaitTimeSeconds, 0)
	if q.ContentBasedDeduplication {
		attributes[string(types.QueueAttributeNameContentBasedDeduplication)] = "true"
	}
	if to := q.RedrivePolicy.DeadLetterTargetARN; to != "" {
		policy, _ := json.Marshal(map[string]any{"deadLetterTargetArn": to, "maxReceiveCount": q.RedrivePolicy.MaxReceiveCount})
		attributes[string(types.QueueAttributeNameRedrivePolicy)] = string(policy)
	}
	return attributes
}

// hidden is the queue's visibility time-out, but no longer than an invocation can last here. The template's rightly
// allows for retries between SQS and Lambda; this host has none, and what was in flight when a host was killed is to come
// back in seconds, not in the minutes that are right in the cloud.
func (c *Cloud) hidden(q template.Queue) *template.Int {
	const margin = 5
	hidden := q.VisibilityTimeout
	for _, f := range c.template.Functions {
		for _, s := range f.Sources {
			longest := f.Timeout + s.MaximumBatchingWindowInSeconds + margin
			if s.Queue == q.ARN && hidden != nil && longest < *hidden {
				hidden = &longest
			}
		}
	}
	return hidden
}

// controlled are the queues as the control port shows them.
func (c *Cloud) controlled() []control.Queue {
	var list []control.Queue
	for _, q := range c.template.Queues {
		shown := control.Queue{Name: q.LogicalID, URL: q.URL, ARN: q.ARN}
		for _, other := range c.template.Queues {
			if other.RedrivePolicy.DeadLetterTargetARN == q.ARN {
				shown.RedriveTo = append(shown.RedriveTo, other.LogicalID)
			}
		}
		shown.DeadLetterOf = slices.Clone(shown.RedriveTo)
		for _, f := range c.template.Functions {
			for _, s := range f.Streams {
				if s.DestinationConfig.OnFailure.Destination == q.ARN {
					shown.DeadLetterOf = append(shown.DeadLetterOf, f.LogicalID)
				}
			}
		}
		list = append(list, shown)
	}
	return list
}
