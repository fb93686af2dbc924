package churn

import (
	"time"

	"guanxi/internal/crm"
)

// What becomes of an open warning: each is the warning as it is afterwards.

// Acknowledged: somebody is on it. The first to say so gives themselves the days
// until the escalation anew; whoever says it again changes nothing.
func (p Policy) Acknowledged(w Warning, by crm.Subject, at time.Time) Warning {
	if w.SeenAt.IsZero() {
		w.SeenAt, w.SeenBy, w.EscalateAt = at, by, p.escalation(at)
	}
	return w
}

// MostSnoozed is for how many days ahead a warning can be put off.
const MostSnoozed = 90

// Snoozed sleeps until the beginning of a date, and is to escalate as many days
// after it as it would after opening. Who puts it off has seen it.
func (p Policy) Snoozed(w Warning, until crm.Date, by crm.Subject, at time.Time, zone *time.Location) Warning {
	w = p.Acknowledged(w, by, at)
	w.SnoozedUntil, w.SnoozedBy, w.EscalateAt = until, by, p.escalation(until.Midnight(zone))
	return w
}

// Woken sleeps no more.
func (w Warning) Woken() Warning {
	w.SnoozedUntil, w.SnoozedBy = 0, ""
	return w
}

// WokenEarly sleeps no more, before its date: the days until the escalation
// begin now.
func (p Policy) WokenEarly(w Warning, at time.Time) Warning {
	w.EscalateAt = p.escalation(at)
	return w.Woken()
}

func (p Policy) escalation(from time.Time) time.Time { return from.AddDate(0, 0, p.EscalateAfterDays) }

// Renewed has the reasons and the severity of the decision that stands now: for
// those who write the warning anyway. Where that decision warns no more, they
// stay as they are.
func (p Policy) Renewed(w Warning, s Situation) Warning {
	if s.WarnedSince == 0 {
		return w
	}
	w.Reasons = append(w.Reasons[:1:1], p.Reasons(s.Signals)...)
	w.Severity = p.severity(s.Signals)
	if !w.EscalatedAt.IsZero() {
		w.Severity = w.Severity.raised()
	}
	return w
}

// Escalated is a step more severe, and for the store's manager to see to. Owner
// stays who it was.
func (w Warning) Escalated(to crm.Subject, at time.Time) Warning {
	w.Severity, w.EscalatedAt, w.EscalatedTo = w.Severity.raised(), at, to
	return w
}

// Closed has ended; by is empty where a purchase ended it.
func (w Warning) Closed(outcome Outcome, by crm.Subject, at time.Time) Warning {
	w.Outcome, w.ClosedBy, w.ClosedAt = outcome, by, at
	return w
}

// Because says why the customer stayed away.
func (w Warning) Because(reason LossReason) Warning {
	w.Loss = reason
	return w
}

// Alarm is the timer that has the warning looked at again when something becomes
// of it by itself.
func (w Warning) Alarm(zone *time.Location, trace string) crm.Timer {
	due := w.EscalateAt
	if w.SnoozedUntil != 0 {
		due = w.SnoozedUntil.Midnight(zone)
	}
	return crm.Timer{ID: "escalate|" + string(w.Customer) + "|" + w.Since.String(), Kind: crm.TimerWarning, Due: due, Customer: w.Customer, Trace: trace}
}
