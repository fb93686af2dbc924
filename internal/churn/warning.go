package churn

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/task"
	"guanxi/internal/tier"
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
	Tier         tier.Tier      `json:"tier,omitempty"` // the last one before they fell dormant
	EscalateAt   time.Time      `json:"escalate_at"`
	EscalatedAt  time.Time      `json:"escalated_at,omitzero"`
	EscalatedTo  crm.Subject    `json:"escalated_to,omitempty"`
	SeenAt       time.Time      `json:"acknowledged_at,omitzero"` // when somebody first said that they are on it
	SeenBy       crm.Subject    `json:"acknowledged_by,omitempty"`
	SnoozedUntil crm.Date       `json:"snoozed_until,omitempty"` // zero: it is awake
	SnoozedBy    crm.Subject    `json:"snoozed_by,omitempty"`
	ClosedAt     time.Time      `json:"closed_at,omitzero"`
	ClosedBy     crm.Subject    `json:"closed_by,omitempty"` // empty: a purchase closed it
	Outcome      Outcome        `json:"outcome,omitempty"`
	Loss         LossReason     `json:"churn_reason,omitempty"` // why the customer stayed away
}

// ID is the warning's name for callers.
func (w Warning) ID() string { return string(w.Customer) + "~" + w.Since.String() }

// Open tells whether somebody still has to act.
func (w Warning) Open() bool { return w.ClosedAt.IsZero() }

// Reason is a coded signal with the numbers that it rests on.
type Reason struct {
	Code     string           `json:"code"`
	Evidence []decision.Input `json:"evidence"`
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
	Today        crm.Date // the local date of the event
	Signals      Signals  // of the standing decision
	Standing     *Warning // the open warning, if there is one
	Earlier      *Warning // the warning about this silence, open or closed, if there ever was one: see About
}

// About tells whether a warning speaks of the silence that the decision warns
// about: the one after the same purchase, or after a later one that was given
// back since. Another policy or model may have moved its date, which is no new
// silence. Since alone is enough, too: it names the warning.
func (s Situation) About(w Warning) bool {
	return w.LastPurchase >= s.LastPurchase || w.Since == s.WarnedSince
}

// Step is the one thing to do next.
type Step string

const (
	Nothing  Step = "nothing"
	Opens    Step = "open"     // write Opening, its follow-up and its timer
	Wake     Step = "wake"     // write Woken and the timer of its escalation
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
	case w != nil && w.SnoozedUntil != 0 && s.Today >= w.SnoozedUntil:
		return Wake
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
		Reasons:      append([]Reason{s.silence()}, p.Reasons(s.Signals)...),
		Owner:        owner,
		Store:        s.Store,
		Severity:     p.severity(s.Signals),
		Tier:         s.Signals.Worth,
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
		Due:      crm.DateIn(at, zone) + crm.Date(p.followUpDays(w.Tier)),
		Private:  task.Private{Evidence: w.evidence()},
	}
}

// evidence is that of the silence, and the first figure of each other reason.
func (w Warning) evidence() []decision.Input {
	all := slices.Clone(w.Reasons[0].Evidence)
	for _, r := range w.Reasons[1:] {
		all = append(all, decision.Input{Name: r.Code, Value: r.Evidence[0].Value, Unit: r.Evidence[0].Unit})
	}
	return all
}

// silence is how long it was on the date of the warning, whichever rule found it
// long enough.
func (s Situation) silence() Reason {
	seen := s.LastPurchase
	if s.LastContact > seen && s.LastContact < s.WarnedSince {
		seen = s.LastContact
	}
	evidence := []decision.Input{
		{Name: "last_purchase", Value: s.LastPurchase.String(), Unit: "date"},
		{Name: "purchases", Value: strconv.Itoa(s.Purchases), Unit: "purchase dates"},
		{Name: "silent_for", Value: strconv.Itoa(int(s.WarnedSince - seen)), Unit: "days"},
		{Name: "since", Value: s.WarnedSince.String(), Unit: "date"},
	}
	if s.LastContact != 0 {
		evidence = append(evidence, decision.Input{Name: "last_contact", Value: s.LastContact.String(), Unit: "date"})
	}
	return Reason{Code: CodeSilence, Evidence: evidence}
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
// warning, passes on when that escalates, and is put off with it. Otherwise it is
// left as it is.
func (w Warning) FollowUp(t task.Task) task.Task {
	switch {
	case !t.Open():
	case !w.Open():
		return t.Closed(task.Outcome(w.Outcome), w.ClosedBy, w.ClosedAt)
	case !w.EscalatedAt.IsZero() && t.EscalatedAt.IsZero():
		return t.Escalated(w.EscalatedTo, w.EscalatedAt)
	case w.SnoozedUntil > t.Due:
		t.Due = w.SnoozedUntil
	}
	return t
}
