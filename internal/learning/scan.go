package learning

import (
	"context"
	"sync"

	"guanxi/internal/standing"
)

// Decisions reads the standing decisions of one segment of the base.
type Decisions interface {
	Each(ctx context.Context, segment, segments int, each func(standing.Record) error) error
}

// segments are read side by side: the scan waits for the network most of the time.
const segments = 4

// scan folds the base: each segment into a part of its own, the parts into one.
func scan[P any](ctx context.Context, of Decisions, empty func() P, add func(part P, m standing.Measures) error, merge func(whole, part P)) (whole P, _ error) {
	var work sync.WaitGroup
	parts, failures := make([]P, segments), make([]error, segments)
	for segment := range segments {
		work.Go(func() {
			parts[segment] = empty()
			failures[segment] = of.Each(ctx, segment, segments, func(r standing.Record) error {
				return add(parts[segment], r.Measures)
			})
		})
	}
	work.Wait()
	whole = parts[0]
	for segment, err := range failures {
		if err != nil {
			return whole, err
		}
		if segment > 0 {
			merge(whole, parts[segment])
		}
	}
	return whole, nil
}
