package tasks

import (
	"context"
	"slices"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/task"
)

// mostDue bounds how many due tasks are ranked for one day: those that are due
// longest. Who has more to do than ten days' work does not need a better order.
const mostDue = 10 * task.MostADay

// Until is what lists of due tasks have in common. Exported, because huma fills no unexported struct that is embedded.
type Until struct {
	Until date      `query:"until" doc:"Due on this date, local to the deployment, or before; absent: today." example:"2026-11-24"`
	Kind  task.Kind `query:"kind" enum:"follow_up,corrective_action" doc:"Only of this kind."`
}

// date is a date in a query: huma parses what is a number to Go as a number, and
// asks UnmarshalText only of what is not.
type date struct{ crm.Date }

func (u Until) date(today crm.Date) crm.Date {
	if u.Until.Date == 0 {
		return today
	}
	return u.Until.Date
}

func (u Until) only(all []task.Task) []task.Task {
	return slices.DeleteFunc(all, func(t task.Task) bool { return u.Kind != "" && t.Kind != u.Kind })
}

type dayAnswer struct {
	Body struct {
		On    crm.Date   `json:"on" format:"date" doc:"Today, local to the deployment."`
		Done  int        `json:"done" doc:"How many the caller has closed today; of another's day this is not counted."`
		Items []FollowUp `json:"items" nullable:"false" maxItems:"20"`
	}
}

// day is one person's day. The caller's own is read by who they are; another's
// store by store, as far as the caller's scope goes.
func (l leaf) day(ctx context.Context, in *struct {
	Until
	Owner crm.Subject `query:"owner" maxLength:"128" default:"me" doc:"Whose day: me, or a member of staff in the stores that you see." example:"me"`
}) (*dayAnswer, error) {
	caller := api.CallerOf(ctx)
	out := &dayAnswer{}
	out.Body.On = l.today(ctx)
	until := in.date(out.Body.On)
	var due []task.Task
	var err error
	switch mine := in.Owner == "me" || in.Owner == caller.Subject; {
	case mine:
		if out.Body.Done, err = l.lists.DoneBy(ctx, caller.Subject, out.Body.On); err != nil {
			return nil, err
		}
		due, err = l.lists.OfOwner(ctx, caller.Subject, until, mostDue)
	case caller.Scope == api.All:
		due, err = l.lists.OfOwner(ctx, in.Owner, until, mostDue)
	case caller.Scope == api.Stores:
		due, err = l.inStores(ctx, caller.Stores, in.Owner, until)
	}
	if err != nil {
		return nil, err
	}
	names, err := l.names(ctx, due)
	if err != nil {
		return nil, err
	}
	due = slices.DeleteFunc(in.only(due), func(t task.Task) bool { return gone(t, names) })
	worth, err := l.worth(ctx, due)
	if err != nil {
		return nil, err
	}
	out.Body.Items = []FollowUp{}
	for _, t := range task.Day(due, worth, out.Body.On, out.Body.Done) {
		out.Body.Items = append(out.Body.Items, l.shown(ctx, t, names[t.Customer]))
	}
	return out, nil
}

func (l leaf) inStores(ctx context.Context, stores []crm.StoreID, owner crm.Subject, until crm.Date) (due []task.Task, err error) {
	for _, store := range stores {
		page, _, err := l.lists.OfStore(ctx, store, until, mostDue, "")
		if err != nil {
			return nil, err
		}
		for _, t := range page {
			if t.Owner == owner {
				due = append(due, t)
			}
		}
	}
	return due, nil
}

// worth is what customers spent in the window that counts for their level, the
// last 365 days by the default policy.
func (l leaf) worth(ctx context.Context, of []task.Task) (func(crm.CustomerID) int64, error) {
	records, err := l.decisions.Several(ctx, customers(of))
	return func(id crm.CustomerID) int64 { return records[id].Measures.Window }, err
}

func (l leaf) names(ctx context.Context, of []task.Task) (map[crm.CustomerID]string, error) {
	return l.people.Names(ctx, customers(of))
}

func customers(of []task.Task) (ids []crm.CustomerID) {
	for _, t := range of {
		if t.Customer != "" {
			ids = append(ids, t.Customer)
		}
	}
	return ids
}

// gone tells of a task whose customer was deleted: nobody is to call them.
func gone(t task.Task, names map[crm.CustomerID]string) bool {
	_, there := names[t.Customer]
	return t.Customer != "" && !there
}

type tasksAnswer struct {
	Body struct {
		Items []FollowUp `json:"items" nullable:"false"`
	}
}

func (l leaf) ofCustomer(ctx context.Context, in *api.CustomerPath) (*tasksAnswer, error) {
	if err := api.See(ctx, l.people, in.ID); err != nil {
		return nil, err
	}
	all, err := l.lists.OfCustomer(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b task.Task) int { return a.OpenedAt.Compare(b.OpenedAt) })
	out := &tasksAnswer{}
	out.Body.Items = make([]FollowUp, len(all))
	for i, t := range all {
		out.Body.Items[i] = l.shown(ctx, t, "")
	}
	return out, nil
}

// ofStore is one store's list. One outside of the caller's scope looks like one
// in which there is nothing to do.
func (l leaf) ofStore(ctx context.Context, in *struct {
	api.Page
	Until
	ID crm.StoreID `path:"id" maxLength:"128" example:"sh-001"`
}) (*api.Listed[FollowUp], error) {
	caller := api.CallerOf(ctx)
	var names map[crm.CustomerID]string
	return api.List(ctx, l.api, in.Page,
		func(limit int, after string) ([]task.Task, string, error) {
			if caller.Scope != api.All && !slices.Contains(caller.Stores, in.ID) {
				return nil, "", nil
			}
			page, next, err := l.lists.OfStore(ctx, in.ID, in.date(l.today(ctx)), limit, after)
			if err != nil {
				return nil, "", err
			}
			names, err = l.names(ctx, page)
			return slices.DeleteFunc(in.only(page), func(t task.Task) bool { return gone(t, names) }), next, err
		},
		func(t task.Task) (FollowUp, error) { return l.shown(ctx, t, names[t.Customer]), nil })
}
