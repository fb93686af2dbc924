// Package clock owns the local cloud's time: a movable clock, and the schedules that it crosses.
//
// Virtual time runs as fast as real time but can be set forward. The clock is a piecewise map:
// each piece begins at a real instant and gives the virtual time of that instant. It keeps the
// pieces, so that an event is dated by the piece in force when it happened, however late it is
// read: a message that was sent before a jump and received after it still comes from before.
package clock

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"sync"
	"time"
)

// piece says that at Real the clock showed Virtual, and ran on from there.
type piece struct {
	Real    time.Time `json:"real"`
	Virtual time.Time `json:"virtual"`
}

// kept is how long a piece can still be asked for: SQS keeps a message for at most 14 days.
// ("Amazon SQS message quotas", AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html)
const kept = 14 * 24 * time.Hour

// Clock is the movable clock. It is safe for concurrent use.
type Clock struct {
	file string
	real func() time.Time

	mu     sync.RWMutex
	pieces []piece // ascending in both times; never empty
}

// Open reads the clock that is kept in file, or starts one that shows real time if there is none.
// With file "" nothing is kept.
func Open(file string) (*Clock, error) { return open(file, time.Now) }

func open(file string, real func() time.Time) (*Clock, error) {
	c := &Clock{file: file, real: real}
	if file != "" {
		text, err := os.ReadFile(file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, fmt.Errorf("open the clock: %w", err)
		default:
			if err := json.Unmarshal(text, &c.pieces); err != nil {
				return nil, fmt.Errorf("open the clock %s: %w", file, err)
			}
		}
	}
	if len(c.pieces) == 0 {
		now := real().Round(0) // Wall time: message dates have no other.
		c.pieces = []piece{{Real: now, Virtual: now}}
	}
	return c, nil
}

// Now is the virtual time of this instant, in UTC.
func (c *Clock) Now() time.Time { return c.At(c.real()) }

// At is the virtual time of a real instant, by the piece in force then. An instant before all
// pieces is dated by the first.
func (c *Clock) At(real time.Time) time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return at(c.pieces, real)
}

func at(pieces []piece, real time.Time) time.Time {
	i := sort.Search(len(pieces), func(i int) bool { return pieces[i].Real.After(real) }) - 1
	p := pieces[max(i, 0)]
	return p.Virtual.Add(real.Sub(p.Real)).UTC()
}

// Set moves the clock to a virtual time that is not before Now, and keeps the move.
//
// The move is dated to the start of the running millisecond, since messages are dated by whole
// milliseconds: one that is sent right after Set must not seem to come from before.
func (c *Clock) Set(virtual time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.real()
	if shown := at(c.pieces, now); virtual.Before(shown) {
		return fmt.Errorf("set the clock: %s is before the %s that it shows", virtual.Format(time.RFC3339), shown.Format(time.RFC3339))
	}
	from := now.Truncate(time.Millisecond)
	pieces := append(recent(c.pieces, from), piece{Real: from, Virtual: virtual.UTC()})
	if err := c.keep(pieces); err != nil {
		return err
	}
	c.pieces = pieces
	return nil
}

// recent is a copy of the pieces that were in force within the last kept, without those that
// begin at from or later, which a new one is about to replace.
func recent(pieces []piece, from time.Time) []piece {
	first, end := 0, len(pieces)
	for first+1 < end && pieces[first+1].Real.Before(from.Add(-kept)) {
		first++
	}
	for end > first && !pieces[end-1].Real.Before(from) {
		end--
	}
	return append([]piece(nil), pieces[first:end]...)
}

// keep replaces the file as a whole: a reader finds the old map or the new one.
func (c *Clock) keep(pieces []piece) error {
	if c.file == "" {
		return nil
	}
	text, err := json.Marshal(pieces)
	if err != nil {
		return fmt.Errorf("keep the clock: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(c.file), 0o755); err != nil {
		return fmt.Errorf("keep the clock: %w", err)
	}
	next := c.file + ".new"
	if err := os.WriteFile(next, text, 0o644); err != nil {
		return fmt.Errorf("keep the clock: %w", err)
	}
	if err := os.Rename(next, c.file); err != nil {
		return fmt.Errorf("keep the clock: %w", err)
	}
	return nil
}
