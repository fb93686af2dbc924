package tasks

import (
	"context"
	"fmt"
	"slices"

	"guanxi/internal/api"
	"guanxi/internal/churn"
	"guanxi/internal/crm"
	"guanxi/internal/task"
)

// Plan is what a caller states who opens a follow-up.
type Plan struct {
	Customer crm.CustomerID `json:"customer" maxLength:"64" example:"cus_0190163d8694739b9c5f1e2d3a4b5c6d"`
	Owner    crm.Subject    `json:"owner,omitempty" maxLength:"128" doc:"Who is to act: the caller where absent." example:"u-mei"`
	Reason   task.Reason    `json:"reason" enum:"bad_score,birthday,complaint,other,promise,second_purchase,service_call" example:"promise"`
	Due      crm.Date       `json:"due" format:"date" doc:"Local to the deployment; not in the past, and at most two years ahead." example:"2026-11-24"`
	Note     string         `json:"note,omitempty" maxLength:"2000" doc:"Kept sealed." example:"Wants to know when the red coat is back"`
}

type created struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     FollowUp
}

func (l leaf) open(ctx context.Context, in *struct{ Body Plan }) (*created, error) {
	caller := api.CallerOf(ctx)
	stores, owner, err := l.people.Reach(ctx, in.Body.Customer)
	if crm.KindOf(err) == crm.NotFound || err == nil && !caller.Sees(stores, owner) {
		return nil, crm.Wrong("tasks.open", "customer", "there is no such customer")
	}
	if err != nil {
		return nil, err
	}
	t := task.Task{ID: crm.NewID("tsk", crm.AsOf(ctx)), Kind: task.FollowUp, Customer: in.Body.Customer, Store: place(caller, stores),
		Owner: in.Body.Owner, Reason: in.Body.Reason, OpenedAt: crm.AsOf(ctx), OpenedBy: caller.Subject, Due: in.Body.Due, Private: task.Private{Note: in.Body.Note}}
	if t.Owner == "" {
		t.Owner = caller.Subject
	}
	if err := l.check(ctx, t, task.Task{}); err != nil {
		return nil, err
	}
	out := api.Promise(ctx, &created{Location: "/v1/follow-ups/" + t.Ref().String(), ETag: etag(1), Body: l.shown(ctx, t, "")})
	if err := l.tasks.Create(ctx, t); err != nil {
		return nil, err
	}
	return out, nil
}

// place is the store whose task it is: one of the caller's where the customer is
// known, else the customer's home.
func place(caller api.Caller, stores []crm.StoreID) (home crm.StoreID) {
	for _, s := range stores {
		if slices.Contains(caller.Stores, s) {
			return s
		}
		home = s // Reach names it last
	}
	return home
}

// longest is how far ahead a task may be due, in days.
const longest = 2 * 365

// check says what is wrong with a new owner or date.
func (l leaf) check(ctx context.Context, next, before task.Task) error {
	const op = "tasks.check"
	if today := l.today(ctx); next.Due != before.Due && (next.Due < today || next.Due > today+longest) {
		return crm.Wrong(op, "due", "must be from today to %d days ahead", longest)
	}
	if next.Owner == before.Owner {
		return nil
	}
	caller := api.CallerOf(ctx)
	if next.Owner == caller.Subject {
		return nil
	}
	staff, err := l.staff.Staff(ctx, next.Owner)
	if err != nil && crm.KindOf(err) != crm.NotFound {
		return err
	}
	together := caller.Scope == api.All || slices.ContainsFunc(staff.Stores, func(s crm.StoreID) bool { return slices.Contains(caller.Stores, s) })
	if err != nil || !staff.Active || !together { // one answer for all: it tells nothing about staff elsewhere
		return crm.Wrong(op, "owner", "must be a member of staff whom you work with")
	}
	return nil
}

// Change is what a caller may amend.
type Change struct {
	Owner   crm.Subject  `json:"owner,omitempty" maxLength:"128" doc:"Passes it on." example:"u-hu"`
	Due     crm.Date     `json:"due,omitempty" format:"date" doc:"Postpones it, at most two years ahead." example:"2026-12-01"`
	Note    string       `json:"note,omitempty" maxLength:"2000" example:"Was abroad, is back on Friday"`
	Outcome task.Outcome `json:"outcome,omitempty" enum:"done,retained,unreachable,lost_to_competitor,no_more_need,mistaken" doc:"Closes it." example:"done"`

	Loss churn.LossReason `json:"churn_reason,omitempty" enum:"service,product,price,competitor,communication,other" doc:"Where a churn warning opened it, with an outcome: why the customer stayed away, as for the warning."`
}

func (l leaf) update(ctx context.Context, in *struct {
	TaskPath
	api.IfMatch
	Body api.Patch[Change] `contentType:"application/merge-patch+json"`
}) (*answer, error) {
	const op = "tasks.update"
	v, err := l.find(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	before := v.Value
	if err := in.Expect(fmt.Sprint(v.Rev)); err != nil {
		return nil, err
	}
	if !before.Open() {
		return nil, crm.Fail(op, crm.Conflict, "it is closed: %s", before.Outcome)
	}
	change, err := in.Body.Apply(Change{Owner: before.Owner, Due: before.Due, Note: before.Note})
	if err != nil {
		return nil, err
	}
	next := before
	next.Owner, next.Due, next.Note = change.Owner, change.Due, change.Note
	if err := l.check(ctx, next, before); err != nil {
		return nil, err
	}
	if change.Outcome == "" && change.Loss == "" {
		err = l.tasks.Amend(ctx, next, v.Rev)
	} else {
		next = next.Closed(change.Outcome, api.CallerOf(ctx).Subject, crm.AsOf(ctx))
		err = l.close(ctx, next, change.Loss, v.Rev)
	}
	if err != nil {
		return nil, err
	}
	return &answer{etag(v.Rev + 1), l.shown(ctx, next, "")}, nil
}

// close ends a task, and with it the churn warning that opened it, if that is
// still open: who has talked to the customer says so once.
func (l leaf) close(ctx context.Context, closed task.Task, why churn.LossReason, rev int64) error {
	const op = "tasks.close"
	if !closed.Kind.ByPerson(closed.Outcome) {
		return crm.Wrong(op, "outcome", "a corrective action closes by a new measurement; a person may only say that it is mistaken")
	}
	since, warned := churn.WarnedBy(closed)
	switch {
	case !warned && why != "":
		return crm.Wrong(op, "churn_reason", "no churn warning opened it")
	case !warned:
		return l.tasks.Amend(ctx, closed, rev)
	}
	outcome := churn.Outcome(closed.Outcome)
	if wrong := churn.WrongEnd(outcome, why); len(wrong) > 0 {
		return &crm.Error{Op: op, Kind: crm.Invalid, Detail: "a churn warning does not end so", Fields: wrong}
	}
	w, err := l.warnings.One(ctx, closed.Customer, since)
	if err != nil {
		return err
	}
	if !w.Value.Open() {
		return l.tasks.Amend(ctx, closed, rev)
	}
	return l.warnings.CloseWith(ctx, w.Value.Because(why).Closed(outcome, closed.ClosedBy, closed.ClosedAt), w.Rev, closed, rev)
}
