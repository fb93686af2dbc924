// Package tasks is the API of what staff are to do: follow-ups with customers
// and corrective actions of stores, opened by hand, by warnings and by alerts.
package tasks

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/api"
	"guanxi/internal/churn"
	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/standing"
	"guanxi/internal/task"
)

// Tasks keeps tasks. Amend returns a Conflict where the revision is another.
type Tasks interface {
	Create(ctx context.Context, t task.Task) error
	Read(ctx context.Context, ref task.Ref) (crm.Versioned[task.Task], error)
	Amend(ctx context.Context, next task.Task, rev int64) error
}

// Lists finds tasks. OfOwner and OfStore give open ones by their due dates.
type Lists interface {
	OfCustomer(ctx context.Context, id crm.CustomerID) ([]task.Task, error)
	OfOwner(ctx context.Context, owner crm.Subject, until crm.Date, limit int) ([]task.Task, error)
	OfStore(ctx context.Context, store crm.StoreID, until crm.Date, limit int, after string) (page []task.Task, next string, err error)
	DoneBy(ctx context.Context, who crm.Subject, on crm.Date) (int, error)
}

// Warnings closes the warning that opened a follow-up together with it.
type Warnings interface {
	One(ctx context.Context, id crm.CustomerID, since crm.Date) (crm.Versioned[churn.Warning], error)
	CloseWith(ctx context.Context, closed churn.Warning, rev int64, followUp task.Task, followUpRev int64) error
}

// Remedies are what helps against each reason for which customers stay away.
type Remedies interface {
	Remedies(ctx context.Context) (churn.Remedies, error)
}

// People says who may see a customer, and what customers are called; who is
// gone has no name there.
type People interface {
	api.People
	Names(ctx context.Context, ids []crm.CustomerID) (map[crm.CustomerID]string, error)
}

// Decisions reads the standing decisions of several customers.
type Decisions interface {
	Several(ctx context.Context, ids []crm.CustomerID) (map[crm.CustomerID]standing.Record, error)
}

// Staff knows who works here; NotFound for somebody who never did.
type Staff interface {
	Staff(ctx context.Context, subject crm.Subject) (crm.Staff, error)
}

type leaf struct {
	api       *api.API
	tasks     Tasks
	lists     Lists
	warnings  Warnings
	people    People
	decisions Decisions
	staff     Staff
	remedies  Remedies
	book      task.Book
	zone      *time.Location
}

// Register adds the operations. Zone is the deployment's.
func Register(a *api.API, tasks Tasks, lists Lists, warnings Warnings, people People, decisions Decisions, staff Staff, remedies Remedies, zone *time.Location) {
	l := leaf{a, tasks, lists, warnings, people, decisions, staff, remedies, task.ReadBook(), zone}
	open := operation("open-follow-up", http.MethodPost, "/v1/follow-ups", "Plan to talk to a customer")
	open.DefaultStatus = http.StatusCreated
	api.Register(a, open, l.open)
	list := operation("list-follow-ups", http.MethodGet, "/v1/follow-ups", "What somebody is to do today, the first to do first")
	list.Description = "At most 20 for a day (R54), which those count against that the caller has closed today. What was escalated or is overdue comes first, " +
		"then what concerns the customers who spent most in the last 365 days. Each has its reason, and what to say."
	api.Register(a, list, l.day)
	api.Register(a, operation("read-follow-up", http.MethodGet, "/v1/follow-ups/{id}", "Read a follow-up or a corrective action"), l.read)
	update := operation("update-follow-up", http.MethodPatch, "/v1/follow-ups/{id}", "Close, pass on or postpone (merge patch, RFC 7396)", http.StatusConflict)
	update.Description = "An outcome closes it, for good; where a churn warning opened it, the warning ends with it. A corrective action closes by a new measurement."
	api.Register(a, update, l.update)
	api.Register(a, operation("list-customer-follow-ups", http.MethodGet, "/v1/customers/{id}/follow-ups", "All follow-ups with a customer, open and closed"), l.ofCustomer)
	api.Register(a, operation("list-store-follow-ups", http.MethodGet, "/v1/stores/{id}/follow-ups", "A store's open follow-ups and corrective actions, whoever is to act, by due date"), l.ofStore)
}

func operation(id, method, path, summary string, responses ...int) huma.Operation {
	return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"follow-ups"}, Errors: responses}
}

