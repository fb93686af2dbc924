package decisions

import (
	"context"
	"strings"

	"guanxi/internal/api"
	"guanxi/internal/churn"
	"guanxi/internal/crm"
)

// Handling is what a caller may do to an open warning.
type Handling struct {
	Acknowledged bool             `json:"acknowledged,omitempty" doc:"true: somebody is on it; the days until it escalates begin anew, once. It can't be taken back."`
	SnoozedUntil crm.Date         `json:"snoozed_until,omitempty" format:"date" doc:"Puts it off until this date, local to the deployment, at most 90 days ahead; null wakes it. Its follow-up is due then, not before."`
	Outcome      churn.Outcome    `json:"outcome,omitempty" enum:"retained,unreachable,lost_to_competitor,no_more_need,mistaken" doc:"Closes it: how it ended." example:"retained"`
	Loss         churn.LossReason `json:"churn_reason,omitempty" enum:"service,product,price,competitor,communication,other" doc:"Why the customer stayed away. With the outcomes retained, lost_to_competitor and no_more_need always; with unreachable where it is known." example:"price"`
}

type warningAnswer struct{ Body Warning }

func (l leaf) handle(ctx context.Context, in *struct {
	ID   string              `path:"id" maxLength:"100" example:"cus_0190163d8694739b9c5f1e2d3a4b5c6d~2026-03-01"`
	Body api.Patch[Handling] `contentType:"application/merge-patch+json"`
}) (*warningAnswer, error) {
	const op = "decisions.handle"
	customer, date, _ := strings.Cut(in.ID, "~")
	since, err := crm.ParseDate(date)
	if err != nil {
		return nil, crm.Fail(op, crm.NotFound, "there is no such warning")
	}
	id := crm.CustomerID(customer)
	if err := api.See(ctx, l.people, id); err != nil {
		return nil, err
	}
	w, err := l.warnings.One(ctx, id, since)
	if err != nil {
		return nil, err
	}
	if !w.Value.Open() {
		return nil, crm.Fail(op, crm.Conflict, "the warning is closed: %s", w.Value.Outcome)
	}
	before := Handling{Acknowledged: !w.Value.SeenAt.IsZero(), SnoozedUntil: w.Value.SnoozedUntil}
	after, err := in.Body.Apply(before)
	if err != nil {
		return nil, err
	}
	if wrong := l.wrong(ctx, before, after); len(wrong) > 0 {
		return nil, &crm.Error{Op: op, Kind: crm.Invalid, Detail: "the change breaks a rule", Fields: wrong}
	}
	next := w.Value
	if after != before {
		if next, err = l.handled(ctx, w.Value, before, after); err != nil {
			return nil, err
		}
		if err := l.warnings.Amend(ctx, next, w.Rev); err != nil {
			return nil, err
		}
	}
	remedies, err := l.remedies.Remedies(ctx)
	if err != nil {
		return nil, err
	}
	out := &warningAnswer{l.shownWarning(next)}
	out.Body.Remedies = remedies.For(next)
	return out, nil
}

// wrong names what of a change can't be.
func (l leaf) wrong(ctx context.Context, before, after Handling) (wrong []crm.Field) {
	if after.Outcome != "" || after.Loss != "" {
		wrong = churn.WrongEnd(after.Outcome, after.Loss)
	}
	if before.Acknowledged && !after.Acknowledged {
		wrong = append(wrong, crm.Field{Path: "acknowledged", Message: "can't be taken back"})
	}
	if until := after.SnoozedUntil; until != before.SnoozedUntil && until != 0 {
		today := crm.DateIn(crm.AsOf(ctx), l.zone)
		if until <= today || until > today+churn.MostSnoozed {
			wrong = append(wrong, crm.Field{Path: "snoozed_until", Message: "must be from tomorrow to 90 days ahead"})
		}
		if after.Outcome != "" {
			wrong = append(wrong, crm.Field{Path: "snoozed_until", Message: "what is closed does not wake again"})
		}
	}
	return wrong
}

// handled is the warning after the change. Where it is to be looked at at
// another time than before, its timer is set first: one that comes in vain does
// no harm.
func (l leaf) handled(ctx context.Context, w churn.Warning, before, after Handling) (churn.Warning, error) {
	by, at := api.CallerOf(ctx).Subject, crm.AsOf(ctx)
	if after.Outcome != "" {
		return w.Because(after.Loss).Closed(after.Outcome, by, at), nil
	}
	r, err := l.decisions.Latest(ctx, w.Customer, false)
	if err != nil {
		return w, err
	}
	p, err := l.book.Judged(ctx, r.Versions)
	if err != nil {
		return w, err
	}
	next := w
	if after.Acknowledged {
		next = p.Churn.Acknowledged(next, by, at)
	}
	switch {
	case after.SnoozedUntil == before.SnoozedUntil:
	case after.SnoozedUntil != 0:
		next = p.Churn.Snoozed(next, after.SnoozedUntil, by, at, l.zone)
	default:
		next = p.Churn.WokenEarly(next, at)
	}
	return next, l.timers.Set(ctx, next.Alarm(l.zone, crm.EventOf(ctx).Trace))
}
