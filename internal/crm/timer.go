package crm

import "time"

// TimerKind is whose appointment a timer is: it names the queue that hears it.
type TimerKind string

const (
	TimerWarning TimerKind = "warning" // a churn warning is to be looked at again
	TimerSurvey  TimerKind = "survey"  // an invitation is due, to be repeated, or at its end
	TimerDay     TimerKind = "day"     // the sums of a store's day are to be taken again
	TimerRollout TimerKind = "rollout" // the base is to be looked through for whom older rules decided
	TimerWhatIf  TimerKind = "what_if" // a draft is to be tried on the base
)

// Timer is an appointment: with a customer, or with what Ref names. Its id
// names what it is for, so setting the same timer twice is one timer.
type Timer struct {
	ID       string
	Kind     TimerKind
	Due      time.Time
	Customer CustomerID
	Ref      string // the worker's own name of what is to be looked at; no personal data
	Trace    string
}
