// Package function runs bootstraps as AWS Lambda does: under the Lambda Runtime API, one invocation at a time per
// process, an idle process reused, a hanging one killed at the function's time-out, a crashed one replaced by a fresh
// cold start, and calls beyond the reserved concurrency throttled.
//
// Two things differ knowingly. The memory size is told to the function but not enforced, and an idle process isn't
// frozen. And beside the reserved concurrency there is the machine's own limit on processes per function; a call beyond
// it waits, since in the cloud it would have been served.
//
// The page "Understanding the Lambda execution environment lifecycle" (docs/lambda/latest/dg/lambda-runtime-environment)
// is the reference; the tests cite the page for each rule.
package function

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
)

// MaxPayload is the limit of a synchronous event in bytes, and of a response but for the 100 bytes in maxResponse.
const MaxPayload = 6 << 20

// Config describes one function.
type Config struct {
	Name, ARN, Region string
	Bootstrap         string // path of the executable
	Handler           string
	MemoryMB          int
	Timeout           time.Duration
	Environment       map[string]string
	Reserved          *int   // reserved concurrency; nil means none
	Processes         int    // the machine's limit, at least 1
	LogFile           string // "" keeps the logs in memory only
	Children          *Children
}

// Function is a function that can be invoked. Its methods may be called from many goroutines.
type Function struct {
	config Config
	places chan struct{} // one for each process that may run at the same time
	logs   *logs

	stop    context.Context
	end     context.CancelFunc
	running sync.WaitGroup

	mu     sync.Mutex
	idle   []*process // the most recently used last
	alive  map[*process]bool
	faults []Fault
	stats  Stats
}

// Stats count what happened since the start.
type Stats struct {
	Invocations int `json:"invocations"` // accepted ones, not throttled
	Errors      int `json:"errors"`      // every invocation without an answer, the two below included
	Timeouts    int `json:"timeouts"`
	Crashes     int `json:"crashes"`
	Throttles   int `json:"throttles"`
	ColdStarts  int `json:"cold_starts"`
	Running     int `json:"running"` // invocations at this moment
	Processes   int `json:"processes"`
}

// New makes a function; nothing is started before the first invocation.
func New(c Config) (*Function, error) {
	logs, err := openLogs(c.LogFile)
	if err != nil {
		return nil, fmt.Errorf("logs of %s: %w", c.Name, err)
	}
	f := &Function{config: c, places: make(chan struct{}, max(1, c.Processes)), logs: logs, alive: map[*process]bool{}}
	f.stop, f.end = context.WithCancel(context.Background())
	return f, nil
}

// Name is the function's name.
func (f *Function) Name() string { return f.config.Name }

// Logs are the last lines that the function and its runtime wrote, the oldest first.
func (f *Function) Logs() []string { return f.logs.last() }

// Stats are the counts so far.
func (f *Function) Stats() Stats {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.stats
	s.Processes = len(f.alive)
	return s
}

// Close ends every process of the function and waits for them. Invocations in flight end as if they had crashed.
func (f *Function) Close() error {
	f.end()
	f.mu.Lock()
	for p := range f.alive {
		p.kill()
	}
	f.mu.Unlock()
	f.running.Wait()
	return f.logs.close()
}

