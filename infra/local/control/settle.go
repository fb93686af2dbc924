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
		settled, err := c.settled(ctx)
		switch {
		case err != nil:
			return err
		case settled:
			return nil
		case time.Now().After(end):
			busy, err := c.busy(ctx)
			if err != nil {
				return err
			}
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

// settled looks twice. Work that moves from one place to the next between the looks (a stream's record becomes a
// message) does so by an invocation, and that is counted. It asks as little as it can, since it asks often: the servers
// only when the host itself knows of nothing that is under way, and none after the first that says no.
func (c *Control) settled(ctx context.Context) (bool, error) {
	before := c.activity()
	for range 2 {
		if len(c.running()) > 0 {
			return false, nil
		}
		for name, source := range c.Sources {
			if idle, err := source.Idle(ctx); err != nil || !idle {
				return false, wrap(name, err)
			}
		}
	}
	return len(c.running()) == 0 && c.activity() == before, nil
}

func wrap(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", name, err)
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

// running names what the host itself knows to be under way.
func (c *Control) running() []string {
	busy := c.Scheduler.busy()
	for _, f := range c.Functions {
		if n := f.Stats().Running; n > 0 {
			busy = append(busy, fmt.Sprintf("function %s: %d running", f.Name, n))
		}
	}
	return busy
}

// busy names all that is under way.
func (c *Control) busy(ctx context.Context) ([]string, error) {
	busy := c.running()
	for name, source := range c.Sources {
		idle, err := source.Idle(ctx)
		if err != nil {
			return nil, wrap(name, err)
		}
		if !idle {
			busy = append(busy, name)
		}
	}
	return busy, nil
}
