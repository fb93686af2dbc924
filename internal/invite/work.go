package invite

import (
	"context"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/event"
	"guanxi/internal/survey"
)

// Surveys reads surveys; NotFound where there is none.
type Surveys interface {
	ReadSurvey(ctx context.Context, id crm.SurveyID) (survey.Survey, error)
}

// Orders lists the orders of a store by their local date.
type Orders interface {
	OrdersOn(ctx context.Context, store crm.StoreID, on crm.Date, limit int, after string) (page []crm.Order, next string, err error)
}

// Answers says when an invitation was answered; zero: not yet.
type Answers interface {
	Answered(ctx context.Context, id crm.CustomerID, of crm.SurveyID, invitation crm.InvitationID) (time.Time, error)
}

// Desk is where what the queue asks for is done.
type Desk struct {
	Asker   Asker
	Surveys Surveys
	Orders  Orders
	Answers Answers
}

// Work handles one message of the queue: about the buyers of a store on a date,
// or about an invitation whose reminder has come.
func (d Desk) Work(ctx context.Context, e event.Envelope) error {
	const op = "invite.Work"
	if b, ok := parseBuyers(e.Ref); ok && e.Customer == "" {
		return d.invite(ctx, b)
	}
	if r, ok := parseReminder(e.Ref); ok && e.Customer != "" {
		return d.remind(ctx, e.Customer, r)
	}
	return crm.Fail(op, crm.Malformed, "neither buyers nor a reminder")
}

// invite asks the buyers that the survey's trigger means, some at a time. Who was
// asked lately or is gone is passed over; so is, the second time, everybody.
func (d Desk) invite(ctx context.Context, b buyers) error {
	s, err := d.Surveys.ReadSurvey(ctx, b.survey)
	if err != nil {
		return err
	}
	if s.Closed || s.Trigger == nil || !s.Trigger.In(b.store) {
		return nil
	}
	for after := ""; ; {
		orders, next, err := d.Orders.OrdersOn(ctx, b.store, b.on, survey.MostAtOnce, after)
		if err != nil {
			return err
		}
		var asking []survey.Asking
		for _, o := range orders {
			if s.Trigger.Wants(o) {
				asking = append(asking, survey.Asking{Customer: o.Customer, Channel: s.Trigger.By, Store: o.Store})
			}
		}
		if len(asking) > 0 {
			if err := d.Asker.Ask(ctx, s, asking, func([]survey.Outcome) error { return nil }); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		after = next
	}
}

func (d Desk) remind(ctx context.Context, id crm.CustomerID, r reminder) error {
	v, err := d.Asker.Invitations.Invitation(ctx, r.survey, r.invitation)
	if err != nil {
		return err
	}
	s, err := d.Surveys.ReadSurvey(ctx, r.survey)
	if err != nil {
		return err
	}
	answered, err := d.Answers.Answered(ctx, id, r.survey, r.invitation)
	if err != nil {
		return err
	}
	next, due := v.Value.Reminding(s.Closed, !answered.IsZero(), crm.AsOf(ctx))
	if !due {
		return nil
	}
	return d.Asker.Invitations.Amend(ctx, next, v.Rev)
}
