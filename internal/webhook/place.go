package webhook

import (
	"context"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
	"guanxi/internal/telemetry"
	"guanxi/internal/webhook/intake"
)

// How an order and its refunds find each other and their customer, in whatever
// order, however often and by however many at once they are delivered:
//
//   - An order belongs to the customer who first claimed its address. Without
//     the claim, an order delivered once as a guest's and once as an account's
//     would lie in two partitions and count twice.
//   - What comes for an order and names no customer (a refund, its deletion) is
//     kept in the order's own partition first. Then whoever wrote one side
//     reads the other, strongly consistent: the refund looks for the address,
//     the claimer of the address looks for refunds. So whichever is written
//     last finds the other.
//   - Every write is guarded by the fact's version, so each step may be
//     repeated, and a crash between two of them is mended by the next delivery.
type placer struct {
	people    People
	addresses Addresses
	facts     Facts
	zone      *time.Location
}

// attempts bounds how often one delivery reads the address again after losing
// a race. The shop then delivers once more.
const attempts = 4

// order writes an order, with the refunds that came in the same payload, to
// the customer it belongs to, and passes on what came for it before.
func (p placer) order(ctx context.Context, o crm.Order, by customer.Mention, refunds []crm.Refund) error {
	const op = "webhook.order"
	for _, r := range refunds {
		if _, err := p.addresses.ParkRefund(ctx, r); err != nil {
			return err
		}
	}
	for range attempts {
		err := p.tryOrder(ctx, o, by)
		if crm.KindOf(err) != crm.Conflict {
			return err
		}
	}
	return crm.Fail(op, crm.Unavailable, "lost %d races in a row", attempts)
}

func (p placer) tryOrder(ctx context.Context, o crm.Order, by customer.Mention) error {
	address, err := p.addresses.Address(ctx, o.Key)
	if err != nil {
		return err
	}
	person, err := p.person(ctx, address.Customer, by)
	nobody := crm.KindOf(err) == crm.Invalid
	switch {
	case nobody && address.Customer != "": // an earlier statement said whose it is
		person = address.Customer
	case nobody && !by.Anonymous():
		return Refuse(intake.NamesNobody, "order")
	case nobody: // it counts in the revenue of its day
		person = crm.Nobody(o.Store, crm.DateIn(o.PlacedAt, p.zone))
	case err != nil:
		return err
	}

	o.Customer, err = p.owner(ctx, address.Customer, person, o, by)
	if err != nil {
		return err
	}
	telemetry.Note(ctx, "customer", string(o.Customer))
	if !address.Gone { // after a move this is refused as known, which is the rare case
		if _, err := p.facts.PutOrder(ctx, o); err != nil {
			return err
		}
	}
	if o.Customer != address.Customer { // the address is new: read again what came meanwhile
		if address, err = p.addresses.Address(ctx, o.Key); err != nil {
			return err
		}
	}
	if err := p.passOn(ctx, o.Customer, o.Key, address); err != nil {
		return err
	}
	return capped(o, address.Refunds)
}

// capped tells, once all is written, that more was given back than paid. The
// fold counts such an order as fully refunded; a person looks why.
func capped(o crm.Order, refunds []crm.Refund) error {
	left := o.Total.Minor
	for _, r := range refunds {
		if r.Amount.Currency != o.Total.Currency || r.Amount.Minor > left {
			return Refuse(intake.RefundExceeds, "%s", r.Key.ID)
		}
		left -= r.Amount.Minor
	}
	return nil
}

// person is whom the statement names. An order of somebody who was deleted
// since brings nobody back: where none of its keys is known any more, it stays
// theirs.
func (p placer) person(ctx context.Context, present crm.CustomerID, by customer.Mention) (crm.CustomerID, error) {
	if present != "" && !present.IsNobody() {
		known, err := p.people.Recognise(ctx, by)
		if err != nil || known != "" {
			return known, err
		}
		if there, err := p.people.Exists(ctx, present); err != nil || !there {
			return present, err
		}
	}
	return p.people.Resolve(ctx, by)
}

