package store

import (
	"errors"
	"sync"
)

// inFlight bounds the requests that one operation has under way: enough to hide
// their latency, few enough that one caller does not take all connections.
const inFlight = 16

// atOnce calls do for 0 … n−1, a few at a time, and waits for all; it returns
// their errors joined.
func atOnce(n int, do func(i int) error) error {
	errs := make([]error, n)
	places := make(chan struct{}, inFlight)
	var all sync.WaitGroup
	for i := range n {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			errs[i] = do(i)
		})
	}
	all.Wait()
	return errors.Join(errs...)
}
