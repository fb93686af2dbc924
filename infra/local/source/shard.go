package source

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

const (
	// A shard is polled again after pollFirst, then ever later up to pollLast while nothing comes: a
	// burst is followed closely and in batches, a quiet stream costs about 1 % of a core (with the
	// server's share). A full page is followed at once.
	pollFirst = 10 * time.Millisecond
	pollLast  = 100 * time.Millisecond
	fullPage  = 1000
	// mostOpen bounds the records that are read and not done.
	mostOpen = 10_000
	// idleWait is how long Idle waits for the next poll before it says no.
	idleWait = 2 * time.Second
)

// shard reads one shard in order and hands its records to lanes, by item; each lane works through
// its own in order. The checkpoint follows the oldest record that is not done.
type shard struct {
	stream *Stream
	id     string
	read   string // sequence number of the newest record read
	latest bool   // start after what is there now
	lanes  []*lane
	poke   chan struct{} // asks for a poll now

	mu     sync.Mutex
	open   []*openRecord // in the order of the shard
	empty  time.Time     // when the newest poll that found nothing began
	polled chan struct{} // closed by the end of each poll, then replaced
	failed error         // the checkpoint can't be kept
}

// openRecord is a record that has been read; the record before it may be done later.
type openRecord struct {
	streamRecord
	came time.Time
	done bool
}

func newShard(s *Stream, id, read string, latest bool) *shard {
	sh := &shard{stream: s, id: id, read: read, latest: latest, poke: make(chan struct{}, 1), polled: make(chan struct{})}
	for range s.mapping.Parallel {
		sh.lanes = append(sh.lanes, &lane{shard: sh, wake: make(chan struct{}, 1)})
	}
	return sh
}

// run returns nil when the shard is closed and all of it is done, or when ctx ends.
func (sh *shard) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var lanes sync.WaitGroup
	defer lanes.Wait()
	defer cancel()
	for _, l := range sh.lanes {
		lanes.Go(func() { l.run(ctx) })
	}
	iterator, wait, failures := "", pollFirst, 0
	for {
		switch n, err := sh.state(); {
		case err != nil:
			return err
		case n >= mostOpen:
			if !pause(ctx, pollFirst) {
				return nil
			}
			continue
		}
		next, found, err := sh.poll(ctx, iterator)
		switch {
		case ctx.Err() != nil:
			return nil
		case gone(err):
			return err
		case err != nil:
			// Iterators expire, servers rest: ask for a new one.
			iterator = ""
			failures++
			if !pause(ctx, backOff(failures)) {
				return nil
			}
			continue
		case next == nil:
			return sh.finish(ctx)
		}
		iterator, failures = *next, 0
		if found == fullPage {
			continue
		}
		if found > 0 {
			wait = pollFirst
		}
		if !sh.rest(ctx, wait) {
			return nil
		}
		wait = min(wait*2, pollLast)
	}
}

// rest waits for the next poll's time or for a poke.
func (sh *shard) rest(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-sh.poke:
		return true
	case <-ctx.Done():
		return false
	}
}

// poll reads one page, from an iterator or anew from where reading stands.
func (sh *shard) poll(ctx context.Context, iterator string) (next *string, found int, err error) {
	began := time.Now()
	api := sh.stream.streams
	if iterator == "" {
		if iterator, err = sh.iterator(ctx); err != nil {
			return nil, 0, err
		}
	}
	page, err := api.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: &iterator})
	if err != nil {
		return nil, 0, fmt.Errorf("read a shard: %w", err)
	}
	if err := sh.take(page.Records); err != nil {
		return nil, 0, err
	}
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if len(page.Records) == 0 {
		sh.empty = began
	}
	close(sh.polled)
	sh.polled = make(chan struct{})
	return page.NextShardIterator, len(page.Records), nil
}