// owner settles whose order it is: the first to claim it, unless a newer
// statement names an account of somebody else, or anybody at all where nobody
// was named before.
func (p placer) owner(ctx context.Context, present, person crm.CustomerID, o crm.Order, by customer.Mention) (crm.CustomerID, error) {
	switch {
	case present == "":
		return p.claim(ctx, o.Key, person)
	case person != present && (by.Account.ID != "" || present.IsNobody()):
		return p.move(ctx, present, person, o)
	default:
		return present, nil
	}
}

// claim gives an order without an address to the person. Who loses the claim
// starts afresh: the winner's statement may be older and the order have to move.
func (p placer) claim(ctx context.Context, o crm.OrderKey, person crm.CustomerID) (crm.CustomerID, error) {
	winner, err := p.addresses.Claim(ctx, o, person)
	if err == nil && winner != person {
		err = crm.Fail("webhook.claim", crm.Conflict, "somebody else claimed the order")
	}
	return winner, err
}

// move hands the order to the holder of the account that this statement names,
// if it is newer than what is known. Only an account moves an order: a guest's
// e-mail or phone is a weaker word than the first claim. (One case is left to
// the order of delivery: where a shop takes the account off an order, and that
// statement overtakes the one that named the account, the order stays with the
// first claimer. Shops do that only when they erase a person.)
func (p placer) move(ctx context.Context, from, to crm.CustomerID, o crm.Order) (crm.CustomerID, error) {
	o.Customer = to
	moved, err := p.addresses.Move(ctx, from, o)
	if err != nil || moved {
		return to, err
	}
	return from, nil // an older statement: the put is refused by its version, too
}

// passOn writes what lies in the order's partition to the customer's.
func (p placer) passOn(ctx context.Context, id crm.CustomerID, o crm.OrderKey, a intake.Address) error {
	for _, r := range a.Refunds {
		if _, err := p.facts.PutRefund(ctx, id, r); err != nil {
			return err
		}
	}
	if !a.Gone {
		return nil
	}
	_, err := p.facts.PutOrder(ctx, tombstone(o, id, a.Deletion))
	return err
}

// refund keeps a refund with its order, and passes it on where the order is
// known. A refund whose order has not come waits for it.
func (p placer) refund(ctx context.Context, r crm.Refund) error {
	if _, err := p.addresses.ParkRefund(ctx, r); err != nil {
		return err
	}
	address, err := p.addresses.Address(ctx, r.Key.Order)
	if err != nil || address.Customer == "" {
		return err
	}
	telemetry.Note(ctx, "customer", string(address.Customer))
	if _, err = p.facts.PutRefund(ctx, address.Customer, r); err != nil {
		return err
	}
	o, err := p.facts.Order(ctx, address.Customer, r.Key.Order)
	if crm.KindOf(err) == crm.NotFound || err == nil && !o.State.Counts() {
		return nil // it is being written, and looks at its refunds itself
	}
	if err != nil {
		return err
	}
	return capped(o, address.Refunds)
}

// deletion ends an order for ever, also one that comes only later.
func (p placer) deletion(ctx context.Context, o crm.OrderKey, by crm.Origin) error {
	const op = "webhook.deletion"
	if err := p.addresses.ParkDeletion(ctx, o, by); err != nil {
		return err
	}
	for range attempts {
		address, err := p.addresses.Address(ctx, o)
		if err != nil || address.Customer == "" {
			return err
		}
		telemetry.Note(ctx, "customer", string(address.Customer))
		_, err = p.facts.PutOrder(ctx, tombstone(o, address.Customer, by))
		if crm.KindOf(err) != crm.Conflict {
			return err
		}
	}
	return crm.Fail(op, crm.Unavailable, "lost %d races in a row", attempts)
}

// tombstone is the last statement about an order. Its version is that of the
// deletion's arrival; it absorbs whatever is stated before or after.
func tombstone(o crm.OrderKey, id crm.CustomerID, by crm.Origin) crm.Order {
	return crm.Order{Key: o, Customer: id, State: crm.OrderDeleted, Origin: by,
		Version: crm.NewVersion(by.RecordedAt, crm.OrderDeleted.Rank(), nil)}
}
