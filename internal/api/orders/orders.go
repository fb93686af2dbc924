// Package orders is the API of purchases that no platform delivers: a till's,
// or one taken by phone. Orders that came from a platform can be read here, but
// only their platform amends them.
package orders

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/webhook/intake"
)

// Orders keeps orders and refunds. Puts are guarded by the fact's version.
type Orders interface {
	Address(ctx context.Context, o crm.OrderKey) (intake.Address, error)
	Claim(ctx context.Context, o crm.OrderKey, id crm.CustomerID) (crm.CustomerID, error)
	PutOrder(ctx context.Context, o crm.Order) (bool, error)
	Order(ctx context.Context, id crm.CustomerID, o crm.OrderKey) (crm.Order, error)
	Orders(ctx context.Context, id crm.CustomerID, limit int, after string) (page []crm.Order, next string, err error)
	Refunds(ctx context.Context, id crm.CustomerID) ([]crm.Refund, error)
	ParkRefund(ctx context.Context, r crm.Refund) (bool, error)
	PutRefund(ctx context.Context, id crm.CustomerID, r crm.Refund) (bool, error)
}

type leaf struct {
	api      *api.API
	people   api.People
	orders   Orders
	currency string
}

// Register adds the operations. Currency is the deployment's base currency.
func Register(a *api.API, people api.People, orders Orders, currency string) {
	l := leaf{a, people, orders, currency}
	create := operation("create-order", http.MethodPost, "/v1/orders", "Record an order")
	create.DefaultStatus = http.StatusCreated
	api.Register(a, create, l.create)
	api.Register(a, operation("read-order", http.MethodGet, "/v1/orders/{id}", "Read an order, with what was refunded"), l.read)
	refund := operation("refund-order", http.MethodPost, "/v1/orders/{id}/refunds", "Refund an order, whole or in part", http.StatusConflict)
	refund.DefaultStatus = http.StatusCreated
	refund.Description = "Counts at the order's own date and rate. An order that came from a platform is refunded there (409)."
	api.Register(a, refund, l.refund)
	api.Register(a, operation("list-customer-orders", http.MethodGet, "/v1/customers/{id}/orders", "A customer's orders"), l.list)
}

func operation(id, method, path, summary string, responses ...int) huma.Operation {
	return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"orders"}, Errors: responses}
}

// Order is an order as callers see it.
type Order struct {
	ID       string         `json:"id" readOnly:"true" doc:"connection~id where a platform delivered it." example:"ord_0190163d8694739b9c5f1e2d3a4b5c6d"`
	State    crm.OrderState `json:"state" readOnly:"true" enum:"open,paid,fulfilled,cancelled,deleted"`
	Refunded int64          `json:"refunded" readOnly:"true" doc:"Minor units given back so far."`
	Fields
}

// Fields are what callers state about an order. Exported: the schema knows no unexported struct that is embedded.
type Fields struct {
	Customer crm.CustomerID `json:"customer" maxLength:"64" example:"cus_0190163d8694739b9c5f1e2d3a4b5c6d"`
	PlacedAt time.Time      `json:"placed_at,omitzero" doc:"When it was placed; absent: now. Not in the future." example:"2026-11-20T15:04:05+08:00"`
	Store    crm.StoreID    `json:"store,omitempty" maxLength:"128" example:"sh-001"`
	Channel  crm.Channel    `json:"channel" enum:"online,pos,phone,chat,visit" example:"pos"`
	Total    money          `json:"total" doc:"What the customer paid: the sum of the lines."`
	Lines    []line         `json:"lines" nullable:"false" minItems:"1" maxItems:"200"`
}

type money struct {
	Minor    int64  `json:"minor" minimum:"0" maximum:"1000000000000" doc:"Minor units." example:"129900"`
	Currency string `json:"currency" pattern:"^[A-Z]{3}$" example:"CNY"`
}

type line struct {
	Product  string `json:"product" minLength:"1" maxLength:"100" example:"SKU-7"`
	Title    string `json:"title,omitempty" maxLength:"200" example:"Silk scarf"`
	Category string `json:"category,omitempty" maxLength:"100" example:"accessories"`
	Quantity int64  `json:"quantity" minimum:"1" maximum:"1000000" example:"1"`
	Amount   int64  `json:"amount" minimum:"0" maximum:"1000000000000" doc:"For the whole line, minor units." example:"129900"`
}

type answer struct{ Body Order }

