package source

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"guanxi/infra/local/clock"
)

// discoverEvery is how often the stream is asked for new shards.
const discoverEvery = time.Second

// Stream drives one function from one DynamoDB stream. A shard is read once its parent is done, so
// that an item's order survives a split.
type Stream struct {
	mapping StreamMapping
	filter  Filter
	streams *dynamodbstreams.Client
	queues  *sqs.Client
	clock   *clock.Clock
	done    *checkpoint

	mu       sync.Mutex
	active   map[string]*shard
	discover chan struct{} // asks for a look at the shards now
}

// NewStream prepares a mapping; checkpoint is the file of its position, "" to keep none. Settings
// and filters that Lambda would refuse, or that are not supported here, are errors.
func NewStream(m StreamMapping, streams *dynamodbstreams.Client, queues *sqs.Client, clk *clock.Clock, checkpoint string) (*Stream, error) {
	m, err := m.withDefaults()
	if err != nil {
		return nil, err
	}
	filter, err := ParseFilter(m.Filters)
	if err != nil {
		return nil, fmt.Errorf("stream source of %s: %w", m.Name, err)
	}
	done, err := openCheckpoint(checkpoint, m.StreamARN)
	if err != nil {
		return nil, fmt.Errorf("stream source of %s: %w", m.Name, err)
	}
	return &Stream{
		mapping: m, filter: filter, streams: streams, queues: queues, clock: clk, done: done,
		active: map[string]*shard{}, discover: make(chan struct{}, 1),
	}, nil
}

// Run reads until ctx ends, and then returns nil; an error means that the stream is gone or its
// checkpoint can't be kept. An invocation that ctx cuts off counts for nothing.
func (s *Stream) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	failed := make(chan error, 1)
	// A stream that was never read starts where the mapping says; a shard that comes later, at its
	// beginning.
	latest := !s.mapping.StartTrimHorizon && s.done.empty()
	for n := 1; ; {
		shards, err := s.describe(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case gone(err):
			return fmt.Errorf("stream source of %s: %w", s.mapping.Name, err)
		case err != nil:
			pause(ctx, backOff(n))
			n++
			continue
		}
		n = 1
		for _, sh := range s.startable(shards, latest) {
			running.Go(func() {
				err := sh.run(ctx)
				s.mu.Lock()
				delete(s.active, sh.id)
				s.mu.Unlock()
				if err != nil && ctx.Err() == nil {
					select {
					case failed <- fmt.Errorf("stream source of %s: %w", s.mapping.Name, err):
					default:
					}
				}
				s.look()
			})
		}
		latest = false
		timer := time.NewTimer(discoverEvery)
		select {
		case <-ctx.Done():
		case err := <-failed:
			timer.Stop()
			return err
		case <-s.discover:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// startable makes those shards active that are not, and whose parent is done or gone.
func (s *Stream) startable(shards []types.Shard, latest bool) []*shard {
	known := map[string]bool{}
	for _, sh := range shards {
		known[*sh.ShardId] = true
	}
	s.done.forget(known)
	s.mu.Lock()
	defer s.mu.Unlock()
	var start []*shard
	for _, sh := range shards {
		position, read := s.done.position(*sh.ShardId)
		if s.active[*sh.ShardId] != nil || position.Done {
			continue
		}
		if parent := sh.ParentShardId; parent != nil && known[*parent] {
			if p, _ := s.done.position(*parent); !p.Done {
				continue
			}
		}
		next := newShard(s, *sh.ShardId, position.Sequence, latest && !read)
		s.active[next.id] = next
		start = append(start, next)
	}
	return start
}

// look asks Run to look for shards without waiting.
func (s *Stream) look() {
	select {
	case s.discover <- struct{}{}:
	default:
	}
}

// describe lists all shards that the stream still has.
func (s *Stream) describe(ctx context.Context) ([]types.Shard, error) {
	var shards []types.Shard
	in := &dynamodbstreams.DescribeStreamInput{StreamArn: &s.mapping.StreamARN}
	for {
		out, err := s.streams.DescribeStream(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("list the shards: %w", err)
		}
		shards = append(shards, out.StreamDescription.Shards...)
		in.ExclusiveStartShardId = out.StreamDescription.LastEvaluatedShardId
		if in.ExclusiveStartShardId == nil {
			return shards, nil
		}
	}
}

// Idle is true when every record that was written before the call has been handled: each shard
// has been read to its end since, and nothing of it is waiting or in work. It is false whenever
// that is not sure.
func (s *Stream) Idle(ctx context.Context) (bool, error) {
	asked := time.Now()
	shards, err := s.describe(ctx)
	if err != nil {
		return false, fmt.Errorf("stream source of %s: %w", s.mapping.Name, err)
	}
	for _, sh := range shards {
		if p, _ := s.done.position(*sh.ShardId); p.Done {
			continue
		}
		s.mu.Lock()
		active := s.active[*sh.ShardId]
		s.mu.Unlock()
		if active == nil {
			s.look()
			return false, nil
		}
		if !active.idleSince(ctx, asked) {
			return false, nil
		}
	}
	return true, nil
}

func gone(err error) bool {
	var missing *types.ResourceNotFoundException
	return errors.As(err, &missing)
}
