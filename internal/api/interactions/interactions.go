// Package interactions is the API of contacts with a customer: calls, visits,
// chats, and the traces of a device or a page view.
package interactions

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/api"
	"guanxi/internal/crm"
)

// Interactions keeps contacts; List is newest first.
type Interactions interface {
	PutInteraction(ctx context.Context, i crm.Interaction) (bool, error)
	Interactions(ctx context.Context, id crm.CustomerID, limit int, after string) (page []crm.Interaction, next string, err error)
}

type leaf struct {
	api    *api.API
	people api.People
	keep   Interactions
}

// Register adds the operations.
func Register(a *api.API, people api.People, keep Interactions) {
	l := leaf{a, people, keep}
	record := operation("record-interaction", http.MethodPost, "Record a contact")
	record.DefaultStatus = http.StatusCreated
	record.Description = "A two-way contact breaks the customer's silence: status and churn risk look at it."
	api.Register(a, record, l.record)
	api.Register(a, operation("list-interactions", http.MethodGet, "A customer's contacts, the newest first"), l.list)
}

func operation(id, method, summary string) huma.Operation {
	return huma.Operation{OperationID: id, Method: method, Path: "/v1/customers/{id}/interactions", Summary: summary, Tags: []string{"interactions"}}
}

// Interaction is a contact as callers see it.
type Interaction struct {
	ID string `json:"id" readOnly:"true" example:"int_0190163d8694739b9c5f1e2d3a4b5c6d"`
	Fields
	By crm.Subject `json:"by,omitempty" readOnly:"true" doc:"Who recorded it."`
}

// Fields are what callers state about a contact. Exported: the schema knows no unexported struct that is embedded.
type Fields struct {
	At      time.Time   `json:"at,omitzero" doc:"When it was; absent: now. Not in the future." example:"2026-11-20T15:04:05+08:00"`
	Channel crm.Channel `json:"channel" enum:"phone,email,social,chat,visit,page_view,login,cart,device" example:"phone"`
	TwoWay  bool        `json:"two_way,omitempty" doc:"Both sides took part."`
	Content string      `json:"content,omitempty" maxLength:"4000" doc:"Kept sealed." example:"Asked for the spring catalogue"`
	Store   crm.StoreID `json:"store,omitempty" maxLength:"128" example:"sh-001"`
}

type created struct{ Body Interaction }

func (l leaf) record(ctx context.Context, in *struct {
	api.CustomerPath
	Body Fields
}) (*created, error) {
	const op = "interactions.record"
	if err := api.See(ctx, l.people, in.ID); err != nil {
		return nil, err
	}
	e := crm.EventOf(ctx)
	if in.Body.At.IsZero() {
		in.Body.At = e.At
	}
	if in.Body.At.After(e.At) {
		return nil, crm.Wrong(op, "at", "must not be in the future")
	}
	if in.Body.At.Year() < 1970 {
		return nil, crm.Wrong(op, "at", "must not be before 1970")
	}
	i := crm.Interaction{ID: crm.InteractionID(crm.NewID("int", e.At)), Customer: in.ID, At: in.Body.At, Channel: in.Body.Channel,
		TwoWay: in.Body.TwoWay, Content: in.Body.Content, Store: in.Body.Store, By: e.Subject,
		Version: crm.NewVersion(e.At, 0, nil), Origin: crm.Origin{Source: "api/" + string(e.Subject), Trace: e.Trace, RecordedAt: e.At}}
	if _, err := l.keep.PutInteraction(ctx, i); err != nil {
		return nil, err
	}
	return &created{shown(i)}, nil
}

func (l leaf) list(ctx context.Context, in *struct {
	api.CustomerPath
	api.Page
}) (*api.Listed[Interaction], error) {
	if err := api.See(ctx, l.people, in.ID); err != nil {
		return nil, err
	}
	return api.List(ctx, l.api, in.Page,
		func(limit int, after string) ([]crm.Interaction, string, error) {
			return l.keep.Interactions(ctx, in.ID, limit, after)
		},
		func(i crm.Interaction) (Interaction, error) { return shown(i), nil })
}

func shown(i crm.Interaction) Interaction {
	return Interaction{ID: string(i.ID), Fields: Fields{At: i.At, Channel: i.Channel, TwoWay: i.TwoWay, Content: i.Content, Store: i.Store}, By: i.By}
}
