// Package identitytest keeps locks and profiles in memory, for tests of those
// who resolve people. It keeps the promises of identity.Locks and
// identity.Profiles, the weak ones too: a look-up that is not strong may be old.
package identitytest

import (
	"context"
	"slices"
	"sync"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
)

// Memory is one table of customers. The zero Memory is empty.
type Memory struct {
	mu       sync.Mutex
	profiles map[crm.CustomerID]customer.Profile
	holders  map[customer.Key]crm.CustomerID
	claims   map[customer.Key][]crm.CustomerID

	Old    bool // look-ups that are not strong find nothing: as old as can be
	Writes int  // so many writes were accepted
}

func (m *Memory) Holders(_ context.Context, keys []customer.Key, strong bool) ([]crm.CustomerID, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	holders := make([]crm.CustomerID, len(keys))
	if m.Old && !strong {
		return holders, nil
	}
	for i, k := range keys {
		holders[i] = m.holders[k]
	}
	return holders, nil
}

func (m *Memory) Claim(_ context.Context, k customer.Key, by crm.CustomerID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if slices.Contains(m.claims[k], by) {
		return nil
	}
	if m.claims == nil {
		m.claims = map[customer.Key][]crm.CustomerID{}
	}
	m.claims[k] = append(m.claims[k], by)
	m.Writes++
	return nil
}

func (m *Memory) Profile(_ context.Context, id crm.CustomerID) (customer.Profile, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p, ok := m.profiles[id]
	if !ok {
		return p, crm.Fail("identitytest.Profile", crm.NotFound, "there is no such customer")
	}
	return p, nil
}

func (m *Memory) Create(_ context.Context, p customer.Profile, locks []customer.Key) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.profiles[p.ID]; ok {
		return crm.Fail("identitytest.Create", crm.Conflict, "the id is taken")
	}
	return m.write(p, locks)
}

func (m *Memory) Amend(_ context.Context, next customer.Profile, was customer.Revision, locks []customer.Key) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.profiles[next.ID].Revision != was {
		return crm.Fail("identitytest.Amend", crm.Conflict, "another revision stands")
	}
	return m.write(next, locks)
}

func (m *Memory) write(p customer.Profile, locks []customer.Key) error {
	for _, k := range locks {
		if holder := m.holders[k]; holder != "" && holder != p.ID {
			return crm.Fail("identitytest.write", crm.Conflict, "a key is held")
		}
	}
	if m.profiles == nil {
		m.profiles, m.holders = map[crm.CustomerID]customer.Profile{}, map[customer.Key]crm.CustomerID{}
	}
	m.profiles[p.ID] = p
	for _, k := range locks {
		m.holders[k] = p.ID
	}
	m.Writes++
	return nil
}

// All are the profiles, in no order.
func (m *Memory) All() []customer.Profile {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []customer.Profile
	for _, p := range m.profiles {
		all = append(all, p)
	}
	return all
}

// Holder is who holds a key.
func (m *Memory) Holder(k customer.Key) crm.CustomerID {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.holders[k]
}

// Claims are those who named a key that somebody else holds.
func (m *Memory) Claims(k customer.Key) []crm.CustomerID {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.claims[k]
}

// Delete takes a customer away and frees their keys, as a person's deletion does.
func (m *Memory) Delete(id crm.CustomerID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.profiles, id)
	for k, holder := range m.holders {
		if holder == id {
			delete(m.holders, k)
		}
	}
}
