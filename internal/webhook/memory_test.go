package webhook_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"guanxi/internal/crm"
	"guanxi/internal/history"
	"guanxi/internal/webhook/intake"
)

// memory keeps addresses, facts, connections and the inbox, with the promises
// of the ports and nothing more. Its calls can be made to fail.
type memory struct {
	mu          sync.Mutex
	connections map[crm.ConnectionID]crm.Connection
	addresses   map[crm.OrderKey]intake.Address
	orders      map[factKey]*orderFact
	refunds     map[refundKey]crm.Refund
	inbox       map[string]intake.Unusable

	calls  int
	failAt int // this call fails, before it has an effect; 0: none
	lostAt int // this call has its effect and fails all the same
	writes int
}

type factKey struct {
	customer crm.CustomerID
	order    crm.OrderKey
}
type refundKey struct {
	customer crm.CustomerID
	refund   crm.RefundKey
}
type orderFact struct {
	order       crm.Order
	gone, moved bool
	rev         int
}

func newMemory(connections ...crm.Connection) *memory {
	m := &memory{connections: map[crm.ConnectionID]crm.Connection{}, addresses: map[crm.OrderKey]intake.Address{},
		orders: map[factKey]*orderFact{}, refunds: map[refundKey]crm.Refund{}, inbox: map[string]intake.Unusable{}}
	for _, c := range connections {
		m.connections[c.ID] = c
	}
	return m
}

// do runs one call of the store when its turn has come, or makes it fail.
func (m *memory) do(ctx context.Context, call func() error) error {
	awaitTurn(ctx)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls++
	broken := crm.Fail("memory", crm.Unavailable, "the database does not answer")
	if m.calls == m.failAt {
		return broken
	}
	err := call()
	if m.calls == m.lostAt {
		return broken
	}
	return err
}

func (m *memory) Connection(ctx context.Context, id crm.ConnectionID) (c crm.Connection, err error) {
	err = m.do(ctx, func() error {
		var ok bool
		if c, ok = m.connections[id]; !ok {
			return crm.Fail("memory", crm.NotFound, "there is no such connection")
		}
		return nil
	})
	return c, err
}

func (m *memory) Address(ctx context.Context, o crm.OrderKey) (a intake.Address, err error) {
	err = m.do(ctx, func() error {
		a = m.addresses[o]
		a.Refunds = slices.Clone(a.Refunds)
		return nil
	})
	return a, err
}

func (m *memory) Claim(ctx context.Context, o crm.OrderKey, id crm.CustomerID) (winner crm.CustomerID, err error) {
	err = m.do(ctx, func() error {
		a := m.addresses[o]
		if a.Customer == "" {
			a.Customer = id
			m.addresses[o] = a
			m.writes++
		}
		winner = a.Customer
		return nil
	})
	return winner, err
}

func (m *memory) Move(ctx context.Context, from crm.CustomerID, o crm.Order) (moved bool, err error) {
	err = m.do(ctx, func() error {
		a := m.addresses[o.Key]
		left, arrived := m.fact(from, o.Key), m.fact(o.Customer, o.Key)
		if a.Customer != from || left.gone || left.order.Version >= o.Version || arrived.order.Version >= o.Version {
			return nil
		}
		a.Customer = o.Customer
		m.addresses[o.Key] = a
		m.orders[factKey{from, o.Key}] = &orderFact{order: crm.Order{Key: o.Key, State: crm.OrderDeleted, Version: o.Version}, gone: true, moved: true, rev: left.rev + 1}
		m.orders[factKey{o.Customer, o.Key}] = &orderFact{order: o, rev: arrived.rev + 1}
		m.writes++
		moved = true
		return nil
	})
	return moved, err
}

func (m *memory) fact(id crm.CustomerID, o crm.OrderKey) orderFact {
	if f := m.orders[factKey{id, o}]; f != nil {
		return *f
	}
	return orderFact{}
}