// FollowUp is a task as callers see it.
type FollowUp struct {
	ID       string           `json:"id" example:"cus_0190163d8694739b9c5f1e2d3a4b5c6d~tsk_0190163d8694739b9c5f1e2d3a4b5c6d"`
	Kind     task.Kind        `json:"kind" enum:"follow_up,corrective_action"`
	Customer crm.CustomerID   `json:"customer,omitempty" doc:"Absent: it is about the store as such."`
	Name     string           `json:"customer_name,omitempty" doc:"Where tasks of several customers are listed."`
	Store    crm.StoreID      `json:"store,omitempty" example:"sh-001"`
	Owner    crm.Subject      `json:"owner,omitempty" doc:"Who is to act; absent: nobody is known." example:"u-mei"`
	Reason   task.Reason      `json:"reason" doc:"A code, such as silence, complaint, promise or nps_alarm." example:"silence"`
	Say      task.Words       `json:"say" doc:"What to say, or to do, for this reason."`
	Remedies []churn.Remedy   `json:"remedies,omitempty" nullable:"false" doc:"While a churn warning is open: what helps against each reason for which customers stay away, those first at which the evidence points. Lists leave them out."`
	Note     string           `json:"note,omitempty" example:"Wants to know when the red coat is back"`
	Evidence []decision.Input `json:"evidence,omitempty" nullable:"false" doc:"The numbers that the reason rests on."`
	Cause    string           `json:"cause,omitempty" doc:"What opened it: the id of a churn warning or an alert; absent: a person did."`
	Due      crm.Date         `json:"due" format:"date" example:"2026-11-24"`
	OpenedAt time.Time        `json:"opened_at"`
	OpenedBy crm.Subject      `json:"opened_by,omitempty"`

	EscalatedAt time.Time    `json:"escalated_at,omitzero" doc:"When it passed on, since nobody had acted."`
	ClosedAt    time.Time    `json:"closed_at,omitzero"`
	ClosedBy    crm.Subject  `json:"closed_by,omitempty" doc:"With closed_at, and absent: it closed by itself."`
	Outcome     task.Outcome `json:"outcome,omitempty" enum:",done,retained,unreachable,lost_to_competitor,no_more_need,mistaken,purchased,recovered"`
}

// shown leaves the note, in which anything may stand, to roles that may see it.
func (l leaf) shown(ctx context.Context, t task.Task, name string) FollowUp {
	if !api.CallerOf(ctx).Role.SeesContacts() {
		t.Note = ""
	}
	return FollowUp{ID: t.Ref().String(), Kind: t.Kind, Customer: t.Customer, Name: name, Store: t.Store, Owner: t.Owner, Reason: t.Reason, Say: l.book[t.Reason].Say,
		Note: t.Note, Evidence: t.Evidence, Cause: t.Cause, Due: t.Due, OpenedAt: t.OpenedAt, OpenedBy: t.OpenedBy, EscalatedAt: t.EscalatedAt,
		ClosedAt: t.ClosedAt, ClosedBy: t.ClosedBy, Outcome: t.Outcome}
}

func etag(rev int64) string { return api.ETag(strconv.FormatInt(rev, 10)) }

func (l leaf) today(ctx context.Context) crm.Date { return crm.DateIn(crm.AsOf(ctx), l.zone) }

// TaskPath names a task. Exported, because huma fills no unexported struct that is embedded.
type TaskPath struct {
	ID string `path:"id" maxLength:"400" example:"cus_0190163d8694739b9c5f1e2d3a4b5c6d~tsk_0190163d8694739b9c5f1e2d3a4b5c6d"`
}

type answer struct {
	ETag string `header:"ETag"`
	Body FollowUp
}

func (l leaf) read(ctx context.Context, in *TaskPath) (*answer, error) {
	v, err := l.find(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &answer{etag(v.Rev), l.shown(ctx, v.Value, "")}
	if _, warned := churn.WarnedBy(v.Value); warned && v.Value.Open() {
		remedies, err := l.remedies.Remedies(ctx)
		if err != nil {
			return nil, err
		}
		out.Body.Remedies = remedies.Hinted(v.Value.Evidence)
	}
	return out, nil
}

// find reads a task of the caller's scope: their own, or where they see the
// store or the customer whom it is about. Any other one looks as if there were
// none, and so does one about a customer who is gone.
func (l leaf) find(ctx context.Context, id string) (v crm.Versioned[task.Task], err error) {
	nothing := crm.Fail("tasks.find", crm.NotFound, "there is no such task")
	ref, err := task.ParseRef(id)
	if err != nil {
		return v, nothing
	}
	if v, err = l.tasks.Read(ctx, ref); err != nil {
		return v, err
	}
	stores := []crm.StoreID{v.Value.Store}
	if ref.Customer != "" {
		reach, _, err := l.people.Reach(ctx, ref.Customer)
		if crm.KindOf(err) == crm.NotFound {
			return crm.Versioned[task.Task]{}, nothing
		}
		if err != nil {
			return v, err
		}
		stores = append(stores, reach...)
	}
	if !api.CallerOf(ctx).Sees(stores, v.Value.Owner) {
		return crm.Versioned[task.Task]{}, nothing
	}
	return v, nil
}
