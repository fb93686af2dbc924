// Package task says what somebody is to do until when, how it may end, what to
// say meanwhile, and in which order a person's day goes through what is due.
package task

import (
	"fmt"
	"strings"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
)

// Task is something that one person is to do until a date: about a customer, or
// for a store. Whoever opens one for a cause makes its id of that cause, so
// that a retry opens it once.
type Task struct {
	ID          string         `json:"id"` // within its customer, or its store
	Kind        Kind           `json:"kind"`
	Customer    crm.CustomerID `json:"customer,omitempty"` // empty: about the store as such
	Store       crm.StoreID    `json:"store,omitempty"`
	Owner       crm.Subject    `json:"owner,omitempty"` // who is to act; empty: nobody is known
	Reason      Reason         `json:"reason"`
	Cause       string         `json:"cause,omitempty"` // the public id of the warning or alert; empty: a person
	OpenedAt    time.Time      `json:"opened_at"`
	OpenedBy    crm.Subject    `json:"opened_by,omitempty"` // empty: it opened by itself
	Due         crm.Date       `json:"due"`
	EscalatedAt time.Time      `json:"escalated_at,omitzero"`
	ClosedAt    time.Time      `json:"closed_at,omitzero"`
	ClosedBy    crm.Subject    `json:"closed_by,omitempty"` // empty: it closed by itself
	Outcome     Outcome        `json:"outcome,omitempty"`

	Private `json:"-"`
}

// Private is the sealed part: what people wrote, and what is known of purchases.
type Private struct {
	Note     string           `json:"note,omitempty"`
	Evidence []decision.Input `json:"evidence,omitempty"`
}

// Kind is what a task is for.
type Kind string

const (
	FollowUp         Kind = "follow_up"         // talk to a customer
	CorrectiveAction Kind = "corrective_action" // mend what a figure shows; a new measurement closes it
)

// Outcome is how a task ended.
type Outcome string

const (
	Done             Outcome = "done"
	Retained         Outcome = "retained"
	Unreachable      Outcome = "unreachable"
	LostToCompetitor Outcome = "lost_to_competitor"
	NoMoreNeed       Outcome = "no_more_need"
	Mistaken         Outcome = "mistaken"  // there never was a reason for it
	Purchased        Outcome = "purchased" // by itself: the customer bought
	Recovered        Outcome = "recovered" // by itself: the figure was measured again
)

// ByPerson tells whether a person may end a task of this kind so. A corrective
// action ends by a new measurement, unless it never had a reason.
func (k Kind) ByPerson(o Outcome) bool {
	switch o {
	case Mistaken:
		return true
	case Done, Retained, Unreachable, LostToCompetitor, NoMoreNeed:
		return k == FollowUp
	}
	return false
}

// Open tells whether somebody still has to act.
func (t Task) Open() bool { return t.ClosedAt.IsZero() }

// Closed is the task once it has ended; by is empty where nobody ended it.
func (t Task) Closed(outcome Outcome, by crm.Subject, at time.Time) Task {
	t.Outcome, t.ClosedBy, t.ClosedAt = outcome, by, at
	return t
}

// Escalated is the task once its time is over: it passes to somebody else,
// where there is somebody.
func (t Task) Escalated(to crm.Subject, at time.Time) Task {
	t.EscalatedAt = at
	if to != "" {
		t.Owner = to
	}
	return t
}

// Ref names a task: within its customer, or within its store where it is about
// no customer.
type Ref struct {
	Customer crm.CustomerID
	Store    crm.StoreID
	ID       string
}

func (t Task) Ref() Ref {
	if t.Customer != "" {
		return Ref{Customer: t.Customer, ID: t.ID}
	}
	return Ref{Store: t.Store, ID: t.ID}
}

// String is the id that callers see: "cus_…~churn-2026-03-01", "sh-001~nps-2026-03".
func (r Ref) String() string {
	if r.Customer != "" {
		return string(r.Customer) + "~" + r.ID
	}
	return string(r.Store) + "~" + r.ID
}

// ParseRef reads what String wrote.
func ParseRef(s string) (Ref, error) {
	i := strings.LastIndexByte(s, '~')
	if i < 0 || i == len(s)-1 {
		return Ref{}, fmt.Errorf("%q names no task", s)
	}
	if crm.ParseID("cus", s[:i]) == nil {
		return Ref{Customer: crm.CustomerID(s[:i]), ID: s[i+1:]}, nil
	}
	return Ref{Store: crm.StoreID(s[:i]), ID: s[i+1:]}, nil
}
