// Package invite asks customers: it makes the invitations that staff and the
// triggers of surveys want, unless the customer was asked lately, and lets
// reminders fall due. Being told twice makes no second invitation.
package invite

import (
	"context"

	"guanxi/internal/crm"
	"guanxi/internal/survey"
)

// Invitations keeps invitations. Invite, which writes all or none, and Amend
// return a Conflict where the stored state is another than the one that was read.
type Invitations interface {
	Asked(ctx context.Context, ids []crm.CustomerID) (map[crm.CustomerID]survey.Asked, error)
	Invite(ctx context.Context, all []survey.Invitation, last map[crm.CustomerID]survey.Asked) error
	Invitation(ctx context.Context, of crm.SurveyID, id crm.InvitationID) (crm.Versioned[survey.Invitation], error)
	Amend(ctx context.Context, next survey.Invitation, rev int64) error
}

// People says who is asked; NotFound for a customer who is gone.
type People interface {
	Respondent(ctx context.Context, id crm.CustomerID) (survey.Respondent, error)
}

// Timers wake the worker again; setting the same one twice is one.
type Timers interface {
	Set(ctx context.Context, t crm.Timer) error
}

// Asker invites.
type Asker struct {
	Invitations Invitations
	People      People
	Timers      Timers
}

// attempts bounds how often Ask looks again after somebody else was faster.
const attempts = 4

// Ask invites customers, at most survey.MostAtOnce, as of the event: all whom it
// may, in one write. Who has an open invitation to the same survey keeps that
// one, so asking again gives the same; who was invited to something else within
// the quarantine is a Conflict, who is gone NotFound. Before the write, it tells
// what comes of each; what was told last holds.
func (a Asker) Ask(ctx context.Context, s survey.Survey, how []survey.Asking, tell func([]survey.Outcome) error) error {
	for range attempts {
		outcomes, last, err := a.plan(ctx, s, how)
		if err != nil {
			return err
		}
		var fresh []survey.Invitation
		invited := map[crm.InvitationID]bool{}
		for _, o := range outcomes {
			if o.Err == nil && o.New && !invited[o.Invitation.ID] {
				invited[o.Invitation.ID] = true
				fresh = append(fresh, o.Invitation)
			}
		}
		if err := tell(outcomes); err != nil || len(fresh) == 0 {
			return err
		}
		if err := a.remind(ctx, fresh); err != nil {
			return err
		}
		if err := a.Invitations.Invite(ctx, fresh, last); crm.KindOf(err) != crm.Conflict || err == nil {
			return err
		}
	}
	return crm.Fail("invite.Ask", crm.Unavailable, "still not settled after %d attempts", attempts)
}

// plan says what would come of each, and when each was last asked.
func (a Asker) plan(ctx context.Context, s survey.Survey, how []survey.Asking) ([]survey.Outcome, map[crm.CustomerID]survey.Asked, error) {
	ids := make([]crm.CustomerID, len(how))
	for i, h := range how {
		ids[i] = h.Customer
	}
	last, err := a.Invitations.Asked(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	planned := map[crm.CustomerID]survey.Outcome{} // who is named twice is asked once
	outcomes := make([]survey.Outcome, len(how))
	for i, h := range how {
		o, known := planned[h.Customer]
		if !known {
			if o, err = a.one(ctx, s, h, last[h.Customer]); err != nil {
				return nil, nil, err
			}
			planned[h.Customer] = o
		}
		outcomes[i] = o
	}
	return outcomes, last, nil
}

// one says what would come of asking one customer.
func (a Asker) one(ctx context.Context, s survey.Survey, h survey.Asking, last survey.Asked) (survey.Outcome, error) {
	const op = "invite.Ask"
	now := crm.AsOf(ctx)
	if free := s.Free(last); now.Before(free) {
		if last.Survey == s.ID {
			v, err := a.Invitations.Invitation(ctx, last.Survey, last.Invitation)
			if err == nil && v.Value.State(now) != survey.Expired {
				return survey.Outcome{Invitation: v.Value}, nil
			}
			if err != nil && crm.KindOf(err) != crm.NotFound {
				return survey.Outcome{}, err
			}
		}
		return survey.Outcome{Err: crm.Fail(op, crm.Conflict, "was invited lately: not again before %s", free.UTC().Format("2006-01-02T15:04:05Z"))}, nil
	}
	who, err := a.People.Respondent(ctx, h.Customer)
	if crm.KindOf(err) == crm.NotFound {
		return survey.Outcome{Err: err}, nil
	}
	if h.Store == "" {
		h.Store = who.Home
	}
	return survey.Outcome{Invitation: s.Invite(h, now), New: true}, err
}

// remind sets the reminders' timers before there are invitations: a timer
// without one does no harm.
func (a Asker) remind(ctx context.Context, fresh []survey.Invitation) error {
	for _, i := range fresh {
		if i.RemindAt.IsZero() {
			continue
		}
		if err := a.Timers.Set(ctx, crm.Timer{ID: "remind|" + string(i.ID), Kind: crm.TimerSurvey, Due: i.RemindAt,
			Customer: i.Customer, Ref: reminder{i.Survey, i.ID}.ref(), Trace: crm.EventOf(ctx).Trace}); err != nil {
			return err
		}
	}
	return nil
}
