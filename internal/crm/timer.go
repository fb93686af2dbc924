package crm

import "time"

// Timer is an appointment with a customer. Its id names what it is for, so
// setting the same timer twice is one timer.
type Timer struct {
	ID       string
	Due      time.Time
	Customer CustomerID
	Trace    string
}
