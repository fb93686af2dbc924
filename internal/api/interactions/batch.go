package interactions

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"guanxi/internal/api"
	"guanxi/internal/crm"
)

const maxBatch = 100

// Trace is one thing that a machine saw a customer do.
type Trace struct {
	ID       string         `json:"id" pattern:"^[A-Za-z0-9_.:-]{1,64}$" doc:"Your name of it. With its time it makes the item repeatable." example:"evt-20261120-0042"`
	Customer crm.CustomerID `json:"customer" maxLength:"64" example:"cus_0190163d8694739b9c5f1e2d3a4b5c6d"`
	At       time.Time      `json:"at" doc:"When it was. Not in the future." example:"2026-11-20T15:04:05+08:00"`
	Channel  crm.Channel    `json:"channel" enum:"page_view,login,cart,device" example:"page_view"`
	Store    crm.StoreID    `json:"store,omitempty" maxLength:"128" example:"sh-001"`
	Content  string         `json:"content,omitempty" maxLength:"1000" doc:"Kept sealed." example:"/spring/scarves"`
}

type results struct {
	Body struct {
		Items []api.Result `json:"items" nullable:"false" doc:"One for each item, in their order."`
	}
}

func (l leaf) batch(ctx context.Context, in *struct {
	Body struct {
		Items []api.Item[Trace] `json:"items" nullable:"false" minItems:"1" maxItems:"100"`
	}
}) (*results, error) {
	if n := len(in.Body.Items); n == 0 || n > maxBatch {
		return nil, crm.Wrong("interactions.batch", "items", "must be 1 to %d", maxBatch)
	}
	traces, out := make([]Trace, len(in.Body.Items)), &results{}
	out.Body.Items = make([]api.Result, len(traces))
	refuse := func(i int, err error) { out.Body.Items[i] = l.api.Failed(ctx, i, fmt.Sprintf("items[%d]", i), err) }
	var people []crm.CustomerID
	named := map[crm.CustomerID]bool{}
	for i, item := range in.Body.Items {
		var err error
		if traces[i], err = item.Read(); err != nil {
			refuse(i, err)
		} else if id := traces[i].Customer; !named[id] {
			named[id], people = true, append(people, id)
		}
	}
	reach, err := l.people.ReachAll(ctx, people)
	if err != nil {
		return nil, err
	}
	var put []crm.Interaction
	place := map[crm.InteractionID]int{} // in put: what is told twice is one
	at := make([]int, len(traces))       // of each item in put
	for i, t := range traces {
		if out.Body.Items[i].Status != 0 {
			continue
		}
		talk, err := l.trace(ctx, t, reach)
		if err != nil {
			refuse(i, err)
			continue
		}
		n, twice := place[talk.ID]
		if !twice {
			n = len(put)
			put, place[talk.ID] = append(put, talk), n
		}
		at[i] = n
		out.Body.Items[i] = api.Result{Index: i, Status: http.StatusOK, ID: string(talk.ID)}
		if !twice {
			out.Body.Items[i].Status = http.StatusCreated
		}
	}
	isNew, errs := l.keep.PutInteractions(ctx, put)
	for i := range traces {
		switch r := &out.Body.Items[i]; {
		case r.Problem != nil:
		case errs[at[i]] != nil:
			refuse(i, errs[at[i]])
		case !isNew[at[i]]:
			r.Status = http.StatusOK
		}
	}
	return out, nil
}

// trace makes an interaction of an item. Its id follows from what the caller
// calls it, and its version from its time: told again, it is not newer.
func (l leaf) trace(ctx context.Context, t Trace, reach map[crm.CustomerID]crm.Reach) (crm.Interaction, error) {
	const op = "interactions.trace"
	e := crm.EventOf(ctx)
	who, found := reach[t.Customer]
	if !found || !api.CallerOf(ctx).Sees(who.Stores, who.Owner) {
		return crm.Interaction{}, &crm.Error{Op: op, Kind: crm.NotFound, Detail: "there is no such customer", Fields: []crm.Field{{Path: "customer", Message: "there is no such customer"}}}
	}
	at := t.At.UTC().Truncate(time.Millisecond)
	i := crm.Interaction{Customer: t.Customer, At: at, Channel: t.Channel, Type: crm.Contact, Content: t.Content, Store: t.Store, By: e.Subject,
		Version: crm.NewVersion(at, 0, nil), Origin: origin(e)}
	if err := check(ctx, op, i); err != nil {
		return i, err
	}
	i.ID = crm.InteractionID(crm.NamedID("int", at, string(e.Subject), string(t.Customer), t.ID))
	return i, nil
}
