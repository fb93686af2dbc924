package main

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
)

// workers is how many deliveries, or questions, are under way at once.
const workers = 4

// replay sends a purchase history through a system, one virtual day after the
// other.
type replay struct {
	system *system
	shop   shop
	days   map[day][]errand
	tally  tally
	spent  map[phase]time.Duration
}

// phase is what the time goes into.
type phase string

const (
	starting   phase = "starting the local cloud"
	nights     phase = "nights: the review, and what the day before left over"
	delivering phase = "days: deliveries until they are answered"
	settling   phase = "settling after the last day"
	checking   phase = "asking and checking every decision"
)

var phases = []phase{starting, nights, delivering, settling, checking}

func (r *replay) during(p phase, do func() error) error {
	began := time.Now()
	err := do()
	r.spent[p] += time.Since(began)
	return err
}

// night is how many deliveries a night costs as much as, for the time left: the
// schedules themselves, and who is due for review. Measured.
func (r *replay) night() int { return 8 + r.tally.People/100 }

// run moves the clock from closing to closing, by which the nightly review runs
// on the way, and delivers at each closing what the plan says. What a day's
// deliveries set off is done when the clock has moved on; nothing waits for it
// before.
func (r *replay) run(ctx context.Context, from day, p progress) error {
	now, err := r.system.Now(ctx)
	if err != nil {
		return err
	}
	for d := from; d <= r.tally.Last; d++ {
		if len(r.days[d]) == 0 && d < r.tally.Last {
			p.did(r.night(), d.String()) // the clock passes by, and the nights on the way are lived through at the next stop
			continue
		}
		if at := d.At(closing, r.shop.Zone); at.After(now) { // a resumed day is past closing
			if err := r.during(nights, func() error { return r.system.advance(ctx, at) }); err != nil {
				return fmt.Errorf("the night before %s: %w", d, err)
			}
		}
		if err := r.during(delivering, func() error { return r.deliver(ctx, r.days[d]) }); err != nil {
			return fmt.Errorf("on %s: %w", d, err)
		}
		p.did(r.night()+len(r.days[d]), d.String())
	}
	return r.during(settling, func() error { return r.system.settle(ctx) })
}

// units is how much work there is in all, for a progress that counts as run does.
func (r *replay) units(from day) (sum int) {
	for d := from; d <= r.tally.Last; d++ {
		sum += r.night() + len(r.days[d])
	}
	return sum
}

// deliver hands a day's errands to the workers; the statements of one errand
// stay in their order.
func (r *replay) deliver(ctx context.Context, errands []errand) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	for _, e := range errands {
		group.Go(func() error {
			for _, says := range e.statements() {
				body := r.shop.body(e, says)
				event := fmt.Sprintf("%s-%d", says.Topic, e.Line)
				if err := r.system.deliver(ctx, "shopify", r.shop.Connection, r.shop.headers(says.Topic, event, body), body); err != nil {
					return fmt.Errorf("line %d: %w", e.Line, err)
				}
			}
			return nil
		})
	}
	return group.Wait()
}
