package source

import (
	"context"
	"encoding/json"
	"sync"
	"time"
)

// lane works through some items of a shard: one invocation at a time, in order. A batch that fails
// holds up its lane, not the others.
type lane struct {
	shard *shard
	wake  chan struct{}

	mu      sync.Mutex
	waiting []*openRecord
	sizes   []int
}

func (l *lane) add(records []*openRecord) {
	if len(records) == 0 {
		return
	}
	l.mu.Lock()
	for _, r := range records {
		l.waiting = append(l.waiting, r)
		l.sizes = append(l.sizes, len(r.event))
	}
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *lane) run(ctx context.Context) {
	for {
		batch, wait := l.next()
		if batch != nil {
			if !l.work(ctx, batch) {
				return
			}
			continue
		}
		if !l.rest(ctx, wait) {
			return
		}
	}
}

// next takes a batch that is due, or tells how long until one is, 0 if that is for records to say.
func (l *lane) next() (batch []*openRecord, wait time.Duration) {
	m := l.shard.stream.mapping
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		return nil, 0
	}
	waited := time.Since(l.waiting[0].came)
	if !due(l.sizes, m.BatchSize, waited, m.Window) {
		return nil, m.Window - waited
	}
	n := cut(l.sizes, m.BatchSize)
	batch = l.waiting[:n:n]
	l.waiting, l.sizes = l.waiting[n:], l.sizes[n:]
	return batch, 0
}

func (l *lane) rest(ctx context.Context, wait time.Duration) bool {
	var window <-chan time.Time
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		window = timer.C
	}
	select {
	case <-window:
		return true
	case <-l.wake:
		return true
	case <-ctx.Done():
		return false
	}
}

// work carries a batch through its retries until each record is handled or discarded; false if ctx
// ended before.
func (l *lane) work(ctx context.Context, batch []*openRecord) bool {
	m := l.shard.stream.mapping
	rules := limits{bisect: m.Bisect, maxRetries: m.MaxRetries}
	todo := []attempt{{from: 0, to: len(batch)}}
	pauses := 0 // since the last progress
	for len(todo) > 0 {
		a := todo[0]
		if n := expired(times(batch[a.from:a.to]), time.Now(), m.MaxAge); n > 0 {
			if !l.discard(ctx, batch[a.from:a.from+n], ageExceeded, a, a.failures > 0) {
				return false
			}
			todo[0].from += n
			if todo[0].size() == 0 {
				todo = todo[1:]
			}
			continue
		}
		from, functionError, err := l.invoke(ctx, batch[a.from:a.to])
		switch {
		case ctx.Err() != nil:
			return false
		case throttled(err):
			pauses++
			if !pause(ctx, backOff(pauses)) {
				return false
			}
			continue
		}
		a.invokes++
		l.shard.markDone(batch[a.from : a.from+from])
		if from == a.size() {
			todo, pauses = todo[1:], 0
			continue
		}
		again, discarded := afterFailure(a, from, rules)
		todo = todo[1:]
		if discarded {
			if !l.discard(ctx, batch[again[0].from:again[0].to], retriesExhausted, again[0], functionError) {
				return false
			}
			pauses = 0
			continue
		}
		todo = append(again, todo...)
		pauses++
		if !pause(ctx, backOff(pauses)) {
			return false
		}
	}
	return true
}

// invoke hands the batch to the function and tells from which place on it failed.
func (l *lane) invoke(ctx context.Context, batch []*openRecord) (from int, functionError bool, _ error) {
	records := make([]json.RawMessage, len(batch))
	sequences := make([]string, len(batch))
	for i, r := range batch {
		records[i], sequences[i] = r.event, r.sequence
	}
	event, err := eventOf(records)
	if err != nil {
		return 0, true, err
	}
	answer, err := l.shard.stream.mapping.Function.Invoke(ctx, event)
	if err != nil {
		return 0, true, err
	}
	if !l.shard.stream.mapping.ReportFailures {
		return len(batch), false, nil
	}
	return failedFrom(answer, sequences), false, nil
}

// discard tells the on-failure queue and lets the records go; false if ctx ended before it knew.
func (l *lane) discard(ctx context.Context, records []*openRecord, condition string, a attempt, functionError bool) bool {
	s := l.shard.stream
	if url := s.mapping.OnFailureQueueURL; url != "" {
		batch := make([]streamRecord, len(records))
		for i, r := range records {
			batch[i] = r.streamRecord
		}
		record := discardOf(s.mapping, l.shard.id, condition, batch, a.invokes, functionError, s.clock.Now())
		if !discard(ctx, s.queues, url, record) {
			return false
		}
	}
	l.shard.markDone(records)
	return true
}

func times(records []*openRecord) []time.Time {
	created := make([]time.Time, len(records))
	for i, r := range records {
		created[i] = r.created
	}
	return created
}
