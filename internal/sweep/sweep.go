// Package sweep sends on the timers that have come. A timer is removed after
// its message is in the queue: a sweep that dies in between sends it again, and
// whoever is woken looks at the present state, so twice is once.
package sweep

import (
	"context"
	"fmt"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/event"
)

// Timers are read by shards, each from its beginning.
type Timers interface {
	Shards() int
	Due(ctx context.Context, shard int, now time.Time, limit int) ([]crm.Timer, error)
	Sent(ctx context.Context, t crm.Timer) error
}

// Sender puts envelopes into a queue.
type Sender interface {
	Send(ctx context.Context, url string, envelopes []event.Envelope) error
}

// Sweeper is one pass over all shards.
type Sweeper struct {
	Timers Timers
	Sender Sender
	Queues map[crm.TimerKind]string // URLs of those who hear the kinds of timers
}

// page bounds what lies between sending and removing.
const page = 100

// Sweep sends every timer that is due as of the event.
func (s Sweeper) Sweep(ctx context.Context) error {
	for shard := range s.Timers.Shards() {
		for {
			due, err := s.Timers.Due(ctx, shard, crm.AsOf(ctx), page)
			if err != nil {
				return err
			}
			if err := s.pass(ctx, due); err != nil {
				return err
			}
			if len(due) < page {
				break
			}
		}
	}
	return nil
}

func (s Sweeper) pass(ctx context.Context, due []crm.Timer) error {
	if len(due) == 0 {
		return nil
	}
	envelopes := map[string][]event.Envelope{}
	for _, t := range due {
		queue, ok := s.Queues[t.Kind]
		if !ok {
			return fmt.Errorf("sweep: no queue hears timers of the kind %q", t.Kind)
		}
		envelopes[queue] = append(envelopes[queue], event.Envelope{Kind: event.Due, Customer: t.Customer, Ref: t.Ref, Timer: t.ID, Cause: "timer", Trace: t.Trace})
	}
	for queue, all := range envelopes {
		if err := s.Sender.Send(ctx, queue, all); err != nil {
			return err
		}
	}
	for _, t := range due {
		if err := s.Timers.Sent(ctx, t); err != nil {
			return err
		}
	}
	return nil
}