func (m *memory) PutOrder(ctx context.Context, o crm.Order) (accepted bool, err error) {
	err = m.do(ctx, func() error {
		f := m.fact(o.Customer, o.Key)
		switch deletion := o.State == crm.OrderDeleted; {
		case f.moved:
			return crm.Fail("memory", crm.Conflict, "the order has moved")
		case f.gone || !deletion && f.order.Version >= o.Version:
			return nil
		default:
			m.orders[factKey{o.Customer, o.Key}] = &orderFact{order: o, gone: deletion, rev: f.rev + 1}
			m.writes++
			accepted = true
			return nil
		}
	})
	return accepted, err
}

func (m *memory) Order(ctx context.Context, id crm.CustomerID, o crm.OrderKey) (order crm.Order, err error) {
	err = m.do(ctx, func() error {
		f := m.orders[factKey{id, o}]
		if f == nil {
			return crm.Fail("memory", crm.NotFound, "no such order")
		}
		order = f.order
		return nil
	})
	return order, err
}

func (m *memory) PutRefund(ctx context.Context, id crm.CustomerID, r crm.Refund) (accepted bool, err error) {
	err = m.do(ctx, func() error {
		k := refundKey{id, r.Key}
		if m.refunds[k].Version < r.Version {
			m.refunds[k], accepted = r, true
			m.writes++
		}
		return nil
	})
	return accepted, err
}

func (m *memory) ParkRefund(ctx context.Context, r crm.Refund) (accepted bool, err error) {
	err = m.do(ctx, func() error {
		a := m.addresses[r.Key.Order]
		i := slices.IndexFunc(a.Refunds, func(known crm.Refund) bool { return known.Key == r.Key })
		switch {
		case i < 0:
			a.Refunds = append(slices.Clone(a.Refunds), r)
		case a.Refunds[i].Version < r.Version:
			a.Refunds = slices.Clone(a.Refunds)
			a.Refunds[i] = r
		default:
			return nil
		}
		m.addresses[r.Key.Order], accepted = a, true
		m.writes++
		return nil
	})
	return accepted, err
}

func (m *memory) ParkDeletion(ctx context.Context, o crm.OrderKey, by crm.Origin) error {
	return m.do(ctx, func() error {
		if a := m.addresses[o]; !a.Gone {
			a.Gone, a.Deletion = true, by
			m.addresses[o] = a
			m.writes++
		}
		return nil
	})
}

func (m *memory) Keep(ctx context.Context, u intake.Unusable) error {
	return m.do(ctx, func() error {
		m.inbox[u.ID] = u
		return nil
	})
}

// history reads a customer's facts as the workers do.
func (m *memory) history(id crm.CustomerID) (f history.Facts) {
	for k, o := range m.orders {
		if k.customer == id {
			f.Orders = append(f.Orders, o.order)
		}
	}
	for k, r := range m.refunds {
		if k.customer == id {
			f.Refunds = append(f.Refunds, r)
		}
	}
	return f
}

// state tells what the facts come to: for each order whose it is and what it
// is, and its refunds; nothing of how and when it got there.
func (m *memory) state(name func(crm.CustomerID) string) string {
	var lines []string
	for k, f := range m.orders {
		if f.moved {
			continue
		}
		line := fmt.Sprintf("%s of %s: %s %s rate %d at %s", k.order.ID, name(k.customer), f.order.State, f.order.Total, f.order.Rate, f.order.PlacedAt)
		for _, refund := range slices.SortedFunc(maps.Keys(m.refunds), func(a, b refundKey) int { return cmp.Compare(a.refund.ID, b.refund.ID) }) {
			if refund.customer == k.customer && refund.refund.Order == k.order {
				line += fmt.Sprintf(" - %s %s", refund.refund.ID, m.refunds[refund].Amount)
			}
		}
		if f.gone { // for ever, whoever had it
			line = k.order.ID + " is gone"
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return strings.Join(slices.Compact(lines), "\n")
}
