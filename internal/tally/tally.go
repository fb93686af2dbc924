// Package tally is what the functions that make the figures do: mark the days
// that were touched, take a day's sums, count the base by night, and raise
// alerts. Everything is taken from the facts anew and stored under a guard, so
// any of it may be repeated, and lost work is made up for by the next night.
package tally

import (
	"context"
	"sync"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/figure"
	"guanxi/internal/history"
)

// Timers are appointments; setting one twice is one.
type Timers interface {
	Set(ctx context.Context, t crm.Timer) error
}

// Marker sets the timer by which a touched day is summed again: at the next
// quarter of an hour, once for all that touches it until then.
type Marker struct {
	timers Timers
	zone   *time.Location

	mu  sync.Mutex
	set map[string]bool
}

// NewMarker sets the timers of days that are touched, by the dates of zone.
func NewMarker(timers Timers, zone *time.Location) *Marker {
	return &Marker{timers: timers, zone: zone, set: map[string]bool{}}
}

const (
	every = 15 * time.Minute
	// lag is how far behind the last decision a fact may have been recorded that
	// it did not see: no request takes longer to write what it records.
	lag = 15 * time.Minute
	// settled is left between a fact and the sum of its day, for the index.
	settled = time.Minute
	// mostSet bounds the memory; a full one is forgotten whole, which costs a write each.
	mostSet = 10_000
)

// Touch marks the days that facts touched which were recorded since the decision
// of before, seen by the one as of now.
//
// A mark that this process has set already is not set again, and yet no touch is
// lost: whatever is touched now was recorded by now, so the sum that is taken at
// the timer's due time, which lies later, has seen it, whether that has come
// meanwhile or not.
func (m *Marker) Touch(ctx context.Context, f history.Facts, before, now time.Time) error {
	since := before
	if !before.IsZero() {
		since = before.Add(-lag)
	}
	due := now.Add(settled).Truncate(every).Add(every)
	for _, day := range figure.Touched(f, since, m.zone) {
		ref := figure.Days(day.Store, day.Date)
		t := crm.Timer{ID: "day/" + ref, Kind: crm.TimerDay, Due: due, Ref: ref}
		if m.knows(t) {
			continue
		}
		if err := m.timers.Set(ctx, t); err != nil {
			return err
		}
		m.remember(t)
	}
	return nil
}

func mark(t crm.Timer) string { return t.Due.UTC().Format(time.RFC3339) + t.ID }

func (m *Marker) knows(t crm.Timer) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.set[mark(t)]
}

func (m *Marker) remember(t crm.Timer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.set) >= mostSet {
		clear(m.set)
	}
	m.set[mark(t)] = true
}
