package survey

import (
	"time"

	"guanxi/internal/crm"
)

// Invitation asks one customer once. Its link can be used until ExpiresAt.
type Invitation struct {
	Survey        crm.SurveyID     `json:"survey"`
	ID            crm.InvitationID `json:"id"`
	Edition       int              `json:"edition"` // the version of the survey that is asked
	Customer      crm.CustomerID   `json:"customer"`
	Channel       crm.Channel      `json:"channel"`         // by which it is to go out
	Store         crm.StoreID      `json:"store,omitempty"` // about which it asks; empty: about none
	By            crm.Subject      `json:"by,omitempty"`    // who invited; empty: the survey's trigger
	At            time.Time        `json:"at"`
	ExpiresAt     time.Time        `json:"expires_at"`
	RemindAt      time.Time        `json:"remind_at,omitzero"` // zero: no reminder
	SentAt        time.Time        `json:"sent_at,omitzero"`   // zero: still to be sent
	SentBy        crm.Subject      `json:"sent_by,omitempty"`
	ReminderDueAt time.Time        `json:"reminder_due_at,omitzero"` // zero: none is due, or not yet
	RemindedAt    time.Time        `json:"reminded_at,omitzero"`
	RemindedBy    crm.Subject      `json:"reminded_by,omitempty"`
}

// State is what is to be done about an invitation.
type State string

const (
	Due         State = "due"          // to be sent
	Sent        State = "sent"         // and not to be repeated yet
	ReminderDue State = "reminder_due" // to be sent once more
	Reminded    State = "reminded"     // and not to be sent again
	Expired     State = "expired"      // the link has come to its end
)

// State as of now. It does not tell whether there is an answer: that is a fact.
func (i Invitation) State(now time.Time) State {
	switch {
	case !now.Before(i.ExpiresAt):
		return Expired
	case i.SentAt.IsZero():
		return Due
	case i.ReminderDueAt.IsZero():
		return Sent
	case i.RemindedAt.IsZero():
		return ReminderDue
	}
	return Reminded
}

// Asking is how a customer is to be asked.
type Asking struct {
	Customer  crm.CustomerID
	Channel   crm.Channel
	Store     crm.StoreID
	By        crm.Subject
	ExpiresIn Days // 0: the survey's validity
}

// MostAtOnce is how many are asked in one write: each takes two of the hundred
// actions that a transaction has, and a person's deed takes two more.
const MostAtOnce = 48

// Outcome is what comes of asking one customer.
type Outcome struct {
	Invitation Invitation
	New        bool  // not one that was there already
	Err        error // why there is none
}

// Invite makes the invitation of a customer who may be asked.
func (s Survey) Invite(a Asking, now time.Time) Invitation {
	if a.ExpiresIn == 0 {
		a.ExpiresIn = s.Validity
	}
	i := Invitation{Survey: s.ID, ID: crm.InvitationID(crm.NewID("inv", now)), Edition: s.Version, Customer: a.Customer, Channel: a.Channel,
		Store: a.Store, By: a.By, At: now, ExpiresAt: a.ExpiresIn.After(now)}
	if s.RemindAfter > 0 && s.RemindAfter < a.ExpiresIn {
		i.RemindAt = s.RemindAfter.After(now)
	}
	return i
}

// Asked is when a customer was last invited to anything, and to what; zero:
// never, or so long ago that it is forgotten.
type Asked struct {
	Survey     crm.SurveyID
	Invitation crm.InvitationID
	At         time.Time
}

// Free is from when the customer may be invited to this survey.
func (s Survey) Free(last Asked) time.Time {
	if last.At.IsZero() {
		return time.Time{}
	}
	return s.Quarantine.After(last.At)
}

// Sending is the invitation after somebody sent what was due; false where
// nothing is.
func (i Invitation) Sending(by crm.Subject, now time.Time) (Invitation, bool) {
	switch i.State(now) {
	case Due:
		i.SentAt, i.SentBy = now, by
	case ReminderDue:
		i.RemindedAt, i.RemindedBy = now, by
	default:
		return i, false
	}
	return i, true
}

// Reminding is the invitation after its reminder fell due; false where nobody is
// to be reminded: it was never sent, has a reminder already, or is over.
func (i Invitation) Reminding(closed, answered bool, now time.Time) (Invitation, bool) {
	if closed || answered || i.RemindAt.IsZero() || now.Before(i.RemindAt) || i.State(now) != Sent {
		return i, false
	}
	i.ReminderDueAt = now
	return i, true
}
