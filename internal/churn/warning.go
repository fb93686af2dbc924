package churn

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/task"
)

// Warning says that a repeat buyer fell silent, why we think so, and who is to
// act. A customer has at most one that is open; Since names it.
type Warning struct {
	Customer     crm.CustomerID `json:"customer"`
	Since        crm.Date       `json:"since"`         // the date on which the silence was long enough
	LastPurchase crm.Date       `json:"last_purchase"` // the purchase that the silence followed
	OpenedAt     time.Time      `json:"opened_at"`
	Reasons      []Reason       `json:"reasons"`
	Owner        crm.Subject    `json:"owner,omitempty"` // who is to act; empty: nobody is known
	Store        crm.StoreID    `json:"store,omitempty"`
	Severity     Severity       `json:"severity"`
	EscalateAt   time.Time      `json:"escalate_at"`
	EscalatedAt  time.Time      `json:"escalated_at,omitzero"`
	EscalatedTo  crm.Subject    `json:"escalated_to,omitempty"`
	ClosedAt     time.Time      `json:"closed_at,omitzero"`
	ClosedBy     crm.Subject    `json:"closed_by,omitempty"` // empty: a purchase closed it
	Outcome      Outcome        `json:"outcome,omitempty"`
}

// ID is the warning's name for callers.
func (w Warning) ID() string { return string(w.Customer) + "~" + w.Since.String() }

// Open tells whether somebody still has to act.
func (w Warning) Open() bool { return w.ClosedAt.IsZero() }

// Severity is normal, and high once escalated.
type Severity string

const (
	Normal Severity = "normal"
	High   Severity = "high"
)

// Reason is a coded signal with the numbers that it rests on.
type Reason struct {
	Code     string           `json:"code"`
	Evidence []decision.Input `json:"evidence"`
}

// Outcome is how a warning ended.
type Outcome string

const (
	Purchased        Outcome = "purchased" // by itself: the customer bought
	Retained         Outcome = "retained"
	Unreachable      Outcome = "unreachable"
	LostToCompetitor Outcome = "lost_to_competitor"
	NoMoreNeed       Outcome = "no_more_need"
	Mistaken         Outcome = "mistaken" // there never was a reason to worry
)

// ByPerson tells whether a person may close a warning with this outcome.
func (o Outcome) ByPerson() bool {
	switch o {
	case Retained, Unreachable, LostToCompetitor, NoMoreNeed, Mistaken:
		return true
	}
	return false
}

// Situation is what is known about the customer when the warning's worker is
// woken: the standing decision, the people in charge, and the stored warnings.
type Situation struct {
	Customer     crm.CustomerID
	WarnedSince  crm.Date // the standing decision's churn class; zero: not warned
	LastPurchase crm.Date
	LastContact  crm.Date
	Purchases    int
	Owner        crm.Subject // the customer's owner
	Manager      crm.Subject // of the home store
	Store        crm.StoreID
	Standing     *Warning // the open warning, if there is one
	Earlier      *Warning // the warning named by WarnedSince, open or closed, if there ever was one
}

// Step is the one thing to do next.
type Step string

const (
	Nothing  Step = "nothing"
	Opens    Step = "open"     // write Opening, its follow-up and its timer
	Escalate Step = "escalate" // write Escalated
	Close    Step = "close"    // write Closed with the outcome Purchased
)

// Next says what to do about the customer's warning at the time of the event.
// Do it and ask again until it says Nothing: each step is one conditional
// write, so a crash between two is mended by the next wake-up.
//
// A warning is opened at most once per silence: whoever closed it, it stays
// closed, even when the purchase that closed it is given back. Contact keeps a
// warning from opening (WarnedSince sees to that), but does not close it, and
// neither does a late fact that moves the silence: only a purchase later than
// the one it followed, or a person.
func (s Situation) Next(at time.Time) Step {
	switch w := s.Standing; {
	case w != nil && s.LastPurchase > w.LastPurchase:
		return Close
	case w != nil && w.EscalatedAt.IsZero() && !at.Before(w.EscalateAt):
		return Escalate
	case w == nil && s.WarnedSince != 0 && s.Earlier == nil:
		return Opens
	}
	return Nothing
}

// Opening is the warning to open and the follow-up that comes with it.
func (p Policy) Opening(s Situation, at time.Time, zone *time.Location) (Warning, task.Task) {
	owner := cmp.Or(s.Owner, s.Manager)
	w := Warning{
		Customer:     s.Customer,
		Since:        s.WarnedSince,
		LastPurchase: s.LastPurchase,
		OpenedAt:     at,
		Reasons:      []Reason{p.silence(s)},
		Owner:        owner,
		Store:        s.Store,
		Severity:     Normal,
		EscalateAt:   at.AddDate(0, 0, p.EscalateAfterDays),
	}
	return w, task.Task{
		ID:       FollowUpID(s.WarnedSince),
		Kind:     task.FollowUp,
		Customer: s.Customer,
		Owner:    owner,
		Store:    s.Store,
		Reason:   task.Silence,
		Cause:    w.ID(),
		OpenedAt: at,
		Due:      crm.DateIn(at, zone) + crm.Date(p.FollowUpWithinDays),
		Private:  task.Private{Evidence: w.Reasons[0].Evidence},
	}
}

// CodeSilence: a repeat buyer neither bought nor talked to us for too long.
const CodeSilence = string(task.Silence)

func (p Policy) silence(s Situation) Reason {
	evidence := []decision.Input{
		{Name: "last_purchase", Value: s.LastPurchase.String(), Unit: "date"},
		{Name: "purchases", Value: strconv.Itoa(s.Purchases), Unit: "purchase dates"},
		{Name: "silent_for", Value: strconv.Itoa(p.WarnAfterDays), Unit: "days"},
		{Name: "since", Value: s.WarnedSince.String(), Unit: "date"},
	}
	if s.LastContact != 0 {
		evidence = append(evidence, decision.Input{Name: "last_contact", Value: s.LastContact.String(), Unit: "date"})
	}
	return Reason{Code: CodeSilence, Evidence: evidence}
}

// Escalated is the warning once its time has come: the store's manager is to
// see to it. Owner stays who it was.
func (w Warning) Escalated(to crm.Subject, at time.Time) Warning {
	w.Severity, w.EscalatedAt, w.EscalatedTo = High, at, to
	return w
}

// Closed is the warning once it has ended; by is empty where a purchase did.
func (w Warning) Closed(outcome Outcome, by crm.Subject, at time.Time) Warning {
	w.Outcome, w.ClosedBy, w.ClosedAt = outcome, by, at
	return w
}

// FollowUpID names the task of the warning about a silence, within the customer.
func FollowUpID(since crm.Date) string { return followUpPrefix + since.String() }

const followUpPrefix = "churn-"

// WarnedBy is the date that names the warning which opened the task; false: none did.
func WarnedBy(t task.Task) (since crm.Date, ok bool) {
	date, ok := strings.CutPrefix(t.ID, followUpPrefix)
	if !ok || t.Reason != task.Silence {
		return 0, false
	}
	since, err := crm.ParseDate(date)
	return since, err == nil
}

// FollowUp is the warning's task as the warning wants it: it ends with the
// warning, and passes on when that escalates. Otherwise it is left as it is.
func (w Warning) FollowUp(t task.Task) task.Task {
	switch {
	case !t.Open():
	case !w.Open():
		return t.Closed(task.Outcome(w.Outcome), w.ClosedBy, w.ClosedAt)
	case !w.EscalatedAt.IsZero() && t.EscalatedAt.IsZero():
		return t.Escalated(w.EscalatedTo, w.EscalatedAt)
	}
	return t
}
