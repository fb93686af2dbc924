// Package source drives functions from streams and queues with the semantics of Lambda's event
// source mappings. Each mapping is a Run loop over the real servers; what it decides (which
// records pass, how a batch is cut, what a failure leads to) are pure functions beside it.
//
// # Where it differs from Lambda on purpose
//
//   - Dates in events are virtual: each real instant is mapped by the clock piece in force then.
//     Ages, windows and back-off are real, because a jump of the clock ages nothing.
//   - It polls an idle stream ten times a second, Lambda four times.
//   - A failed message's visibility can be shortened (QueueMapping.RetryAfter), so that a retry
//     takes seconds, not the six function time-outs that are right in the cloud. Receive counts
//     and dead-letter queues stay the server's.
//   - Back-off between retries is at most a second.
//
// # What the local servers get wrong
//
// Seen and worked around here, or harmless and only to be known:
//   - DynamoDB Local: ARNs say ddblocal for the region, and so does awsRegion in events. It dates
//     records by the minute, so a record's date is the latest instant that fits: mostly the moment
//     it was read, milliseconds after its write. A record can be read as soon as its write has
//     returned, and an empty page means the end (TestRecordIsReadableOnceWritten); in the cloud
//     neither holds, and Idle must not be asked there. It never split a shard while we looked, so
//     that children follow parents is tested on made-up shards.
//   - ElasticMQ: its counts of messages are exact, in the cloud they are approximate. It moves a
//     message to the dead-letter queue when the message would be received once too often, as SQS
//     does, so an abandoned message waits for the next poll.
package source

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Invoker is a function as its sources see it. An error without Throttled is the function's own.
type Invoker interface {
	Invoke(ctx context.Context, event []byte) ([]byte, error)
}

// Throttled marks an error that says true as a lack of concurrency: the function was not invoked,
// so nothing failed.
type Throttled interface{ Throttled() bool }

func throttled(err error) bool {
	var t Throttled
	return errors.As(err, &t) && t.Throttled()
}

// StreamMapping is an event source mapping of a DynamoDB stream. Zero values are Lambda's defaults
// but for MaxRetries, where Lambda's is -1.
// ("Lambda parameters for Amazon DynamoDB event source mappings", lambda/latest/dg/services-ddb-params.html)
type StreamMapping struct {
	// Name is the function's, for messages and the on-failure record.
	Name      string
	StreamARN string
	Function  Invoker
	// BatchSize is the most records of one invocation, up to 10,000; 0 means 100.
	BatchSize int
	// Window is how long a batch that is not full waits, up to 5 minutes.
	Window time.Duration
	// Filters are JSON patterns; a record passes if it matches any, or if there are none.
	Filters []string
	// Bisect splits a failed batch in two, which costs no retry.
	Bisect bool
	// MaxRetries is how often a failed batch is invoked again, -1 until its records expire.
	MaxRetries int
	// MaxAge discards older records, 0 never (but DynamoDB trims them after a day).
	MaxAge time.Duration
	// ReportFailures honours the function's batchItemFailures.
	ReportFailures bool
	// Parallel is the ParallelizationFactor, 1 to 10; order is kept per item.
	Parallel int
	// OnFailureQueueURL receives a record of what was discarded, never the data. May be "".
	OnFailureQueueURL string
	// StartTrimHorizon starts at the oldest record if there is no checkpoint, else at the newest.
	StartTrimHorizon bool
}

func (m StreamMapping) withDefaults() (StreamMapping, error) {
	if m.BatchSize == 0 {
		m.BatchSize = 100
	}
	if m.Parallel == 0 {
		m.Parallel = 1
	}
	return m, refuse("stream", m.Name, []limit{
		{"BatchSize", "1 to 10000", m.BatchSize >= 1 && m.BatchSize <= 10000},
		{"MaximumBatchingWindowInSeconds", "0 to 300", m.Window >= 0 && m.Window <= 300*time.Second},
		{"MaximumRetryAttempts", "-1 to 10000", m.MaxRetries >= -1 && m.MaxRetries <= 10000},
		{"MaximumRecordAgeInSeconds", "-1, or 60 to 604800", m.MaxAge >= 0},
		{"ParallelizationFactor", "1 to 10", m.Parallel >= 1 && m.Parallel <= 10},
	})
}

// QueueMapping is an event source mapping of a standard queue.
// ("Lambda parameters for Amazon SQS event source mappings", lambda/latest/dg/services-sqs-parameters.html)
type QueueMapping struct {
	// Name is the function's, for messages.
	Name               string
	QueueURL, QueueARN string
	Function           Invoker
	// BatchSize is the most messages of one invocation; 0 means 10. More than 10, up to 10,000,
	// needs a Window.
	BatchSize int
	// Window is how long a batch that is not full waits, up to 5 minutes.
	Window time.Duration
	// MaxConcurrency is the most invocations at a time, 2 to 1,000; 0 means five, the number that
	// Lambda starts with.
	MaxConcurrency int
	// ReportFailures honours the function's batchItemFailures.
	ReportFailures bool
	// Filters are JSON patterns over body; a message that matches none is deleted.
	Filters []string
	// RetryAfter, if above 0, shortens the visibility time-out of messages that failed to it, in
	// whole seconds rounded down. Lambda has no such thing.
	RetryAfter time.Duration
}

func (m QueueMapping) withDefaults() (QueueMapping, error) {
	if m.BatchSize == 0 {
		m.BatchSize = 10
	}
	if m.MaxConcurrency == 0 {
		m.MaxConcurrency = 5
	}
	return m, refuse("queue", m.Name, []limit{
		{"BatchSize", "1 to 10000", m.BatchSize >= 1 && m.BatchSize <= 10000},
		{"MaximumBatchingWindowInSeconds", "0 to 300", m.Window >= 0 && m.Window <= 300*time.Second},
		{"MaximumBatchingWindowInSeconds", "at least 1 for a BatchSize above 10", m.BatchSize <= 10 || m.Window >= time.Second},
		{"MaximumConcurrency", "2 to 1000", m.MaxConcurrency >= 2 && m.MaxConcurrency <= 1000},
	})
}

// limit is one setting and whether it keeps its bounds.
type limit struct {
	setting, bounds string
	kept            bool
}

func refuse(kind, name string, limits []limit) error {
	var broken []string
	for _, l := range limits {
		if !l.kept {
			broken = append(broken, l.setting+" must be "+l.bounds)
		}
	}
	if broken == nil {
		return nil
	}
	return fmt.Errorf("%s source of %s: %s", kind, name, strings.Join(broken, "; "))
}

// backOff is the pause before the n-th retry, n from 1: 50 ms doubled, at most a second.
func backOff(n int) time.Duration {
	return min(50*time.Millisecond<<min(n-1, 10), time.Second)
}

// pause waits, or returns false when ctx ends first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
