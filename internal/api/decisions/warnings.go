package decisions

import (
	"context"
	"slices"
	"strings"

	"guanxi/internal/api"
	"guanxi/internal/churn"
	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/standing"
	"guanxi/internal/task"
)

// Warnings keeps churn warnings. Amend returns a Conflict where the revision is
// another.
type Warnings interface {
	Of(ctx context.Context, id crm.CustomerID) ([]crm.Versioned[churn.Warning], error)
	FollowUps(ctx context.Context, id crm.CustomerID) ([]task.Task, error)
	One(ctx context.Context, id crm.CustomerID, since crm.Date) (crm.Versioned[churn.Warning], error)
	ListOpen(ctx context.Context, store crm.StoreID, asleep bool, limit int, after string) (page []churn.Warning, next string, err error)
	Amend(ctx context.Context, next churn.Warning, rev int64) error
}

// Remedies are what helps against each reason for which customers stay away.
type Remedies interface {
	Remedies(ctx context.Context) (churn.Remedies, error)
}

// Timers wake the warning's worker.
type Timers interface {
	Set(ctx context.Context, t crm.Timer) error
}

// Stores lists the stores of the deployment.
type Stores interface {
	AllStores(ctx context.Context) ([]crm.Versioned[crm.Store], error)
}

// Warning is a churn warning as callers see it.
type Warning struct {
	ID string `json:"id" example:"cus_0190163d8694739b9c5f1e2d3a4b5c6d~2026-03-01"`
	churn.Warning
	Reasons  []Signal       `json:"reasons" nullable:"false" doc:"Why there is a warning: the silence first, then what else speaks for it."`
	Remedies []churn.Remedy `json:"remedies,omitempty" nullable:"false" doc:"What helps. Of an open warning all, those first at which the reasons point; of a closed one that of its churn_reason. Lists leave them out."`
}

// Signal is a reason in words.
type Signal struct {
	churn.Reason
	Text task.Words `json:"text"`
}

func (l leaf) shownWarning(w churn.Warning) Warning {
	return Warning{ID: w.ID(), Warning: w, Reasons: l.said(w.Reasons)}
}

func (l leaf) said(reasons []churn.Reason) []Signal {
	said := make([]Signal, len(reasons))
	for i, r := range reasons {
		said[i] = Signal{r, l.words.Say(r)}
	}
	return said
}

type churnAnswer struct {
	Body struct {
		Customer crm.CustomerID    `json:"customer"`
		On       crm.Date          `json:"on"`
		Warned   crm.Date          `json:"warned_since,omitempty" doc:"Absent: there is no reason for a warning."`
		Last     crm.Date          `json:"last_purchase,omitempty"`
		Contact  crm.Date          `json:"last_contact,omitempty"`
		Reasons  []decision.Reason `json:"reasons" nullable:"false" doc:"Why the customer is, or is not, warned about."`
		Signals  []Signal          `json:"signals" nullable:"false" doc:"What else speaks for it, as of the decision; none of a customer who is not warned about."`
		Warnings []Warning         `json:"warnings" nullable:"false" doc:"All there ever were, the oldest first; one at most is open."`
		Tasks    []task.Task       `json:"follow_ups" nullable:"false" doc:"Who is, or was, to talk to the customer, and until when."`
	}
}

func (l leaf) churn(ctx context.Context, in *api.CustomerPath) (*churnAnswer, error) {
	if err := api.See(ctx, l.people, in.ID); err != nil {
		return nil, err
	}
	r, err := l.record(ctx, in.ID, crm.DateIn(crm.AsOf(ctx), l.zone))
	if err != nil {
		return nil, err
	}
	p, err := l.book.Judged(ctx, r.Versions)
	if err != nil {
		return nil, err
	}
	all, err := l.warnings.Of(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	tasks, err := l.warnings.FollowUps(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	remedies, err := l.remedies.Remedies(ctx)
	if err != nil {
		return nil, err
	}
	d := standing.Show(r, p)
	out := &churnAnswer{}
	out.Body.Customer, out.Body.On, out.Body.Warned, out.Body.Last, out.Body.Contact = in.ID, r.On, d.Warned, d.Last, d.Contact
	out.Body.Reasons = slices.DeleteFunc(d.Reasons, func(r decision.Reason) bool { return r.Question != "churn" && r.Question != "status" })
	out.Body.Signals = l.said(p.Churn.Reasons(r.Measures.Signals))
	out.Body.Tasks = append([]task.Task{}, tasks...)
	out.Body.Warnings = make([]Warning, len(all))
	for i, w := range all {
		out.Body.Warnings[i] = l.shownWarning(w.Value)
		out.Body.Warnings[i].Remedies = remedies.For(w.Value)
	}
	return out, nil
}

// list walks through the caller's stores, one after the other: the scope is
// part of the key that is read. A cursor names the store and the place in it.
func (l leaf) list(ctx context.Context, in *struct {
	api.Page
	Store crm.StoreID `query:"store" maxLength:"128" doc:"Only of this store." example:"sh-001"`
	State string      `query:"state" enum:"open,snoozed" default:"open" doc:"Those to be seen to, or those that were put off."`
}) (*api.Listed[Warning], error) {
	stores, err := api.ScopeOf(ctx, l.stores, in.Store)
	if err != nil {
		return nil, err
	}
	position, err := l.api.OpenCursor(ctx, in.Cursor)
	if err != nil {
		return nil, err
	}
	at, after, _ := strings.Cut(position, "\n")
	out := &api.Listed[Warning]{}
	out.Body.Items = []Warning{}
	position = ""
	for _, store := range stores {
		if string(store) < at {
			continue
		}
		if string(store) > at {
			after = ""
		}
		left := in.Limit - len(out.Body.Items)
		got, next, err := l.warnings.ListOpen(ctx, store, in.State == "snoozed", max(left, 1), after)
		if err != nil {
			return nil, err
		}
		if left == 0 && len(got) == 0 {
			continue // the page is full: is there anything beyond it?
		}
		if left == 0 {
			position = string(store) + "\n"
			break
		}
		for _, w := range got {
			out.Body.Items = append(out.Body.Items, l.shownWarning(w))
		}
		if next != "" {
			position = string(store) + "\n" + next
			break
		}
	}
	out.Body.Next, err = l.api.SealCursor(ctx, position)
	return out, err
}