func (sh *shard) iterator(ctx context.Context) (string, error) {
	in := &dynamodbstreams.GetShardIteratorInput{
		StreamArn: &sh.stream.mapping.StreamARN, ShardId: &sh.id, ShardIteratorType: types.ShardIteratorTypeTrimHorizon,
	}
	switch {
	case sh.read != "":
		in.ShardIteratorType = types.ShardIteratorTypeAfterSequenceNumber
		in.SequenceNumber = &sh.read
	case sh.latest:
		in.ShardIteratorType = types.ShardIteratorTypeLatest
	}
	out, err := sh.stream.streams.GetShardIterator(ctx, in)
	if _, ok := errors.AsType[*types.TrimmedDataAccessException](err); ok {
		// What followed is a day old and gone; the oldest that is left comes next.
		in.ShardIteratorType, in.SequenceNumber = types.ShardIteratorTypeTrimHorizon, nil
		out, err = sh.stream.streams.GetShardIterator(ctx, in)
	}
	if err != nil {
		return "", fmt.Errorf("find the place in a shard: %w", err)
	}
	return aws.ToString(out.ShardIterator), nil
}

// take opens the records of a page and hands those that pass the filter to their lanes, together,
// so that batches are as full as they can be.
func (sh *shard) take(page []types.Record) error {
	if len(page) == 0 {
		return nil
	}
	now := time.Now()
	s := sh.stream
	opened := make([]*openRecord, 0, len(page))
	forLane := make([][]*openRecord, len(sh.lanes))
	for _, r := range page {
		record, err := toStreamRecord(r, s.mapping.StreamARN, now, s.clock.At)
		if err != nil {
			return err
		}
		value, err := decode(record.event)
		if err != nil {
			return err
		}
		open := &openRecord{streamRecord: record, came: now, done: !s.filter.Passes(value)}
		opened = append(opened, open)
		if !open.done {
			i := record.lane % uint32(len(sh.lanes))
			forLane[i] = append(forLane[i], open)
		}
	}
	sh.mu.Lock()
	sh.open = append(sh.open, opened...)
	sh.mu.Unlock()
	sh.read = opened[len(opened)-1].sequence
	for i, records := range forLane {
		sh.lanes[i].add(records)
	}
	sh.markDone(nil) // Those that did not pass.
	return nil
}

// markDone notes records as done and moves the checkpoint over all that are done from the oldest on.
func (sh *shard) markDone(records []*openRecord) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	for _, r := range records {
		r.done = true
	}
	last := ""
	for len(sh.open) > 0 && sh.open[0].done {
		last = sh.open[0].sequence
		sh.open = sh.open[1:]
	}
	if last != "" && sh.failed == nil {
		sh.failed = sh.stream.done.advance(sh.id, shardPosition{Sequence: last})
	}
}

// finish waits until everything of a closed shard is done and says so in the checkpoint.
func (sh *shard) finish(ctx context.Context) error {
	for {
		n, err := sh.state()
		if err != nil {
			return err
		}
		if n == 0 {
			return sh.stream.done.advance(sh.id, shardPosition{Sequence: sh.read, Done: true})
		}
		if !pause(ctx, pollFirst) {
			return nil
		}
	}
}

func (sh *shard) state() (open int, failed error) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return len(sh.open), sh.failed
}

// idleSince is true once a poll that began after the instant has found nothing and nothing is open.
// The polls follow each other, so whatever was written before the instant was opened by an earlier
// poll, and is done.
func (sh *shard) idleSince(ctx context.Context, instant time.Time) bool {
	ctx, cancel := context.WithTimeout(ctx, idleWait)
	defer cancel()
	for {
		sh.mu.Lock()
		busy, quiet, polled := len(sh.open) > 0, sh.empty.After(instant), sh.polled
		sh.mu.Unlock()
		if busy {
			return false
		}
		if quiet {
			return true
		}
		select {
		case sh.poke <- struct{}{}:
		default:
		}
		select {
		case <-polled:
		case <-ctx.Done():
			return false
		}
	}
}