type created struct {
	Location string `header:"Location"`
	Body     Order
}

func (l leaf) create(ctx context.Context, in *struct{ Body Fields }) (*created, error) {
	e := crm.EventOf(ctx)
	if in.Body.PlacedAt.IsZero() {
		in.Body.PlacedAt = e.At
	}
	if err := l.check(in.Body, e.At); err != nil {
		return nil, err
	}
	if err := l.mine(ctx, in.Body); err != nil {
		return nil, err
	}
	o := crm.Order{Key: crm.OrderKey{Connection: crm.APIConnection, ID: crm.NewID("ord", e.At)}, Customer: in.Body.Customer,
		PlacedAt: in.Body.PlacedAt, State: crm.OrderPaid, Store: in.Body.Store, Channel: in.Body.Channel, Total: crm.Money(in.Body.Total), Rate: crm.Par,
		Version: crm.NewVersion(e.At, crm.OrderPaid.Rank(), nil), Origin: l.origin(e)}
	for _, p := range in.Body.Lines {
		o.Lines = append(o.Lines, crm.Line(p))
	}
	if _, err := l.orders.Claim(ctx, o.Key, o.Customer); err != nil {
		return nil, err
	}
	if _, err := l.orders.PutOrder(ctx, o); err != nil {
		return nil, err
	}
	return &created{Location: "/v1/orders/" + publicID(o.Key), Body: shown(o, 0)}, nil
}

// check holds an order against the rules that its schema can't say.
func (l leaf) check(f Fields, now time.Time) error {
	var wrong []crm.Field
	if f.PlacedAt.After(now) {
		wrong = append(wrong, crm.Field{Path: "placed_at", Message: "must not be in the future"})
	}
	if f.PlacedAt.Year() < 1970 {
		wrong = append(wrong, crm.Field{Path: "placed_at", Message: "must not be before 1970"})
	}
	if f.Total.Currency != l.currency {
		wrong = append(wrong, crm.Field{Path: "total.currency", Message: "must be " + l.currency + ": there is no rate for another"})
	}
	var sum int64
	for _, p := range f.Lines {
		sum += p.Amount
	}
	if sum != f.Total.Minor {
		wrong = append(wrong, crm.Field{Path: "total.minor", Message: fmt.Sprintf("must be the sum of the lines, %d", sum)})
	}
	if len(wrong) > 0 {
		return &crm.Error{Op: "orders.check", Kind: crm.Invalid, Detail: "the order breaks a rule", Fields: wrong}
	}
	return nil
}

// mine sees to it that the customer exists in scope, and that a caller bound to
// stores books on one of theirs.
func (l leaf) mine(ctx context.Context, f Fields) error {
	err := api.See(ctx, l.people, f.Customer)
	if crm.KindOf(err) == crm.NotFound {
		return crm.Wrong("orders.create", "customer", "there is no such customer")
	}
	if caller := api.CallerOf(ctx); err == nil && caller.Scope != api.All && !caller.Sees([]crm.StoreID{f.Store}, "") {
		return crm.Wrong("orders.create", "store", "must be one of your stores")
	}
	return err
}

func (l leaf) origin(e crm.Event) crm.Origin {
	return crm.Origin{Source: "api/" + string(e.Subject), Trace: e.Trace, RecordedAt: e.At}
}

// Path names an order. Exported, because huma fills no unexported struct that is embedded.
type Path struct {
	ID string `path:"id" maxLength:"200" example:"ord_0190163d8694739b9c5f1e2d3a4b5c6d"`
}

