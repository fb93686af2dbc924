package control

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// look is how often settle looks again while something is busy.
const look = 5 * time.Millisecond

// Settle returns when everything has settled. When that takes longer than the limit, the error says what is busy.
func (c *Control) Settle(ctx context.Context, limit time.Duration) error {
	end := time.Now().Add(limit)
	for {
		busy, err := c.unsettled(ctx)
		switch {
		case err != nil:
			return err
		case len(busy) == 0:
			return nil
		case time.Now().After(end):
			return problem{
				status:  http.StatusGatewayTimeout,
				message: fmt.Sprintf("not settled after %v: %s", limit, strings.Join(busy, "; ")),
				busy:    busy,
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(look):
		}
	}
}

// unsettled looks twice. Work that moves from one place to the next between the looks (a stream's record becomes a
// message) does so by an invocation, and that is counted.
func (c *Control) unsettled(ctx context.Context) ([]string, error) {
	before := c.activity()
	for range 2 {
		if busy, err := c.busy(ctx); err != nil || len(busy) > 0 {
			return busy, err
		}
	}
	if c.activity() != before {
		return []string{"a function was just invoked"}, nil
	}
	return nil, nil
}

// activity grows with every invocation, refused ones too.
func (c *Control) activity() int {
	sum := 0
	for _, f := range c.Functions {
		s := f.Stats()
		sum += s.Invocations + s.Throttles
	}
	return sum
}

// busy names all that is under way, the cheap looks first.
func (c *Control) busy(ctx context.Context) ([]string, error) {
	busy := c.Scheduler.busy()
	for _, f := range c.Functions {
		if n := f.Stats().Running; n > 0 {
			busy = append(busy, fmt.Sprintf("function %s: %d running", f.Name, n))
		}
	}
	for name, source := range c.Sources {
		idle, err := source.Idle(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if !idle {
			busy = append(busy, name)
		}
	}
	return busy, nil
}
