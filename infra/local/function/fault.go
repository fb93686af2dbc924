package function

import (
	"fmt"
	"time"
)

// Kinds of faults.
const (
	Fail  = "fail"  // the invocation ends with a function error, the process isn't touched
	Hang  = "hang"  // the process never answers and is killed at the time-out
	Crash = "crash" // the process is killed (-9) After the hand-over, or when it answers if that is sooner
	Stop  = "stop"  // the invocation is throttled, as with a reserved concurrency of 0
	None  = "none"  // takes back all faults that are still to come
)

// Fault is something that shall go wrong. Its JSON form is the control port's, with After in Go's notation ("50ms").
type Fault struct {
	Kind  string
	Times int           // how many invocations; 0 means until further notice
	After time.Duration // for Crash
}

// Inject makes the coming invocations go wrong. Faults come one after the other in the order in which they were given.
func (f *Function) Inject(fault Fault) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch fault.Kind {
	case Fail, Hang, Crash, Stop:
		f.faults = append(f.faults, fault)
	case None:
		f.faults = nil
	default:
		return fmt.Errorf("fault %q is none of %s, %s, %s, %s, %s", fault.Kind, Fail, Hang, Crash, Stop, None)
	}
	return nil
}

// Faults are those still to come.
func (f *Function) Faults() []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Fault{}, f.faults...)
}

// nextFault takes the fault for one invocation; the caller holds the lock.
func (f *Function) nextFault() Fault {
	if len(f.faults) == 0 {
		return Fault{Kind: None}
	}
	fault := f.faults[0]
	switch fault.Times {
	case 0:
	case 1:
		f.faults = f.faults[1:]
	default:
		f.faults[0].Times--
	}
	return fault
}