// Invoke hands the event to a process and returns its answer. Errors are ErrThrottled, *Error, or the context's: an
// invocation whose caller goes away runs on, as in Lambda.
func (f *Function) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	if len(event) > MaxPayload {
		return nil, &Error{Type: "RequestEntityTooLarge", Message: fmt.Sprintf("%d bytes exceed the limit of %d bytes", len(event), MaxPayload)}
	}
	fault, err := f.admit()
	if err != nil {
		return nil, err
	}
	i := newInvocation(event)
	answers := make(chan answer, 1)
	go func() {
		defer f.running.Done()
		a := f.serve(i, fault)
		f.record(a)
		answers <- a
	}()
	select {
	case a := <-answers:
		return a.body, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// admit counts the invocation in, unless it must be throttled.
func (f *Function) admit() (Fault, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fault := f.nextFault()
	reserved := f.config.Reserved
	if fault.Kind == Stop || f.stop.Err() != nil || reserved != nil && f.stats.Running >= *reserved {
		f.stats.Throttles++
		return fault, ErrThrottled
	}
	f.stats.Invocations++
	f.stats.Running++
	f.running.Add(1)
	return fault, nil
}

func (f *Function) record(a answer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stats.Running--
	if a.err == nil {
		return
	}
	f.stats.Errors++
	if failure, ok := errors.AsType[*Error](a.err); ok && failure.Type == timedOut {
		f.stats.Timeouts++
	} else if ok && failure.Type == exited {
		f.stats.Crashes++
	}
}

// serve finds a place and a process for the invocation and carries it out.
func (f *Function) serve(i *invocation, fault Fault) answer {
	if fault.Kind == Fail {
		return answer{err: &Error{Type: "Injected.Failure", Message: "the control port made this invocation fail"}}
	}
	select {
	case f.places <- struct{}{}:
		defer func() { <-f.places }()
	case <-f.stop.Done():
		return answer{err: exitError(i.id, "the local cloud was stopped")}
	}
	for {
		p, init, err := f.process(i)
		if err != nil {
			return answer{err: err}
		}
		a, taken := f.run(p, i, fault, init)
		if taken {
			return a
		}
		// The process died between two invocations: nothing was lost, the next one is a cold start.
	}
}

// process takes an idle process or starts one; init is how long the start took, zero for a warm one.
func (f *Function) process(i *invocation) (p *process, init time.Duration, failure error) {
	f.mu.Lock()
	for len(f.idle) > 0 && p == nil {
		last := len(f.idle) - 1
		p, f.idle = f.idle[last], f.idle[:last]
		if p.dead() {
			p = nil
		}
	}
	f.mu.Unlock()
	if p != nil {
		return p, 0, nil
	}
	began := time.Now()
	p, err := f.start()
	if err != nil {
		return nil, 0, &Error{Type: "Runtime.InvalidEntrypoint", Message: fmt.Sprintf("RequestId: %s Error: %v", i.id, err)}
	}
	if failure := p.awaitInit(i.id); failure != nil {
		p.kill()
		return nil, 0, failure
	}
	return p, time.Since(began), nil
}

func (f *Function) start() (*process, error) {
	p, err := startProcess(f.config, f.logs)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	f.stats.ColdStarts++
	f.alive[p] = true
	f.mu.Unlock()
	if f.stop.Err() != nil {
		p.kill() // Close may have looked before this process was there
	}
	go func() {
		<-p.exited
		f.mu.Lock()
		delete(f.alive, p)
		f.mu.Unlock()
	}()
	return p, nil
}

// run hands the invocation to the process and waits for its outcome. It isn't taken when the process died before.
func (f *Function) run(p *process, i *invocation, fault Fault, init time.Duration) (a answer, taken bool) {
	if fault.Kind == Hang {
		p.freeze() // before it gets the event: it will never answer
	} else if !p.hand(i) {
		return answer{}, false
	}
	began := time.Now()
	f.logs.printf("START RequestId: %s Version: $LATEST", i.id)
	a = p.await(i, fault, f.config.Timeout)
	if !p.dead() {
		f.mu.Lock()
		f.idle = append(f.idle, p)
		f.mu.Unlock()
	}
	f.report(p, i, a, time.Since(began), init)
	return a, true
}

// report writes the platform's own log lines.
func (f *Function) report(p *process, i *invocation, a answer, took, init time.Duration) {
	if a.err != nil {
		f.logs.printf("%s", a.err)
	}
	line := fmt.Sprintf("END RequestId: %s\nREPORT RequestId: %s\tDuration: %.2f ms\tMemory Size: %d MB", i.id, i.id, millis(took), f.config.MemoryMB)
	if used := mostMemory(p.cmd.Process.Pid); used > 0 {
		line += fmt.Sprintf("\tMax Memory Used: %d MB", used>>20)
	}
	if init > 0 {
		line += fmt.Sprintf("\tInit Duration: %.2f ms", millis(init))
	}
	f.logs.printf("%s", line)
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// invocation is one event on its way through a process.
type invocation struct {
	id       string
	event    []byte
	deadline time.Time // real time, since the runtime compares it with the machine's clock
	trace    string
	answered chan answer // holds one
}

type answer struct {
	body []byte
	err  error // *Error
}

func newInvocation(event []byte) *invocation {
	var random [20]byte
	_, _ = rand.Read(random[:]) // never fails
	trace := fmt.Sprintf("Root=1-%08x-%s;Parent=%s;Sampled=0", time.Now().Unix(), hex.EncodeToString(random[:12]), hex.EncodeToString(random[12:]))
	return &invocation{id: uuid.NewString(), event: event, trace: trace, answered: make(chan answer, 1)}
}
