// Package identity decides who a person is: it normalises contact points into
// keys, and finds or creates the customer to whom the keys belong.
//
// It is the only use of the phone library, whose import costs 12 ms at start:
// only functions that must recognise people link this package.
package identity

import (
	"context"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
)

// Resolver finds the customer whom a mention names, or creates them.
type Resolver struct {
	Locks    Locks
	Profiles Profiles
}

// attempts bounds how often one call looks again after losing a race. Each
// time somebody else made progress, so two or three are enough in practice.
const attempts = 8

// Resolve gives the customer whom the mention names. The surest key that
// anybody holds decides: account, card, e-mail, phone. Keys that nobody holds
// become the customer's; a key that somebody else holds is noted as a claim, a
// candidate for a link, and never taken away. When nobody holds any, a new
// customer is created with all of them.
//
// A mention with a version is also a statement about the person and is joined
// into the profile. Nothing is written when nothing is new, and a mere mention
// of a known person costs the reads of the locks alone.
//
// Invalid: the mention names nobody. Safe to repeat and to race.
func (r Resolver) Resolve(ctx context.Context, raw customer.Mention) (crm.CustomerID, error) {
	const op = "identity.Resolve"
	m := Mention(raw)
	keys := m.Keys()
	if len(keys) == 0 {
		return "", crm.Fail(op, crm.Invalid, "no account, card, e-mail or phone that could be used")
	}
	return r.repeat(ctx, m, keys, true)
}

// Recognise is Resolve for a person who must be known already: nobody is
// created, and the id is empty where nobody holds any of the keys.
func (r Resolver) Recognise(ctx context.Context, raw customer.Mention) (crm.CustomerID, error) {
	m := Mention(raw)
	return r.repeat(ctx, m, m.Keys(), false)
}

// Exists tells whether the customer is there, and not deleted.
func (r Resolver) Exists(ctx context.Context, id crm.CustomerID) (bool, error) {
	_, err := r.Profiles.Profile(ctx, id)
	if crm.KindOf(err) == crm.NotFound {
		return false, nil
	}
	return err == nil, err
}

func (r Resolver) repeat(ctx context.Context, m customer.Mention, keys []customer.Key, create bool) (crm.CustomerID, error) {
	const op = "identity.Resolve"
	for attempt := range attempts {
		id, err := r.resolve(ctx, m, keys, create, attempt > 0)
		if crm.KindOf(err) != crm.Conflict {
			return id, err
		}
	}
	return "", crm.Fail(op, crm.Unavailable, "lost %d races in a row", attempts)
}

// resolve tries once. The first look-up may be a moment old: if it misses a
// holder, the write finds the lock taken, and the next look-up is strong.
func (r Resolver) resolve(ctx context.Context, m customer.Mention, keys []customer.Key, create, strong bool) (crm.CustomerID, error) {
	holders, err := r.Locks.Holders(ctx, keys, strong)
	if err != nil {
		return "", err
	}
	var known crm.CustomerID
	for _, holder := range holders {
		if holder != "" {
			known = holder
			break
		}
	}
	if known == "" && !create {
		return "", nil
	}
	if known == "" {
		at := crm.AsOf(ctx)
		p := customer.New(crm.NewCustomerID(at), m, at)
		return p.ID, r.Profiles.Create(ctx, p, keys)
	}

	var free, mine []customer.Key
	for i, holder := range holders {
		switch holder {
		case "":
			free = append(free, keys[i])
		case known:
			mine = append(mine, keys[i])
		default:
			if err := r.Locks.Claim(ctx, keys[i], known); err != nil {
				return "", err
			}
		}
	}
	if len(free) == 0 && m.Version == "" {
		return known, nil
	}
	return known, r.learn(ctx, known, m, append(mine, free...), free)
}

// learn joins the mention into the profile together with the locks it gains.
func (r Resolver) learn(ctx context.Context, id crm.CustomerID, m customer.Mention, own, free []customer.Key) error {
	const op = "identity.learn"
	before, err := r.Profiles.Profile(ctx, id)
	if crm.KindOf(err) == crm.NotFound {
		return crm.Fail(op, crm.Conflict, "the holder was deleted meanwhile")
	}
	if err != nil {
		return err
	}
	next, news := before.Learn(m, own, crm.AsOf(ctx))
	if !news && len(free) == 0 {
		return nil
	}
	if !news { // the profile had the key, its lock was free: only the lock is new
		next.Revision = customer.NewRevision(crm.AsOf(ctx))
	}
	return r.Profiles.Amend(ctx, next, before.Revision, free)
}
