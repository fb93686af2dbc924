// Package orders is the API of purchases: those that no platform delivers, a
// till's or one taken by phone, are recorded, amended, cancelled and refunded
// here. Orders that came from a platform can be read here, but only their
// platform changes them.
package orders

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/webhook/intake"
)

// Orders keeps orders and refunds. Every change names the turn that it saw, and
// is a Conflict where that is over.
type Orders interface {
	RecordOrder(ctx context.Context, o crm.Order) error
	AmendOrder(ctx context.Context, o crm.Order, turn int64) error
	RefundOrder(ctx context.Context, id crm.CustomerID, r crm.Refund, turn int64) error
	Address(ctx context.Context, o crm.OrderKey) (intake.Address, error)
	Order(ctx context.Context, id crm.CustomerID, o crm.OrderKey) (crm.Order, error)
	Orders(ctx context.Context, id crm.CustomerID, limit int, after string) (page []crm.Order, next string, err error)
	Refunds(ctx context.Context, id crm.CustomerID) ([]crm.Refund, error)
	OrdersOn(ctx context.Context, store crm.StoreID, on crm.Date, limit int, after string) (page []crm.Order, next string, err error)
	RefundsOfAll(ctx context.Context, orders []crm.OrderKey) (map[crm.OrderKey][]crm.Refund, error)
}

type leaf struct {
	api      *api.API
	people   api.People
	orders   Orders
	currency string
	zone     *time.Location
}

// Register adds the operations. Currency and zone are the deployment's.
func Register(a *api.API, people api.People, orders Orders, currency string, zone *time.Location) {
	l := leaf{a, people, orders, currency, zone}
	create := operation("create-order", http.MethodPost, "/v1/orders", "Record an order")
	create.DefaultStatus = http.StatusCreated
	create.Description = "Lines − discount + tax + shipping must be the total, to the unit. " +
		"An order in another currency than the deployment's carries its rate."
	api.Register(a, create, l.create)
	list := operation("list-orders", http.MethodGet, "/v1/orders", "A store's orders, the newest first")
	list.Description = "Cancelled orders are among them, deleted ones are not. A page may hold fewer orders than its limit, and yet have a next one."
	api.Register(a, list, l.ofStore)
	api.Register(a, operation("read-order", http.MethodGet, "/v1/orders/{id}", "Read an order, with what was refunded"), l.read)
	amend := operation("amend-order", http.MethodPatch, "/v1/orders/{id}", "Amend an order (merge patch, RFC 7396)", http.StatusConflict)
	amend.Description = "Lines are replaced as a whole. Customer, store and time stay: cancel the order and record another. " +
		"An order that came from a platform is amended there (409)."
	api.Register(a, amend, l.amend)
	cancel := operation("cancel-order", http.MethodPost, "/v1/orders/{id}/cancel", "Cancel an order: it was no purchase", http.StatusConflict)
	cancel.Description = "An order that came from a platform is cancelled there (409). Cancelled twice, it is cancelled."
	api.Register(a, cancel, l.cancel)
	refund := operation("refund-order", http.MethodPost, "/v1/orders/{id}/refunds", "Refund an order, whole or in part", http.StatusConflict)
	refund.DefaultStatus = http.StatusCreated
	refund.Description = "Counts at the order's own date and rate. An order that came from a platform is refunded there (409)."
	api.Register(a, refund, l.refund)
	mine := operation("list-customer-orders", http.MethodGet, "/v1/customers/{id}/orders", "A customer's orders")
	mine.Description = "Who is bound to stores sees the orders of those stores and of none, and all of their own customers. " +
		"A page may hold fewer orders than its limit, and yet have a next one."
	api.Register(a, mine, l.ofCustomer)
}

func operation(id, method, path, summary string, responses ...int) huma.Operation {
	return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"orders"}, Errors: responses}
}

// Path names an order. Exported, because huma fills no unexported struct that is embedded.
type Path struct {
	ID string `path:"id" maxLength:"200" example:"ord_0190163d8694739b9c5f1e2d3a4b5c6d"`
}

type answer struct {
	ETag string `header:"ETag"`
	Body Order
}

func (l leaf) read(ctx context.Context, in *Path) (*answer, error) {
	o, err := l.find(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return l.answer(o), nil
}

// found is an order with what its own partition says of it.
type found struct {
	crm.Order
	holder  crm.CustomerID // in whose partition it lies
	refunds []crm.Refund
	turn    int64
}

// find finds an order in the caller's scope by its public id.
func (l leaf) find(ctx context.Context, id string) (found, error) {
	missing := crm.Fail("orders.find", crm.NotFound, "there is no such order")
	k := orderKey(id)
	address, err := l.orders.Address(ctx, k)
	if err != nil {
		return found{}, err
	}
	if address.Customer == "" {
		return found{}, missing
	}
	sees := func(o crm.Order) bool { return api.CallerOf(ctx).Sees([]crm.StoreID{o.Store}, "") }
	if !address.Customer.IsNobody() {
		sees, err = l.sight(ctx, address.Customer)
	}
	if crm.KindOf(err) == crm.NotFound {
		err = missing
	}
	if err != nil {
		return found{}, err
	}
	o, err := l.orders.Order(ctx, address.Customer, k)
	if err == nil && !sees(o) {
		err = missing
	}
	return found{o, address.Customer, address.Refunds, address.Turn}, err
}

// changeable is find for who wants to change the order.
func (l leaf) changeable(ctx context.Context, op, id string) (found, error) {
	o, err := l.find(ctx, id)
	if err == nil {
		err = ours(op, o)
	}
	return o, err
}

// ours is a Conflict for an order that a platform delivers.
func ours(op string, o found) error {
	if o.Key.Connection != crm.APIConnection {
		return crm.Fail(op, crm.Conflict, "the order belongs to %s: change it there", o.Key.Connection)
	}
	return nil
}

// sight tells which orders of a customer the caller sees: who is bound to
// stores those of their stores and of none, but all of a customer whom they own.
// A customer outside the caller's scope is NotFound.
func (l leaf) sight(ctx context.Context, id crm.CustomerID) (func(crm.Order) bool, error) {
	stores, owner, err := l.people.Reach(ctx, id)
	if err != nil {
		return nil, err
	}
	caller := api.CallerOf(ctx)
	if !caller.Sees(stores, owner) {
		return nil, crm.Fail("orders.sight", crm.NotFound, "there is no such customer")
	}
	return func(o crm.Order) bool { return o.Store == "" || caller.Sees([]crm.StoreID{o.Store}, owner) }, nil
}

// revision names what stands: of our own orders the turn, which every change
// takes; of a platform's when it said so, without the part that is made of what
// it said.
func revision(o found) string {
	if o.Key.Connection == crm.APIConnection {
		return strconv.FormatInt(o.turn, 10)
	}
	said := string(o.Version)
	return said[:max(0, strings.LastIndex(said, "|"))]
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