func (l leaf) read(ctx context.Context, in *Path) (*answer, error) {
	o, refunds, err := l.order(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &answer{shown(o, refunded(refunds))}, nil
}

// order finds an order in the caller's scope by its public id.
func (l leaf) order(ctx context.Context, id string) (crm.Order, []crm.Refund, error) {
	missing := crm.Fail("orders.order", crm.NotFound, "there is no such order")
	k := orderKey(id)
	address, err := l.orders.Address(ctx, k)
	if err != nil {
		return crm.Order{}, nil, err
	}
	if address.Customer == "" {
		return crm.Order{}, nil, missing
	}
	if err := api.See(ctx, l.people, address.Customer); err != nil {
		if crm.KindOf(err) == crm.NotFound {
			err = missing
		}
		return crm.Order{}, nil, err
	}
	o, err := l.orders.Order(ctx, address.Customer, k)
	return o, address.Refunds, err
}

type refundAnswer struct {
	Body struct {
		ID    string `json:"id" example:"ref_0190163d8694739b9c5f1e2d3a4b5c6d"`
		Order Order  `json:"order"`
	}
}

func (l leaf) refund(ctx context.Context, in *struct {
	Path
	Body struct {
		ID     string `json:"id,omitempty" pattern:"^[A-Za-z0-9_-]{1,64}$" doc:"Your name of the refund: stated twice, it is one." example:"R-2026-17"`
		Amount money  `json:"amount"`
	}
}) (*refundAnswer, error) {
	const op = "orders.refund"
	o, refunds, err := l.order(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if o.Key.Connection != crm.APIConnection {
		return nil, crm.Fail(op, crm.Conflict, "the order belongs to %s: refund it there", o.Key.Connection)
	}
	e := crm.EventOf(ctx)
	id := in.Body.ID
	if id == "" {
		id = crm.NewID("ref", e.At)
	}
	r := crm.Refund{Key: crm.RefundKey{Order: o.Key, ID: id}, At: e.At, Amount: crm.Money(in.Body.Amount), Version: crm.NewVersion(e.At, 0, nil), Origin: l.origin(e)}
	for _, before := range refunds {
		if before.Key == r.Key {
			if before.Amount != r.Amount {
				return nil, crm.Fail(op, crm.Conflict, "there is a refund of this id with another amount")
			}
			return refundAnswerOf(o, before, refunded(refunds)), nil
		}
	}
	switch left := o.Total.Minor - refunded(refunds); {
	case r.Amount.Currency != o.Total.Currency:
		return nil, crm.Wrong(op, "amount.currency", "must be the order's, %s", o.Total.Currency)
	case r.Amount.Minor == 0:
		return nil, crm.Wrong(op, "amount.minor", "must be greater than zero")
	case r.Amount.Minor > left:
		return nil, crm.Wrong(op, "amount.minor", "must be at most what is left of the order, %d", left)
	}
	if _, err := l.orders.ParkRefund(ctx, r); err != nil {
		return nil, err
	}
	if _, err := l.orders.PutRefund(ctx, o.Customer, r); err != nil {
		return nil, err
	}
	return refundAnswerOf(o, r, refunded(refunds)+r.Amount.Minor), nil
}

func refundAnswerOf(o crm.Order, r crm.Refund, refunded int64) *refundAnswer {
	out := &refundAnswer{}
	out.Body.ID, out.Body.Order = r.Key.ID, shown(o, refunded)
	return out
}

func (l leaf) list(ctx context.Context, in *struct {
	api.CustomerPath
	api.Page
}) (*api.Listed[Order], error) {
	if err := api.See(ctx, l.people, in.ID); err != nil {
		return nil, err
	}
	refunds, err := l.orders.Refunds(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	of := map[crm.OrderKey][]crm.Refund{}
	for _, r := range refunds {
		of[r.Key.Order] = append(of[r.Key.Order], r)
	}
	return api.List(ctx, l.api, in.Page,
		func(limit int, after string) ([]crm.Order, string, error) {
			return l.orders.Orders(ctx, in.ID, limit, after)
		},
		func(o crm.Order) (Order, error) { return shown(o, refunded(of[o.Key])), nil })
}

func shown(o crm.Order, refunded int64) Order {
	f := Fields{Customer: o.Customer, PlacedAt: o.PlacedAt, Store: o.Store, Channel: o.Channel, Total: money(o.Total)}
	for _, p := range o.Lines {
		f.Lines = append(f.Lines, line(p))
	}
	return Order{ID: publicID(o.Key), State: o.State, Refunded: refunded, Fields: f}
}

func refunded(refunds []crm.Refund) (sum int64) {
	for _, r := range refunds {
		sum += r.Amount.Minor
	}
	return sum
}

// publicID is the order's id for callers: our own ids stand alone, a
// platform's carry their connection.
func publicID(k crm.OrderKey) string {
	if k.Connection == crm.APIConnection {
		return k.ID
	}
	return string(k.Connection) + "~" + k.ID
}

func orderKey(id string) crm.OrderKey {
	if connection, order, ok := strings.Cut(id, "~"); ok {
		return crm.OrderKey{Connection: crm.ConnectionID(connection), ID: order}
	}
	return crm.OrderKey{Connection: crm.APIConnection, ID: id}
}
