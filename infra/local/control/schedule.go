package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"

	"guanxi/infra/local/clock"

	"github.com/google/uuid"
)

// Rule is an EventBridge rule with a schedule and one target.
type Rule struct {
	Name     string // for messages
	ARN      string
	Schedule clock.Schedule
	Rate     bool // rate(…), not cron(…)
	Function Invoker
	Input    string // replaces the event when set
	Retries  int    // of a failed invocation
}

// Invoker is a function.
type Invoker interface {
	Invoke(ctx context.Context, event []byte) ([]byte, error)
}

// Scheduler fires rules as the clock passes their times. A rule invokes its function asynchronously: a failure is tried
// again, at most Retries times, a throttle until it ends ("How Lambda handles errors and retries with asynchronous
// invocation", lambda/latest/dg/invocation-async-error-handling.html; the cloud waits a minute and two between the
// attempts, this machine retryPause).
type Scheduler struct {
	clock   *clock.Clock
	rules   []Rule
	account string
	region  string
	file    string // keeps done; "" doesn't

	life    context.Context // until Stop
	stop    context.CancelFunc
	work    sync.WaitGroup
	changed chan struct{} // the clock was moved

	mu   sync.Mutex // held while firing: a jump and the flow of time don't fire the same time twice
	done time.Time  // virtual; every firing up to here was fired

	counting sync.Mutex
	pending  map[string]int // invocations under way by rule
}

const retryPause = 500 * time.Millisecond

// NewScheduler goes on where the file says that an earlier one ended; without a file it begins now.
func NewScheduler(clk *clock.Clock, account, region, file string, rules []Rule) (*Scheduler, error) {
	s := &Scheduler{
		clock: clk, rules: rules, account: account, region: region, file: file,
		changed: make(chan struct{}, 1), done: clk.Now(), pending: map[string]int{},
	}
	s.life, s.stop = context.WithCancel(context.Background())
	if file == "" {
		return s, nil
	}
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s, s.keep(s.done)
	case err != nil:
		return nil, err
	}
	if s.done, err = time.Parse(time.RFC3339Nano, string(text)); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return s, nil
}

// keep moves done. The file is written before anything more fires: a crash repeats the last firings, and loses none.
func (s *Scheduler) keep(done time.Time) error {
	if done.After(s.done) {
		s.done = done
	}
	if s.file == "" {
		return nil
	}
	// Replaced as a whole: a host that is killed here leaves the old time or the new one.
	if err := os.WriteFile(s.file+".new", []byte(s.done.Format(time.RFC3339Nano)), 0o644); err != nil {
		return err
	}
	return os.Rename(s.file+".new", s.file)
}

// Start fires rules as time flows, until Stop. What was missed since the last run is made up for by one firing each.
// failed hears that the scheduler had to end.
func (s *Scheduler) Start(failed func(error)) {
	s.work.Go(func() {
		if err := s.run(); err != nil {
			failed(fmt.Errorf("schedules: %w", err))
		}
	})
}

func (s *Scheduler) run() error {
	for s.life.Err() == nil {
		s.mu.Lock()
		now := s.clock.Now()
		for _, st := range s.stops(now) {
			s.fire(st)
		}
		err := s.keep(now)
		next := s.next()
		s.mu.Unlock()
		if err != nil {
			return err
		}
		select {
		case <-s.life.Done():
		case <-s.changed:
		case <-time.After(next.Sub(now)):
		}
	}
	return nil
}

// Stop ends the scheduler and waits for the invocations under way.
func (s *Scheduler) Stop() {
	s.stop()
	s.work.Wait()
}

func (s *Scheduler) next() time.Time {
	first := clock.Never
	for _, r := range s.rules {
		if at := r.Schedule.Next(s.done); at.Before(first) {
			first = at
		}
	}
	return first
}

// stop is a virtual time at which rules fire, those with a rate first.
type stop struct {
	at    time.Time
	rules []Rule
}

// stops are the firings after done and up to the limit: each rule's last one, in the order of their times.
func (s *Scheduler) stops(limit time.Time) []stop {
	byTime := map[time.Time]*stop{}
	for _, rate := range []bool{true, false} {
		for _, r := range s.rules {
			at := last(r.Schedule, s.done, limit)
			if at.IsZero() || r.Rate != rate {
				continue
			}
			if byTime[at] == nil {
				byTime[at] = &stop{at: at}
			}
			byTime[at].rules = append(byTime[at].rules, r)
		}
	}
	all := make([]stop, 0, len(byTime))
	for _, st := range byTime {
		all = append(all, *st)
	}
	slices.SortFunc(all, func(a, b stop) int { return a.at.Compare(b.at) })
	return all
}

// last is a schedule's last firing in (from, to], zero when there is none. It doubles its steps, so that a year of
// minutes costs a few dozen looks.
func last(schedule clock.Schedule, from, to time.Time) time.Time {
	var found time.Time
	step := time.Duration(0)
	for {
		at := schedule.Next(from.Add(step))
		switch {
		case !at.After(to):
			found, from = at, at
			step = max(2*step, time.Second)
		case step == 0:
			return found
		default:
			step = 0
		}
	}
}

// fire starts a stop's invocations. The caller holds the lock.
func (s *Scheduler) fire(st stop) {
	for _, r := range st.rules {
		s.invoke(r, st.at)
	}
}

// invoke calls the rule's function in the background.
func (s *Scheduler) invoke(r Rule, at time.Time) {
	event := []byte(r.Input)
	if r.Input == "" {
		event = s.event(r, at)
	}
	s.count(r, 1)
	s.work.Go(func() {
		defer s.count(r, -1)
		for failures := 0; failures <= r.Retries; {
			_, err := r.Function.Invoke(s.life, event)
			if err == nil {
				return
			}
			var t interface{ Throttled() bool }
			if !errors.As(err, &t) || !t.Throttled() {
				failures++
			}
			select {
			case <-s.life.Done():
				return
			case <-time.After(retryPause):
			}
		}
	})
}

// event is what EventBridge sends ("Scheduled events", eventbridge/latest/userguide/eb-service-event.html).
func (s *Scheduler) event(r Rule, at time.Time) []byte {
	text, _ := json.Marshal(map[string]any{ // texts always can
		"version": "0", "id": uuid.NewString(), "detail-type": "Scheduled Event", "source": "aws.events",
		"account": s.account, "time": at.UTC().Format(time.RFC3339), "region": s.region,
		"resources": []string{r.ARN}, "detail": map[string]any{},
	})
	return text
}

func (s *Scheduler) count(r Rule, n int) {
	s.counting.Lock()
	defer s.counting.Unlock()
	s.pending[r.Name] += n
}

func (s *Scheduler) busy() []string {
	s.counting.Lock()
	defer s.counting.Unlock()
	var busy []string
	for rule, n := range s.pending {
		if n > 0 {
			busy = append(busy, fmt.Sprintf("schedule %s: %d under way", rule, n))
		}
	}
	return busy
}
