package webhook

import (
	"context"
	"net/http"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
	"guanxi/internal/webhook/intake"
)

// Connections hands out what the settings say about a shop; NotFound where
// there is none.
type Connections interface {
	Connection(ctx context.Context, id crm.ConnectionID) (crm.Connection, error)
}

// People finds or creates the customer whom a mention names, and joins what it
// states into their profile. It is idempotent, writes nothing when everything
// is known already, and answers Invalid when the mention names nobody.
type People interface {
	Resolve(ctx context.Context, m customer.Mention) (crm.CustomerID, error)
	// Recognise is Resolve for who must be known: it creates nobody, and its
	// answer is empty where it knows none of the keys.
	Recognise(ctx context.Context, m customer.Mention) (crm.CustomerID, error)
	// Exists tells whether the customer is there, and not deleted.
	Exists(ctx context.Context, id crm.CustomerID) (bool, error)
}

// Addresses is an order's own partition: whose order it is, and what came for
// it and names no customer.
type Addresses interface {
	// Address reads the partition, strongly consistent, in one query.
	Address(ctx context.Context, o crm.OrderKey) (intake.Address, error)
	// Claim gives the order to a customer unless somebody has it, and returns
	// who has it then.
	Claim(ctx context.Context, o crm.OrderKey, id crm.CustomerID) (winner crm.CustomerID, err error)
	// Move hands the order from one customer to o.Customer in one transaction:
	// the address, a tombstone with `from` (also where no fact lies there yet)
	// that keeps and raises the fact's rev, and the new fact. False: the fact
	// that lies with `from` is not older, or the address is no longer `from`'s.
	Move(ctx context.Context, from crm.CustomerID, o crm.Order) (moved bool, err error)
	// ParkRefund keeps a refund under its order; false: this or a newer version
	// lies there already.
	ParkRefund(ctx context.Context, r crm.Refund) (accepted bool, err error)
	// ParkDeletion keeps the news that the order was deleted at its source.
	ParkDeletion(ctx context.Context, o crm.OrderKey, by crm.Origin) error
}

// Facts is the customer's partition. Puts are guarded by the fact's version:
// what is not newer is not accepted, which is no error.
type Facts interface {
	// PutOrder answers Conflict where the order's fact has been moved away from
	// o.Customer: whoever read the address before that must read it again.
	PutOrder(ctx context.Context, o crm.Order) (accepted bool, err error)
	PutRefund(ctx context.Context, id crm.CustomerID, r crm.Refund) (accepted bool, err error)
	// Order reads an order's fact; NotFound where it has not been written.
	Order(ctx context.Context, id crm.CustomerID, o crm.OrderKey) (crm.Order, error)
}

// Inbox keeps, sealed, what a person has to look at. Keeping the same delivery
// again changes nothing.
type Inbox interface {
	Keep(ctx context.Context, u intake.Unusable) error
}

// Platform is the software of a kind of shop: how it signs, and what it means.
type Platform interface {
	// Verify checks the signature over the raw bytes, in constant time, with
	// each of the secrets that pass at present.
	Verify(h http.Header, body []byte, secrets []string) bool
	// Translate turns a verified body into facts. What it can't use it refuses
	// with a Refusal.
	Translate(c crm.Connection, h http.Header, body []byte) (Delivery, error)
}
