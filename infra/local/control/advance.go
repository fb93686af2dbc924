package control

import (
	"context"
	"time"
)

// settleLimit is how long everything may take to settle at one stop of a journey through time: longer than any message
// stays hidden that a killed host had in flight.
const settleLimit = 5 * time.Minute

// Advance moves the clock to the target and stops at every cron firing on the way: the clock is set to it, the rule
// fires, and everything settles before the clock goes on. Between two cron firings each rate rule fires once, at the
// last of its times there: a minute's tick over a year would be half a million calls that find nothing to do. It
// returns the number of firings.
func (c *Control) Advance(ctx context.Context, target time.Time) (fired int, err error) {
	s := c.Scheduler
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() {
		select {
		case s.changed <- struct{}{}:
		default: // one notice is enough
		}
	}()
	for done := false; !done; {
		limit := s.nextCron(target)
		for _, st := range s.stops(limit) {
			if err := c.reach(st.at); err != nil {
				return fired, err
			}
			s.fire(st)
			fired += len(st.rules)
			if err := c.Settle(ctx, settleLimit); err != nil {
				return fired, err
			}
		}
		if err := s.keep(limit); err != nil {
			return fired, err
		}
		done = !limit.Before(target)
	}
	if err := c.reach(target); err != nil {
		return fired, err
	}
	return fired, c.Settle(ctx, settleLimit)
}

// nextCron is the next cron firing, or the target when none comes before it.
func (s *Scheduler) nextCron(target time.Time) time.Time {
	for _, r := range s.rules {
		if at := r.Schedule.Next(s.done); !r.Rate && at.Before(target) {
			target = at
		}
	}
	return target
}

// reach sets the clock unless it has flowed past that time already, while things settled.
func (c *Control) reach(t time.Time) error {
	if t.Before(c.Clock.Now()) {
		return nil
	}
	return c.Clock.Set(t)
}
